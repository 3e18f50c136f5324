"""Metrics against Keras: names, results and variables, configs."""

import jax
import keras
import keras.src.metrics as keras_source
import numpy as np
import pytest

from ranvier import losses, metrics
from ranvier.core import _naming
from ranvier.core._serialization import deserialize_object, serialize_object
from tests.metrics.metric_cases import CASES, DATA, IDS, WITH_DATA

# Keras's confusion matrix asks for int64, which JAX narrows.
pytestmark = pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64")

WEIGHTS = np.array([0.5, 0.0, 2.0, 1.0], dtype="float32")


def pair(name, arguments):
    return (
        getattr(metrics, name)(**arguments),
        getattr(keras.metrics, name)(**arguments),
    )


def assert_equal(ours, theirs):
    # float32 rounding of sums of some dozen terms, in another order.
    np.testing.assert_allclose(
        np.asarray(ours), np.asarray(theirs), rtol=3e-6, atol=2e-6
    )


def assert_same_state(ours, theirs):
    assert [v.name for v in ours.variables] == [v.name for v in theirs.variables]
    for our, their in zip(ours.variables, theirs.variables):
        assert (our.shape, our.dtype) == (tuple(their.shape), their.dtype)
        assert_equal(our.value, their.value)


def weights_for(name, y_true):
    """Returns weights in the shape that Keras takes for this metric and data."""
    if "IoU" in name:
        return np.resize([1, 2, 0], y_true.shape)  # one for each entry
    # A value for each entry needs weights that broadcast to them.
    by_entry = name in ("Accuracy", "BinaryAccuracy", "RootMeanSquaredError", "Mean")
    maps = y_true.shape == (4, 2)
    return WEIGHTS[:, None] if y_true.ndim == 2 and (by_entry or maps) else WEIGHTS


def test_public_names_of_keras():
    expected = {name for name in dir(keras.metrics) if not name.startswith("_")}
    assert sorted(expected) == sorted(metrics.__all__)


def test_every_class_has_a_case():
    classes = {n for n in metrics.__all__ if isinstance(vars(metrics)[n], type)}
    assert classes - {"Metric", "MeanMetricWrapper"} == {name for name, _, _ in CASES}


@pytest.mark.parametrize("alias", sorted(keras_source.ALL_OBJECTS_DICT))
def test_every_name_of_get(alias):
    expected = keras_source.ALL_OBJECTS_DICT[alias]
    assert metrics._get._family.members[alias].__name__ == expected.__name__


@pytest.mark.parametrize(("name", "arguments", "kind"), WITH_DATA)
def test_two_batches(name, arguments, kind):
    ours, theirs = pair(name, arguments)
    for batch in DATA[kind]:
        assert ours.update_state(*batch) is None
        theirs.update_state(*batch)
    assert_same_state(ours, theirs)
    assert_equal(ours.result(), theirs.result())
    assert ours.result().dtype == theirs.result().dtype
    ours.reset_state()
    theirs.reset_state()
    assert_same_state(ours, theirs)
    assert_equal(ours(*DATA[kind][1]), theirs(*DATA[kind][1]))


# Without those whose values are not one for each sample.
WEIGHTED = [
    (name, arguments, kind)
    for name, arguments, kind in WITH_DATA
    if arguments.get("axis") != 0 and not ("IoU" in name and "one-hot" in kind)
]


@pytest.mark.parametrize(("name", "arguments", "kind"), WEIGHTED)
def test_sample_weights(name, arguments, kind):
    ours, theirs = pair(name, arguments)
    for batch in DATA[kind]:
        weights = weights_for(name, batch[0])
        ours.update_state(*batch, sample_weight=weights)
        theirs.update_state(*batch, sample_weight=weights)
    assert_same_state(ours, theirs)
    assert_equal(ours.result(), theirs.result())


@pytest.mark.parametrize(("name", "arguments", "kinds"), CASES, ids=IDS)
def test_programs(name, arguments, kinds):
    ours, eager = (getattr(metrics, name)(**arguments) for _ in range(2))
    first, second = DATA[kinds[0]]
    eager.update_state(*first)
    eager.update_state(*second)
    ours.update_state(*first)  # some make their variables now

    @jax.jit
    def program(values, batch):
        values = ours.stateless_update_state(values, *batch)
        return values, ours.stateless_result(values)

    before = [v.numpy() for v in ours.variables]
    values, result = program([v.value for v in ours.variables], second)
    assert_equal(result, eager.result())
    for value, variable in zip(values, eager.variables):
        assert_equal(value, variable.value)
    for value, variable in zip(before, ours.variables):
        np.testing.assert_array_equal(value, variable.numpy())
    for value in ours.stateless_reset_state():
        assert not np.asarray(value).any()


@pytest.mark.parametrize("name", sorted({name for name, _, _ in CASES}))
def test_half_precision(name):
    arguments, kinds = next(case[1:] for case in CASES if case[0] == name)
    ours, theirs = pair(name, {**arguments, "dtype": "float16"})
    for batch in DATA[kinds[0]]:
        ours.update_state(*batch)
        theirs.update_state(*batch)
    assert ours.dtype == theirs.dtype == "float16"
    assert [v.dtype for v in ours.variables] == [v.dtype for v in theirs.variables]
    assert ours.result().dtype == theirs.result().dtype
    # Some steps of float16.
    np.testing.assert_allclose(
        np.asarray(ours.result()), np.asarray(theirs.result()), rtol=5e-3, atol=5e-3
    )


@pytest.mark.parametrize(("name", "arguments", "kinds"), CASES, ids=IDS)
def test_config_and_round_trips(name, arguments, kinds):
    ours, theirs = pair(name, {**arguments, "name": "n"})
    config = serialize_object(ours)
    expected = keras.saving.serialize_keras_object(theirs)
    lost = {k: v for k, v in arguments.items() if k not in expected["config"]}
    if lost.get("axis") is None and arguments.get("label_weights"):
        # Keras writes them as a tensor, and does not read that back.
        assert deserialize_object(expected).label_weights == arguments["label_weights"]
        lost = {"label_weights": arguments["label_weights"]}
    assert config == {**expected, "config": {**expected["config"], **lost}}
    for again in (
        deserialize_object(config),
        metrics.deserialize(config),
        metrics.get({"class_name": name, "config": ours.get_config()}),
    ):
        assert type(again) is type(ours)
        assert again.get_config() == ours.get_config()
        assert_equal(again(*DATA[kinds[0]][0]), theirs(*DATA[kinds[0]][0]))
        theirs.reset_state()
    read = keras.saving.deserialize_keras_object(config)
    assert_equal(read(*DATA[kinds[0]][0]), theirs(*DATA[kinds[0]][0]))


def test_default_names_and_directions():
    _naming.reset_names()
    keras.utils.clear_session()
    for name in sorted({name for name, _, _ in CASES}):
        arguments = next(a for n, a, _ in CASES if n == name)
        ours, theirs = pair(name, arguments)
        assert ours.name == theirs.name
        assert ours._direction == getattr(theirs, "_direction", None)


@pytest.mark.parametrize(
    "name",
    [
        "binary_accuracy",
        "categorical_accuracy",
        "sparse_categorical_accuracy",
        "top_k_categorical_accuracy",
        "sparse_top_k_categorical_accuracy",
        "pearson_correlation",
        "concordance_correlation",
    ],
)
def test_functions(name):
    compact = name.replace("_", "")
    kinds = next(case[2] for case in CASES if case[0].lower() == compact)
    more = {"k": 2} if "top_k" in name else {}
    for kind in kinds:
        ours = getattr(metrics, name)(*DATA[kind][0], **more)
        theirs = getattr(keras.metrics, name)(*DATA[kind][0], **more)
        assert ours.shape == theirs.shape
        assert_equal(ours, theirs)


def test_functions_of_losses_are_the_same_objects():
    for name in metrics.__all__:
        if name in losses.__all__ and not isinstance(vars(losses)[name], type):
            if name not in ("get", "serialize", "deserialize"):
                assert vars(metrics)[name] is vars(losses)[name]


@pytest.mark.parametrize("shape", [((4, 1, 3), (4, 3)), ((4, 1, 1), (4, 1, 3))])
def test_odd_ranks_of_accuracies(shape):
    y_true = np.zeros(shape[0], dtype="float32")
    y_pred = np.arange(np.prod(shape[1]), dtype="float32").reshape(shape[1])
    name = (
        "categorical_accuracy" if shape[0][-1] == 3 else "sparse_categorical_accuracy"
    )
    ours = getattr(metrics, name)(y_true, y_pred)
    theirs = getattr(keras.metrics, name)(y_true, y_pred)
    np.testing.assert_array_equal(ours, np.asarray(theirs))


def test_many_classes_in_small_integers():
    """Labels of one byte must not wrap around: class 256 is not class 0."""
    y_pred = np.eye(300, dtype="float32")[[256, 7]]
    y_true = np.array([0, 7], dtype="uint8")
    assert metrics.sparse_categorical_accuracy(y_true, y_pred).tolist() == [0.0, 1.0]


def test_get():
    def double(y_true, y_pred):
        return y_true - y_pred

    metric = metrics.Mean()
    assert metrics.get(None) is None
    assert metrics.get(metric) is metric
    assert metrics.get(double) is double
    assert isinstance(metrics.get("accuracy"), metrics.Accuracy)
    assert isinstance(metrics.get(metrics.AUC), metrics.AUC)
    with pytest.raises(ValueError, match="'accuracy'"):
        metrics.get("acuracy")
    with pytest.raises(ValueError, match="metric"):
        metrics.get(3)


ERRORS = [
    ("AUC", {"num_thresholds": 1}, "num_thresholds"),
    ("AUC", {"curve": "RO"}, "curve"),
    ("AUC", {"summation_method": "sum"}, "summation_method"),
    ("AUC", {"num_labels": 2}, "num_labels"),
    ("TruePositives", {"thresholds": [0.5, 1.5]}, "1.5"),
    ("Precision", {"thresholds": -1}, "-1"),
    ("Recall", {"thresholds": [None]}, "None"),
    ("SensitivityAtSpecificity", {"specificity": 2}, "specificity"),
    ("SpecificityAtSensitivity", {"sensitivity": -1}, "sensitivity"),
    ("PrecisionAtRecall", {"recall": 1.1}, "recall"),
    ("RecallAtPrecision", {"precision": 1.1}, "precision"),
    ("RecallAtPrecision", {"precision": 0.5, "num_thresholds": 0}, "num_thresholds"),
    ("FBetaScore", {"average": "mean"}, "average"),
    ("FBetaScore", {"beta": 1}, "beta"),
    ("FBetaScore", {"beta": 0.0}, "beta"),
    ("F1Score", {"threshold": 1}, "threshold"),
    ("F1Score", {"threshold": 1.5}, "threshold"),
    ("IoU", {"num_classes": 2, "target_class_ids": [2]}, "target_class_ids"),
    ("R2Score", {"class_aggregation": "mean"}, "class_aggregation"),
    ("R2Score", {"num_regressors": -1}, "num_regressors"),
]


@pytest.mark.parametrize(("name", "arguments", "word"), ERRORS)
def test_bad_arguments(name, arguments, word):
    with pytest.raises(ValueError):
        getattr(keras.metrics, name)(**arguments)
    with pytest.raises(ValueError, match=word):
        getattr(metrics, name)(**arguments)


REFUSED_HERE = [
    ("BinaryAccuracy", {"threshold": 2.0}),
    ("BinaryAccuracy", {"threshold": None}),
    ("TopKCategoricalAccuracy", {"k": 0}),
    ("TopKCategoricalAccuracy", {"k": 1.5}),
    ("SparseTopKCategoricalAccuracy", {"k": "all"}),
    ("Precision", {"top_k": 0}),
    ("Precision", {"class_id": 1.5}),
    ("Precision", {"thresholds": "half"}),
    ("Recall", {"top_k": "a"}),
    ("Recall", {"class_id": "first"}),
    ("Recall", {"thresholds": [0.5, 2.0]}),
    ("FalseNegatives", {"thresholds": 2.0}),
    ("AUC", {"num_thresholds": 2.5}),
    ("AUC", {"num_thresholds": "many"}),
    ("AUC", {"thresholds": [0.5, 1.5]}),
    ("AUC", {"thresholds": "even"}),
    ("AUC", {"num_labels": -1, "multi_label": True}),
    ("PrecisionAtRecall", {"recall": "high"}),
    ("PrecisionAtRecall", {"num_thresholds": 1.5, "recall": 0.5}),
    ("PrecisionAtRecall", {"class_id": "a", "recall": 0.5}),
    ("MeanIoU", {"num_classes": 0}),
    ("MeanIoU", {"num_classes": "two"}),
    ("MeanIoU", {"ignore_class": "a", "num_classes": 2}),
    ("MeanIoU", {"axis": "a", "num_classes": 2}),
    ("OneHotMeanIoU", {"num_classes": 1.5}),
    ("IoU", {"target_class_ids": 1, "num_classes": 2}),
    ("IoU", {"target_class_ids": [0.5], "num_classes": 2}),
    ("IoU", {"target_class_ids": [-3], "num_classes": 2}),
    ("BinaryIoU", {"threshold": "half"}),
    ("MeanMetricWrapper", {"fn": None}),
    ("R2Score", {"num_regressors": "a"}),
    ("BinaryCrossentropy", {"label_smoothing": 2.0}),
    ("CategoricalCrossentropy", {"label_smoothing": "a"}),
    ("CategoricalCrossentropy", {"axis": "a"}),
    ("SparseCategoricalCrossentropy", {"axis": 0.5}),
    ("CosineSimilarity", {"axis": "a"}),
    ("PearsonCorrelation", {"axis": "a"}),
    ("ConcordanceCorrelation", {"axis": 1.5}),
]


@pytest.mark.parametrize(("name", "arguments"), REFUSED_HERE)
def test_arguments_without_a_meaning(name, arguments):
    argument = next(iter(arguments))
    with pytest.raises(ValueError, match=f"`{argument}`.*Received: "):
        getattr(metrics, name)(**arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "shapes"),
    [
        ("R2Score", {}, ((4,), (4,))),
        ("F1Score", {}, ((4,), (4,))),
        ("Precision", {"class_id": 1}, ((4,), (4,))),
        ("Precision", {}, ((4, 2), (4, 3))),
        ("AUC", {"multi_label": True}, ((4,), (4,))),
        ("MeanSquaredError", {}, ((4, 2), (4, 3))),
    ],
)
def test_shapes_that_do_not_fit(name, arguments, shapes):
    metric = getattr(metrics, name)(**arguments)
    with pytest.raises(ValueError, match="y_pred"):
        metric.update_state(*map(np.ones, shapes))


def test_weights_that_do_not_fit():
    with pytest.raises(ValueError, match="sample_weight"):
        metrics.Precision()(*DATA["bits"][0], sample_weight=np.ones(3))


def test_fractional_weights_of_integer_counts_are_worth_a_warning():
    metric = metrics.MeanIoU(num_classes=2)
    with pytest.warns(UserWarning, match="float32"):
        metric.update_state([0, 1], [0, 1], sample_weight=np.array([0.5, 1.5]))


def test_r2_cannot_always_be_adjusted():
    metric = metrics.R2Score(num_regressors=4)
    metric.update_state([[1.0], [2.0]], [[1.0], [3.0]])
    with pytest.warns(UserWarning, match="num_regressors=4"):
        assert float(metric.result()) == -1.0
