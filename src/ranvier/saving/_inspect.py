"""What is in a file, told without loading it."""

import collections
import dataclasses
import os
import pathlib
import zipfile

import h5py

from ranvier.core import _registry
from ranvier.saving import _safety

# Built-ins of a config that are no classes.
_VALUES = ("__numpy__", "__tensor__", "__bytes__", "__slice__", "__ellipsis__")
_VALUES += ("__keras_tensor__", "__tuple__", "function", "class")
_PATHS = ("vocabulary", "idf_weights", "filepath", "origin", "file_path", "url")


@dataclasses.dataclass
class FileReport:
    """What a file of a model or of weights holds.

    Attributes:
        path: the file.
        written_by: the library and version it says it is from.
        members: bytes of each member of an archive or folder.
        classes: how often each class or function is named, as `module.name`.
        unknown: those that would have to be registered or given as `custom_objects`.
        unsafe: what loading refuses, in words.
        weights: how many arrays it holds.
        weight_bytes: their size.
    """

    path: str
    written_by: str = "unknown"
    members: dict = dataclasses.field(default_factory=dict)
    classes: collections.Counter = dataclasses.field(
        default_factory=collections.Counter
    )
    unknown: list = dataclasses.field(default_factory=list)
    unsafe: list = dataclasses.field(default_factory=list)
    weights: int = 0
    weight_bytes: int = 0

    def __str__(self):
        lines = [
            f"{self.path}: written by {self.written_by}",
            f"  {self.weights} arrays, {self.weight_bytes:,} bytes",
        ]
        lines += [f"  {name}: {size:,} bytes" for name, size in self.members.items()]
        lines += [f"  {count} x {name}" for name, count in sorted(self.classes.items())]
        lines += [f"  unknown: {name}" for name in self.unknown]
        lines += [f"  UNSAFE: {what}" for what in self.unsafe]
        return "\n".join(lines)


def inspect(filepath) -> FileReport:
    """Tells what a file holds: classes, what of it is unknown or unsafe, sizes.

    Nothing is built, and no weights are read. A file that is reported as safe can
    still be damaged, or made for something else than it says.

    Args:
        filepath: a `.keras`, `.h5` or `.weights.h5` file, or a model's folder.

    Returns:
        A `FileReport`; `print` shows it.

    Raises:
        ValueError: if the file is none of these, or so damaged that nothing can be
            told.

    Example:
        >>> import ranvier as rv, tempfile
        >>> model = rv.Sequential([rv.Input((2,)), rv.layers.Dense(1)])
        >>> model.save(path := tempfile.mkdtemp() + "/model.keras")
        >>> report = rv.saving.inspect(path)
        >>> report.classes["keras.layers.Dense"], report.weights, report.unsafe
        (1, 2, [])
    """
    path = pathlib.Path(filepath)
    report = FileReport(str(filepath))
    with _safety.naming(filepath):
        if path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.is_file())
            for file in files:
                report.members[file.relative_to(path).as_posix()] = file.stat().st_size
            _add_config(report, (path / "config.json").read_bytes())
            _add_metadata(report, (path / "metadata.json").read_bytes())
            _add_weights(report, path / "model.weights.h5")
        elif zipfile.is_zipfile(path):
            _add_archive(report, path)
        else:
            report.members[path.name] = os.path.getsize(path)
            _add_weights(report, path)
    report.unknown.sort()
    return report


def _add_archive(report, path):
    try:
        archive = _safety.open_archive(path)
    except ValueError as error:
        report.unsafe.append(str(error))
        return
    with archive:
        for info in archive.infolist():
            report.members[info.filename] = info.file_size
        _add_config(report, _safety.read_member(archive, "config.json"))
        _add_metadata(report, _safety.read_member(archive, "metadata.json"))
        with archive.open("model.weights.h5") as member:
            _add_weights(report, member)


def _add_metadata(report, text):
    metadata = _safety.parse_json(text, "The metadata")
    for name in ("ranvier", "keras"):
        if f"{name}_version" in metadata:
            report.written_by = f"{name} {metadata[f'{name}_version']}"
            return


def _add_config(report, text):
    try:
        config = _safety.parse_json(text, "The config")
    except ValueError as error:
        report.unsafe.append(str(error))
        return
    waiting = [("", config)]
    while waiting:
        place, node = waiting.pop()
        if isinstance(node, list):
            waiting += [(place, item) for item in reversed(node)]
        if not isinstance(node, dict):
            continue
        if isinstance(node.get("name"), str):
            place = node["name"]
        if isinstance(node.get("class_name"), str) and "config" in node:
            _add_object(report, place, node)
        for key in _PATHS:
            if isinstance(node.get(key), str):
                report.unsafe.append(f"'{place}' names the file {node[key]!r:.200}")
        waiting += [(place, value) for value in reversed(node.values())]


def _add_object(report, place, node):
    name, module = node["class_name"], node.get("module") or ""
    if name == "__lambda__":
        report.unsafe.append(f"'{place}' holds a Python lambda, which is code")
        return
    if name in ("function", "class"):
        name = str(node["config"])
    elif name in _VALUES:
        return
    full = f"{module}.{name}" if module else name
    report.classes[full] += 1
    if not _is_known(str(module), name, node) and full not in report.unknown:
        report.unknown.append(full)


def _is_known(module, name, node):
    registered = str(node.get("registered_name"))
    return (
        _registry.get_registered_object(registered) is not None
        or _registry.get_registered_object(name) is not None
        or _registry.find_builtin(module, name) is not None
        or (module in ("", "builtins") and _registry.find_builtin_function(name))
        or (not module and _registry.find_builtin_by_name(name) is not None)
        or module.startswith(("keras.src.ops.", "keras.ops."))
    )


def _add_weights(report, file):
    with _safety.open_h5(file) as h5:
        for key in ("model_config", "training_config"):
            text = _safety.read_attribute(h5, key)
            if isinstance(text, (str, bytes)):
                _add_config(report, text)
        version = _safety.read_attribute(h5, "keras_version")
        if isinstance(version, (str, bytes)):
            version = version.decode() if isinstance(version, bytes) else version
            report.written_by = f"keras {version}"
        waiting = [h5]
        while waiting:
            group = waiting.pop()
            for name in group:
                try:
                    member = _safety.find_member_of(group, name)
                    if isinstance(member, h5py.Group):
                        waiting.append(member)
                        continue
                    dataset = _safety.find_dataset(group, name)
                except ValueError as error:
                    report.unsafe.append(str(error))
                    continue
                report.weights += 1
                report.weight_bytes += dataset.nbytes
