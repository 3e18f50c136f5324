"""The perceptron against scikit-learn's: same order, same weights."""

import pickle

import numpy as np
import pytest
import scipy.sparse
import sklearn.linear_model
from sklearn.datasets import load_digits, load_iris, make_classification
from sklearn.exceptions import ConvergenceWarning

from ranvier.estimators import MLPClassifier, Perceptron

IRIS = load_iris(return_X_y=True)
TWO = make_classification(120, 5, random_state=0)
AND = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 0, 0, 1])

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"shuffle": False},
        {"step": "sign", "random_state": 3},
        {"eta0": 0.1, "tol": None, "max_iter": 7},
        {"penalty": "l2", "alpha": 0.01},
        {"penalty": "l1", "alpha": 0.01, "max_iter": 3},
        {"penalty": "elasticnet", "alpha": 0.01},
        {"fit_intercept": False},
        {"early_stopping": True, "n_iter_no_change": 2},
        {"class_weight": "balanced"},
        {"class_weight": {0: 3.0, 1: 0.5}},
        {"tol": 0.1, "n_iter_no_change": 1},
    ],
    ids=str,
)
@pytest.mark.parametrize("data", [IRIS, TWO], ids=["iris", "two"])
def test_weights_equal_scikit_learn(options, data):
    options = {"max_iter": 30, **options}
    ours = Perceptron(**options).fit(*data)
    theirs = sklearn.linear_model.Perceptron(
        **{k: v for k, v in options.items() if k != "step"}
    ).fit(*data)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-9)
    np.testing.assert_array_equal(ours.predict(data[0]), theirs.predict(data[0]))
    np.testing.assert_allclose(
        ours.decision_function(data[0]), theirs.decision_function(data[0]), atol=1e-9
    )
    assert ours.n_iter_ <= theirs.n_iter_


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"penalty": "l2"},
        {"penalty": "l1", "alpha": 0.001},
        {"early_stopping": True},
    ],
    ids=str,
)
def test_sparse_rows_give_scikit_learns_weights(options):
    """The bias learns a hundred times slower there."""
    x, y = TWO
    x = scipy.sparse.csr_matrix(np.where(np.abs(x) < 1, 0, x))
    ours = Perceptron(max_iter=20, **options).fit(x, y)
    theirs = sklearn.linear_model.Perceptron(max_iter=20, **options).fit(x, y)
    for _ in range(2):
        np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-9)
        np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-9)
        ours.partial_fit(x, y)
        theirs.partial_fit(x, y)


def test_float32_sample_weights_and_partial_fit_equal_scikit_learn():
    x, y = TWO
    weights = np.random.RandomState(0).rand(len(y))
    ours, theirs = Perceptron(), sklearn.linear_model.Perceptron()
    for part in (slice(0, 60), slice(60, 120)):
        for unit in (ours, theirs):
            unit.partial_fit(x[part].astype("float32"), y[part], [0, 1], weights[part])
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-5, atol=1e-5)
    assert ours.t_ == theirs.t_


def test_digits():
    x, y = load_digits(return_X_y=True)
    ours = Perceptron(random_state=0).fit(x, y)
    theirs = sklearn.linear_model.Perceptron(random_state=0).fit(x, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-9)
    assert ours.score(x, y) == theirs.score(x, y)


def test_it_stops_where_data_are_separated():
    unit = Perceptron(tol=None).fit(*AND)
    assert unit.n_iter_ < 20
    assert unit.score(*AND) == 1
    again = Perceptron(warm_start=True, tol=None).fit(*AND)
    assert again.fit(*AND).n_iter_ == 1


def test_xor_is_beyond_it_but_not_beyond_a_network():
    x, y = AND[0], np.array([0, 1, 1, 0])
    with pytest.warns(ConvergenceWarning):
        unit = Perceptron(max_iter=200, n_iter_no_change=200).fit(x, y)
    assert unit.score(x, y) <= 0.75
    network = MLPClassifier(8, "tanh", solver="lbfgs", random_state=0)
    assert network.fit(x, y).score(x, y) == 1


def test_steps():
    x, y = AND
    assert Perceptron(tol=None).fit(x, y).activate(x).tolist() == [0, 0, 0, 1]
    signs = Perceptron(step="sign", tol=None).fit(x, y).activate(x)
    assert signs.tolist() == [-1, -1, -1, 1]


def test_several_outputs():
    x, y = AND[0], np.array([[0, 0], [0, 1], [0, 1], [1, 1]])  # AND, OR
    unit = Perceptron(tol=None).fit(x, y)
    np.testing.assert_array_equal(unit.predict(x), y)
    assert unit.coef_.shape == (2, 2)
    copy = pickle.loads(pickle.dumps(unit))
    np.testing.assert_array_equal(copy.predict(x), y)


@pytest.mark.parametrize(
    "options",
    [
        {"step": "relu"},
        {"penalty": "l3"},
        {"eta0": 0},
        {"max_iter": 0},
        {"validation_fraction": 1.0},
        {"l1_ratio": 2},
    ],
    ids=str,
)
def test_bad_parameters(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        Perceptron(**options).fit(*AND)


def test_verbose(capsys):
    Perceptron(verbose=1).fit(*AND)
    assert "-- Epoch 1, loss" in capsys.readouterr().out
