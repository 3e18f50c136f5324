"""Files damaged at random: they load, or fail with a ValueError or a TypeError.

No other error, no hang, no memory above a bound. `make fuzz` tries thousands of them.
"""

import contextlib
import copy
import io
import json
import os
import resource
import signal
import warnings
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ranvier as rv

QUICK = 30  # examples a test
MANY = int(os.environ.get("RANVIER_FUZZ", 1000))
SECONDS = 20  # for one file, on a busy machine
MIB = 300  # how much a process may grow over one test


def _model():
    x = rv.Input((4,), name="x")
    h = rv.layers.Dense(3, "relu", kernel_regularizer="l2", name="first")(x)
    inner = rv.Sequential([rv.Input((3,)), rv.layers.BatchNormalization()], name="in")
    y = rv.layers.Dense(2, name="last")(inner(h) * 2.0)
    model = rv.Model(x, y, name="net")
    model.compile("adam", "mse", metrics=["mae"])
    model.optimizer.build(model.trainable_variables)
    return model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with one sound file of each kind."""
    folder = tmp_path_factory.mktemp("fuzz")
    model = _model()
    model.save(folder / "m.keras")
    model.save(folder / "m.h5")
    model.save_weights(folder / "m.weights.h5")
    model.save_weights(folder / "m.weights.json", max_shard_size=200 / 2**30)
    return folder


# Damage.

PLACES = st.floats(0, 1, exclude_max=True)


@st.composite
def damages(draw):
    """Functions from bytes to damaged bytes."""
    kind = draw(st.sampled_from(["flip", "flip", "cut", "drop", "insert", "fill"]))
    places = draw(st.lists(PLACES, min_size=1, max_size=4))
    data = draw(st.binary(min_size=1, max_size=8))

    def damage(content):
        content = bytearray(content)
        if kind == "cut":
            return bytes(content[: int(places[0] * len(content))])
        for place in places:
            at = int(place * len(content))
            if kind == "flip":
                content[at : at + 1] = [content[at] ^ (1 << data[0] % 8)]
            elif kind == "drop":
                del content[at : at + data[0]]
            elif kind == "insert":
                content[at:at] = data
            else:
                content[at : at + len(data)] = data
        return bytes(content)

    return damage


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**31, 2**63, -1, 10**30, 1e308, float("nan"), "", "..", "x"])
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        [
            {"class_name": "Dense", "config": {"units": 3}},
            {"class_name": "__lambda__", "config": {"value": ["4wAAAA==", None, None]}},
            {"class_name": "__numpy__", "config": {"value": [1], "dtype": "float32"}},
            {"class_name": "__keras_tensor__", "config": {}},
            {"class_name": "function", "config": "relu", "module": "builtins"},
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["class_name", "config", "name"]), inner)
    ),
    max_leaves=5,
)


def _paths(node, path=()):
    yield path
    if isinstance(node, dict):
        items = node.items()
    else:
        items = enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from _paths(value, (*path, key))


@st.composite
def edits(draw):
    """Functions from a JSON text to that of a changed structure."""
    places = draw(st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=3))
    kind = draw(st.sampled_from(["replace", "replace", "delete", "move", "nest"]))
    value = draw(VALUES)

    def edit(text):
        content = json.loads(text)
        for first, second in places:
            paths = [path for path in _paths(content) if path]
            if not paths:
                break
            path, other = (paths[int(p * len(paths))] for p in (first, second))
            parent = _at(content, path[:-1])
            if kind == "replace":
                parent[path[-1]] = copy.deepcopy(value)
            elif kind == "delete":
                del parent[path[-1]]
            elif kind == "move":
                parent[path[-1]] = copy.deepcopy(_at(content, other))
            else:
                parent[path[-1]] = [{"config": parent[path[-1]]}]
        return json.dumps(content).encode()

    return edit


def _at(node, path):
    for key in path:
        node = node[key]
    return node


@st.composite
def archives(draw):
    """Functions from an archive to one with other members."""
    name = draw(st.sampled_from(["config.json", "model.weights.h5", "metadata.json"]))
    kind = draw(st.sampled_from(["remove", "rename", "twice", "damage", "swap"]))
    new = draw(
        st.sampled_from(["../x", "assets/x", "x" * 300, "config.json/", "é", "a:b"])
    )
    damage = draw(damages())
    compression = draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))

    def change(content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(n, archive.read(n)) for n in archive.namelist()]
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", compression) as archive:
            for member, data in members:
                if member == name:
                    if kind == "remove":
                        continue
                    if kind == "swap":
                        data = members[(members.index((member, data)) + 1) % 3][1]
                    member = new if kind == "rename" else member
                    data = damage(data) if kind == "damage" else data
                    if kind == "twice":
                        archive.writestr(member, damage(data))
                archive.writestr(member, data)
        return out.getvalue()

    return change


def in_member(edit):
    """Applies an edit to the config of an archive."""

    def change(content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {n: archive.read(n) for n in archive.namelist()}
        members["config.json"] = edit(members["config.json"])
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return out.getvalue()

    return change


def in_attribute(edit):
    """Applies an edit to a config of an HDF5 file."""
    import h5py

    def change(content):
        file = io.BytesIO(content)
        with h5py.File(file, "r+") as h5:
            for name in ("model_config", "training_config"):
                h5.attrs[name] = edit(h5.attrs[name]).decode()
        return file.getvalue()

    return change


CASES = {
    "archive_bytes": ("m.keras", damages()),
    "archive_members": ("m.keras", archives()),
    "archive_config": ("m.keras", edits().map(in_member)),
    "weights_bytes": ("m.weights.h5", damages()),
    "hdf5_bytes": ("m.h5", damages()),
    "hdf5_config": ("m.h5", edits().map(in_attribute)),
    "shards_config": ("m.weights.json", edits()),
    "shards_bytes": ("m_00000.weights.h5", damages()),
}


# Loading.


@contextlib.contextmanager
def time_limit():
    def stop(*_):
        raise AssertionError(f"loading took more than {SECONDS} seconds")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def load(path, model):
    if "weights" in path.name:
        model.load_weights(path)
    else:
        rv.saving.load_model(path)


def attempt(folder, name, change, model):
    """Loads a damaged file; returns how that ended."""
    content = (folder / name).read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path, target = folder / f"damaged_{name}", folder / f"damaged_{name}"
        if name.startswith("m_"):  # a shard, which its list names
            path, target = folder / name, folder / "m.weights.json"
        try:
            path.write_bytes(change(content))
            with time_limit():
                load(target, model)
        except (ValueError, TypeError) as error:
            return type(error).__name__
        finally:
            if name.startswith("m_"):
                path.write_bytes(content)
    return "loaded"


def run(folder, case, count, random):
    name, changes = CASES[case]
    model, ends = _model(), {}
    load(folder / ("m.weights.json" if name.startswith("m_") else name), model)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=not random,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(change=changes)
    def check(change):
        end = attempt(folder, name, change, model)
        ends[end] = ends.get(end, 0) + 1

    check()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(f"{case}: {sum(ends.values())} files, {ends}, grown by {grown} MiB")
    assert grown < MIB


@pytest.mark.parametrize("case", CASES)
def test_damaged_files(case, folder):
    run(folder, case, QUICK, random=False)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_many_damaged_files(case, folder):
    run(folder, case, MANY, random=True)
