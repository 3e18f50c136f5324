"""Names, order and values of logs for all forms of `compile`, beside Keras's."""

import numpy as np
import pytest

import ranvier
from tests.training.comparing import (
    LABELS,
    WEIGHTS,
    X,
    Y,
    assert_same,
    compiled,
    fit,
    run,
    state,
)

ONE_HOT = np.eye(3, dtype="float32")[LABELS]
BINARY = (LABELS > 0).astype("float32")[:, None]


def one(k, units=1, activation=None):
    return k.Sequential([k.Input((4,)), k.layers.Dense(units, activation)])


def two(k, join=list):
    """Two outputs called main (one unit) and aux (three classes)."""
    x = k.Input((4,), name="x")
    outputs = {
        "main": k.layers.Dense(1, name="main")(x),
        "aux": k.layers.Dense(3, "softmax", name="aux")(x),
    }
    return k.Model(x, outputs if join is dict else join(outputs.values()))


def renamed(k):
    """Outputs whose keys are not the names of their layers."""
    x = k.Input((4,))
    return k.Model(x, {"b": k.layers.Dense(1)(x), "a": k.layers.Dense(1)(x)})


def deep(k):
    x = k.Input((4,))
    first, second, third = (k.layers.Dense(1, name=name)(x) for name in "pqr")
    return k.Model(x, {"u": [first, second], "v": {"w": third}})


def unnamed(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.heads = [k.layers.Dense(1), k.layers.Dense(1)]

        def call(self, x):
            return [head(x) for head in self.heads]

    return Net()


def train(make, y, options, **fit_options):
    """Returns the case that compiles with options (made from the library)."""

    def case(k):
        model = make(k)
        given = {key: v(k) if callable(v) else v for key, v in options.items()}
        compiled(k, model, "sgd", **given)
        history = fit(model, X, y, epochs=2, **fit_options)
        ordered = (
            model.ordered_logs if k is ranvier else model._flatten_metrics_in_order
        )
        last = {name: values[-1] for name, values in history.items()}
        return list(history), history, state(model), ordered(last)

    return case


def own_loss(k):
    def squared(y_true, y_pred):
        return k.ops.mean(k.ops.square(y_true - y_pred), axis=-1)

    return squared


def own_loss_object(k):
    class Huge(k.losses.Loss):
        def call(self, y_true, y_pred):
            return 100 * k.ops.mean(k.ops.abs(y_true - y_pred), axis=-1)

    return Huge()


def own_metrics(k):
    def largest(y_true, y_pred):
        return k.ops.max(k.ops.abs(y_true - y_pred), axis=-1)

    class Count(k.metrics.Metric):
        def __init__(self, name="count", **kwargs):
            super().__init__(name=name, **kwargs)
            self.n = self.add_weight(name="n", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.n.assign_add(k.ops.cast(k.ops.shape(y_true)[0], "float32"))

        def result(self):
            return 1.0 * self.n

    return [largest, Count(), k.metrics.MeanAbsoluteError(name="mine"), Count("again")]


def objects(k):
    return {
        "main": [k.metrics.MeanSquaredError(), "mae"],
        "aux": k.metrics.SparseCategoricalAccuracy(name="acc"),
    }


SINGLE = {
    "string": (Y, {"loss": "mse"}),
    "class name": (Y, {"loss": "MeanSquaredError", "metrics": ["MeanSquaredError"]}),
    "object": (Y, {"loss": lambda k: k.losses.Huber(0.5), "metrics": ["mse", "mae"]}),
    "module function": (Y, {"loss": lambda k: k.losses.mean_squared_error}),
    "own function": (Y, {"loss": own_loss}),
    "own object": (Y, {"loss": own_loss_object, "metrics": own_metrics}),
    "list of one": (Y, {"loss": ["mse"], "metrics": [["mae"]]}),
    "loss weight": (Y, {"loss": "mse", "loss_weights": 0.5}),
    "loss weights": (Y, {"loss": ["mse"], "loss_weights": [0.5], "metrics": ("mae",)}),
    "sum": (Y, {"loss": lambda k: k.losses.MeanSquaredError(reduction="sum")}),
    "column": (Y[:, 0], {"loss": "mse", "metrics": ["mae"]}),
    "metrics only": (Y, {"loss": None, "metrics": ["mae"]}),
    "weighted": (Y, {"loss": "mse", "metrics": ["mse"], "weighted_metrics": ["mae"]}),
    "weighted only": (Y, {"loss": "mse", "weighted_metrics": ["mae", "mse"]}),
}


@pytest.mark.parametrize("name", SINGLE)
def test_one_output(name):
    y, options = SINGLE[name]
    if options["loss"] is None:  # Keras on JAX trains on a loss of zero; we refuse

        def case(k):
            model = one(k)
            compiled(k, model, **options)
            return model.evaluate(X, y, verbose=0), model.metrics_names

        assert_same(case)
        return
    assert_same(train(one, y, options))


CLASSES = {
    "sparse": (3, "softmax", LABELS, "sparse_categorical_crossentropy"),
    "sparse column": (3, "softmax", LABELS[:, None], "sparse_categorical_crossentropy"),
    "one-hot": (3, "softmax", ONE_HOT, "categorical_crossentropy"),
    "binary": (1, "sigmoid", BINARY, "binary_crossentropy"),
    "several binary": (3, "sigmoid", ONE_HOT, "binary_crossentropy"),
    "inferred sparse": (3, "softmax", LABELS, "crossentropy"),
    "inferred one-hot": (3, "softmax", ONE_HOT, "crossentropy"),
    "inferred binary": (1, "sigmoid", BINARY, "crossentropy"),
}


@pytest.mark.parametrize("name", CLASSES)
def test_accuracy_follows_the_shapes(name):
    units, activation, y, loss = CLASSES[name]
    options = {"loss": loss, "metrics": ["accuracy", "acc"]}
    assert_same(train(lambda k: one(k, units, activation), y, options))


LISTS = [Y, LABELS]
NAMED = {"main": Y, "aux": LABELS}
BY_NAME = {"aux": "sparse_categorical_crossentropy", "main": "mse"}
IN_ORDER = ["mse", "sparse_categorical_crossentropy"]

SEVERAL = {
    "lists": (two, LISTS, {"loss": IN_ORDER}),
    "lists of metrics": (
        two,
        LISTS,
        {"loss": IN_ORDER, "metrics": [["mae", "mse"], ["accuracy"]]},
    ),
    "bare metrics": (two, LISTS, {"loss": IN_ORDER, "metrics": ["mae", "accuracy"]}),
    "tuple": (lambda k: two(k, tuple), tuple(LISTS), {"loss": tuple(IN_ORDER)}),
    "dictionary on lists": (
        two,
        NAMED,
        {"loss": BY_NAME, "loss_weights": {"main": 2.0, "aux": 0.5}},
    ),
    "metrics by name": (two, LISTS, {"loss": IN_ORDER, "metrics": {"aux": "accuracy"}}),
    "metrics by name and list": (
        two,
        LISTS,
        {"loss": IN_ORDER, "metrics": {"aux": ["accuracy"], "main": ["mae", "mse"]}},
    ),
    "objects by name": (two, LISTS, {"loss": IN_ORDER, "metrics": objects}),
    "weighted metrics": (
        two,
        LISTS,
        {
            "loss": IN_ORDER,
            "metrics": [["mae"], []],
            "weighted_metrics": [["mae"], ["accuracy"]],
        },
    ),
    "dictionaries": (lambda k: two(k, dict), NAMED, {"loss": BY_NAME}),
    "dictionaries with metrics": (
        lambda k: two(k, dict),
        NAMED,
        {"loss": BY_NAME, "loss_weights": {"aux": 0.5, "main": 2}, "metrics": objects},
    ),
    "part of a dictionary": (
        lambda k: two(k, dict),
        NAMED,
        {"loss": {"main": "mse"}, "metrics": {"aux": ["accuracy"]}},
    ),
    "one loss for all": (renamed, {"a": Y, "b": Y}, {"loss": "mse"}),
    "keys that are no layers": (
        renamed,
        {"a": Y, "b": Y},
        {"loss": {"b": "mse", "a": "mae"}, "metrics": {"a": "mae", "b": "mse"}},
    ),
    "a list for dictionaries": (
        renamed,
        {"a": Y, "b": Y},
        {"loss": ["mse", "mae"], "loss_weights": [1.0, 2.0]},
    ),
    "None for an output": (two, [Y, Y], {"loss": ["mse", None]}),
    "one target for one loss": (two, [Y], {"loss": ["mse", None]}),
    "deep": (
        deep,
        {"u": [Y, Y], "v": {"w": Y}},
        {"loss": {"u": ["mse", "mae"], "v": {"w": "mse"}}},
    ),
    "deep metrics": (
        deep,
        {"u": [Y, Y], "v": {"w": Y}},
        {
            "loss": {"u": ["mse", "mae"], "v": {"w": "mse"}},
            "metrics": {"u": [["mae"], None], "v": {"w": ["mse"]}},
        },
    ),
    "one loss for deep": (deep, {"u": [Y, Y], "v": {"w": Y}}, {"loss": "mse"}),
    "no names": (unnamed, [Y, Y], {"loss": ["mse", "mae"], "metrics": [["mae"], []]}),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_several_outputs(name):
    assert_same(train(*SEVERAL[name]))


def test_unnamed_outputs_with_one_loss():
    """Keras gives both losses one name, and loses one; ours are told apart."""

    def case(k):
        model = unnamed(k)
        compiled(k, model, "sgd", "mse")
        return fit(model, X, [Y, Y], epochs=1)

    assert list(run(ranvier, case)) == ["loss", "mse_loss", "mse_loss_1"]


def test_validation_and_weights():
    options = {"loss": "mse", "metrics": ["mae"], "weighted_metrics": ["mae", "mse"]}

    def case(k):
        model = one(k)
        compiled(k, model, "sgd", **options)
        history = fit(
            model,
            X,
            Y,
            sample_weight=WEIGHTS,
            validation_data=(X[:7], Y[:7], WEIGHTS[:7]),
        )
        return history, state(model)

    assert_same(case)


def test_return_dict_and_order():
    def case(k):
        model = two(k)
        compiled(k, model, "sgd", IN_ORDER, metrics=[["mse", "mae"], ["accuracy"]])
        first = model.evaluate(X, LISTS, verbose=0, return_dict=True)
        return first, model.evaluate(X, LISTS, verbose=0), model.metrics_names

    assert_same(case)


def test_metrics_of_layers():
    """Keras on JAX fails here; the values are simple enough to know."""

    class Norm(ranvier.layers.Layer):
        def __init__(self):
            super().__init__()
            self.norm = ranvier.metrics.Mean(name="norm")

        def call(self, x):
            self.norm.update_state(x**2)
            return x

    class Net(ranvier.Model):
        def __init__(self):
            super().__init__()
            self.layer, self.dense = Norm(), ranvier.layers.Dense(1)
            self.calls = ranvier.metrics.Sum(name="calls")

        def call(self, x):
            self.calls.update_state(1.0)
            return self.dense(self.layer(x))

    model = Net()
    model.compile("sgd", "mse", metrics=["mae"])
    history = fit(model, X, Y, epochs=2, validation_data=(X[:8], Y[:8]))
    assert model.metrics_names == ["loss", "compile_metrics", "calls", "norm"]
    assert history["calls"] == [2, 2] and history["val_calls"] == [1, 1]
    np.testing.assert_allclose(history["norm"], [np.mean(X**2)] * 2, rtol=1e-6)
    np.testing.assert_allclose(
        history["val_norm"], [np.mean(X[:8] ** 2)] * 2, rtol=1e-6
    )
