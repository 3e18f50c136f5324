"""Wrapped models as estimators."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification, make_regression
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import ranvier as rv
from ranvier.estimators import KerasClassifier, KerasRegressor, KerasTransformer
from ranvier.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer

X, Y = make_regression(64, 4, random_state=0)
Y = Y / 100
XC, CLASSES = make_classification(90, 6, n_informative=4, n_classes=3, random_state=0)
NAMES = np.array(["a", "b", "c"])[CLASSES]


def build_regressor(units=8):
    return rv.Sequential([rv.layers.Dense(units, "relu"), rv.layers.Dense(1)])


def build_classifier(meta, units=8, compile_kwargs=None):
    if meta["target_type_"] == "multiclass":
        head = rv.layers.Dense(meta["n_classes_"], "softmax")
    else:
        head = rv.layers.Dense(meta["n_outputs_"], "sigmoid")
    return rv.Sequential([rv.layers.Dense(units, "tanh"), head])


def regressor(**options):
    options = {
        "epochs": 30,
        "optimizer": "adam",
        "optimizer__learning_rate": 0.02,
        "random_state": 0,
        **options,
    }
    return KerasRegressor(build_regressor, **options)


def classifier(**options):
    options = {
        "epochs": 30,
        "optimizer": "adam",
        "optimizer__learning_rate": 0.05,
        "random_state": 0,
        **options,
    }
    return KerasClassifier(build_classifier, **options)


def test_regressor():
    net = regressor().fit(X, Y)
    assert net.score(X, Y) > 0.8
    assert net.predict(X).shape == (64,)
    assert len(net.history_["loss"]) == 30
    assert float(net.model_.optimizer.learning_rate) == pytest.approx(0.02)


@pytest.mark.parametrize("targets", [NAMES, CLASSES > 0], ids=["3", "2"])
def test_classifier(targets):
    net = classifier().fit(XC, targets)
    assert net.score(XC, targets) > 0.8
    probabilities = net.predict_proba(XC)
    assert probabilities.shape == (90, len(np.unique(targets)))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_labels():
    labels = np.stack([CLASSES == 0, CLASSES != 1], axis=1).astype(int)
    net = classifier().fit(XC, labels)
    assert net.predict(XC).shape == (90, 2)
    assert net.score(XC, labels) > 0.6


def test_parameters_reach_their_part():
    net = regressor(
        model__units=3,
        fit__epochs=2,
        loss="huber",
        loss__delta=2.0,
        metrics=["mae"],
        callbacks="EarlyStopping",
        callbacks__monitor="loss",
        callbacks__patience=7,
        predict__batch_size=5,
    ).fit(X, Y)
    assert net.model_.layers[0].units == 3
    assert len(net.history_["mae"]) == 2
    assert net.model_.loss.get_config()["delta"] == 2.0
    assert net.get_params()["model__units"] == 3
    net.set_params(model__units=5, optimizer__learning_rate=0.1)
    assert clone(net).get_params() == net.get_params()
    assert net.fit(X, Y).model_.layers[0].units == 5


def test_same_seed_same_model_and_streams_untouched():
    np.random.seed(5)
    expected = np.random.rand()
    np.random.seed(5)
    first = regressor(epochs=2).fit(X, Y).predict(X)
    assert np.random.rand() == expected
    np.testing.assert_array_equal(regressor(epochs=2).fit(X, Y).predict(X), first)


def test_compiled_models_and_pickle():
    model = build_regressor()
    model.compile("sgd", "mse")
    net = KerasRegressor(model, epochs=2, random_state=0)
    net = clone(net).fit(X, Y)
    assert not model.built  # what was given is not trained
    copy = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(copy.predict(X), net.predict(X))


def test_partial_fit_and_warm_start():
    net = regressor(epochs=3, warm_start=True)
    net.fit(X, Y).fit(X, Y).partial_fit(X, Y)
    assert len(net.history_["loss"]) == 4  # `fit` counts from zero again


def test_weights_of_samples_and_classes():
    ones = regressor(epochs=1).fit(X, Y, sample_weight=np.ones(64))
    halves = regressor(epochs=1).fit(X, Y, sample_weight=np.full(64, 0.5))
    assert ones.history_["loss"][0] > halves.history_["loss"][0]
    heavy = classifier(class_weight={0: 50.0, 1: 1.0, 2: 1.0}).fit(XC, CLASSES)
    light = classifier().fit(XC, CLASSES)
    assert (heavy.predict(XC) == 0).sum() > (light.predict(XC) == 0).sum()
    classifier(class_weight="balanced", epochs=1).fit(XC, NAMES)


@pytest.mark.parametrize("method", ["temperature", "sigmoid", "isotonic"])
def test_calibration(method):
    net = classifier(calibration=method, calibration_fraction=0.3).fit(XC, NAMES)
    np.testing.assert_allclose(net.predict_proba(XC).sum(axis=1), 1, rtol=1e-6)


def test_scikit_learns_tools():
    pipeline = make_pipeline(StandardScaler(), classifier(epochs=2))
    assert cross_val_score(pipeline, XC, NAMES, cv=2).shape == (2,)
    grid = GridSearchCV(regressor(epochs=2), {"model__units": [2, 4]}, cv=2)
    assert grid.fit(X, Y).best_params_["model__units"] in (2, 4)
    drawn = RandomizedSearchCV(
        regressor(epochs=2), {"units": [2, 4], "epochs": [1, 2]}, n_iter=2, cv=2
    )
    drawn.fit(X, Y)
    features = make_pipeline(
        KerasTransformer(build_regressor, model__units=3), StandardScaler()
    )
    features.set_output(transform="pandas")
    assert list(features.fit_transform(X, Y).columns) == ["kerastransformer0"]


def test_errors():
    with pytest.raises(ValueError, match="needs a model"):
        KerasRegressor().fit(X, Y)
    with pytest.raises(TypeError, match="must return a `Model`"):
        KerasRegressor(lambda: 3).fit(X, Y)
    with pytest.raises(ValueError, match="epochs"):
        regressor().set_params(epoch=3)
    with pytest.raises(TypeError, match="depth"):
        regressor(model__depth=3).fit(X, Y)
    with pytest.raises(ValueError, match="EarlyStopping"):
        regressor(callbacks="EarlyStoping").fit(X, Y)


def dynamic_model(X, y, loss, layers=(10,)):
    stack = [rv.layers.Dense(n, "relu") for n in layers]
    outputs = y.shape[1] if y.ndim > 1 else 1
    link = "softmax" if loss == "categorical_crossentropy" else None
    model = rv.Sequential([*stack, rv.layers.Dense(outputs, link)])
    model.compile(loss=loss, optimizer="rmsprop")
    return model


@pytest.mark.parametrize(
    ("wrapper", "loss"),
    [
        (SKLearnClassifier, "categorical_crossentropy"),
        (SKLearnRegressor, "mse"),
        (SKLearnTransformer, "mse"),
    ],
)
def test_wrappers_of_keras(wrapper, loss):
    net = wrapper(
        dynamic_model,
        model_kwargs={"loss": loss, "layers": [4]},
        fit_kwargs={"epochs": 2, "verbose": 0},
    )
    targets = NAMES if wrapper is SKLearnClassifier else CLASSES
    net = clone(net).fit(XC, targets)
    assert len(net.history_.history["loss"]) == 2
    if wrapper is SKLearnTransformer:
        assert net.transform(XC).shape == (90, 1)
    else:
        assert net.predict(XC).shape == (90,)
        assert np.isfinite(net.score(XC, targets))
    with pytest.raises(RuntimeError, match="compiled"):
        wrapper(build_regressor()).fit(XC, targets)


@pytest.mark.parametrize("kind", [SKLearnClassifier, SKLearnRegressor])
def test_keras_wrappers_before_fit_and_with_a_column(kind):
    def build(X, y):
        model = rv.Sequential([rv.layers.Dense(y.shape[1])])
        model.compile("sgd", "mse")
        return model

    net = kind(build, fit_kwargs={"verbose": 0})
    with pytest.raises(NotFittedError):
        net.predict(XC)
    with pytest.warns(DataConversionWarning):
        net.fit(XC, CLASSES[:, None])
    assert net.predict(XC).shape == (90,)
