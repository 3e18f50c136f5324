"""scikit-learn's own checks of estimators."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import ranvier as rv
from ranvier.estimators import (
    KerasClassifier,
    KerasRegressor,
    KerasTransformer,
    MLPClassifier,
    MLPRegressor,
    Perceptron,
)

FLOAT32 = "equal to 2e-7 as float32 can be; the check asks for 1e-7"
ORDER = "the rule sees sample after sample: a weight of 2 is not a sample twice"
BATCHES = "losses are means over the samples of a batch, as in Keras, not over weights"
EXPECTED_FAILURES = {
    KerasClassifier: {"check_sample_weight_equivalence_on_dense_data": BATCHES},
    Perceptron: {  # scikit-learn's own has these two
        "check_sample_weight_equivalence_on_dense_data": ORDER,
        "check_sample_weight_equivalence_on_sparse_data": ORDER,
    },
    # The same checks pass with solver="lbfgs" in scikit-learn, in float64.
    MLPRegressor: {
        "check_sample_weight_equivalence_on_dense_data": FLOAT32,
        "check_sample_weight_equivalence_on_sparse_data": FLOAT32,
    },
    MLPClassifier: {
        "check_sample_weight_equivalence_on_dense_data": FLOAT32,
        "check_sample_weight_equivalence_on_sparse_data": FLOAT32,
    },
}


def build(meta):
    outputs, link = meta["n_outputs_"], None
    if "target_type_" in meta:
        outputs, link = meta["n_classes_"], "softmax"
        if meta["target_type_"] == "binary":
            outputs = 1
        if meta["target_type_"] != "multiclass":
            link = "sigmoid"
    return rv.Sequential([rv.layers.Dense(outputs, link)])


# The checks fit briefly.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(
    [
        Perceptron(max_iter=5),
        KerasClassifier(build, random_state=0),
        KerasRegressor(build, random_state=0),
        KerasTransformer(build, random_state=0),
        MLPRegressor(hidden_layer_sizes=20, max_iter=100),
    ],
    expected_failed_checks=lambda e: EXPECTED_FAILURES.get(type(e), {}),
)
def test_checks(estimator, check):
    check(estimator)


# A program for each shape of data: two minutes.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(
    [MLPClassifier(hidden_layer_sizes=20, max_iter=100)],
    expected_failed_checks=lambda e: EXPECTED_FAILURES.get(type(e), {}),
)
def test_checks_of_the_mlp_classifier(estimator, check):
    check(estimator)
