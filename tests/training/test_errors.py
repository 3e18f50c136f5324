"""Bad input: one clear message of Keras's class, and the model trains afterwards."""

import keras
import numpy as np
import pytest

import ranvier
from tests.training.comparing import LABELS, X, Y, compiled, fit, mlp, run

OBJECTS = X.astype(object)
OBJECTS[2, 1] = None
TEXT = np.array([["a", "b"]] * 16, dtype=object)


def model_of(k):
    return compiled(k, mlp(k, name="net"), "sgd", "mse", metrics=["mae"])


def classifier(k):
    model = mlp(k, 3, "softmax", name="net")
    loss = "sparse_categorical_crossentropy"
    return compiled(k, model, "sgd", loss, metrics=["accuracy"])


def two(k):
    a, b = k.Input((4,), name="first"), k.Input((2,), name="second")
    main = k.layers.Dense(1, name="main")(a)
    aux = k.layers.Dense(1, name="aux")(b)
    model = k.Model([a, b], [main, aux], name="net")
    return compiled(k, model, "sgd", ["mse", "mae"])


PAIR = [X, X[:, :2]]


def generator():
    yield X[:8], Y[:8]


def ragged():
    return [[1.0, 2.0], [3.0]] * 8


def bad(make, *data, method="fit", **options):
    """Returns what a test does: the model's maker, and the call that must fail."""

    def call(model):
        arguments = [d() if callable(d) else d for d in data]
        return getattr(model, method)(*arguments, **options)

    return make, call


def good(make, model):
    """Trains the model on data that fit."""
    if make is two:
        return fit(model, PAIR, [Y, Y], epochs=1)
    return fit(model, X, LABELS if make is classifier else Y, epochs=1)


# name: (what to do, what the message must tell)
DATA = {
    "too few features": (bad(model_of, X[:, :3], Y), r"dense.*value 4.*\(\d+, 3\)"),
    "too many axes": (bad(model_of, X.reshape(16, 2, 2), Y), r"\(\d+, 2, 2\)"),
    "too few axes": (bad(model_of, X[:, 0], Y), r"input.*\(None, 4\).*\(\d+,\)"),
    "scalar": (bad(model_of, 3.0, Y), "x"),
    "text": (bad(model_of, "abc", Y), "x"),
    "nothing": (bad(model_of, None, Y), "`x` is None"),
    "lengths": (bad(model_of, X, Y[:7]), "x: 16, y: 7"),
    "lengths of weights": (
        bad(model_of, X, Y, sample_weight=np.ones(5)),
        "sample_weight: 5",
    ),
    "empty": (bad(model_of, X[:0], Y[:0]), "`x` is empty"),
    "None inside": (bad(model_of, OBJECTS, Y), "`x` is no array of numbers.*NoneType"),
    "texts": (bad(model_of, TEXT, Y), "`x` is no array of numbers.*'a'"),
    "text in targets": (bad(model_of, X, TEXT.astype(str)), "`y`.*'a'"),
    "ragged": (bad(model_of, ragged, Y), "`x` could not be made an array"),
    "ragged targets": (bad(model_of, X, ragged), "`y` could not be made an array"),
    "no targets": (bad(model_of, X), "Targets are missing"),
    "no targets in evaluate": (bad(model_of, X, method="evaluate"), "Targets are miss"),
    "targets of a generator": (bad(model_of, generator, Y), "`y` must be part"),
    "weights of a generator": (
        bad(model_of, generator, sample_weight=Y),
        "`sample_weight` must be part",
    ),
    "four parts": (
        bad(model_of, lambda: iter([(X, Y, Y, Y)])),
        "tuple of 4 parts.*batch 0",
    ),
    "no batch": (bad(model_of, lambda: iter([])), "no batch at all"),
    "lengths in a batch": (bad(model_of, lambda: iter([(X, Y[:3])])), "x: 16, y: 3"),
    "one input of two": (bad(two, X, [Y, Y]), '"net" expects 2 input.*first.*second'),
    "three inputs": (bad(two, [*PAIR, X], [Y, Y]), '"net" expects 2 input.*3'),
    "order of inputs": (bad(two, PAIR[::-1], [Y, Y]), r"'first'.*'net'.*\(\d+, 2\)"),
    "key of an input": (
        bad(two, {"first": X, "secnd": X[:, :2]}, [Y, Y]),
        "'second'.*Did you mean 'secnd'",
    ),
    "lengths of inputs": (bad(two, [X, X[:3, :2]], [Y, Y]), r"x\[1\]: 3"),
    "one target of two": (bad(two, PAIR, Y), "`y`.*2 outputs.*main.*aux"),
    "three targets": (bad(two, PAIR, [Y, Y, Y]), "`y`.*2 outputs.*3 entries"),
    "key of a target": (
        bad(two, PAIR, {"main": Y, "axu": Y}),
        "Invalid `y`: the keys.*axu.*Did you mean 'aux'",
    ),
    "missing target": (bad(two, PAIR, {"main": Y}), "'aux' is missing"),
    "key of a weight": (
        bad(two, PAIR, [Y, Y], sample_weight={"main": Y[:, 0], "axu": Y[:, 0]}),
        "Invalid `sample_weight`: the keys.*axu.*'aux'",
    ),
    "shape of targets": (
        bad(model_of, X[:6], np.ones((6, 4, 5))),
        r"'mse'.*\(4, 5\).*\(1,\)",
    ),
    "classes of targets": (
        bad(classifier, X, np.ones((16, 4, 2))),
        r"sparse_categorical_crossentropy.*\(4, 2\).*\(3,\)",
    ),
    "label too large": (bad(classifier, X, LABELS + 1), r"\[0, 2\].*from 1 to 3"),
    "label too small": (bad(classifier, X, LABELS - 1), r"\[0, 2\].*from -1 to 1"),
    "label in validation": (
        bad(classifier, X, LABELS, validation_data=(X, LABELS + 1)),
        r"\[0, 2\].*`validation_data`",
    ),
    "label in a generator": (
        bad(classifier, lambda: iter([(X, LABELS), (X, LABELS + 1)])),
        r"\[0, 2\].*from 1 to 3",
    ),
    "label in evaluate": (
        bad(classifier, X, LABELS + 1, method="evaluate"),
        r"\[0, 2\]",
    ),
    "label on a batch": (
        bad(classifier, X, LABELS + 1, method="train_on_batch"),
        r"\[0, 2\]",
    ),
    "features in predict": (bad(model_of, X[:, :3], method="predict"), r"\(\d+, 3\)"),
    "features in validation": (
        bad(model_of, X, Y, validation_data=(X[:, :3], Y)),
        r"\(\d+, 3\)",
    ),
    "lengths in validation": (
        bad(model_of, X, Y, validation_data=(X, Y[:2])),
        "y: 2.*`validation_data`",
    ),
    "class weights of two outputs": (
        bad(two, PAIR, [Y, Y], class_weight={0: 1.0}),
        "`class_weight`.*single output",
    ),
    "class weights in a list": (
        bad(classifier, X, LABELS, class_weight=[1.0, 2.0, 3.0]),
        "`class_weight` must be a dictionary",
    ),
    "shape of weights": (
        bad(model_of, X, Y, sample_weight=np.ones((16, 3, 2))),
        "sample_weight",
    ),
}

NUMBERS = {
    "batch size 0": ({"batch_size": 0}, "`batch_size` must be a positive integer"),
    "batch size -1": ({"batch_size": -1}, "`batch_size` must be a positive integer"),
    "batch size 1.5": ({"batch_size": 1.5}, "`batch_size` must be a positive integer"),
    "batch size text": ({"batch_size": "8"}, "`batch_size` must be a positive integer"),
    "validation batch size": (
        {"validation_data": (X, Y), "validation_batch_size": -2},
        "`validation_batch_size` must be a positive integer",
    ),
    "steps": ({"steps_per_epoch": -1}, "`steps_per_epoch` must be a positive integer"),
    "fraction of steps": ({"steps_per_epoch": 1.5}, "`steps_per_epoch` must be"),
    "split": ({"validation_split": 1.5}, "`validation_split` must be between 0 and 1"),
    "too small a split": ({"validation_split": 0.99}, "not sufficient to split"),
    "frequency": (
        {"validation_data": (X, Y), "validation_freq": "often"},
        "`validation_freq`",
    ),
    "callback": ({"callbacks": [3]}, "`callbacks` must be a `Callback`"),
    "class of a callback": (
        {"callbacks": [ranvier.callbacks.History]},
        "instances, not classes",
    ),
}
for name, (options, match) in NUMBERS.items():
    DATA[name] = (bad(model_of, X, Y, **options), match)


@pytest.mark.parametrize("name", DATA)
def test_data(name):
    (make, call), match = DATA[name]
    model = run(ranvier, make)
    with pytest.raises((ValueError, TypeError), match=f"(?s){match}") as caught:
        call(model)
    _assert_class_of_keras(caught.value, lambda: call(run(keras, make)))
    history = good(make, model)
    assert np.isfinite(history["loss"]).all()


# Here Keras raises what JAX or NumPy happens to raise on its way, or KeyErrors.
_OTHER_CLASSES = (AttributeError, IndexError, KeyError, StopIteration, TypeError)


def _assert_class_of_keras(error, call):
    try:
        run(keras, lambda k: call())
    except Exception as expected:
        builtin = next(c for c in type(expected).__mro__ if c.__module__ == "builtins")
        assert isinstance(error, builtin) or builtin in _OTHER_CLASSES, repr(expected)


def compile_with(**options):
    return lambda k: mlp(k, name="net").compile(**{"loss": "mse", **options})


def layer_with(**options):
    return lambda k: k.layers.Dense(1, **options)


NAMES = {
    "loss": (compile_with(loss="mean_squared_eror"), "'mean_squared_error'"),
    "loss in a list": (compile_with(loss=["msee"]), "'mse'"),
    "loss in a dictionary": (compile_with(loss={"a": "hubber"}), "'huber'"),
    "optimizer": (compile_with(optimizer="adm"), "'Adam'"),
    "optimizer of another kind": (compile_with(optimizer=3), "3"),
    "metric": (compile_with(metrics=["acuracy"]), "acuracy.*accuracy"),
    "metric in a dictionary": (compile_with(metrics={"a": ["meen"]}), "'mean'"),
    "weighted metric": (compile_with(weighted_metrics=["maee"]), "'mae'"),
    "metrics without a list": (compile_with(metrics="mae"), "`metrics`.*mae"),
    "loss weights": (compile_with(loss_weights="a"), "`loss_weights`.*float"),
    "activation": (layer_with(activation="rellu"), "'relu'"),
    "initializer": (layer_with(kernel_initializer="he_norml"), "'he_normal'"),
    "regularizer": (layer_with(kernel_regularizer="l3"), "l1, l1l2, l2"),
    "constraint": (layer_with(kernel_constraint="max_nrm"), "'max_norm'"),
}


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    case, match = NAMES[name]
    with pytest.raises((ValueError, TypeError), match=f"(?s){match}") as caught:
        run(ranvier, case)
    _assert_class_of_keras(caught.value, lambda: case(keras))


def fit_two(**options):
    def case(k):
        model = two(k)
        compiled(k, model, "sgd", **{"loss": ["mse", "mae"], **options})
        fit(model, PAIR, [Y, Y], epochs=1)

    return case


PER_OUTPUT = {
    "too many losses": (fit_two(loss=["mse"] * 3), "`loss`.*2 outputs.*3 entries"),
    "key of a loss": (
        fit_two(loss={"main": "mse", "axu": "mse"}),
        "Invalid `loss`: the keys.*axu.*Did you mean 'aux'",
    ),
    "too many weights": (
        fit_two(loss_weights=[1.0, 2.0, 3.0]),
        "`loss_weights`.*2 outputs.*3 entries",
    ),
    "key of a weight": (
        fit_two(loss_weights={"main": 1.0, "axu": 1.0}),
        "Invalid `loss_weights`: the keys.*axu",
    ),
    "too few metrics": (fit_two(metrics=["mae"]), "`metrics`.*2 outputs.*1 entries"),
    "a list of two metrics": (
        fit_two(metrics=[["mae", "mse"]]),
        "`metrics`.*2 outputs.*1 entries",
    ),
    "key of a metric": (fit_two(metrics={"axu": "mae"}), "`metrics`.*axu.*'aux'"),
}


@pytest.mark.parametrize("name", PER_OUTPUT)
def test_per_output(name):
    case, match = PER_OUTPUT[name]
    with pytest.raises(ValueError, match=f"(?s){match}") as caught:
        run(ranvier, case)
    _assert_class_of_keras(caught.value, lambda: case(keras))


@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch"])
def test_before_compile(method):
    def case(k):
        getattr(mlp(k, name="net"), method)(X, Y)

    with pytest.raises(ValueError, match=r"`compile\(\)` before.*'net'") as caught:
        run(ranvier, case)
    _assert_class_of_keras(caught.value, lambda: case(keras))


def test_training_without_a_loss():
    """Keras on JAX minimises zero; that is never meant."""
    model = mlp(ranvier, name="net")
    model.compile("sgd", metrics=["mae"])
    with pytest.raises(ValueError, match="'net' has no loss to compute"):
        fit(model, X, Y)
    model.compile("sgd", "mse")
    assert len(fit(model, X, Y)["loss"]) == 3


def test_targets_that_would_be_broadcast():
    """Keras stretches them in silence."""
    model = model_of(ranvier)
    with pytest.warns(UserWarning, match=r"Targets of shape \(8, 3\)"):
        fit(model, X, np.ones((16, 3)))


def test_wrong_data_after_a_good_fit():
    model = model_of(ranvier)
    good(model_of, model)
    weights = model.get_weights()
    for x, y in ((X[:, :2], Y), (X, np.ones((16, 2, 5))), (X, None)):
        with pytest.raises(ValueError):
            fit(model, x, y)
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    good(model_of, model)


def test_an_error_in_a_layer_names_it():
    class Broken(ranvier.layers.Layer):
        def call(self, x):
            return ranvier.ops.matmul(x, ranvier.ops.ones((7, 7)))

    model = ranvier.Sequential([ranvier.layers.Dense(3), Broken(name="mine")], name="m")
    model.compile("sgd", "mse")
    with pytest.raises(Exception, match=r"(?s)In layer 'm/mine' \(Broken\)"):
        fit(model, X, Y)
