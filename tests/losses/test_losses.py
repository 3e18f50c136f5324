"""Losses against Keras: names, values, gradients, configs."""

import jax
import jax.numpy as jnp
import keras
import keras.src.losses as keras_source
import numpy as np
import pytest

from ranvier import losses
from ranvier.core import _dynamic
from ranvier.core._scope import StateScope
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.ops._symbolic import KerasTensor
from tests.losses.loss_cases import CASES, DATA, IDS, WITH_DATA

WEIGHTS = np.array([0.5, 0.0, 2.0, 1.0], dtype="float32")


def pair(name, arguments):
    return getattr(losses, name)(**arguments), getattr(keras.losses, name)(**arguments)


def assert_equal(ours, theirs):
    # float32 rounding of sums of a few terms, in another order.
    np.testing.assert_allclose(ours, np.asarray(theirs), rtol=2e-6, atol=1e-6)


def test_public_names_of_keras():
    expected = {name for name in dir(keras.losses) if not name.startswith("_")}
    assert sorted(expected) == sorted(losses.__all__)


def test_every_class_has_a_case():
    classes = {name for name in losses.__all__ if isinstance(vars(losses)[name], type)}
    assert classes - {"Loss"} == {name for name, _, _ in CASES}


# The wrapper needs a function.
ALIASES = sorted(set(keras_source.ALL_OBJECTS_DICT) - {"LossFunctionWrapper"})


@pytest.mark.parametrize("alias", ALIASES)
def test_every_name_of_get(alias):
    ours, theirs = losses.get(alias), keras.losses.get(alias)
    if hasattr(theirs, "get_config"):
        assert type(ours).__name__ == type(theirs).__name__
    else:
        assert ours.__name__ == theirs.__name__


@pytest.mark.parametrize(("name", "arguments", "kind"), WITH_DATA)
def test_values(name, arguments, kind):
    y_true, y_pred = DATA[kind]
    for more in ({}, {"reduction": "sum"}, {"reduction": None}):
        ours, theirs = pair(name, {**arguments, **more})
        assert_equal(ours(y_true, y_pred), theirs(y_true, y_pred))
    if ours(y_true, y_pred).shape == WEIGHTS.shape:
        weights = {"sample_weight": WEIGHTS}
        assert_equal(ours(y_true, y_pred, **weights), theirs(y_true, y_pred, **weights))


@pytest.mark.parametrize(("name", "arguments", "kind"), WITH_DATA)
def test_gradients(name, arguments, kind):
    y_true, y_pred = DATA[kind]
    gradients = [
        jax.grad(lambda p, loss=loss: jnp.sum(loss(y_true, p)))
        for loss in pair(name, arguments)
    ]
    ours, theirs = jax.jit(lambda p: [gradient(p) for gradient in gradients])(y_pred)
    # A gradient divides by small probabilities: relative rounding some times 1e-6.
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("MeanSquaredError", "numbers"),
        ("Huber", "numbers"),
        ("LogCosh", "numbers"),
        ("BinaryCrossentropy", "bits"),
        ("CategoricalCrossentropy", "one-hot"),
        ("SparseCategoricalCrossentropy", "classes"),
    ],
)
def test_half_precision(name, kind):
    y_true, y_pred = DATA[kind]
    ours, theirs = pair(name, {"dtype": "float16"})
    value = ours(y_true, y_pred)
    assert ours.dtype == theirs.dtype == "float16"
    assert value.dtype == "float16"
    # Keras rounds the sum to float16 before it divides: a few steps of 1e-3.
    np.testing.assert_allclose(value, np.asarray(theirs(y_true, y_pred)), rtol=4e-3)


@pytest.mark.parametrize(("name", "arguments", "kind"), WITH_DATA)
def test_symbolic_tensors(name, arguments, kind):
    y_true, y_pred = (
        KerasTensor((None, *np.shape(y)[1:]), dtype=str(y.dtype)) for y in DATA[kind]
    )
    assert getattr(losses, name)(**arguments)(y_true, y_pred).shape == ()


def test_a_policy_is_a_dtype():
    assert losses.MeanSquaredError(dtype="mixed_float16").dtype == "float16"
    with pytest.raises(ValueError):
        losses.MeanSquaredError(dtype="float33")


# Functions.


@pytest.mark.parametrize("name", losses.__all__)
def test_functions(name):
    function = vars(losses)[name]
    if isinstance(function, type) or name in ("get", "serialize", "deserialize"):
        return
    compact = name.replace("_", "")
    case = next(c for c in WITH_DATA if c[0].lower() == compact)
    arguments = {"q": 0.5} if name == "categorical_generalized_cross_entropy" else {}
    y_true, y_pred = DATA[case[2]]
    assert_equal(
        function(y_true, y_pred, **arguments),
        getattr(keras.losses, name)(y_true, y_pred, **arguments),
    )


@pytest.mark.parametrize(
    "name", ["mean_squared_error", "mean_absolute_error", "huber", "log_cosh"]
)
def test_targets_may_lack_the_last_axis(name):
    column = DATA["numbers"][1][:, :1]
    row = DATA["numbers"][0][:, 0]
    for y_true, y_pred in ((row, column), (column, row)):
        ours, theirs = getattr(losses, name), getattr(keras.losses, name)
        assert_equal(ours(y_true, y_pred), theirs(y_true, y_pred))


def test_the_wrapper_aligns_ranks():
    column, row = DATA["bits"][1][:, :1], DATA["bits"][0][:, 0]
    ours, theirs = pair("BinaryCrossentropy", {})
    assert_equal(ours(row, column), theirs(row, column))


def test_references_of_circle():
    y_true, y_pred = DATA["embeddings"]
    arguments = {"ref_labels": y_true[:3], "ref_embeddings": y_pred[:3]}
    assert_equal(
        losses.circle(y_true, y_pred, **arguments),
        keras.losses.circle(y_true, y_pred, **arguments),
    )


def test_one_class_is_worth_a_warning():
    column = DATA["bits"][1][:, :1]
    with pytest.warns(SyntaxWarning, match="binary_crossentropy"):
        losses.categorical_crossentropy(column, column)


@pytest.mark.parametrize(
    "name", ["mean_squared_error", "binary_crossentropy", "hinge", "poisson"]
)
def test_shapes_that_do_not_fit(name):
    with pytest.raises(ValueError, match=r"y_true of shape \(4, 3\), y_pred"):
        vars(losses)[name](np.ones((4, 3)), np.ones((4, 2)))


@pytest.mark.parametrize(
    "name", ["categorical_crossentropy", "categorical_focal_crossentropy"]
)
def test_an_axis_is_an_integer(name):
    with pytest.raises(ValueError, match="axis"):
        getattr(losses, name)(*DATA["one-hot"], axis=True)


def test_ranks_of_ctc():
    y_true, y_pred = DATA["label sequences"]
    with pytest.raises(ValueError, match="y_true"):
        losses.ctc(y_true[0], y_pred)
    with pytest.raises(ValueError, match="y_pred"):
        losses.ctc(y_true, y_pred[0])


# Configs.


@pytest.mark.parametrize(("name", "arguments", "kinds"), CASES, ids=IDS)
def test_config_and_round_trips(name, arguments, kinds):
    ours, theirs = pair(name, {**arguments, "reduction": "sum", "name": "n"})
    config = serialize_object(ours)
    expected = keras.saving.serialize_keras_object(theirs)
    lost = {k: v for k, v in arguments.items() if k not in expected["config"]}
    assert config == {**expected, "config": {**expected["config"], **lost}}
    for again in (
        deserialize_object(config),
        losses.deserialize(config),
        losses.get({"class_name": name, "config": ours.get_config()}),
    ):
        assert type(again) is type(ours)
        assert again.get_config() == ours.get_config()
        assert_equal(again(*DATA[kinds[0]]), ours(*DATA[kinds[0]]))
    read = keras.saving.deserialize_keras_object(config)
    assert read.get_config() == theirs.get_config()


def test_default_names():
    for name in sorted({name for name, _, _ in CASES}):
        ours, theirs = pair(name, {})
        assert (ours.name, ours.reduction) == (theirs.name, theirs.reduction)


def test_a_given_dtype_survives():
    loss = losses.MeanSquaredError(dtype="float16")
    assert losses.deserialize(losses.serialize(loss)).dtype == "float16"


def test_functions_in_configs():
    config = losses.serialize(losses.huber)
    assert config == keras.losses.serialize(keras.losses.huber)
    assert losses.get(config) is losses.huber
    named = {**config, "module": "keras.losses", "registered_name": "huber"}
    assert losses.get(named) is losses.huber


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("MeanSquaredError", {"reduction": "average"}),
        ("CategoricalGeneralizedCrossEntropy", {"q": 0}),
        ("CategoricalGeneralizedCrossEntropy", {"q": 1}),
    ],
)
def test_bad_arguments(name, arguments):
    with pytest.raises(ValueError):
        getattr(keras.losses, name)(**arguments)
    with pytest.raises(ValueError, match=next(iter(arguments))):
        getattr(losses, name)(**arguments)


REFUSED_HERE = [
    *[
        (name, {"label_smoothing": value})
        for name in (
            "BinaryCrossentropy",
            "CategoricalCrossentropy",
            "BinaryFocalCrossentropy",
            "CategoricalFocalCrossentropy",
        )
        for value in (-0.1, 1.5, "much", float("nan"))
    ],
    *[
        (name, {"axis": value})
        for name in (
            "BinaryCrossentropy",
            "CategoricalCrossentropy",
            "SparseCategoricalCrossentropy",
            "BinaryFocalCrossentropy",
            "CategoricalFocalCrossentropy",
            "CosineSimilarity",
            "Dice",
            "Tversky",
        )
        for value in ("last", 1.5, True)
    ],
    ("SparseCategoricalCrossentropy", {"ignore_class": "none"}),
    ("BinaryFocalCrossentropy", {"alpha": 1.5}),
    ("BinaryFocalCrossentropy", {"gamma": -1.0}),
    ("CategoricalFocalCrossentropy", {"alpha": [0.5, -0.5]}),
    ("CategoricalFocalCrossentropy", {"alpha": "even"}),
    ("CategoricalFocalCrossentropy", {"gamma": "high"}),
    ("CategoricalGeneralizedCrossEntropy", {"q": "low"}),
    ("Huber", {"delta": 0}),
    ("Huber", {"delta": "far"}),
    ("Tversky", {"alpha": -1.0}),
    ("Tversky", {"beta": "b"}),
    ("Circle", {"gamma": 0.0}),
    ("Circle", {"margin": -0.1}),
]


@pytest.mark.parametrize(("name", "arguments"), REFUSED_HERE)
def test_arguments_without_a_meaning(name, arguments):
    (argument,) = arguments
    with pytest.raises(ValueError, match=f"`{argument}`.*Received: {argument}="):
        getattr(losses, name)(**arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "kind"),
    [
        ("BinaryCrossentropy", {"label_smoothing": None}, "bits"),
        ("BinaryCrossentropy", {"label_smoothing": 1}, "bits"),
        ("BinaryCrossentropy", {"axis": (0, 1)}, "bits"),
        ("CategoricalFocalCrossentropy", {"alpha": [0.2, 0.3, 0.5]}, "one-hot"),
        ("Dice", {"axis": [0, 1]}, "bits"),
        ("Tversky", {"alpha": 0}, "bits"),
        ("Huber", {"delta": np.float32(0.5)}, "bits"),
    ],
)
def test_arguments_with_a_meaning(name, arguments, kind):
    ours, theirs = pair(name, arguments)
    assert_equal(ours(*DATA[kind]), theirs(*DATA[kind]))


def test_get():
    def double(y_true, y_pred):
        return y_true - y_pred

    loss = losses.Huber()
    assert losses.get(None) is None
    assert losses.get(loss) is loss
    assert losses.get(double) is double
    assert isinstance(losses.get(losses.Huber), losses.Huber)
    assert losses.get("CategoricalGeneralizedCrossEntropy").q == 0.5
    assert losses.deserialize("double", custom_objects={"double": double}) is double
    with pytest.raises(ValueError, match="'binary_crossentropy'"):
        losses.get("binary_crosentropy")
    with pytest.raises(ValueError, match="loss"):
        losses.get(3)


@pytest.mark.parametrize(("name", "arguments", "kinds"), CASES, ids=IDS)
def test_numbers_may_be_inputs_of_a_program(name, arguments, kinds):
    loss = getattr(losses, name)(**arguments)
    y_true, y_pred = DATA[kinds[0]]
    for number in _dynamic.dynamic_names(type(loss)):
        with StateScope([(_dynamic.lift(loss, number), jnp.float32(0.35))]):
            inside = jax.jit(lambda: loss(y_true, y_pred))()
        expected = getattr(losses, name)(**{**arguments, number: 0.35})
        assert_equal(inside, expected(y_true, y_pred))
