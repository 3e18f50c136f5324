"""The population search against scikit-learn's random search."""

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.datasets import make_regression
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import ranvier as rv
from ranvier.core import _programs
from ranvier.estimators import (
    KerasClassifier,
    KerasRegressor,
    MLPRegressor,
    PopulationSearchCV,
)

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


def build(units=5, rate=0.01, dropout=0.1, width=None):
    first = [] if width is None else [rv.layers.Input((width,))]
    model = rv.Sequential(
        [
            *first,
            rv.layers.Dense(units, "tanh"),
            rv.layers.Dropout(dropout),
            rv.layers.Dense(1),
        ]
    )
    model.compile(rv.optimizers.Adam(rate), "mse")
    return model


RATES = {"model__rate": loguniform(1e-3, 1e-1), "model__units": [4, 5]}


def search_models(kind, net=None, space=RATES, **options):
    net = net or KerasRegressor(build, epochs=3, batch_size=16, random_state=0)
    options = {"n_iter": 3, "cv": 2, "random_state": 1, **options}
    return kind(net, space, **options)


def assert_same(ours, theirs, X):
    assert ours.cv_results_["params"] == theirs.cv_results_["params"]
    assert set(ours.cv_results_) == set(theirs.cv_results_)
    for name, values in theirs.cv_results_.items():
        if "score" in name and "time" not in name and "rank" not in name:
            np.testing.assert_allclose(
                ours.cv_results_[name], values, rtol=1e-3, atol=1e-4
            )
    assert ours.best_params_ == theirs.best_params_
    np.testing.assert_allclose(
        np.asarray(ours.predict(X), "float"),
        np.asarray(theirs.predict(X), "float"),
        rtol=1e-3,
        atol=1e-4,
    )


@pytest.mark.parametrize("width", [None, 4], ids=["built late", "built at once"])
def test_models_train_as_single_fits_would(width):
    net = KerasRegressor(
        build, epochs=3, batch_size=16, random_state=0, model__width=width
    )
    ours = search_models(PopulationSearchCV, net, return_train_score=True).fit(X, Y)
    theirs = search_models(RandomizedSearchCV, net, return_train_score=True).fit(X, Y)
    assert_same(ours, theirs, X)
    assert (ours.cv_results_["mean_fit_time"] > 0).all()
    assert len(ours.best_estimator_.history_["loss"]) == 3


def test_models_of_one_structure_compile_once():
    space = {"model__rate": loguniform(1e-3, 1e-1)}
    options = {"space": space, "refit": False}
    search_models(PopulationSearchCV, **options).fit(X, Y)
    before = _programs.counts["compilations"]
    search_models(PopulationSearchCV, space=space, refit=False, random_state=2).fit(
        X, Y
    )
    assert _programs.counts["compilations"] == before


def test_classifiers_with_weights_and_epochs_of_their_own():
    def classes(meta):
        return rv.Sequential([rv.layers.Dense(meta["n_classes_"], "softmax")])

    net = KerasClassifier(
        classes,
        batch_size=16,
        optimizer="sgd",
        loss="sparse_categorical_crossentropy",
        random_state=0,
    )
    labels = np.array(["low", "high"])[(Y > 0).astype(int)]
    space = {"optimizer__learning_rate": [0.03, 0.3], "epochs": [2, 4]}
    weights = np.linspace(0.5, 2, len(Y))
    results = []
    for kind in (PopulationSearchCV, RandomizedSearchCV):
        found = search_models(kind, net, space, scoring="neg_log_loss", refit=False)
        found.fit(X, labels, sample_weight=weights)
        results.append(found.cv_results_["mean_test_score"])
    np.testing.assert_allclose(*results, rtol=1e-4)


def test_models_that_fail_get_the_error_score():
    def breaks(bad=False):
        if bad:
            raise ValueError("no such model")
        return build()

    net = KerasRegressor(breaks, epochs=1, random_state=0)
    space = {"model__bad": [True, False]}
    with pytest.warns(match="fits failed"):
        ours = search_models(
            PopulationSearchCV, net, space, n_iter=2, error_score=-9.0
        ).fit(X, Y)
    assert min(ours.cv_results_["mean_test_score"]) == -9.0
    assert ours.best_params_ == {"model__bad": False}


def test_fits_on_threads_do_not_disturb_one_another():
    """A pipeline's models are built on threads, from the process's own streams."""
    net = KerasRegressor(build, epochs=2, batch_size=16, random_state=3)
    net = make_pipeline(StandardScaler(), net)
    space = {"kerasregressor__model__units": [2, 3, 4, 5, 6, 7]}
    options = {"n_iter": 6, "cv": 2, "random_state": 1, "refit": False}
    np.random.seed(0)
    expected = np.random.RandomState(0).rand()
    ours = PopulationSearchCV(net, space, n_jobs=4, **options).fit(X, Y)
    theirs = RandomizedSearchCV(net, space, n_jobs=1, **options).fit(X, Y)
    np.testing.assert_allclose(
        ours.cv_results_["mean_test_score"],
        theirs.cv_results_["mean_test_score"],
        rtol=1e-6,
    )
    assert np.random.rand() == expected
