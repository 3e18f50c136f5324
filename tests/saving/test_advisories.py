"""Published ways to harm by a model file: each built here, each without effect.

A test for every advisory on loading in Keras that is known. Nothing in a file runs, is
imported, read or fetched: Python's own audit events say so.
"""

import json
import os
import pathlib
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest

import ranvier as rv
from ranvier.saving import load_model, load_weights, set_limits
from tests.saving.evil import (
    FILES,
    ROUTES,
    Clone,
    benign,
    bytecode,
    function,
    layer,
    payload,
    rewrite,
    watched,
)


@pytest.fixture(params=ROUTES)
def route(request):
    return ROUTES[request.param]


@pytest.fixture(params=FILES)
def file_route(request):
    return ROUTES[request.param]


@pytest.fixture(autouse=True, scope="module")
def warm(tmp_path_factory):
    """Does by harmless files what the tests do, so that all imports are done."""
    folder = tmp_path_factory.mktemp("warm")
    for make in ROUTES.values():
        make(layer("ReLU"), folder)()
        with pytest.raises((ValueError, TypeError)):
            make(layer("NoSuchLayer"), folder)()
    benign().save_weights(folder / "m.weights.h5")
    load_weights(benign(), folder / "m.weights.h5")


def refuse(load, *, match=None, folder=None):
    """Loads, and checks that it fails without having done anything else."""
    with (
        watched() as seen,
        pytest.raises((ValueError, TypeError), match=match) as error,
    ):
        load()
    allowed = str(folder) if folder is not None else "/nowhere"
    strays = [
        (event, what)
        for event, what in seen
        if not (event == "open" and (what.startswith(allowed) or what.isdigit()))
    ]
    assert not strays
    return str(error.value)


def test_the_watch_sees_what_it_should(tmp_path):
    code = payload(tmp_path / "made")
    for name in ("code", "value"):
        entry = layer(
            "Lambda", function={**code, "config": {name: code["config"][name]}}
        )
        if name == "code":
            entry["config"]["function"] = code
        with watched() as seen:
            made = rv.saving.deserialize_keras_object(entry, safe_mode=False)
            made.function(0).close()
        assert "marshal.loads" in [event for event, _ in seen]
        assert ("open", str(tmp_path / "made")) in seen


def test_cve_2021_37678_yaml():
    """`model_from_yaml` made any Python object. There is no YAML here."""
    assert not hasattr(rv.models, "model_from_yaml")
    assert not hasattr(rv.Model, "to_yaml")
    text = "!!python/object/new:type {args: [z, !!python/tuple [], {}]}"
    refuse(lambda: rv.models.model_from_json(text), match="no valid JSON")


@pytest.mark.parametrize("place", ["function", "output_shape", "mask", "arguments"])
def test_cve_2024_3660_bytecode_in_a_lambda(place, route, tmp_path):
    config = {"function": function("keras.activations", "relu")}
    code = payload(tmp_path / "made")
    config[place] = {"a": code} if place == "arguments" else code
    entry = layer("Lambda", **config)
    refuse(route(entry, tmp_path), match="safe_mode=False", folder=tmp_path)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "key", ["activation", "kernel_initializer", "kernel_regularizer", "dtype", "name"]
)
def test_cve_2024_3660_bytecode_anywhere(key, route, tmp_path):
    entry = layer("Dense", units=1)
    entry["config"][key] = payload(tmp_path / "made")
    refuse(route(entry, tmp_path), folder=tmp_path)
    assert not (tmp_path / "made").exists()


def test_cve_2024_55459_cve_2025_12060_archives_that_leave_their_folder():
    """`get_file(extract=True)` unpacked what a file named. Nothing is unpacked here."""
    refuse(ROUTES["layers.deserialize"](function("keras.utils", "get_file"), None))
    source = pathlib.Path(rv.__file__).parent
    texts = [path.read_text() for path in source.rglob("*.py")]
    assert not [t for t in texts if "extractall(" in t or "unpack_archive(" in t]


@pytest.mark.parametrize(
    "module, name",
    [
        ("subprocess", "check_output"),
        ("os", "system"),
        ("builtins", "eval"),
        ("builtins", "exec"),
        ("builtins", "getattr"),
        ("antigravity", "fly"),
        ("keras.src.saving.serialization_lib", "deserialize_keras_object"),
        ("ranvier.saving._archive", "read_archive"),
        ("__main__", "main"),
    ],
)
def test_cve_2025_1550_any_module(module, name, route, tmp_path):
    """A module was imported because a config named it."""
    for entry in (
        function(module, name),
        layer("Lambda", function=function(module, name), arguments={"a": "true"}),
        layer("Dense", units=1, activation=function(module, name)),
        layer(name, module=module),
        {"module": module, "class_name": "class", "config": name},
    ):
        refuse(route(entry, tmp_path), match="Could not locate|Unable", folder=tmp_path)


def test_cve_2025_1550_in_the_arguments_of_calls(tmp_path):
    x = rv.Input((4,))
    model = rv.Model(x, rv.layers.Dense(3, name="dense")(x))
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        config = json.loads(archive.read("config.json"))
    node = config["config"]["layers"][1]["inbound_nodes"][0]
    node["kwargs"]["mask"] = function("subprocess", "Popen")
    rewrite(tmp_path / "m.keras", {"config.json": json.dumps(config)})
    message = "Could not locate function 'Popen'"
    refuse(lambda: load_model(tmp_path / "m.keras"), match=message, folder=tmp_path)


GADGETS = [
    ("keras.utils", "get_file"),
    ("keras.utils", "clear_session"),
    ("keras.config", "enable_unsafe_deserialization"),
    ("keras.src.backend.common.global_state", "set_global_attribute"),
    ("keras.models", "load_model"),
    ("keras.saving", "load_model"),
    ("keras.saving", "load_weights"),
    ("keras.saving", "set_limits"),
    ("keras.saving", "register_keras_serializable"),
    ("keras.preprocessing.image", "load_img"),
    ("keras.ops", "vectorized_map"),
]


@pytest.mark.parametrize("module, name", GADGETS)
def test_cve_2025_8747_cve_2025_9906_functions_of_the_library(
    module, name, route, tmp_path
):
    """Functions of the library itself did the harm: downloads, switches, loaders."""
    target = {"origin": "http://localhost:1/x", "safe_mode": False}
    for where in (module, "builtins"):
        named = function(where, name)
        entry = layer("Lambda", function=named, arguments=target)
        refuse(route(entry, tmp_path), match="Could not locate", folder=tmp_path)


def test_cve_2025_8747_only_pure_functions_can_be_named():
    """All functions that a file may name compute numbers from numbers."""
    from ranvier.core import _registry

    _registry.find_builtin("", "")
    modules = {
        member.__module__.split(".")[1]
        for member in _registry._builtins.values()
        if not isinstance(member, type)
    }
    assert modules <= {"activations", "losses", "metrics", "ops"}


def test_cve_2025_9905_lambda_in_hdf5(tmp_path):
    """`.h5` files ignored `safe_mode`."""
    entry = layer("Lambda", function=payload(tmp_path / "made"))
    del entry["module"], entry["registered_name"]
    code = entry["config"]["function"]["config"]["value"]
    old = {"class_name": "Lambda", "config": {"name": "evil", "function": code}}
    for lambda_layer in (entry, old):  # as Keras 3 writes it, and as Keras 2 did
        for options in ({}, {"safe_mode": None}, {"safe_mode": True}):
            load = ROUTES["hdf5"](lambda_layer, tmp_path, **options)
            refuse(load, match=r"m\.h5.*safe_mode=False", folder=tmp_path)
    entry["config"]["function"] = bytecode("lambda x: 2.0 * x")
    model = ROUTES["hdf5"](entry, tmp_path, safe_mode=False)()
    assert model.layers[1].function(3.0) == 6.0


def test_cve_2025_49655_pickled_modules(route, tmp_path):
    """`TorchModuleWrapper` unpickled its argument. It does not exist here."""
    entry = layer("TorchModuleWrapper", module="keras.layers")
    entry["config"]["module"] = (
        "gASVGgAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjARleGl0lIWUUpQu"
    )
    refuse(route(entry, tmp_path), match="Could not locate", folder=tmp_path)


@pytest.mark.parametrize("name", ["StringLookup", "IntegerLookup", "TextVectorization"])
@pytest.mark.parametrize(
    "source", ["{}/secret.txt", "http://localhost:1/x", "gs://x/y", "assets/words.txt"]
)
def test_cve_2025_12058_vocabularies_from_elsewhere(name, source, route, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    entry = layer(name, vocabulary=source.format(tmp_path))
    with watched() as seen:
        message = refuse(route(entry, tmp_path), folder=tmp_path)
    assert "secret.txt" not in [pathlib.Path(what).name for _, what in seen]
    assert "vocabulary" in message or "Could not locate" in message


# HDF5.


@pytest.fixture
def weights(tmp_path):
    benign().save_weights(tmp_path / "m.weights.h5")
    return tmp_path / "m.weights.h5"


def with_kernel(path, make):
    with h5py.File(path, "r+") as file:
        group = file["layers/dense/vars"]
        kernel = group["0"][()]
        del group["0"]
        make(group, kernel, path)


def exabytes(group, kernel, path):
    group.create_dataset("0", (2**50,), "float32", chunks=(1024,))


def just_below_four_gib(group, kernel, path):
    group.create_dataset("0", (2**30 - 1,), "float32", chunks=(1024,))


def filled(group, kernel, path):
    group.create_dataset("0", (8192, 8192), "float32", fillvalue=1.0)


def small_but_of_another_shape(group, kernel, path):
    group.create_dataset("0", (2**20,), "float32", fillvalue=1.0)


@pytest.mark.parametrize(
    "make", [exabytes, just_below_four_gib, filled, small_but_of_another_shape]
)
@pytest.mark.parametrize("inside", [False, True])
def test_cve_2026_0897_huge_datasets(make, inside, weights, monkeypatch, tmp_path):
    """Shapes are compared before a byte is read."""
    with_kernel(weights, make)
    path = weights
    if inside:
        path = tmp_path / "m.keras"
        benign().save(path)
        rewrite(path, {"model.weights.h5": weights.read_bytes()})

    def read(dataset, key):
        assert dataset.shape in [(4, 3), (3,)]
        return original(dataset, key)

    original = h5py.Dataset.__getitem__
    monkeypatch.setattr(h5py.Dataset, "__getitem__", read)
    load = (
        (lambda: load_model(path)) if inside else (lambda: load_weights(benign(), path))
    )
    with pytest.raises(ValueError, match="declares|shape") as error:
        load()
    assert path.name in str(error.value) and "layers/dense" in str(error.value)


def test_cve_2026_0897_memory_stays_bounded(tmp_path):
    """A process with little memory to spare refuses files that ask for much."""
    benign().save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        config = json.loads(archive.read("config.json"))
    for entry in config["config"]["layers"][1:]:
        entry["config"]["units"] = 2**32
    config["config"]["layers"][0]["config"]["batch_shape"] = [None, 2**32]
    huge = json.dumps(config)
    bomb = tmp_path / "bomb.keras"
    benign().save(bomb)
    rewrite(bomb, {"config.json": b"[" + b"[]," * 2**25}, zipfile.ZIP_DEFLATED)
    rewrite(tmp_path / "m.keras", {"config.json": huge})
    benign().save_weights(tmp_path / "m.weights.h5")
    with_kernel(tmp_path / "m.weights.h5", filled)
    script = f"""
import pathlib, resource
import ranvier as rv
from tests.saving.evil import benign
benign()
folder = pathlib.Path({str(tmp_path)!r})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for load in (
    lambda: rv.saving.load_model(folder / "m.keras"),
    lambda: rv.saving.load_model(folder / "bomb.keras"),
    lambda: rv.saving.load_weights(benign(), folder / "m.weights.h5"),
):
    try:
        load()
    except ValueError as error:
        print(str(error)[:300])
    else:
        raise SystemExit("it was loaded")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) < 100, done.stdout  # MiB


def soft_link(group, kernel, path):
    group["elsewhere"] = kernel
    group["0"] = h5py.SoftLink("/layers/dense/vars/elsewhere")
    del group["1"]


def external_link(group, kernel, path):
    with h5py.File(path.with_name("other.h5"), "w") as other:
        other["secret"] = kernel
    group["0"] = h5py.ExternalLink("other.h5", "/secret")


def external_storage(group, kernel, path):
    secret = path.with_name("secret.bin")
    secret.write_bytes(kernel.tobytes())
    group.create_dataset("0", kernel.shape, "float32", external=[(secret, 0, 48)])


def virtual(group, kernel, path):
    with h5py.File(path.with_name("other.h5"), "w") as other:
        other["secret"] = kernel
    layout = h5py.VirtualLayout(kernel.shape, "float32")
    layout[:] = h5py.VirtualSource("other.h5", "secret", kernel.shape)
    group.create_virtual_dataset("0", layout)


@pytest.mark.parametrize("make", [soft_link, external_link, external_storage, virtual])
def test_cve_2026_1669_cve_2026_12480_other_files_as_weights(make, weights, tmp_path):
    with_kernel(weights, make)
    model = benign()
    load = [lambda: load_weights(model, weights)]
    benign().save(tmp_path / "m.keras")
    rewrite(tmp_path / "m.keras", {"model.weights.h5": weights.read_bytes()})
    load += [lambda: load_model(tmp_path / "m.keras")]
    for attempt in load:
        refuse(attempt, match="'/layers/dense/vars/0'", folder=tmp_path)


@pytest.mark.parametrize("make", [soft_link, external_link, external_storage, virtual])
def test_cve_2026_1669_in_old_files(make, tmp_path):
    path = tmp_path / "m.h5"
    benign().save(path)
    with h5py.File(path, "r+") as file:
        group = file["model_weights/dense/net/dense"]
        kernel = group["kernel"][()]
        group["1"] = 0.0
        make(_Renamed(group, {"0": "kernel"}), kernel, path)
    refuse(lambda: load_model(path), match="dense/kernel'", folder=tmp_path)


class _Renamed:
    """A group in which one name stands for another."""

    def __init__(self, group, names):
        self.group, self.names = group, names
        del group["kernel"]

    def __setitem__(self, key, value):
        self.group[self.names.get(key, key)] = value

    def __delitem__(self, key):
        del self.group[key]

    def create_dataset(self, key, *args, **kwargs):
        return self.group.create_dataset(self.names[key], *args, **kwargs)

    def create_virtual_dataset(self, key, layout):
        return self.group.create_virtual_dataset(self.names[key], layout)


def test_cve_2026_1669_links_of_groups(weights):
    """Also where a link hides in the middle of a path."""
    with h5py.File(weights.with_name("other.h5"), "w") as other:
        other["layers/dense/vars/0"] = np.zeros((4, 3))
    for link in (h5py.ExternalLink("other.h5", "/layers"), h5py.SoftLink("/hidden")):
        with h5py.File(weights, "r+") as file:
            if "hidden" not in file:
                file.move("layers", "hidden")
            else:
                del file["layers"]
            file["layers"] = link
        refuse(
            lambda: load_weights(benign(), weights),
            match="'/layers' cannot be read. It is a",
            folder=weights.parent,
        )


def test_filters_that_need_plug_ins(weights):
    """HDF5 would load a library for them."""
    content = weights.read_bytes()
    with_kernel(
        weights,
        lambda group, kernel, path: group.create_dataset(
            "0", data=kernel, chunks=(4, 3), compression="gzip"
        ),
    )
    data = bytearray(weights.read_bytes())
    at = data.find(b"deflate")
    assert at > 0 and content
    # The number of the filter stands some bytes before its name.
    at = data.rfind(b"\x01\x00", 0, at)
    data[at : at + 2] = (32015).to_bytes(2, "little")
    weights.write_bytes(data)
    refuse(lambda: load_weights(benign(), weights), folder=weights.parent)


# Objects.


@rv.saving.register_keras_serializable("evil")
class Wrapping(rv.layers.Layer):
    """A registered layer that makes another from its config."""

    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = rv.saving.deserialize_keras_object(inner)

    def call(self, x):
        return self.inner(x)

    def get_config(self):
        inner = rv.saving.serialize_keras_object(self.inner)
        return {**super().get_config(), "inner": inner}


def test_cve_2026_1462_saved_models_elsewhere(route, tmp_path):
    """`TFSMLayer` loaded a program from any path; also inside a registered layer."""
    entry = layer("TFSMLayer", filepath=str(tmp_path / "program"))
    refuse(route(entry, tmp_path), match="Could not locate", folder=tmp_path)
    outer = layer("Wrapping", inner=entry)
    outer |= {"registered_name": "evil>Wrapping", "module": "evil"}
    refuse(route(outer, tmp_path), match="Could not locate", folder=tmp_path)
    outer["config"]["inner"] = layer("Lambda", function=payload(tmp_path / "made"))
    refuse(route(outer, tmp_path), match="safe_mode=False", folder=tmp_path)


@pytest.mark.parametrize(
    "name", ["..", "a/../b", "../../x", "/etc/x", "C:\\x", "a\0b", "x" * 5000, ".", ""]
)
def test_cve_2026_12479_names_as_folders(name, tmp_path):
    """Names of layers are no names of files: assets lie where attributes say."""

    class Words(rv.layers.Layer):
        text = "words"

        def call(self, x):
            return x

        def save_assets(self, folder):
            pathlib.Path(folder, "words.txt").write_text(self.text)

        def load_assets(self, folder):
            self.text = pathlib.Path(folder, "words.txt").read_text()

    folder = tmp_path / "inside"
    folder.mkdir()
    try:
        model = rv.Sequential([rv.Input((4,)), Words(name=name)])
        model.save(folder / "m.keras")
    except ValueError:
        return  # such a layer cannot be made, or not be saved
    for path, zipped in ((folder / "m.keras", True), (folder / "m", False)):
        model.save(path, zipped=zipped)
        again = load_model(path, custom_objects={"Words": Words})
        assert again.layers[0].text == "words"
    assert os.listdir(tmp_path) == ["inside"]
    assert set(os.listdir(folder)) == {"m.keras", "m"}


@pytest.mark.parametrize("options", [{}, {"safe_mode": None}, {"safe_mode": 0}])
def test_cve_2026_12481_unset_is_safe(options, route, tmp_path):
    entry = layer("Lambda", function=payload(tmp_path / "made"))
    load = route(entry, tmp_path, **options)
    refuse(load, match="safe_mode=False", folder=tmp_path)
    config = dict(entry["config"])
    refuse(lambda: rv.layers.Lambda.from_config(config), match="safe_mode=False")
    unset = {"safe_mode": None}
    refuse(lambda: rv.layers.Lambda.from_config(config, **unset), match="safe_mode=Fal")


def test_safe_mode_is_that_of_the_whole_call(tmp_path):
    """What is deserialized on the way cannot allow more, and is allowed as much."""
    Clone.entry = None
    entry = layer("Wrapping", inner=layer("Lambda", function=payload(tmp_path / "x")))
    entry |= {"registered_name": "evil>Wrapping", "module": "evil"}
    made = rv.saving.deserialize_keras_object(entry, safe_mode=False)
    assert isinstance(made.inner, rv.layers.Lambda)
    refuse(lambda: rv.saving.deserialize_keras_object(entry), match="safe_mode=False")


def test_safe_mode_false_allows_lambdas_only(file_route, tmp_path):
    for entry in (
        function("os", "system"),
        layer("Lambda", function=function("os", "system")),
        layer("StringLookup", vocabulary="/etc/hostname"),
        layer("TorchModuleWrapper"),
    ):
        refuse(file_route(entry, tmp_path, safe_mode=False), folder=tmp_path)


# Archives.


@pytest.mark.parametrize(
    "name",
    ["../evil", "../m_evil/x", "assets/../../x", "/etc/evil", "assets//x", "C:x"],
)
def test_ghsa_hqp4_2352_xf5r_members_outside(name, tmp_path, monkeypatch):
    """Compared with no folder at all: such names are refused, whatever the folder."""
    path = tmp_path / "m.keras"
    benign().save(path)
    rewrite(path, {name: b"evil"})
    for folder in (tmp_path, pathlib.Path("/")):
        monkeypatch.chdir(folder)
        before = sorted(tmp_path.rglob("*"))
        refuse(
            lambda: load_model(path), match="would leave its folder", folder=tmp_path
        )
        assert sorted(tmp_path.rglob("*")) == before


def test_ghsa_hqp4_2352_xf5r_links(tmp_path):
    path = tmp_path / "m.keras"
    benign().save(path)
    link = zipfile.ZipInfo("assets/link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc")
    refuse(lambda: load_model(path), match="'assets/link' is a link", folder=tmp_path)


@pytest.mark.parametrize(
    "member", ["config.json", "model.weights.h5", "metadata.json", "assets/words.txt"]
)
def test_decompression_bombs(member, tmp_path):
    path = tmp_path / "m.keras"
    benign().save(path)
    rewrite(path, {member: bytes(80 * 2**20)}, zipfile.ZIP_DEFLATED)
    refuse(lambda: load_model(path), match=f"'{member}' declares", folder=tmp_path)


def test_many_small_bombs(tmp_path):
    path = tmp_path / "m.keras"
    benign().save(path)
    files = {f"assets/{i}": bytes(2**23) for i in range(10)}
    rewrite(path, files, zipfile.ZIP_DEFLATED)
    refuse(lambda: load_model(path), match="The archive declares", folder=tmp_path)


def test_members_that_overlap(tmp_path):
    path = tmp_path / "m.keras"
    benign().save(path)
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    for offset in (20, 24):  # sizes of the first member in the directory
        content[at + offset : at + offset + 4] = (len(content)).to_bytes(4, "little")
    path.write_bytes(content)
    refuse(lambda: load_model(path), match="overlap", folder=tmp_path)


def test_bombs_of_text(file_route, tmp_path):
    for entry, message in (
        (layer("Dense", units=1, bias=[0] * 3000), "config_bytes"),
        (layer("Dense", units=1, bias=nested(200)), "deep"),
        (layer("Dense", units=1, bias=nested(100_000)), "deep|JSON"),
    ):
        try:
            load = file_route(entry, tmp_path)
        except RecursionError:
            continue  # Python does not write such a text
        with set_limits(config_bytes=8000):
            refuse(load, match=message, folder=tmp_path)


def nested(depth):
    result: list = []
    for _ in range(depth):
        result = [result]
    return result


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_not_finite(text, tmp_path):
    path = tmp_path / "m.keras"
    benign().save(path)
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json").decode()
    rewrite(path, {"config.json": config.replace('"units": 3', f'"units": {text}')})
    message = "m.keras.*config of 'dense' holds the number"
    refuse(lambda: load_model(path), match=message, folder=tmp_path)


def test_keys_that_stand_twice(tmp_path):
    path = tmp_path / "m.keras"
    benign().save(path)
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json").decode()
    config = config.replace('"units": 3', '"units": 3, "units": 4')
    rewrite(path, {"config.json": config})
    message = "m.keras.*'units' stands twice"
    refuse(lambda: load_model(path), match=message, folder=tmp_path)


def test_graphs_with_loops(tmp_path):
    """A layer that waits for its own output made loading wait forever."""
    x = rv.Input((4,), name="x")
    a = rv.layers.Dense(4, name="a")
    model = rv.Model(x, rv.layers.Dense(4, name="b")(a(x)))
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        config = json.loads(archive.read("config.json"))
    (node,) = config["config"]["layers"][1]["inbound_nodes"]
    node["args"][0]["config"]["keras_history"] = ["b", 0, 0]
    rewrite(tmp_path / "m.keras", {"config.json": json.dumps(config)})
    refuse(lambda: load_model(tmp_path / "m.keras"), match="loops", folder=tmp_path)


def test_pickles_in_arrays(tmp_path):
    """Arrays in configs hold numbers: no objects, and no texts of a billion letters."""
    for dtype in ("object", "O", "U1000000000", "V1000000000", "datetime64", "S9"):
        for tag in ("__numpy__", "__tensor__"):
            config = {"class_name": tag, "config": {"value": [1], "dtype": dtype}}
            refuse(lambda c=config: rv.saving.deserialize_keras_object(c))


@pytest.mark.parametrize(
    "shards", ["../m.weights.h5", "/etc/passwd", ["a/b.weights.h5"], [1], {}, "x.bin"]
)
def test_shards_lie_beside_their_list(shards, tmp_path):
    path = tmp_path / "m.weights.json"
    benign().save_weights(path, max_shard_size=1)
    index = json.loads(path.read_text())
    index["weight_map"]["/layers/dense/vars"] = shards
    path.write_text(json.dumps(index))
    refuse(
        lambda: load_weights(benign(), path),
        match="m.weights.json.*'/layers/dense/vars'",
        folder=tmp_path,
    )
