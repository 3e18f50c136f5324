"""Making files that want to do harm, and watching what happens while they load."""

import base64
import contextlib
import json
import marshal
import sys
import zipfile

import h5py

import ranvier as rv

# Events of Python's audit that loading data alone never causes.
_FORBIDDEN = (
    "exec",
    "marshal.loads",
    "pickle.find_class",
    "socket.",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.remove",
    "os.rename",
    "os.symlink",
    "ctypes.dlopen",
    "urllib.Request",
    "webbrowser.open",
    "shutil.unpack_archive",
    "code.__new__",
)
_seen: list | None = None


def _listen(event, arguments):
    if _seen is not None:
        if event == "import" or event.startswith(_FORBIDDEN):
            _seen.append((event, str(arguments)[:200]))
        elif event == "open":
            _seen.append((event, str(arguments[0])))


sys.addaudithook(_listen)


@contextlib.contextmanager
def watched():
    """Gives the list of imports, opened files, and what is forbidden."""
    global _seen
    _seen = seen = []
    try:
        yield seen
    finally:
        _seen = None


def benign(k=rv):
    return k.Sequential([k.Input((4,)), k.layers.Dense(3, name="dense")], name="net")


def rewrite(path, changes, compression=zipfile.ZIP_STORED):
    """Writes an archive anew, with members replaced, added or (None) left out."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()} | changes
    with zipfile.ZipFile(path, "w", compression) as new:
        for name, content in members.items():
            if content is not None:
                new.writestr(name, content)


def payload(path):
    """A lambda in Keras's form that would make a file."""
    return bytecode(f"lambda x: open({str(path)!r}, 'w')")


def bytecode(text):
    """A lambda in Keras's form."""
    code = compile(text, "evil", "eval")
    (code,) = (c for c in code.co_consts if hasattr(c, "co_code"))
    text = base64.encodebytes(marshal.dumps(code)).decode()
    config = {"code": text, "defaults": None, "closure": None}
    return {
        "class_name": "__lambda__",
        "config": {**config, "value": [text, None, None]},
    }


def layer(class_name, module="keras.layers", **config):
    return {
        "module": module,
        "class_name": class_name,
        "config": {"name": "evil", **config},
        "registered_name": None,
    }


def function(module, name):
    return {
        "module": module,
        "class_name": "function",
        "config": name,
        "registered_name": name,
    }


def _model_config(entry):
    """The config of a model with one more entry, like any other."""
    from ranvier.saving import serialize_keras_object

    config = serialize_keras_object(benign())
    config["config"]["layers"].append(entry)
    config.pop("build_config", None)
    return config


def _archive(entry, folder, **options):
    path = folder / "m.keras"
    benign().save(path)
    rewrite(path, {"config.json": json.dumps(_model_config(entry))})
    return lambda: rv.saving.load_model(path, **options)


def _folder(entry, folder, **options):
    path = folder / "m"
    benign().save(path, zipped=False)
    (path / "config.json").write_text(json.dumps(_model_config(entry)))
    return lambda: rv.saving.load_model(path, **options)


def _hdf5(entry, folder, **options):
    path = folder / "m.h5"
    benign().save(path)
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = json.dumps(_model_config(entry))
    return lambda: rv.saving.load_model(path, **options)


def _json(entry, folder, **options):
    text = json.dumps(_model_config(entry))
    return lambda: rv.models.model_from_json(text)


def _from_config(entry, folder, **options):
    config = _model_config(entry)["config"]
    return lambda: rv.Sequential.from_config(config)


def _layer(entry, folder, **options):
    return lambda: rv.layers.deserialize(entry)


def _object(entry, folder, **options):
    return lambda: rv.saving.deserialize_keras_object(entry, **options)


class Clone(rv.layers.Layer):
    """A layer whose config is another object's."""

    entry: dict

    def call(self, x):
        return x

    def get_config(self):
        return {"entry": type(self).entry}

    @classmethod
    def from_config(cls, config):
        return rv.saving.deserialize_keras_object(config["entry"])


def _clone(entry, folder, **options):
    model = rv.Sequential([rv.Input((4,)), Clone()])

    def clone():
        Clone.entry = entry
        return rv.models.clone_model(model)

    return clone


ROUTES = {
    "archive": _archive,
    "folder": _folder,
    "hdf5": _hdf5,
    "model_from_json": _json,
    "from_config": _from_config,
    "layers.deserialize": _layer,
    "deserialize_keras_object": _object,
    "clone_model": _clone,
}
FILES = ("archive", "folder", "hdf5")
