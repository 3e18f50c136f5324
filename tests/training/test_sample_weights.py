"""Sample and class weights, beside Keras's."""

import numpy as np
import pandas as pd
import pytest

import ranvier
from tests.training.comparing import (
    LABELS,
    WEIGHTS,
    X,
    Y,
    assert_equal,
    assert_same,
    compiled,
    fit,
    mlp,
    parametrize,
    run,
    state,
)

ONE_HOT = np.eye(3, dtype="float32")[LABELS]
BY_CLASS = {0: 0.5, 1: 2.0, 2: 1.5}

VECTORS = {
    "float32": WEIGHTS,
    "float64": WEIGHTS.astype("float64"),
    "column": WEIGHTS[:, None],
    "integers": LABELS,
    "booleans": LABELS > 0,
    "series": pd.Series(WEIGHTS),
    "zeros": np.zeros(16),
}


@pytest.mark.parametrize("name", VECTORS)
def test_sample_weights(name):
    def case(k):
        model = mlp(k)
        compiled(k, model, "sgd", "mse", metrics=["mae"], weighted_metrics=["mae"])
        history = fit(model, X, Y, epochs=2, sample_weight=VECTORS[name])
        return history, state(model)

    assert_same(case)


def classifier(k, loss="sparse_categorical_crossentropy"):
    model = mlp(k, 3, "softmax")
    return compiled(
        k, model, "sgd", loss, metrics=["accuracy"], weighted_metrics=["accuracy"]
    )


def classes(k):
    model = classifier(k)
    return fit(model, X, LABELS, class_weight=BY_CLASS), state(model)


def classes_of_a_column(k):
    model = classifier(k)
    return fit(model, X, LABELS[:, None], class_weight=BY_CLASS), state(model)


def classes_of_one_hot_rows(k):
    model = classifier(k, "categorical_crossentropy")
    return fit(model, X, ONE_HOT, class_weight=BY_CLASS), state(model)


def some_classes(k):
    model = classifier(k)
    return fit(model, X, LABELS, class_weight={1: 3.0}), state(model)


def classes_of_binary_targets(k):
    model = compiled(k, mlp(k, 1, "sigmoid"), "sgd", "binary_crossentropy")
    y = (LABELS > 0).astype("float32")
    return fit(model, X, y, class_weight={0: 0.2, 1: 1.0}), state(model)


def classes_of_a_data_set(k):
    class Batches(k.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            rows = slice(8 * index, 8 * index + 8)
            return X[rows], LABELS[rows]

    model = classifier(k)
    data = Batches()
    return fit(model, data, batch_size=None, class_weight=BY_CLASS), state(model)


def two(k, join=list):
    x = k.Input((4,))
    heads = {name: k.layers.Dense(1, name=name)(x) for name in ("main", "aux")}
    model = k.Model(x, heads if join is dict else list(heads.values()))
    loss = {"main": "mse", "aux": "mae"} if join is dict else ["mse", "mae"]
    metrics = {"main": ["mae"], "aux": ["mse"]} if join is dict else [["mae"], ["mse"]]
    return compiled(k, model, "sgd", loss, weighted_metrics=metrics)


def per_output_list(k):
    model = two(k)
    weights = [WEIGHTS, 2 * WEIGHTS[::-1]]
    return fit(model, X, [Y, -Y], sample_weight=weights), state(model)


def per_output_dictionary(k):
    model = two(k, dict)
    weights = {"aux": 2 * WEIGHTS[::-1], "main": WEIGHTS}
    y = {"main": Y, "aux": -Y}
    return fit(model, X, y, sample_weight=weights), state(model)


def one_for_all_outputs(k):
    model = two(k)
    return fit(model, X, [Y, -Y], sample_weight=WEIGHTS), state(model)


def per_step(k):
    x = X.reshape(16, 2, 2)
    model = k.Sequential([k.Input((2, 2)), k.layers.Dense(1)])
    compiled(k, model, "sgd", "mse", weighted_metrics=["mae"])
    weights = np.linspace(0, 2, 32).reshape(16, 2)
    return fit(model, x, x[..., :1], sample_weight=weights), state(model)


def validation_and_evaluation(k):
    model = mlp(k)
    compiled(k, model, "sgd", "mse", metrics=["mae"], weighted_metrics=["mae"])
    history = fit(model, X, Y, sample_weight=WEIGHTS, validation_split=0.25)
    given = fit(model, X, Y, validation_data=(X, Y, WEIGHTS))
    options = {"batch_size": 5, "verbose": 0, "return_dict": True}
    return history, given, model.evaluate(X, Y, sample_weight=WEIGHTS, **options)


def on_batch(k):
    model = compiled(k, mlp(k), "sgd", "mse", weighted_metrics=["mae"])
    return (
        model.train_on_batch(X, Y, sample_weight=WEIGHTS),
        model.test_on_batch(X, Y, sample_weight=WEIGHTS),
        state(model),
    )


def classes_on_batch(k):
    model = classifier(k)
    options = {"class_weight": BY_CLASS, "return_dict": True}
    return model.train_on_batch(X, LABELS, **options), state(model)


@parametrize(
    [
        classes,
        classes_of_a_column,
        classes_of_one_hot_rows,
        some_classes,
        classes_of_binary_targets,
        classes_of_a_data_set,
        per_output_list,
        per_output_dictionary,
        one_for_all_outputs,
        per_step,
        validation_and_evaluation,
        on_batch,
        classes_on_batch,
    ]
)
def test_like_keras(case):
    assert_same(case)


def test_classes_and_samples_together():
    """Keras refuses; here the weights are multiplied."""

    def train(**weights):
        return run(ranvier, lambda k: fit(classifier(k), X, LABELS, **weights))

    by_class = np.array([BY_CLASS[label] for label in LABELS])
    assert_equal(
        train(class_weight=BY_CLASS, sample_weight=WEIGHTS),
        train(sample_weight=by_class * WEIGHTS),
    )


def test_classes_of_a_generator():
    """Keras refuses; here each batch is weighed."""

    def batches():
        for start in (0, 8):
            yield X[start : start + 8], LABELS[start : start + 8]

    def train(*data, **options):
        return run(ranvier, lambda k: fit(classifier(k), *data, epochs=1, **options))

    assert_equal(
        train(batches(), batch_size=None, class_weight=BY_CLASS),
        train(X, LABELS, class_weight=BY_CLASS),
    )
