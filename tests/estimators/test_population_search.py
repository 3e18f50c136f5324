"""The population search against scikit-learn's random search."""

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.datasets import make_regression
from sklearn.model_selection import RandomizedSearchCV

from ranvier.core import _programs
from ranvier.estimators import MLPRegressor, PopulationSearchCV

X, Y = make_regression(90, 4, random_state=0)
Y = Y / 100
SPACE = {"alpha": loguniform(1e-4, 1), "learning_rate_init": [0.01, 0.03]}

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def search(kind, space=SPACE, **options):
    net = MLPRegressor(hidden_layer_sizes=9, max_iter=8, random_state=0)
    options = {"n_iter": 6, "cv": 3, "random_state": 1, **options}
    return kind(net, space, **options)


def test_same_results_as_the_random_search():
    ours = search(PopulationSearchCV).fit(X, Y)
    before = _programs.counts["compilations"]
    theirs = search(RandomizedSearchCV).fit(X, Y)
    assert _programs.counts["compilations"] == before
    assert ours.cv_results_["params"] == theirs.cv_results_["params"]
    np.testing.assert_allclose(
        ours.cv_results_["mean_test_score"],
        theirs.cv_results_["mean_test_score"],
        rtol=1e-5,
    )
    assert ours.best_params_ == theirs.best_params_
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-5)


def test_failing_candidates_get_the_error_score():
    space = {"activation": ["relu", "no such thing"]}
    with pytest.warns(match="fits failed"):
        ours = search(PopulationSearchCV, space, n_iter=2, error_score=-9.0).fit(X, Y)
    assert sorted(ours.cv_results_["mean_test_score"])[0] == -9.0
    assert ours.best_params_ == {"activation": "relu"}
