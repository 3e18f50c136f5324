"""`.keras` files: what is in them, how they are written, what comes back."""

import io
import json
import os
import pathlib
import stat
import sys
import zipfile

import h5py
import keras
import numpy as np
import pytest

import ranvier as rv
from ranvier.saving import load_model, save_model
from ranvier.saving._archive import read_archive, write_archive
from tests.saving.evil import rewrite

# Keras's variables have no `copy` argument in `__array__`, as NumPy 2 wants.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn")

X = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)


def small(k=rv, units=3):
    model = k.Sequential([k.Input((4,)), k.layers.Dense(units, name="dense")])
    model.compile("adam", "mse", metrics=["mae"])
    return model


def test_members(tmp_path):
    small().save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        names = [info.filename for info in archive.infolist()]
        assert names == ["metadata.json", "config.json", "model.weights.h5"]
        metadata = json.loads(archive.read("metadata.json"))
    assert metadata["ranvier_version"] == rv.__version__
    assert os.listdir(tmp_path) == ["m.keras"]


def test_compiled_state(tmp_path):
    model = small()
    model.train_on_batch(X, X[:, :3])
    model.save(tmp_path / "m.keras")
    again = load_model(str(tmp_path / "m.keras"))
    assert again.compiled and again.get_config() == model.get_config()
    assert int(again.optimizer.iterations) == 1
    plain = load_model(tmp_path / "m.keras", compile=False)
    assert not plain.compiled
    np.testing.assert_array_equal(plain(X), model(X))


def test_compiled_but_never_trained(tmp_path):
    model = small()
    model.optimizer.learning_rate = 0.125
    model.save(tmp_path / "m.keras")
    again = load_model(tmp_path / "m.keras")
    assert again.optimizer.built and float(again.optimizer.learning_rate) == 0.125


def test_without_the_optimizers_variables(tmp_path):
    model = small()
    model.train_on_batch(X, X[:, :3])
    model.save(tmp_path / "m.keras", include_optimizer=False)
    with pytest.warns(UserWarning, match="Skipping variable loading"):
        again = load_model(tmp_path / "m.keras")
    assert int(again.optimizer.iterations) == 0


@pytest.mark.parametrize("writer, reader", [(rv, rv), (rv, keras), (keras, rv)])
def test_folders(writer, reader, tmp_path):
    model = small(writer)
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "m", zipped=False)
    if writer is rv:  # again, over what is there
        model.save(tmp_path / "m", zipped=False)
    again = reader.saving.load_model(tmp_path / "m")
    np.testing.assert_allclose(again(X), model(X), rtol=1e-5)
    assert os.listdir(tmp_path) == ["m"]


def test_file_objects():
    model = small()
    file = io.BytesIO()
    write_archive(model, file)
    np.testing.assert_array_equal(read_archive(file)(X), model(X))


def test_unbuilt_models_are_saved_with_a_warning(tmp_path):
    model = rv.Sequential([rv.layers.Dense(2)])
    with pytest.warns(UserWarning, match="before it is built"):
        model.save(tmp_path / "m.keras")
    assert load_model(tmp_path / "m.keras")(X).shape == (2, 2)


def test_layers_shared_between_nested_models(tmp_path):
    dense = rv.layers.Dense(4, name="shared")
    stack = rv.Sequential([rv.Input((4,)), dense, rv.layers.ReLU()])
    i = rv.Input((4,))
    inner = rv.Model(i, dense(i * 2.0))
    x = rv.Input((4,))
    model = rv.Model(x, stack(x) + inner(x) + dense(x))
    model.save(tmp_path / "m.keras")
    again = load_model(tmp_path / "m.keras")
    assert len(again.weights) == 2
    np.testing.assert_allclose(again(X), model(X), rtol=1e-6)


def make_vocabulary(k):
    class Vocabulary(k.layers.Layer):
        """A layer that brings a file of its own."""

        words = ()

        def call(self, x):
            return x

        def save_assets(self, folder):
            path = pathlib.Path(folder, "words.txt")
            path.write_text("\n".join(self.words))

        def load_assets(self, folder):
            text = pathlib.Path(folder, "words.txt").read_text()
            self.words = tuple(text.split("\n"))

    return Vocabulary


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("writer, reader", [(rv, rv), (rv, keras), (keras, rv)])
def test_assets(writer, reader, zipped, tmp_path):
    layer = make_vocabulary(writer)()
    layer.words = ("one", "two")
    model = writer.Sequential([writer.Input((4,)), writer.layers.Dense(2), layer])
    path = tmp_path / ("m.keras" if zipped else "m")
    model.save(path, zipped=zipped)
    again = reader.saving.load_model(
        path, custom_objects={"Vocabulary": make_vocabulary(reader)}
    )
    assert again.layers[1].words == ("one", "two")


# Writing.


@pytest.mark.parametrize("answers, replaced", [("n\n", False), ("what\ny\n", True)])
def test_asks_before_replacing(answers, replaced, tmp_path, monkeypatch):
    path = tmp_path / "m.keras"
    small(units=3).save(path)
    monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
    small(units=2).save(path, overwrite=False)
    assert load_model(path).output_shape == (None, 2 if replaced else 3)


class Failing(rv.layers.Dense):
    """A layer that cannot be written."""

    def save_own_variables(self, store):
        raise RuntimeError("cannot be written")


def test_failed_writes_leave_what_was_there(tmp_path):
    path = tmp_path / "m.keras"
    small().save(path)
    before = path.read_bytes()
    model = rv.Sequential([rv.Input((4,)), Failing(2)])
    with pytest.raises(RuntimeError):
        model.save(path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["m.keras"]


def test_links_and_permissions_are_kept(tmp_path):
    target = tmp_path / "target.keras"
    small(units=3).save(target)
    os.chmod(target, 0o640)
    link = tmp_path / "link.keras"
    link.symlink_to(target)
    small(units=2).save(link)
    assert link.is_symlink() and load_model(target).output_shape == (None, 2)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


# Arguments.


@pytest.mark.parametrize(
    "name, arguments, message",
    [
        ("m.hdf", {}, r"Invalid filepath extension.*must end in `\.keras`"),
        ("m", {}, r"must end in `\.keras`"),
        ("m.keras", {"zipped": False}, r"should not end in"),
        ("m.keras", {"save_format": "h5"}, r"`save_format` argument is deprecated"),
        ("m.keras", {"compression": 9}, r"not supported .* \['compression'\]"),
    ],
)
def test_arguments_of_save(name, arguments, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        save_model(small(), tmp_path / name, **arguments)


def test_names_that_are_not_known(tmp_path):
    class Mine(rv.layers.Dense):
        pass

    model = rv.Sequential([rv.Input((4,)), Mine(2)])
    model.save(tmp_path / "m.keras")
    with pytest.raises(TypeError, match=r"m\.keras'. Could.*'Mine'.*custom_ob"):
        load_model(tmp_path / "m.keras")
    again = load_model(tmp_path / "m.keras", custom_objects={"Mine": Mine})
    assert type(again.layers[0]) is Mine


@pytest.mark.parametrize(
    "name, message",
    [("none.keras", "File not found"), ("text.txt", "`.keras` and `.h5` files")],
)
def test_files_of_other_kinds(name, message, tmp_path):
    (tmp_path / "text.txt").write_text("text")
    with pytest.raises(ValueError, match=f"{name}.*{message}"):
        load_model(tmp_path / name)


def test_loaded_values_are_not_written_into(tmp_path):
    """They may lie in the memory that the file was read to."""
    model = rv.Sequential([rv.Input((64,)), rv.layers.Dense(512, name="wide")])
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.keras")
    again = load_model(tmp_path / "m.keras")
    x = np.ones((8, 64), "float32")
    held = again.weights[0].value
    before = np.array(held)
    again.fit(x, np.ones((8, 512)), epochs=2, verbose=0)
    assert not np.array_equal(again.weights[0].numpy(), before)
    np.testing.assert_array_equal(held, before)
    np.testing.assert_array_equal(model.weights[0].numpy(), before)


def test_values_in_another_order_of_bytes(tmp_path):
    model = small()
    model.save(tmp_path / "m.keras")
    kernel = model.weights[0].numpy()
    file = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        file.write(archive.read("model.weights.h5"))
    with h5py.File(file, "r+") as h5:
        group = h5["layers/dense/vars"]
        del group["0"]
        group["0"] = kernel.astype(">f4")
    rewrite(tmp_path / "m.keras", {"model.weights.h5": file.getvalue()})
    again = load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.weights[0].numpy(), kernel)
