"""unfreeze_gradually: which weights train in which stage, at which rate."""

import numpy as np
import pytest

import ranvier as rv
from ranvier import layers
from ranvier.training import unfreeze_gradually

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
Y = X[:, :1]


def make_model(optimizer="adam"):
    """Returns a head on a nested body; the names are a, b, norm, c, head."""
    body = rv.Sequential(
        [
            rv.Input((4,)),
            layers.Dense(5, "tanh", name="a"),
            layers.Dense(5, "tanh", name="b"),
            layers.BatchNormalization(name="norm"),
        ],
        name="body",
    )
    model = rv.Sequential(
        [body, layers.Dense(5, "tanh", name="c"), layers.Dense(1, name="head")]
    )
    model.compile(optimizer, "mse")
    return model


class Watch(rv.callbacks.Callback):
    """Notes which layers change in each epoch, the rate, and the momenta before."""

    def __init__(self):
        super().__init__()
        self.changed, self.rates, self.slots = [], [], []

    def values(self):
        model = self.model
        return {v.path.split("/")[-2] + "/" + v.name: v.numpy() for v in model.weights}

    def on_epoch_begin(self, epoch, logs=None):
        self.before = self.values()
        self.slots.append({id(v): v.numpy() for v in self.model.optimizer.variables})

    def on_epoch_end(self, epoch, logs=None):
        after = self.values()
        self.changed.append(
            sorted(
                {
                    name.split("/")[0]
                    for name, value in after.items()
                    if np.any(value != self.before[name])
                }
            )
        )
        self.rates.append(float(self.model.optimizer.learning_rate))


def train(model, stages, watch=None, **options):
    hooks = [watch] if watch else []
    options = {"batch_size": 8, "verbose": 0, **options}
    return unfreeze_gradually(model, stages, X, Y, callbacks=hooks, **options)


def test_stages_train_their_layers_at_falling_rates():
    model, watch = make_model(), Watch()
    stages = [["head"], [model.layers[1]], ["b", "norm"]]
    history = train(
        model, stages, watch, epochs=[2, 1, 1], learning_rate=0.1, factor=0.5
    )
    head, c = ["head"], ["c", "head"]
    assert watch.changed == [head, head, c, ["b", "c", "head", "norm"]]
    assert watch.rates == pytest.approx([0.1, 0.1, 0.05, 0.025])
    assert history.epoch == [0, 1, 2, 3]
    assert len(history.history["loss"]) == 4
    assert model.history is history
    trained = {layer.name for layer in model._flatten_layers() if layer.trainable}
    assert {"head", "c", "b", "norm", "a"} <= trained  # `a` was trainable before


def test_slots_are_kept_from_stage_to_stage():
    model, watch = make_model(), Watch()
    train(model, [["head"], ["c"]], watch, epochs=1)
    first_end = watch.slots[1]  # at the beginning of the second stage
    assert int(model.optimizer.iterations) == 8
    head = [v for v in model.optimizer.variables if "head_kernel_momentum" in v.name]
    assert np.abs(first_end[id(head[0])]).max() > 0
    fresh = [v for v in model.optimizer.variables if "c_kernel_momentum" in v.name]
    assert np.abs(first_end[id(fresh[0])]).max() == 0
    assert np.abs(fresh[0].numpy()).max() > 0


def test_frozen_batch_norm_keeps_its_statistics():
    model = make_model()
    norm = model.layers[0].layers[-1]
    train(model, [["head"]])
    np.testing.assert_array_equal(norm.moving_mean.numpy(), np.zeros(5))
    train(model, [["head", "body"]])
    assert np.abs(norm.moving_mean.numpy()).max() > 0


def test_layers_of_no_stage_stay_as_they_were():
    model = make_model()
    model.layers[0].trainable = False
    model.layers[0].layers[1].trainable = True
    train(model, [["head"], ["c"]])
    flags = {layer.name: layer.trainable for layer in model._flatten_layers()}
    expected = {"a": False, "b": True, "norm": False, "c": True, "head": True}
    assert {name: flags[name] for name in expected} == expected
    assert flags["body"] is False and model.trainable


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, [["a", "b", "c", "head", "norm"]]),
        (2, [["c", "head"], ["a", "b", "c", "head", "norm"]]),
        (5, [["head"], ["c", "head"]]),
    ],
)
def test_a_number_of_stages_divides_the_layers_from_the_top(count, expected):
    model, watch = make_model(), Watch()
    train(model, count, watch)
    assert watch.changed[: len(expected)] == expected
    assert len(watch.changed) == count
    assert watch.changed[-1] == ["a", "b", "c", "head", "norm"]


def test_rate_of_the_optimizer_is_the_first():
    model, watch = make_model(rv.optimizers.SGD(0.2, momentum=0.9)), Watch()
    train(model, [["head"], ["c"]], watch)
    assert watch.rates == pytest.approx([0.2, 0.02])
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02)


def test_callbacks_may_end_a_stage_early():
    class Stop(rv.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch in (1, 3)

    history = unfreeze_gradually(
        make_model(), 2, X, Y, epochs=5, callbacks=[Stop()], verbose=0
    )
    assert history.epoch == [0, 1, 2, 3]


def test_history_among_the_callbacks_is_not_counted_twice():
    own = rv.callbacks.History()
    history = unfreeze_gradually(make_model(), 2, X, Y, callbacks=[own], verbose=0)
    assert history is not own
    assert len(history.history["loss"]) == 2


def test_validation_is_passed_on():
    history = train(make_model(), 2, validation_split=0.25)
    assert set(history.history) == {"loss", "val_loss"}


BAD = {
    "unknown_name": ({"stages": [["heat"]]}, "no layer 'heat'.*Did you mean.*'head'"),
    "unknown_layer": ({"stages": [[layers.Dense(1, name="x")]]}, "no layer <Dense"),
    "no_stage": ({"stages": []}, "`stages` must be a number, or a list"),
    "empty_stage": ({"stages": [["head"], []]}, "Each of `stages`"),
    "flat": ({"stages": ["head"]}, "Each of `stages`"),
    "zero": ({"stages": 0}, "at most the number of layers with weights, 5"),
    "many": ({"stages": 6}, "Received: stages=6"),
    "flag": ({"stages": True}, "`stages` must be a number"),
    "factor": ({"factor": 1.5}, "`factor` must be in"),
    "negative_factor": ({"factor": -0.1}, "`factor` must be in"),
    "learning_rate": ({"learning_rate": -0.1}, "`learning_rate` must be above 0"),
    "epochs": ({"epochs": [1, 2, 3]}, "each of the 2 stages"),
    "no_epochs": ({"epochs": 0}, "`epochs`"),
    "initial_epoch": ({"initial_epoch": 3}, "`initial_epoch` cannot be given"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments(name):
    options, message = BAD[name]
    model = make_model()
    with pytest.raises(ValueError, match=message):
        train(model, **{"stages": [["head"], ["c"]], **options})
    assert all(layer.trainable for layer in model._flatten_layers())


def test_names_that_occur_twice_are_refused():
    inner = rv.Sequential([rv.Input((4,)), layers.Dense(2, name="same")])
    model = rv.Sequential([inner, layers.Dense(1, name="same")])
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match="2 layers named 'same'"):
        train(model, [["same"]])


def test_models_that_are_not_ready():
    model = rv.Sequential([layers.Dense(1)])
    with pytest.raises(ValueError, match=r"compile\(\)"):
        train(model, 1)
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match="not built"):
        train(model, 1)
    schedule = rv.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    with pytest.raises(ValueError, match="schedule"):
        train(make_model(rv.optimizers.Adam(schedule)), 2)
