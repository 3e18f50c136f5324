"""scikit-learn's own checks of estimators."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from ranvier.estimators import MLPClassifier, MLPRegressor

FLOAT32 = "equal to 2e-7 as float32 can be; the check asks for 1e-7"
EXPECTED_FAILURES = {
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


# The checks fit briefly.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(
    [
        MLPRegressor(hidden_layer_sizes=20, max_iter=100),
        MLPClassifier(hidden_layer_sizes=20, max_iter=100),
    ],
    expected_failed_checks=lambda e: EXPECTED_FAILURES.get(type(e), {}),
)
def test_checks(estimator, check):
    check(estimator)
