"""`.weights.h5` files: what fits, what does not, and what is left alone."""

import h5py
import keras
import numpy as np
import pytest

import ranvier as rv
from ranvier.saving import load_weights, save_weights

# Keras's variables have no `copy` argument in `__array__`, as NumPy 2 wants.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn")


def stack(k=rv, hidden=3, dtype=None):
    layers = [
        k.layers.Dense(hidden, name="first", dtype=dtype),
        k.layers.Dense(2, name="second", dtype=dtype),
    ]
    return k.Sequential([k.Input((4,)), *layers])


def values(layer):
    return [v.numpy() for v in layer.weights]


def assert_equal(layer, other):
    for ours, theirs in zip(values(layer), values(other), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.fixture
def saved(tmp_path):
    model = stack()
    model.save_weights(tmp_path / "m.weights.h5")
    return model, tmp_path / "m.weights.h5"


def test_from_archives_and_weight_files(saved, tmp_path):
    model, path = saved
    model.save(tmp_path / "m.keras")
    for source in (path, str(tmp_path / "m.keras")):
        other = stack()
        other.load_weights(source)
        assert_equal(other, model)


def test_what_does_not_fit_is_an_error(saved):
    _, path = saved
    other = stack(hidden=5)
    before = values(other.layers[0])
    with pytest.raises(
        ValueError, match=r"2 objects.*first/kernel.*\(4, 5\).*\(4, 3\)"
    ):
        other.load_weights(path)
    # No layer is half loaded.
    for ours, theirs in zip(values(other.layers[0]), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_what_does_not_fit_can_be_skipped(saved, tmp_path):
    model, path = saved
    other = rv.Sequential(
        [rv.Input((4,)), rv.layers.Dense(3), rv.layers.Dense(7, name="seven")]
    )
    with pytest.warns(UserWarning, match="1 objects could not be loaded.*seven"):
        other.load_weights(path, skip_mismatch=True)
    assert_equal(other.layers[0], model.layers[0])


def test_layers_can_be_left_alone(saved, tmp_path):
    model, path = saved
    other = stack()
    before = values(other.layers[1])
    load_weights(other, path, objects_to_skip=[other.layers[1]])
    assert_equal(other.layers[0], model.layers[0])
    for ours, theirs in zip(values(other.layers[1]), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    save_weights(model, tmp_path / "p.weights.h5", objects_to_skip=[model.layers[1]])
    with pytest.raises(ValueError, match="the file has 0"):
        load_weights(other, tmp_path / "p.weights.h5")


@pytest.mark.parametrize("writer, reader", [(rv, rv), (rv, keras), (keras, rv)])
def test_bfloat16(writer, reader, tmp_path):
    model = stack(writer, dtype="bfloat16")
    model.save_weights(tmp_path / "m.weights.h5")
    other = stack(reader, dtype="bfloat16")
    other.load_weights(tmp_path / "m.weights.h5")
    for ours, theirs in zip(other.weights, model.weights, strict=True):
        assert str(np.asarray(ours.value).dtype) == "bfloat16"
        np.testing.assert_array_equal(np.asarray(ours.value), np.asarray(theirs.value))


def test_numbers_of_other_types_are_converted(saved):
    model, path = saved
    with h5py.File(path, "r+") as file:
        group = file["layers/dense/vars"]
        kernel = group["0"][()]
        del group["0"]
        group["0"] = kernel.astype("float64")
    other = stack()
    other.load_weights(path)
    assert_equal(other, model)
    assert other.weights[0].dtype == "float32"


class Counter(rv.layers.Layer):
    """A layer with names of its own for what it stores."""

    def build(self, input_shape):
        self.count = self.add_weight((), "zeros", dtype="int32", trainable=False)

    def call(self, x):
        return x

    def save_own_variables(self, store):
        store["parts/count"] = self.count.numpy()

    def load_own_variables(self, store):
        assert list(store) == ["parts"] and "nothing" not in store
        self.count.assign(store["parts/count"])


def test_layers_may_choose_what_they_store(tmp_path):
    layer, other = Counter(), Counter()
    for one in (layer, other):
        one.build((None, 1))
    layer.count.assign(7)
    save_weights(layer, tmp_path / "m.weights.h5")
    load_weights(other, tmp_path / "m.weights.h5")
    assert int(other.count) == 7


def test_found_at_another_place(tmp_path):
    """Files of releases of Keras that name the attribute first, not `layers`."""

    class Net(rv.Model):
        def __init__(self):
            super().__init__()
            self.tail = rv.layers.Dense(2)

        def call(self, x):
            return self.tail(x)

    model, other = Net(), Net()
    x = np.ones((1, 3), "float32")
    model(x), other(x)
    save_weights(model, tmp_path / "m.weights.h5")
    with h5py.File(tmp_path / "m.weights.h5", "r+") as file:
        file.move("layers/dense", "tail")
    load_weights(other, tmp_path / "m.weights.h5")
    assert_equal(other, model)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda m, p: save_weights(m, p / "m.h5"), "must end in `.weights.h5`"),
        (lambda m, p: load_weights(m, p / "m.npz"), "from `.weights.h5`, `.weights.js"),
        (
            lambda m, p: save_weights(m, p / "m.keras", max_shard_size=1),
            "must end in `.weights.json`",
        ),
        (lambda m, p: load_weights(m, p / "m.weights.h5", by_name=True), "by_name"),
        (
            lambda m, p: save_weights(
                rv.Sequential([rv.layers.Dense(1)]), p / "m.weights.h5"
            ),
            "has not yet been built",
        ),
    ],
)
def test_arguments(call, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        call(stack(), tmp_path)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_weights(stack(), tmp_path / "none.weights.h5")
