"""Files of weights, looked at and changed by hand."""

import collections

import h5py
import numpy as np

from ranvier.core._errors import close_names
from ranvier.core._files import atomic_path
from ranvier.saving import _safety, _weights


class KerasFileEditor:
    """Shows and edits the weights in a file, for models that have changed since.

    Args:
        filepath: a `.keras` or `.weights.h5` file.

    Attributes:
        weights_dict: the weights, as dictionaries of objects in objects.
        object_metadata: what else the file says about the objects, by path.
        config: the model's config, of a `.keras` file.
        metadata: who wrote the file, of a `.keras` file.

    Raises:
        ValueError: for another ending, and for unsafe or damaged files.

    Example:
        >>> import ranvier as rv, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> model = rv.Sequential([rv.Input((2,)), rv.layers.Dense(1)])
        >>> model.save_weights(folder + "/old.weights.h5")
        >>> editor = KerasFileEditor(folder + "/old.weights.h5")  # doctest: +ELLIPSIS
        Keras model file /...
        >>> editor.rename_object("layers/dense", "head")
        >>> editor.save(folder + "/new.weights.h5")
    """

    def __init__(self, filepath):
        import rich.console  # not needed by those who only load

        self.filepath = filepath
        self.console = rich.console.Console(highlight=False)
        self.config = self.metadata = self.model = None
        name = str(filepath)
        if not name.endswith((".keras", ".weights.h5")):
            raise ValueError(
                "Expected a `.keras` or `.weights.h5` file. "
                f"Received: filepath={filepath}"
            )
        with _safety.naming(filepath):
            if name.endswith(".keras"):
                with _safety.open_archive(filepath) as archive:
                    texts = [
                        _safety.parse_json(_safety.read_member(archive, member), member)
                        for member in ("config.json", "metadata.json")
                    ]
                    self.config, self.metadata = texts
                    with archive.open(_weights.WEIGHTS) as member:
                        self._read(member)
            else:
                self._read(filepath)
        self.console.print(f"Keras model file {filepath}")

    def _read(self, file):
        self.object_metadata: dict = {}
        with _safety.open_h5(file) as h5:
            self.weights_dict = self._read_object(h5, "")

    def _read_object(self, group, path):
        found = collections.OrderedDict()
        for name in group:
            member = _safety.find_member_of(group, name)
            if isinstance(member, h5py.Dataset):
                dataset = _safety.find_dataset(group, name)
                found[name] = _safety.read_dataset(dataset)
            elif name == "vars":
                found.update(self._read_object(member, path))
            else:
                inner = self._read_object(member, f"{path}/{name}")
                if inner:
                    found[name] = inner
        attributes = {k: _safety.read_attribute(group, k) for k in group.attrs}
        if attributes:
            self.object_metadata.setdefault(path, {}).update(attributes)
        return found

    # Looking.

    def summary(self):
        """Prints the objects of the file, and the shapes and types of their weights."""
        self.console.print("Weights structure")
        self._print(self.weights_dict, "", "  ")

    def _print(self, node, path, indent):
        for key, value in node.items():
            below = f"{path}/{key}"
            if isinstance(value, dict):
                name = self.object_metadata.get(below, {}).get("name")
                self.console.print(f"{indent}{key}" + (f" ('{name}')" if name else ""))
                self._print(value, below, indent + "    ")
            else:
                shape, dtype = np.shape(value), np.asarray(value).dtype
                self.console.print(f"{indent}{key}: shape={shape}, dtype={dtype}")

    def compare(self, reference_model):
        """Prints where the file and a model differ.

        Args:
            reference_model: a built model.

        Returns:
            A dictionary: `status`, `"success"` or `"error"`; `error_count`, how many
            objects or weights are missing or have another shape; `match_count`, how
            many weights fit.
        """
        theirs: dict = {}
        for path, _, variables in _weights.to_store(reference_model):
            node = theirs
            for name in filter(None, path.split("/")):
                node = node.setdefault(name, {})
            node.update(variables)
        theirs = _without_empty(theirs)
        faults: list = []
        matches = _compare(self.weights_dict, theirs, "", faults)
        self.console.print("Running comparison")
        for fault in faults:
            self.console.print(f"[red]...{fault}[/]")
        self.console.print(f"{len(faults)} differences, {matches} weights that fit")
        status = "error" if faults else "success"
        counts = {"error_count": len(faults), "match_count": matches}
        return {"status": status, **counts}

    # Editing.

    def rename_object(self, object_name, new_name):
        """Gives an object of the file another name.

        Args:
            object_name: its name or path, `"dense_2"` or `"layers/dense_2"`.
            new_name: the new name, not a path.
        """
        if "/" in new_name:
            raise ValueError(
                f"`new_name` is a name, not a path. Received: new_name={new_name!r}"
            )
        parent, name = self._find(object_name)
        parent[new_name] = parent.pop(name)

    def delete_object(self, object_name):
        """Removes an object from the file.

        Args:
            object_name: its name or path.
        """
        parent, name = self._find(object_name)
        del parent[name]

    def add_object(self, object_path, weights):
        """Adds an object to the file.

        Args:
            object_path: its path, `"layers/dense_2"`.
            weights: its arrays by name, `{"0": kernel, "1": bias}`.
        """
        _check_weights(weights)
        folder, _, name = object_path.rpartition("/")
        node = self.weights_dict
        for part in filter(None, folder.split("/")):
            if not isinstance(node.get(part), dict):
                raise ValueError(f"Path '{folder}' not found in model.")
            node = node[part]
        node[name] = weights

    def delete_weight(self, object_name, weight_name):
        """Removes a weight from an object.

        Args:
            object_name: the object's name or path.
            weight_name: the weight's name, `"0"`.
        """
        parent, name = self._find(object_name)
        if weight_name not in parent[name]:
            raise ValueError(
                f"Weight {weight_name} not found in object {object_name}. Weights "
                f"found: {list(parent[name])}"
            )
        del parent[name][weight_name]

    def add_weights(self, object_name, weights):
        """Adds weights to an object, or replaces them.

        Args:
            object_name: the object's name or path.
            weights: arrays by name.
        """
        _check_weights(weights)
        parent, name = self._find(object_name)
        parent[name].update(weights)

    def _find(self, object_name):
        """Returns the dictionary that holds an object, and its name there."""
        places = dict(_objects(self.weights_dict, ""))
        if "/" in object_name:
            found = [p for p in places if p == f"/{object_name.strip('/')}"]
        else:
            found = [p for p in places if p.rpartition("/")[2] == object_name]
        if len(found) == 1:
            return places[found[0]], found[0].rpartition("/")[2]
        if found:
            raise ValueError(
                f"Name '{object_name}' occurs more than once in the model; give one "
                f"of the paths {found}."
            )
        hint = close_names(object_name, [path.strip("/") for path in places])
        raise ValueError(f"Path '{object_name}' not found in model.{hint}")

    def save(self, filepath):
        """Writes the edited weights.

        Args:
            filepath: a path that ends in `.weights.h5`.
        """
        if not str(filepath).endswith(".weights.h5"):
            raise ValueError(
                "The name of a file of weights must end in `.weights.h5`. "
                f"Received: filepath={filepath}"
            )
        with atomic_path(filepath) as temporary, h5py.File(temporary, "w") as h5:
            self._write(h5, self.weights_dict, "")

    resave_weights = save

    def _write(self, h5, node, path):
        arrays = {k: v for k, v in node.items() if not isinstance(v, dict)}
        group = h5.create_group(f"{path}/vars")
        name = self.object_metadata.get(path, {}).get("name")
        if name is not None:
            group.attrs["name"] = name
        for key, value in arrays.items():
            _weights.write_variable(group, key, value)
        for key, value in node.items():
            if isinstance(value, dict):
                self._write(h5, value, f"{path}/{key}")


def _objects(node, path):
    """Yields the path of each object, and the dictionary that holds it."""
    for key, value in node.items():
        if isinstance(value, dict):
            yield f"{path}/{key}", node
            yield from _objects(value, f"{path}/{key}")


def _without_empty(node):
    inner = {
        k: _without_empty(v) if isinstance(v, dict) else v for k, v in node.items()
    }
    return {k: v for k, v in inner.items() if not (isinstance(v, dict) and not v)}


def _compare(ours, theirs, path, faults):
    """Collects differences; returns how many weights fit."""
    matches = 0
    for key in {**ours, **theirs}:
        place = f"{path}/{key}"
        if key not in ours:
            faults.append(f"{place} is in the model, but not in the file")
        elif key not in theirs:
            faults.append(f"{place} is in the file, but not in the model")
        elif isinstance(ours[key], dict) != isinstance(theirs[key], dict):
            faults.append(f"{place} is an object in one, and a weight in the other")
        elif isinstance(ours[key], dict):
            matches += _compare(ours[key], theirs[key], place, faults)
        elif np.shape(ours[key]) != np.shape(theirs[key]):
            shapes = f"{np.shape(ours[key])} in the file, {np.shape(theirs[key])}"
            faults.append(f"{place} has shape {shapes} in the model")
        else:
            matches += 1
    return matches


def _check_weights(weights):
    if not isinstance(weights, dict):
        raise ValueError(
            "Argument `weights` should be a dictionary of arrays by name. "
            f"Received: {type(weights)}"
        )
