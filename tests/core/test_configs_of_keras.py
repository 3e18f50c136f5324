"""What configs may say, and what happens when a class refuses one: as in Keras."""

import numpy as np
import pytest

from ranvier import layers, saving
from ranvier.core import _registry


@pytest.fixture
def registered():
    """A registered function, forgotten after the test."""
    objects, names = _registry._global_custom_objects, _registry._global_custom_names
    before = dict(objects), dict(names)

    @saving.register_keras_serializable("shop")
    def doubled(x):
        return 2 * x

    yield doubled
    for table, old in zip((objects, names), before, strict=True):
        table.clear()
        table.update(old)


def config_of(name, registered_name, class_name="function", module="builtins"):
    inner = name if class_name == "function" else {"units": 2}
    return {
        "class_name": class_name,
        "config": inner,
        "module": module,
        "registered_name": registered_name,
    }


@pytest.mark.parametrize("name", [None, "Dense"])
def test_a_built_in_class_may_repeat_its_own_name(name):
    config = config_of("Dense", name, "Dense", "keras.layers")
    assert isinstance(saving.deserialize_keras_object(config), layers.Dense)


@pytest.mark.parametrize(
    "config",
    [
        config_of("Dense", "shop>Dense", "Dense", "keras.layers"),
        config_of("relu", "shop>relu"),
        config_of("relu", "shop>relu", module="keras.activations"),
    ],
)
def test_a_built_in_has_no_registered_name(config):
    with pytest.raises(ValueError, match="registered_name='shop>"):
        saving.deserialize_keras_object(config)


def test_a_registered_object_comes_before_a_built_in(registered):
    config = config_of("relu", "shop>doubled", module="keras.activations")
    assert saving.deserialize_keras_object(config) is registered


def test_keras_3_6_wrote_functions_without_their_package(registered):
    config = config_of("doubled", "function")
    assert saving.deserialize_keras_object(config) is registered
    with pytest.raises(TypeError, match="Could not locate function 'doub'"):
        saving.deserialize_keras_object(config_of("doub", "function"))


@pytest.mark.parametrize(
    "config, word",
    [
        ({"units": -1}, "units"),
        ({"units": 1, "activation": "nope"}, "nope"),
        ({"units": 1, "use_biass": True}, "use_biass"),
        ({}, "units"),
    ],
)
def test_a_refused_config_is_a_type_error_that_shows_it(config, word):
    shown = f"'Dense' using config=(.|\n)*{word}"
    with pytest.raises(TypeError, match=shown) as caught:
        layers.Dense.from_config(config)
    assert caught.value.__cause__ is not None


def test_a_layer_of_the_users_own_that_fails():
    class Odd(layers.Layer):
        def __init__(self, key):
            super().__init__()
            self.value = {"a": 1}[key]

    with pytest.raises(TypeError, match="'Odd' using config=(.|\n)*encountered: 'b'"):
        Odd.from_config({"key": "b"})


def test_a_shape_is_a_sequence():
    for make in (
        lambda: layers.Input(8),
        lambda: layers.Input(batch_shape=8),
        lambda: layers.InputSpec(shape=8),
        lambda: layers.Layer().add_weight(shape=8),
    ):
        with pytest.raises(ValueError, match="Cannot convert '8' to a shape"):
            make()
    assert layers.Input(np.array([2, 3])).shape == (None, 2, 3)


NOISE = ["Dropout", "SpatialDropout1D", "GaussianDropout", "AlphaDropout"]


@pytest.mark.parametrize("name", [*NOISE, "GaussianNoise"])
@pytest.mark.parametrize("value", ["0.5", None, [0.5], {}])
def test_an_amount_of_noise_is_a_number(name, value):
    with pytest.raises(TypeError, match="Received: (rate|stddev)="):
        getattr(layers, name)(value)
    with pytest.raises(ValueError):  # for who expects that
        getattr(layers, name)(value)
