"""`.h5` files: models of Keras 2, and weights by order or by name."""

import pathlib
import zipfile

import h5py
import keras
import numpy as np
import pytest

import ranvier as rv
from ranvier.saving import load_model, set_limits
from tests.saving.kinds import custom_objects, sequential

# Keras's variables have no `copy` argument in `__array__`, as NumPy 2 wants.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn")

# As in `make_keras2.py`.
X = np.linspace(-1, 1, 32, dtype="float32").reshape(8, 4)
Y = X[:, :1] ** 2
CLASSES = (Y > 0.3).astype("int32")
FILES = pathlib.Path(__file__).with_name("keras2.zip")
TARGETS = {
    "sequential": Y,
    "functional": [Y, X[:, :3]],
    "old_optimizer": CLASSES.astype("float32"),
    "normalized": CLASSES,
    "with_lambda": Y,
}


@pytest.fixture(scope="module")
def keras2(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keras2")
    with zipfile.ZipFile(FILES) as archive:
        archive.extractall(folder)
    return folder


def outputs(model):
    found = model(X)
    return [np.asarray(y) for y in (found if isinstance(found, list) else [found])]


def assert_predicts(model, predictions, name):
    for i, y in enumerate(outputs(model)):
        # TensorFlow adds in another order.
        np.testing.assert_allclose(y, predictions[f"{name}.{i}"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", TARGETS)
def test_models_of_keras_2(name, keras2):
    """They predict, and go on training, as they did there."""
    predictions = np.load(keras2 / "predictions.npz")
    model = load_model(keras2 / f"{name}.h5", safe_mode=name != "with_lambda")
    assert_predicts(model, predictions, name)
    assert int(model.optimizer.iterations) == 4
    model.fit(X, TARGETS[name], epochs=1, batch_size=4, verbose=0, shuffle=False)
    assert_predicts(model, predictions, f"{name}.trained")


@pytest.mark.parametrize("by_name", [None, True])
@pytest.mark.parametrize("name", TARGETS)
def test_weights_of_keras_2(name, by_name, keras2):
    predictions = np.load(keras2 / "predictions.npz")
    path, safe = keras2 / f"{name}.h5", name != "with_lambda"
    model = load_model(path, compile=False, safe_mode=safe)
    assert not model.compiled
    for source in (keras2 / f"{name}_weights.h5", path):
        for variable in model.weights:
            variable.assign(np.zeros(variable.shape))
        model.load_weights(source, by_name=by_name)
        assert_predicts(model, predictions, name)


def stack(k, *units, name="stack"):
    layers = [k.layers.Dense(n, name=f"{name}_{i}") for i, n in enumerate(units)]
    return k.Sequential([k.Input((4,)), *layers], name="net")


@pytest.fixture
def saved(tmp_path):
    model = stack(rv, 3, 2)
    model.save(tmp_path / "m.h5")
    return model, tmp_path / "m.h5"


def test_by_order_and_by_name(saved):
    model, path = saved
    other = stack(rv, 3, 2, name="other")
    other.load_weights(path)
    np.testing.assert_array_equal(other(X), model(X))
    with pytest.raises(ValueError, match="has 3 layers with weights.*file has 2"):
        stack(rv, 3, 2, 1).load_weights(path)
    more = stack(rv, 3, 2, 1)
    more.load_weights(path, by_name=True)
    np.testing.assert_array_equal(more.layers[1](more.layers[0](X)), model(X))


@pytest.mark.parametrize("by_name", [False, True])
def test_what_does_not_fit(by_name, saved):
    model, path = saved
    other = stack(rv, 3, 5)
    message = r"stack_1/kernel' has shape \(3, 5\), the file has shape \(3, 2\)"
    with pytest.raises(ValueError, match=f"m.h5.*{message}"):
        other.load_weights(path, by_name=by_name)
    with pytest.warns(UserWarning, match=message):
        other.load_weights(path, by_name=by_name, skip_mismatch=True)
    np.testing.assert_array_equal(other.layers[0](X), model.layers[0](X))


def test_many_layers_need_several_attributes(tmp_path):
    """An attribute of HDF5 holds 64 KiB."""
    name = "a_long_name" * 40
    model = stack(rv, *[1] * 150, name=name)
    again = stack(rv, *[1] * 150, name=name)
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        assert "layer_names1" in file["model_weights"].attrs
    again.load_weights(tmp_path / "m.h5")
    theirs = stack(keras, *[1] * 150, name=name)
    theirs.load_weights(tmp_path / "m.h5")
    for found in (again, theirs):
        for ours, want in zip(found.weights, model.weights, strict=True):
            np.testing.assert_array_equal(np.asarray(ours.value), want.numpy())


def test_without_the_optimizer(tmp_path):
    model, _, _ = sequential(rv)
    model.save(tmp_path / "m.h5", include_optimizer=False)
    assert not load_model(tmp_path / "m.h5").compiled


def test_another_optimizers_state(saved):
    _, path = saved
    model, x, y = sequential(rv)
    model.compile("adam", "mse")
    model.train_on_batch(x, y)
    model.save(path)
    with h5py.File(path, "r+") as file:
        group = file["optimizer_weights"]
        group.attrs["weight_names"] = group.attrs["weight_names"][:-1]
    with pytest.warns(
        UserWarning, match="state of the optimizer 'adam.*' is not restor"
    ):
        again = load_model(path)
    assert int(again.optimizer.iterations) == 0


def test_names_of_losses_and_metrics(tmp_path):
    """Keras reads some names of losses only as the functions they stand for."""
    model, x, y = sequential(rv)
    model.compile("sgd", "mse", metrics=["mae", "accuracy"], weighted_metrics=["mse"])
    logs = model.train_on_batch(x, y, return_dict=True)
    model.save(tmp_path / "m.h5")
    theirs = keras.saving.load_model(tmp_path / "m.h5")
    theirs.compile(loss=theirs.loss, run_eagerly=True)
    assert load_model(tmp_path / "m.h5").train_on_batch(
        x, y, return_dict=True
    ).keys() == (logs.keys())
    np.testing.assert_allclose(theirs(x), model(x), rtol=1e-5)


def test_custom_functions(tmp_path):
    from tests.saving.kinds import custom

    model, x, y = custom(keras)
    model.run_eagerly = True
    model.train_on_batch(x, y)
    model.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5", custom_objects=custom_objects(rv))
    want = model.evaluate(x, y, verbose=0)
    np.testing.assert_allclose(again.evaluate(x, y, verbose=0), want, rtol=1e-5)


def test_bfloat16(tmp_path):
    layers = [rv.Input((4,)), rv.layers.Dense(2, dtype="bfloat16")]
    model = rv.Sequential(layers)
    model.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5")
    assert again.weights[0].dtype == "bfloat16"
    np.testing.assert_array_equal(again.weights[0].numpy(), model.weights[0].numpy())


# Damaged files.


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda f: f.attrs.pop("model_config"), "holds no model"),
        (lambda f: f.attrs.create("model_config", "{"), "'model_config' is no valid"),
        (lambda f: f.attrs.create("model_config", "[]"), "does not describe"),
        (lambda f: f.attrs.create("model_config", 1), "'model_config' is no text"),
        (lambda f: f.pop("model_weights"), "no group 'model_weights'"),
        (lambda f: f["model_weights"].pop("stack_0"), "lists 'stack_0', but"),
        (
            lambda f: f["model_weights/stack_0/net"].pop("stack_0"),
            "no '.*stack_0/kernel' in '/model_weights/stack_0'",
        ),
        (
            lambda f: f["model_weights"].attrs.create("layer_names", [1.5]),
            "'layer_names' of '/model_weights' is no list of names",
        ),
    ],
)
def test_damaged_files(change, message, saved):
    _, path = saved
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(ValueError, match=f"m.h5.*{message}"):
        load_model(path)


def test_attributes_are_bounded(saved):
    _, path = saved
    with set_limits(config_bytes=1000), pytest.raises(ValueError, match="config_bytes"):
        load_model(path)


def test_files_of_weights_are_no_models(keras2):
    with pytest.raises(ValueError, match="holds no model"):
        load_model(keras2 / "sequential_weights.h5")
    with pytest.raises(ValueError, match="no HDF5 file"):
        rv.saving.load_model(_text(keras2 / "text.h5"))


def _text(path):
    path.write_text("text")
    return path
