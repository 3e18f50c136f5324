"""The multi-layer perceptrons against scikit-learn's: same seeds, same weights."""

import inspect
import pickle
import re

import numpy as np
import optax
import pytest
import scipy.sparse
import sklearn.neural_network
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    cross_val_score,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import ranvier as rv
import ranvier.estimators
from ranvier.core import _programs
from ranvier.estimators import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = make_regression(150, 6, random_state=1)
Y = Y / 100
XC, CLASSES = make_classification(210, 8, n_informative=5, n_classes=3, random_state=1)
BINARY = (CLASSES > 0).astype(int)
NAMES = np.array(["a", "b", "c"])[CLASSES]
LABELS = np.stack([CLASSES == 0, CLASSES != 1], axis=1).astype(int)
WEIGHTS = np.random.RandomState(0).rand(210)

REGRESSIONS = {
    "adam": (Y, {}),
    "penalty": (Y, {"alpha": 0.1}),
    "outputs": (np.stack([Y, Y**2], axis=1), {}),
    "whole": (Y, {"batch_size": 150, "shuffle": False}),
    "deep": (Y, {"hidden_layer_sizes": (7, 5), "activation": "logistic"}),
    "none hidden": (Y, {"hidden_layer_sizes": ()}),
    "early stopping": (Y, {"early_stopping": True, "n_iter_no_change": 3}),
    "adaptive": (
        Y,
        {
            "solver": "sgd",
            "learning_rate": "adaptive",
            "learning_rate_init": 0.05,
            "n_iter_no_change": 2,
        },
    ),
    "invscaling": (Y, {"solver": "sgd", "learning_rate": "invscaling"}),
    "plain sgd": (Y, {"solver": "sgd", "momentum": 0.0, "activation": "identity"}),
    "momentum": (Y, {"solver": "sgd", "nesterovs_momentum": False}),
    "tolerant": (Y, {"tol": 0.05, "n_iter_no_change": 2}),
    "lbfgs": (Y, {"solver": "lbfgs", "activation": "tanh", "max_iter": 15}),
}
if "loss" in sklearn.neural_network.MLPRegressor().get_params():  # 1.7
    REGRESSIONS["poisson"] = (np.abs(Y), {"loss": "poisson"})
    REGRESSIONS["poisson stop"] = (
        np.abs(Y),
        {"loss": "poisson", "early_stopping": True, "n_iter_no_change": 2},
    )
CLASSIFICATIONS = {
    "three": (CLASSES, {}),
    "names": (NAMES, {"activation": "tanh"}),
    "binary": (BINARY, {}),
    "labels": (LABELS, {}),
    "stop three": (CLASSES, {"early_stopping": True, "n_iter_no_change": 2}),
    "stop binary": (BINARY, {"early_stopping": True, "n_iter_no_change": 2}),
    "stop labels": (LABELS, {"early_stopping": True, "n_iter_no_change": 2}),
    "lbfgs": (CLASSES, {"solver": "lbfgs", "activation": "tanh", "max_iter": 15}),
}
CURVES = ("loss_curve_", "validation_scores_")
NUMBERS = ("loss_", "best_loss_", "best_validation_score_", "n_iter_", "t_")
EQUAL = ("n_layers_", "n_outputs_", "out_activation_", "n_features_in_")


def assert_same_fit(ours, theirs):
    tolerance = {"rtol": 1e-4, "atol": 2e-5}
    for mine, other in zip(
        [*ours.coefs_, *ours.intercepts_],
        [*theirs.coefs_, *theirs.intercepts_],
        strict=True,
    ):
        np.testing.assert_allclose(mine, other, **tolerance)
    for name in (*CURVES, *NUMBERS):
        expected = getattr(theirs, name, None)
        if expected is None or np.size(expected) == 0:
            continue
        np.testing.assert_allclose(
            getattr(ours, name), expected, **tolerance, err_msg=name
        )
    for name in EQUAL:
        assert getattr(ours, name) == getattr(theirs, name), name


def pair(name, **options):
    """Returns ranvier's estimator and scikit-learn's, with the same parameters."""
    options = {
        "hidden_layer_sizes": (10,),
        "batch_size": 32,
        "max_iter": 12,
        "random_state": 3,
        **options,
    }
    theirs = getattr(sklearn.neural_network, name)()
    known = theirs.get_params()
    theirs.set_params(**{k: v for k, v in options.items() if k in known})
    return getattr(ranvier.estimators, name)(**options), theirs


@pytest.mark.parametrize("case", REGRESSIONS)
def test_regressor_equals_scikit_learn(case):
    targets, options = REGRESSIONS[case]
    ours, theirs = pair("MLPRegressor", **options)
    assert_same_fit(ours.fit(X, targets), theirs.fit(X, targets))
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), atol=1e-4)


@pytest.mark.parametrize("case", CLASSIFICATIONS)
def test_classifier_equals_scikit_learn(case):
    targets, options = CLASSIFICATIONS[case]
    ours, theirs = pair("MLPClassifier", **options)
    assert_same_fit(ours.fit(XC, targets), theirs.fit(XC, targets))
    np.testing.assert_allclose(
        ours.predict_proba(XC), theirs.predict_proba(XC), atol=1e-4
    )
    np.testing.assert_array_equal(ours.predict(XC), theirs.predict(XC))
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)


def takes_weights():
    fit = sklearn.neural_network.MLPClassifier.fit
    return "sample_weight" in inspect.signature(fit).parameters


@pytest.mark.skipif(not takes_weights(), reason="weights came with scikit-learn 1.7")
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("stop", [False, True])
def test_sample_weights_equal_scikit_learn(solver, stop):
    ours, theirs = pair(
        "MLPClassifier", solver=solver, early_stopping=stop, activation="tanh"
    )
    assert_same_fit(ours.fit(XC, CLASSES, WEIGHTS), theirs.fit(XC, CLASSES, WEIGHTS))


def test_class_weights_are_sample_weights():
    weights = np.where(CLASSES == 0, 5.0, 1.0)
    ours, _ = pair("MLPClassifier")
    weighed = clone(ours).set_params(class_weight={0: 5.0, 1: 1.0, 2: 1.0})
    np.testing.assert_array_equal(
        weighed.fit(XC, CLASSES).coefs_[0], ours.fit(XC, CLASSES, weights).coefs_[0]
    )
    clone(ours).set_params(class_weight="balanced").fit(XC, NAMES)


def test_partial_fit_equals_scikit_learn():
    ours, theirs = pair("MLPClassifier")
    for start in range(0, 200, 50):
        part = slice(start, start + 50)
        for estimator in (ours, theirs):
            estimator.partial_fit(XC[part], CLASSES[part], classes=[0, 1, 2])
    assert_same_fit(ours, theirs)
    ours, theirs = pair("MLPRegressor", solver="sgd")
    for _ in range(3):
        ours.partial_fit(X, Y)
        theirs.partial_fit(X, Y)
    assert_same_fit(ours, theirs)


def test_warm_start_equals_scikit_learn():
    ours, theirs = pair("MLPRegressor", warm_start=True, max_iter=3)
    for _ in range(3):
        ours.fit(X, Y)
        theirs.fit(X, Y)
    assert_same_fit(ours, theirs)
    ours, _ = pair("MLPClassifier", warm_start=True, max_iter=2)
    ours.fit(XC, CLASSES)
    with pytest.raises(ValueError, match="same classes"):
        ours.fit(XC, BINARY)


@pytest.mark.parametrize("form", [scipy.sparse.csr_matrix, scipy.sparse.csc_array])
@pytest.mark.parametrize("density", [0.05, 0.9])
def test_sparse_inputs_equal_dense_ones(form, density):
    dense = scipy.sparse.random(120, 40, density, random_state=0).toarray()
    y = dense.sum(axis=1)
    ours, _ = pair("MLPRegressor", early_stopping=True, max_iter=4)
    expected = clone(ours).fit(dense, y)
    ours.fit(form(dense), y)
    np.testing.assert_allclose(ours.coefs_[0], expected.coefs_[0], atol=1e-6)
    np.testing.assert_allclose(
        ours.predict(form(dense)), expected.predict(dense), atol=1e-6
    )


@pytest.mark.parametrize(
    "options",
    [
        {"dropout": 0.2},
        {"normalization": "batch", "activation": "gelu"},
        {"normalization": "layer", "solver": "lbfgs", "max_iter": 50},
        {"optimizer": "nadam"},
        {"optimizer": rv.optimizers.RMSprop(0.01, clipnorm=1.0)},
        {"optimizer": optax.adam(0.01)},
        {"schedule": rv.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)},
        {"activation": rv.activations.selu},
    ],
    ids=lambda options: next(iter(options)),
)
def test_beyond_scikit_learn(options):
    options = {"max_iter": 60, "learning_rate_init": 0.01, **options}
    ours, _ = pair("MLPRegressor", **options)
    ours.fit(X, Y)
    assert ours.score(X, Y) > 0.8
    again = clone(ours).fit(X, Y)
    np.testing.assert_array_equal(again.predict(X), ours.predict(X))
    if not isinstance(options.get("optimizer"), optax.GradientTransformation):
        copy = pickle.loads(pickle.dumps(ours))
        np.testing.assert_array_equal(copy.predict(X), ours.predict(X))
    model = ours.model_
    np.testing.assert_allclose(
        model.predict(X, verbose=0)[:, 0], ours.predict(X), atol=1e-5
    )


def test_model_holds_the_link():
    ours, _ = pair("MLPClassifier")
    model = ours.fit(XC, NAMES).model_
    np.testing.assert_allclose(
        model.predict(XC, verbose=0), ours.predict_proba(XC), atol=1e-5
    )


def test_estimators_of_one_structure_share_programs():
    MLPRegressor(hidden_layer_sizes=13, max_iter=2).fit(X, Y)
    before = _programs.counts["compilations"]
    for alpha in (0.1, 0.2, 0.3):
        MLPRegressor(
            hidden_layer_sizes=13,
            max_iter=2,
            alpha=alpha,
            learning_rate_init=alpha,
            beta_1=alpha,
        ).fit(X, Y)
    assert _programs.counts["compilations"] == before


@pytest.mark.parametrize("method", ["temperature", "sigmoid", "isotonic"])
@pytest.mark.parametrize("targets", [NAMES, BINARY, LABELS], ids=["3", "2", "labels"])
def test_calibration(method, targets):
    ours, _ = pair("MLPClassifier", max_iter=30, calibration=method)
    ours.set_params(validation_fraction=0.3)
    probabilities = ours.fit(XC, targets).predict_proba(XC)
    assert probabilities.shape == (210, 3 if targets is NAMES else 2)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    if targets is not LABELS:
        np.testing.assert_allclose(probabilities.sum(axis=1), 1)
        classes = ours.classes_[probabilities.argmax(axis=1)]
        np.testing.assert_array_equal(ours.predict(XC), classes)
    assert ours.score(XC, targets) > 0.5


def test_calibration_makes_an_overfitted_network_honest():
    x, y = make_classification(600, 20, flip_y=0.3, random_state=0)
    train_x, test_x, train_y, test_y = train_test_split(x, y, random_state=0)
    plain = MLPClassifier(50, solver="lbfgs", random_state=0)
    losses = {
        method: log_loss(
            test_y,
            clone(plain)
            .set_params(calibration=method, validation_fraction=0.25)
            .fit(train_x, train_y)
            .predict_proba(test_x),
        )
        for method in (None, "temperature", "sigmoid")
    }
    assert losses["temperature"] < losses[None] / 2
    assert losses["sigmoid"] < losses[None] / 2


def test_scikit_learns_tools():
    ours = MLPClassifier(8, max_iter=15, random_state=0)
    pipeline = make_pipeline(StandardScaler(), ours)
    assert cross_val_score(pipeline, XC, NAMES, cv=3).shape == (3,)
    grid = GridSearchCV(pipeline, {"mlpclassifier__alpha": [1e-3, 1.0]}, cv=2)
    assert grid.fit(XC, NAMES).predict(XC).shape == (210,)
    drawn = RandomizedSearchCV(
        ours, {"learning_rate_init": [1e-3, 1e-2]}, n_iter=2, cv=2, random_state=0
    )
    assert drawn.fit(XC, BINARY).best_score_ > 0.5
    columns = ColumnTransformer([("scaled", StandardScaler(), [0, 1, 2])])
    columns.set_output(transform="pandas")
    framed = make_pipeline(columns, ours).fit(XC, NAMES)
    assert framed[-1].feature_names_in_.tolist() == [f"scaled__x{i}" for i in range(3)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden_layer_sizes": (3, -1)}, "hidden_layer_sizes must be > 0"),
        ({"hidden_layer_sizes": 2.5}, "hidden_layer_sizes"),
        ({"activation": "rellu"}, "relu"),
        ({"solver": "adamm"}, "solver"),
        ({"optimizer": "adamm"}, "adam"),
        ({"learning_rate": "linear"}, "learning_rate"),
        ({"alpha": -1}, "alpha"),
        ({"batch_size": 0}, "batch_size"),
        ({"dropout": 1.0}, "dropout"),
        ({"normalization": "group"}, "normalization"),
        ({"n_iter_no_change": 0}, "n_iter_no_change"),
        ({"momentum": 2}, "momentum"),
        ({"loss": "mae"}, "loss"),
        ({"solver": "lbfgs", "dropout": 0.5}, "dropout"),
        ({"solver": "lbfgs", "normalization": "batch"}, "batch"),
    ],
)
def test_bad_parameters(options, message):
    ours, _ = pair("MLPRegressor")
    with pytest.raises(ValueError, match=re.escape(message)):
        ours.set_params(**options).fit(X, Y)


def test_bad_calls():
    ours, _ = pair("MLPRegressor", early_stopping=True)
    with pytest.raises(ValueError, match="early_stopping"):
        ours.partial_fit(X, Y)
    assert not hasattr(MLPRegressor(solver="lbfgs"), "partial_fit")
    with pytest.raises(ValueError, match="non-finite"):
        MLPRegressor(
            "squared_error", 5, solver="sgd", learning_rate_init=1e20, max_iter=5
        ).fit(X, Y)
    with pytest.raises(ValueError, match="calibration"):
        MLPClassifier(calibration="platt").fit(XC, BINARY)
    with pytest.raises(ValueError, match="targets >= 0"):
        MLPRegressor("poisson").fit(X, Y)
    with pytest.warns(UserWarning, match="clipped"):
        MLPRegressor("squared_error", 5, batch_size=1000, max_iter=1).fit(X, Y)
    with pytest.warns(ConvergenceWarning, match="converged"):
        MLPRegressor("squared_error", 5, max_iter=1).fit(X, Y)


def test_verbose(capsys):
    MLPRegressor("squared_error", 5, max_iter=2, verbose=True, early_stopping=True).fit(
        X, Y
    )
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("Iteration 1, loss = ")
    assert lines[1].startswith("Validation score: ")
    MLPRegressor("squared_error", 5, max_iter=3, verbose=True, solver="lbfgs").fit(X, Y)
    assert capsys.readouterr().out.count("Iteration") == 3


def test_weights_may_be_set():
    ours, _ = pair("MLPRegressor", warm_start=True, max_iter=1)
    ours.fit(X, Y)
    ours.coefs_[0] *= 0
    ours.intercepts_[0] *= 0
    np.testing.assert_allclose(ours.predict(X), ours.intercepts_[1][0], rtol=1e-6)
