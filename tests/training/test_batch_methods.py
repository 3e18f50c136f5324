"""train_on_batch, test_on_batch, predict_on_batch, beside Keras's."""

import numpy as np

import ranvier
from tests.training.comparing import (
    LABELS,
    X,
    Y,
    assert_same,
    compiled,
    fit,
    mlp,
    parametrize,
    state,
)


def several_steps(k):
    model = compiled(k, mlp(k), "adam", "mse", metrics=["mae"])
    logs = [model.train_on_batch(X[i : i + 4], Y[i : i + 4]) for i in (0, 4, 8)]
    return logs, state(model), model.test_on_batch(X, Y), model.predict_on_batch(X)


def as_dictionaries(k):
    model = compiled(k, mlp(k), "sgd", "mse", metrics=["mae"])
    return (
        model.train_on_batch(X, Y, return_dict=True),
        model.test_on_batch(X, Y, return_dict=True),
        model.metrics_names,
    )


def loss_alone(k):
    model = compiled(k, mlp(k), "sgd", "mse")
    return model.train_on_batch(X, Y), model.test_on_batch(X, Y)


def deferred(k):
    model = k.Sequential([k.layers.Dense(3), k.layers.Dense(1)])
    compiled(k, model, "sgd", "mse")
    return model.train_on_batch(X, Y), state(model)


def prediction_before_compile(k):
    model = k.Sequential([k.layers.Dense(3), k.layers.Dense(1)])
    return model.predict_on_batch(X), model.predict(X, verbose=0)


def several_inputs_and_outputs(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    outputs = [k.layers.Dense(1, name="p")(a), k.layers.Dense(2, name="q")(b)]
    model = compiled(k, k.Model([a, b], outputs), "sgd", ["mse", "mae"])
    return (
        model.train_on_batch([X, 2 * X], [Y, X[:, :2]]),
        model.test_on_batch({"a": X, "b": X}, [Y, X[:, :2]], return_dict=True),
        model.predict_on_batch([X, X]),
    )


def dropout_and_normalization(k):
    layers = [k.layers.BatchNormalization(), k.layers.Dropout(0.5), k.layers.Dense(1)]
    model = compiled(k, k.Sequential(layers), "sgd", "mse")
    logs = [model.train_on_batch(X, Y) for _ in range(3)]
    return logs, state(model), model.test_on_batch(X, Y)


def between_fits(k):
    model = compiled(k, mlp(k), "adam", "mse")
    return fit(model, X, Y), model.train_on_batch(X, Y), fit(model, X, Y), state(model)


def lists_of_numbers(k):
    model = compiled(k, mlp(k), "sgd", "mse")
    return model.train_on_batch(np.array(X.tolist()), Y[:, 0]), state(model)


@parametrize(
    [
        several_steps,
        as_dictionaries,
        loss_alone,
        deferred,
        prediction_before_compile,
        several_inputs_and_outputs,
        dropout_and_normalization,
        between_fits,
        lists_of_numbers,
    ]
)
def test_like_keras(case):
    assert_same(case)


def test_a_loop_over_batches_equals_fit():
    def train(by_hand):
        ranvier.utils.set_random_seed(3)
        model = mlp(ranvier, 3, "softmax")
        model.compile("adam", "sparse_categorical_crossentropy")
        if by_hand:
            for _ in range(2):
                for start in range(0, 16, 8):
                    rows = slice(start, start + 8)
                    model.train_on_batch(X[rows], LABELS[rows])
        else:
            fit(model, X, LABELS, epochs=2)
        return model.get_weights()

    for ours, theirs in zip(train(True), train(False), strict=True):
        # One step and the loop over steps are two programs.
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)
