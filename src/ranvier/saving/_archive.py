"""Whole models in `.keras` files: an archive of config, weights and assets.

`config.json` describes the objects, `model.weights.h5` holds their variables,
`assets/` files that layers bring (vocabularies), `metadata.json` says who wrote it.
"""

import contextlib
import datetime
import json
import pathlib
import shutil
import tempfile
import warnings
import zipfile

from ranvier._version import __version__
from ranvier.core._files import atomic_path
from ranvier.core._variable import deferred_initialization
from ranvier.saving import _config, _files, _hdf5_model, _safety, _state
from ranvier.saving._members import seekable_member
from ranvier.saving._weights import WEIGHTS, read_weights, write_weights

_CONFIG = "config.json"
_METADATA = "metadata.json"
_ASSETS = "assets"
_OLD = (".h5", ".hdf5")
# The release of Keras whose layout of files this is.
_KERAS_VERSION = "3.15.1"


def save_model(model, filepath, overwrite=True, zipped=None, **kwargs):
    """Writes a model to a `.keras` file: architecture, weights, compiled state.

    The file appears whole or not at all: a run that is killed while writing leaves the
    file that was there.

    Args:
        model: the model.
        filepath: a path ending in `.keras`, or in `.h5` for the format of Keras 2.
        overwrite: whether an existing file is replaced without asking.
        zipped: False writes a folder with the same content instead.
        **kwargs: `include_optimizer`; False leaves out the optimizer's variables.

    Raises:
        ValueError: for another ending.

    Example:
        >>> import ranvier as rv, tempfile
        >>> model = rv.Sequential([rv.Input((2,)), rv.layers.Dense(1)])
        >>> path = tempfile.mkdtemp() + "/model.keras"
        >>> rv.saving.save_model(model, path)
        >>> rv.saving.load_model(path).count_params()
        3
    """
    include_optimizer = kwargs.pop("include_optimizer", True)
    if "save_format" in kwargs:
        raise ValueError(
            "The `save_format` argument is deprecated: the ending of `filepath` says "
            "the format, `.keras` or `.h5`. "
            f"Received: save_format={kwargs['save_format']!r}"
        )
    if kwargs:
        raise ValueError(
            "The following argument(s) are not supported by `save_model()`: "
            f"{sorted(kwargs)}."
        )
    name = str(filepath)
    zipped = True if zipped is None else zipped
    old = name.endswith(_OLD)
    if not zipped and name.endswith(".keras"):
        raise ValueError(
            "With `zipped=False` a model is saved as a folder, whose name should not "
            f"end in `.keras`. Received: filepath={filepath}"
        )
    if zipped and not old and not name.endswith(".keras"):
        raise ValueError(
            "Invalid filepath extension for saving. The name of a model's file must "
            "end in `.keras`, or in `.h5` for the format of Keras 2. "
            f"Received: filepath={filepath}"
        )
    if not model.built:
        warnings.warn(
            f"The model '{model.name}' is saved before it is built: it has no weights "
            "yet. Call it on some data first.",
            stacklevel=2,
        )
    if not _files.may_write(filepath, overwrite):
        return
    skip = [] if include_optimizer else [getattr(model, "optimizer", None)]
    if old:
        with atomic_path(filepath) as temporary:
            _hdf5_model.write_model(model, temporary, include_optimizer)
    elif zipped:
        with atomic_path(filepath) as temporary:
            write_archive(model, temporary, skip)
    else:
        _write_folder(model, pathlib.Path(filepath), skip)


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """Returns the model of a `.keras` or `.h5` file.

    Loading runs no code found in the file: classes and functions are ranvier's own,
    registered ones, or those of `custom_objects`. How much memory a file may ask for
    is bounded, see `set_limits`.

    Args:
        filepath: the file, or a folder of `save_model(..., zipped=False)`. `.h5` files
            are those of Keras 2, which Keras 3 still reads and writes.
        custom_objects: `{name: class or function}` that the file may name.
        compile: whether to compile the model as it was, optimizer state included.
        safe_mode: whether to refuse Python lambdas. They are the only thing that
            `False` allows; everything else stays refused.

    Raises:
        ValueError: if the file is damaged, unsafe, or of another kind.
        TypeError: if the file names a class or function that is not known.
    """
    path = pathlib.Path(filepath)
    options = (custom_objects, compile, safe_mode)
    with _safety.naming(filepath):
        if path.is_dir() and (path / _CONFIG).exists():
            return _read(_Folder(path), *options)
        if path.suffix not in (".keras", *_OLD):
            raise ValueError(
                "File format not supported: models can be read from `.keras` and `.h5` "
                "files."
            )
        if not path.exists():
            raise ValueError(
                "File not found. Please ensure the file is accessible and the path "
                "is right."
            )
        if path.suffix in _OLD:
            return _hdf5_model.read_model(path, *options)
        return read_archive(path, *options)


def write_archive(model, file, skip=()) -> None:
    """Writes a model as an archive.

    Args:
        model: the model.
        file: a path, or a binary file that can be written and read.
        skip: objects whose variables are left out.
    """
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in _texts(model):
            archive.writestr(name, text)
        with seekable_member(archive, WEIGHTS) as member:
            write_weights(model, member, skip)
        with _assets_of(model) as assets:
            for name, path in assets:
                archive.write(path, name)


def _write_folder(model, folder, skip):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _texts(model):
        with atomic_path(folder / name) as temporary:
            temporary.write_text(text)
    with atomic_path(folder / WEIGHTS) as temporary:
        write_weights(model, temporary, skip)
    with _assets_of(model) as assets:
        for name, path in assets:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(folder / name) as temporary:
                shutil.copyfile(path, temporary)


def _texts(model):
    """Returns names and contents of the parts that are text."""
    metadata = {
        "keras_version": _KERAS_VERSION,
        "ranvier_version": __version__,
        "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
    }
    config = _config.model_to_json(model)
    return [(_METADATA, json.dumps(metadata)), (_CONFIG, config)]


@contextlib.contextmanager
def _assets_of(model):
    """Gives names and paths of the files that layers bring."""
    with tempfile.TemporaryDirectory() as root:
        for path, saved in _state.walk(model, set()):
            if hasattr(saved, "save_assets"):
                folder = pathlib.Path(root, _ASSETS, path)
                folder.mkdir(parents=True, exist_ok=True)
                saved.save_assets(str(folder))
        paths = [
            path for path in sorted(pathlib.Path(root).rglob("*")) if path.is_file()
        ]
        yield [(path.relative_to(root).as_posix(), path) for path in paths]


def read_archive(file, custom_objects=None, compile=True, safe_mode=True):
    """Returns the model of an archive.

    Args:
        file: a path or a readable binary file.
        custom_objects: as for `load_model`.
        compile: as for `load_model`.
        safe_mode: as for `load_model`.
    """
    with _safety.open_archive(file) as archive:
        return _read(_Zip(archive), custom_objects, compile, safe_mode)


class _Zip:
    """The parts of a model in an archive."""

    def __init__(self, archive):
        self.archive = archive

    def read(self, name):
        return _safety.read_member(self.archive, name)

    def weights(self):
        """Returns the weights as an array of bytes."""
        return _safety.read_aligned(self.archive, WEIGHTS)

    def assets(self):
        """Returns the names of the members below `assets/`."""
        names = self.archive.namelist()
        return [n for n in names if n.startswith(f"{_ASSETS}/") and n[-1] != "/"]


class _Folder:
    """The parts of a model in a folder."""

    def __init__(self, folder):
        self.folder = folder

    def read(self, name):
        return (self.folder / name).read_bytes()

    def weights(self):
        """Returns the path of the weights."""
        return self.folder / WEIGHTS

    def assets(self):
        """Returns the names of the files below `assets/`."""
        paths = sorted((self.folder / _ASSETS).rglob("*"))
        return [p.relative_to(self.folder).as_posix() for p in paths if p.is_file()]


def _read(parts, custom_objects, compile, safe_mode):
    config = parts.read(_CONFIG)
    with deferred_initialization():
        model = _config.model_from_json(config, custom_objects, compile, safe_mode)
    weights = parts.weights()
    with _unpacked_assets(parts) as assets:
        read_weights(model, weights, assets=assets)
    return model


@contextlib.contextmanager
def _unpacked_assets(parts):
    """Gives a function from an object's path to the folder of its files, if any."""
    names = parts.assets()
    if not names:
        yield None
        return
    with tempfile.TemporaryDirectory() as root:
        for name in names:
            if not _safety.is_plain_name(name):
                raise ValueError(f"The member '{name}' would leave its folder.")
            target = pathlib.Path(root, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(parts.read(name))

        def folder(path):
            found = pathlib.Path(root, _ASSETS, path)
            return str(found) if found.is_dir() else None

        yield folder
