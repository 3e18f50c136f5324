"""Files made to harm: each is refused, and nothing in it runs or is looked up."""

import json
import os
import sys
import warnings
import zipfile

import h5py
import keras
import numpy as np
import pytest

import ranvier as rv
from ranvier.saving import (
    deserialize_keras_object,
    get_limits,
    load_model,
    load_weights,
    set_limits,
)
from tests.saving.evil import rewrite

# Keras's variables have no `copy` argument in `__array__`, as NumPy 2 wants.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn")


def model():
    return rv.Sequential([rv.Input((4,)), rv.layers.Dense(3)])


@pytest.fixture
def archive(tmp_path):
    model().save(tmp_path / "m.keras")
    return tmp_path / "m.keras"


@pytest.fixture
def weights(tmp_path):
    model().save_weights(tmp_path / "m.weights.h5")
    return tmp_path / "m.weights.h5"


def edit_config(path, change):
    with zipfile.ZipFile(path) as old:
        config = json.loads(old.read("config.json"))
    change(config)
    rewrite(path, {"config.json": json.dumps(config)})


# Archives.


def test_recompressed_archives_are_fine(archive):
    rewrite(archive, {}, zipfile.ZIP_DEFLATED)
    assert load_model(archive).count_params() == 15


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"config.json": None}, "no member 'config.json'"),
        ({"model.weights.h5": None}, "no member 'model.weights.h5'"),
        ({"config.json": b"{"}, "no valid JSON"),
        ({"config.json": b"[" * 100_000}, "no valid JSON"),
        ({"config.json": b"[1]"}, "does not name a class"),
        ({"model.weights.h5": b"no HDF5"}, "no HDF5 file"),
        ({"assets/../../evil.txt": b"x"}, "would leave its folder"),
        ({"assets//etc/evil": b"x"}, "would leave its folder"),
        ({"assets/C:evil": b"x"}, "would leave its folder"),
    ],
    ids=str,
)
def test_members(changes, message, archive):
    rewrite(archive, changes)
    with pytest.raises(ValueError, match=message) as caught:
        load_model(archive)
    assert "m.keras" in str(caught.value)


def test_two_members_of_one_name(archive):
    with zipfile.ZipFile(archive, "a") as file:
        with pytest.warns(UserWarning, match="Duplicate name"):
            file.writestr("config.json", "{}")
    with pytest.raises(ValueError, match="several members of one name"):
        load_model(archive)


def test_decompression_bombs(archive):
    rewrite(archive, {"config.json": bytes(80 * 2**20)}, zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match="'config.json' declares 83,886,080 bytes"):
        load_model(archive)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_torn_archives(share, archive):
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ValueError, match="no zip archive"):
        load_model(archive)


def test_flipped_bits_are_noticed(archive):
    content = archive.read_bytes()
    with zipfile.ZipFile(archive) as file:
        infos = file.infolist()
    for info in infos[1:]:
        damaged = bytearray(content)
        damaged[info.header_offset + 100] ^= 0x10
        archive.write_bytes(damaged)
        with pytest.raises(ValueError, match=f"'{info.filename}' cannot be read"):
            load_model(archive)


# Configs.


def nothing_is_imported(config):
    before = set(sys.modules)
    with pytest.raises((TypeError, ValueError)) as caught:
        deserialize_keras_object(config)
    assert set(sys.modules) == before
    return str(caught.value)


@pytest.mark.parametrize(
    "module, class_name, name",
    [
        ("os", "function", "system"),
        ("builtins", "function", "eval"),
        ("keras.utils", "function", "get_file"),
        ("keras.src.utils.file_utils", "function", "extract_archive"),
        ("this", "Zen", {}),
        ("ranvier.core._files", "function", "atomic_path"),
        ("subprocess", "Popen", {"args": ["true"]}),
        ("keras.config", "function", "enable_unsafe_deserialization"),
    ],
)
def test_foreign_names(module, class_name, name):
    config = {
        "module": module,
        "class_name": class_name,
        "config": name,
        "registered_name": name if isinstance(name, str) else class_name,
    }
    assert "Could not locate" in nothing_is_imported(config)


def test_lambdas():
    code = {"class_name": "__lambda__", "config": {"value": ["4wAAAA==", None, None]}}
    assert "lambda" in nothing_is_imported(code)


def test_foreign_names_inside_a_model(archive):
    def change(config):
        dense = config["config"]["layers"][1]["config"]
        dense["activation"] = {
            "module": "os",
            "class_name": "function",
            "config": "abort",
            "registered_name": "abort",
        }

    edit_config(archive, change)
    with pytest.raises(TypeError, match="Could not locate function 'abort'"):
        load_model(archive)


# HDF5.


def replace(path, make):
    with h5py.File(path, "r+") as file:
        group = file["layers/dense/vars"]
        kernel = group["0"][()]
        del group["0"]
        make(group, kernel, path)


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


def virtual_dataset(group, kernel, path):
    with h5py.File(path.with_name("other.h5"), "w") as other:
        other["secret"] = kernel
    layout = h5py.VirtualLayout(kernel.shape, "float32")
    layout[:] = h5py.VirtualSource("other.h5", "secret", kernel.shape)
    group.create_virtual_dataset("0", layout)


def text(group, kernel, path):
    group["0"] = np.full(kernel.shape, "text", dtype=object)


def folder(group, kernel, path):
    group.create_group("0")


def huge(group, kernel, path):
    group.create_dataset("0", (2**40,), "float32", chunks=(1024,), compression="gzip")


@pytest.mark.parametrize(
    "make, message",
    [
        (soft_link, "is a SoftLink"),
        (external_link, "is a ExternalLink"),
        (external_storage, "from other files"),
        (virtual_dataset, "from other files"),
        (text, "holds no numbers"),
        (folder, "should be a dataset"),
        (huge, "declares 4,398,046,511,104 bytes"),
    ],
)
def test_datasets(make, message, weights):
    replace(weights, make)
    with pytest.raises(ValueError, match=message):
        load_weights(model(), weights)


def test_links_between_groups(weights):
    with h5py.File(weights, "r+") as file:
        file.move("layers", "hidden")
        file["layers"] = h5py.SoftLink("/hidden")
    with pytest.raises(ValueError, match="'/layers' cannot be read. It is a SoftLink"):
        load_weights(model(), weights)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_torn_weights(share, weights):
    content = weights.read_bytes()
    weights.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ValueError, match="m.weights.h5"):
        load_weights(model(), weights)


def test_values_damaged_inside_a_compressed_dataset(tmp_path):
    layer = rv.layers.Dense(64)
    layer.build((None, 64))
    path = tmp_path / "m.weights.h5"
    rv.saving.save_weights(layer, path)
    with h5py.File(path, "r+") as file:
        values = file["vars/0"][()]
        del file["vars/0"]
        stored = file["vars"].create_dataset("0", data=values, compression="gzip")
        offset = stored.id.get_chunk_info(0).byte_offset
    content = bytearray(path.read_bytes())
    content[offset + 20 : offset + 40] = bytes(20)
    path.write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read"):
        load_weights(layer, path)


# Limits.


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.weights.h5"])
def test_pipes_are_not_waited_for(name, tmp_path):
    os.mkfifo(tmp_path / name)
    with pytest.raises(ValueError, match=f"{name}.*not a regular file"):
        load_weights(model(), tmp_path / name)


def test_pipes_among_shards(tmp_path):
    model().save_weights(tmp_path / "m.weights.json", max_shard_size=1)
    (shard,) = tmp_path.glob("*.weights.h5")
    shard.unlink()
    os.mkfifo(shard)
    with pytest.raises(ValueError, match=f"m.weights.json.*{shard.name}.*regular"):
        load_weights(model(), tmp_path / "m.weights.json")


def test_limits_can_be_changed(archive):
    rewrite(archive, {"assets/zeros": bytes(2**20)}, zipfile.ZIP_DEFLATED)
    with set_limits(free_bytes=2**16):
        with pytest.raises(ValueError, match="'assets/zeros' declares 1,048,576 bytes"):
            load_model(archive)
        with set_limits(expansion=2000):
            load_model(archive)
    assert get_limits().free_bytes == 64 * 2**20
    edit_config(archive, lambda c: c["config"].update(note=float("inf")))
    with pytest.raises(ValueError, match="'sequential.*' holds the number inf"):
        load_model(archive)
    with set_limits(nan=True):
        load_model(archive)


def test_limits_stay_changed_outside_of_a_block():
    outer = get_limits()
    changed = set_limits(depth=7)
    assert get_limits().depth == 7
    changed.__exit__()
    assert get_limits() == outer


@pytest.mark.parametrize(
    "changes, error", [({"deepness": 3}, TypeError), ({"depth": 0}, ValueError)]
)
def test_limits_that_make_no_sense(changes, error):
    with pytest.raises(error, match="limit"):
        set_limits(**changes)


def test_arguments_of_calls_may_be_infinite(tmp_path):
    x = rv.Input((4,))
    model = rv.Model(x, rv.ops.where(x > 0, x, -float("inf")))
    model.save(tmp_path / "m.keras")
    assert np.isinf(load_model(tmp_path / "m.keras")(-np.ones((1, 4)))).all()


# Lambdas.


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
@pytest.mark.parametrize("writer, reader", [(rv, rv), (rv, keras), (keras, rv)])
def test_lambdas_of_files_that_are_trusted(writer, reader, name, tmp_path):
    factor = 3.0
    layers = [
        writer.Input((4,)),
        writer.layers.Lambda(lambda x, bias=1.0: x * factor + bias),
        writer.layers.Lambda(lambda x: x[:, :2], output_shape=lambda s: (s[0], 2)),
    ]
    model = writer.Sequential(layers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that code is written
        model.save(tmp_path / name)
    with pytest.raises(ValueError, match="safe_mode=False"):
        reader.saving.load_model(tmp_path / name)
    again = reader.saving.load_model(tmp_path / name, safe_mode=False)
    x = np.ones((2, 4), "float32")
    np.testing.assert_array_equal(again(x), model(x))
    assert again.output_shape == (None, 2)


def test_writing_code_is_warned_about(tmp_path):
    model = rv.Sequential([rv.Input((4,)), rv.layers.Lambda(lambda x: x)])
    with pytest.warns(UserWarning, match="lambda is written as bytecode"):
        model.save(tmp_path / "m.keras")


def test_global_names_of_lambdas(tmp_path):
    """They are looked up in `custom_objects`: the file has no modules."""
    model = rv.Sequential(
        [rv.Input((4,)), rv.layers.Lambda(lambda x: np.float32(2) * x)]
    )
    with pytest.warns(UserWarning, match="bytecode"):
        model.save(tmp_path / "m.keras")
    names = {"np": np}
    again = load_model(tmp_path / "m.keras", custom_objects=names, safe_mode=False)
    np.testing.assert_array_equal(again(np.ones((1, 4))), 2 * np.ones((1, 4)))


def test_code_that_is_none():
    for text in ("!!!", "4wAAAA==", "aQEAAAA="):
        config = {"class_name": "__lambda__", "config": {"value": [text, None, None]}}
        with pytest.raises(ValueError, match="lambda"):
            deserialize_keras_object(config, safe_mode=False)


def test_the_switch_of_keras():
    from ranvier.core import _config

    with pytest.warns(UserWarning, match="bytecode"):
        code = rv.saving.serialize_keras_object(lambda x: x)
    entry = {"class_name": "Lambda", "config": {"function": code}}
    with pytest.raises(ValueError, match="safe_mode=False"):
        deserialize_keras_object(entry)
    rv.config.enable_unsafe_deserialization()
    try:
        assert deserialize_keras_object(entry).function(1) == 1
    finally:
        _config._settings["unsafe_deserialization"] = False
