"""Optimizers by name and config, and the public names."""

import keras
import pytest

import ranvier
from ranvier import optimizers
from ranvier.core._errors import UnknownNameError

# These cannot be made from a name alone.
WITH_ARGUMENTS = {"Optimizer", "OptimizerMap", "LossScaleOptimizer", "MultiOptimizer"}
NAMES = sorted(
    name
    for name in dir(keras.optimizers)
    if isinstance(getattr(keras.optimizers, name), type)
)


def public(module):
    return {name for name in dir(module) if not name.startswith("_")}


def test_names_of_optimizers():
    # The classes that Keras 3 keeps for Keras 2 only raise errors.
    assert set(optimizers.__all__) == public(keras.optimizers) - {"legacy"}


def test_names_of_schedules():
    ours = {"OneCycle", "WarmUp"}
    theirs = public(keras.optimizers.schedules)
    assert set(optimizers.schedules.__all__) == theirs | ours


@pytest.mark.parametrize("name", sorted(set(NAMES) - WITH_ARGUMENTS))
def test_get_by_name(name):
    cls = getattr(optimizers, name)
    for spelling in (name, name.lower(), name.upper()):
        assert type(optimizers.get(spelling)) is cls
    assert type(optimizers.get({"class_name": name.lower(), "config": {}})) is cls


def test_get_of_objects():
    optimizer = optimizers.Adam()
    assert optimizers.get(optimizer) is optimizer
    assert optimizers.get(None) is None
    assert type(optimizers.get(optimizers.SGD)) is optimizers.SGD


def test_automatic_names():
    ranvier.utils.clear_session()
    made = [optimizers.RMSprop(), optimizers.RMSprop(), optimizers.AdamW()]
    assert [optimizer.name for optimizer in made] == [
        "rm_sprop",
        "rm_sprop_1",
        "adam_w",
    ]


def test_unknown_names_suggest():
    with pytest.raises(UnknownNameError, match="'adma'. Did you mean 'Adam"):
        optimizers.get("adma")
    with pytest.raises(ValueError, match="Known names: Adadelta"):
        optimizers.get("xyz")
    with pytest.raises(ValueError, match="Could not find"):
        optimizers.get("LossScaleOptimizer")
    with pytest.raises(TypeError, match="'adma'.*Did you mean 'Adam"):
        optimizers.get({"class_name": "adma", "config": {}})


@pytest.mark.parametrize("identifier", [3, 1.5, [1], lambda: None, "relu6", dict])
def test_what_is_no_optimizer(identifier):
    with pytest.raises(ValueError):
        optimizers.get(identifier)


def test_deserialize_checks_what_it_finds():
    with pytest.raises(ValueError, match="config dictionary of an optimizer"):
        optimizers.deserialize("adam")
    with pytest.raises(ValueError, match="config dictionary of an optimizer"):
        optimizers.deserialize(
            {
                "class_name": "CosineDecay",
                "config": {"initial_learning_rate": 0.1, "decay_steps": 10},
            }
        )
    with pytest.raises(ValueError, match="`beta_1`"):
        optimizers.deserialize({"class_name": "Adam", "config": {"beta_1": 3}})


def test_deserialize_leaves_the_config_alone():
    schedule = optimizers.schedules.CosineDecay(0.1, 10)
    config = optimizers.serialize(optimizers.SGD(schedule))
    before = str(config)
    again = optimizers.deserialize(config)
    assert str(config) == before
    assert again.get_config() == config["config"]


class Halving(optimizers.Optimizer):
    """Somebody's own optimizer."""

    def update(self, gradient, value, slots, learning_rate, step):
        return value / 2, {}


def test_custom_optimizers():
    config = optimizers.serialize(Halving(0.5))
    with pytest.raises(TypeError, match="Halving"):
        optimizers.deserialize(config)
    again = optimizers.deserialize(config, custom_objects={"Halving": Halving})
    assert again.get_config() == config["config"]
    with ranvier.utils.custom_object_scope({"Halving": Halving}):
        assert type(optimizers.get("Halving")) is Halving
        assert type(optimizers.get(config)) is Halving


def halve():
    return 0.5


def test_a_named_function_as_rate():
    with ranvier.utils.custom_object_scope({"halve": halve}):
        config = optimizers.serialize(optimizers.SGD(halve))
        assert float(optimizers.deserialize(config).learning_rate) == 0.5
