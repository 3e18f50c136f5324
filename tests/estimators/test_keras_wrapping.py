"""How wrapped models are told about data, encoded, routed to, and refused."""

import pickle

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.ensemble import AdaBoostRegressor, BaggingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import FunctionTransformer

import ranvier as rv
from ranvier.estimators import (
    BaseWrapper,
    KerasClassifier,
    KerasRegressor,
    KerasTransformer,
)

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 3))
Y = X @ [1.0, -2.0, 0.5]
CLASSES = np.arange(40) % 3
ABOUT_DATA = {"X_dtype_", "X_shape_", "n_features_in_", "y_dtype_", "y_ndim_"}
ABOUT_DATA |= {"target_type_", "n_outputs_", "n_outputs_expected_"}
ABOUT_DATA |= {"feature_encoder_", "target_encoder_"}


def network(hidden=(4,), meta=None, compile_kwargs=None):
    """Makes a net for any task of one output."""
    units, link = meta["n_outputs_"], None
    if "n_classes_" in meta:
        exclusive = meta["target_type_"] == "multiclass"
        link = "softmax" if exclusive else "sigmoid"
        units = meta["n_classes_"] if exclusive else units
    inputs = rv.Input(meta["X_shape_"][1:])
    outputs = inputs
    for width in hidden:
        outputs = rv.layers.Dense(width, "relu")(outputs)
    return rv.Model(inputs, rv.layers.Dense(units, link)(outputs))


def heads(meta):
    """Makes a net of two outputs."""
    inputs = rv.Input((meta["n_features_in_"],))
    outputs = [rv.layers.Dense(1)(inputs), rv.layers.Dense(1)(inputs)]
    model = rv.Model(inputs, outputs)
    model.compile("sgd", "mse")
    return model


# What a function that makes models is told.


@pytest.mark.parametrize(
    ("kind", "more"),
    [(KerasRegressor, set()), (KerasClassifier, {"classes_", "n_classes_"})],
)
def test_what_the_function_is_told(kind, more):
    seen = {}

    def build(width, meta, params, compile_kwargs):
        seen.update(meta=meta, params=params, compile_kwargs=compile_kwargs)
        return network((width,), meta)

    net = kind(build, model__width=5, optimizer="sgd")
    net.fit(X, CLASSES).fit(X, CLASSES)
    assert set(seen["meta"]) == ABOUT_DATA | more
    assert seen["params"] == net.get_params()
    assert isinstance(seen["compile_kwargs"]["optimizer"], (str, rv.optimizers.SGD))
    for name, value in seen["meta"].items():
        assert getattr(net, name) is value or getattr(net, name) == value
    assert net.X_shape_ == (40, 3)
    assert net.y_ndim_ == 1


def test_a_function_of_any_arguments_is_told_all():
    seen = []

    def build(**arguments):
        seen.extend(arguments)
        return network(arguments["hidden"], arguments["meta"])

    KerasRegressor(build, hidden=(2,)).fit(X, Y)
    assert seen == ["hidden", "meta", "compile_kwargs", "params"]


@pytest.mark.parametrize("name", ["bar", "model__bar"])
def test_a_parameter_that_the_function_lacks(name):
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        KerasRegressor(network, **{name: 1}).fit(X, Y)


# Routes.


def test_classes_in_lists_and_arguments_of_arguments():
    class Part:
        def __init__(self, size=0):
            self.size = size

    class Loss(rv.losses.Loss):
        def __init__(self, parts):
            super().__init__()
            self.parts = parts

        def call(self, y_true, y_pred):
            return (y_true - y_pred) ** 2

    net = KerasRegressor(
        network,
        loss=[Loss],
        loss__parts=[Part, Part],
        loss__parts__size=1,
        loss__0__parts__1__size=2,
        optimizer=rv.optimizers.SGD,
        optimizer__learning_rate=rv.optimizers.schedules.ExponentialDecay,
        optimizer__learning_rate__initial_learning_rate=0.1,
        optimizer__learning_rate__decay_steps=10,
        optimizer__learning_rate__decay_rate=0.5,
        optimizer__nothing__of__this="ignored",
        metrics=[rv.metrics.MeanAbsoluteError, "mse"],
        metrics__0__name="distance",
    )
    net.set_params(loss__parts__size=None)
    del net.loss__parts__size
    net.fit(X, Y)
    assert [part.size for part in net.model_.loss[0].parts] == [0, 2]
    assert "distance" in net.history_
    assert float(net.model_.optimizer.learning_rate) < 0.1


def test_callbacks_by_position_name_and_route():
    class Rule:
        def __init__(self, factor=1.0):
            self.factor = factor

        def __call__(self, epoch, rate):
            return rate * self.factor

    counts = []

    class Count(rv.callbacks.Callback):
        def on_predict_end(self, logs=None):
            counts.append(1)

    net = KerasRegressor(
        network,
        epochs=3,
        optimizer=rv.optimizers.SGD(0.1),
        callbacks={"stop": rv.callbacks.EarlyStopping},
        callbacks__stop__monitor="loss",
        fit__callbacks=[rv.callbacks.LearningRateScheduler],
        fit__callbacks__0__0=Rule,
        fit__callbacks__0__0__factor=0.5,
        predict__callbacks=[Count],
    ).fit(X, Y)
    assert float(net.model_.optimizer.learning_rate) == pytest.approx(0.0125)
    net.predict(X)
    assert counts == [1]


def test_something_that_is_no_callback():
    with pytest.raises(TypeError, match="callbacks.*must be"):
        KerasRegressor(network, callbacks=[3]).fit(X, Y)


def test_later_words_win():
    net = KerasRegressor(network, epochs=5, fit__epochs=4)
    assert net.fit(X, Y).current_epoch == 4
    assert net.fit(X, Y, epochs=2).current_epoch == 2
    assert net.get_params()["fit__epochs"] == 4


@pytest.mark.parametrize("prefix", ["", "fit__", "predict__"])
def test_a_batch_of_all_samples(prefix):
    net = KerasRegressor(network, random_state=0, **{f"{prefix}batch_size": -1})
    whole = KerasRegressor(network, random_state=0, batch_size=40)
    fitted = net.fit(X, Y).predict(X)
    if prefix != "predict__":
        np.testing.assert_array_equal(fitted, whole.fit(X, Y).predict(X))


def test_a_batch_of_all_samples_needs_one_array():
    net = Halves(halves, batch_size=-1)
    with pytest.raises(ValueError, match="requires that `X` implement `shape`"):
        net.fit(X, Y)


# Encoders.


class Halves(KerasRegressor):
    @property
    def feature_encoder(self):
        return FunctionTransformer(lambda X: [X[:, :1], X[:, 1:]])


def halves():
    parts = [rv.Input((1,)), rv.Input((2,))]
    joined = rv.layers.Concatenate()(parts)
    return rv.Model(parts, rv.layers.Dense(1)(joined))


def test_several_inputs():
    net = Halves(halves, random_state=0, epochs=60, optimizer="adam")
    net.set_params(optimizer__learning_rate=0.1)
    assert net.fit(X, Y).score(X, Y) > 0.9


class Columns(TransformerMixin, BaseEstimator):
    """Each column is an output."""

    def fit(self, y):
        self.count_ = y.shape[1]
        return self

    def transform(self, y):
        return [y[:, i] for i in range(self.count_)]

    def inverse_transform(self, outputs, return_proba=False):
        joined = np.concatenate(outputs, axis=1)
        return joined if return_proba else np.rint(joined)

    def get_metadata(self):
        return {"n_outputs_expected_": self.count_, "colour_": "red"}


class TwoColumns(KerasRegressor):
    @property
    def target_encoder(self):
        return Columns()


class TwoLabels(KerasClassifier):
    @property
    def target_encoder(self):
        return Columns()


@pytest.mark.parametrize("kind", [TwoColumns, TwoLabels])
def test_several_outputs(kind):
    y = np.stack([CLASSES > 0, CLASSES > 1], axis=1).astype(int)
    net = kind(heads).fit(X, y)
    assert net.colour_ == "red"
    assert net.predict(X).shape == (40, 2)
    np.testing.assert_array_equal(net.predict(X), np.rint(net.predict(X)))
    if kind is TwoLabels:
        assert net.predict_proba(X).shape == (40, 2)
    with pytest.raises(ValueError, match="Detected a Keras model input of size 3"):
        kind(heads).fit(X, np.repeat(y[:, :1], 3, axis=1))


@pytest.mark.parametrize("loss", ["categorical", "sparse_categorical"])
@pytest.mark.parametrize("y", [CLASSES, CLASSES[::-1] + 5, np.array(["a", "b"])])
def test_classes_for_any_loss(loss, y):
    y = np.resize(y, 40)

    def build(meta):
        return rv.Sequential([rv.layers.Dense(meta["n_classes_"], "softmax")])

    net = KerasClassifier(build, loss=f"{loss}_crossentropy").fit(X, y)
    assert net.predict(X).dtype == y.dtype
    assert set(net.predict(X)) <= set(y)
    encoder = net.target_encoder_
    net.partial_fit(X[:2], y[:1].repeat(2))  # one class of several
    assert net.target_encoder_ is encoder
    assert len(net.classes_) == len(np.unique(y))


def test_one_hot_classes_stay_so():
    y = np.eye(3, dtype=int)[CLASSES]

    def build():
        return rv.Sequential([rv.layers.Dense(3, "softmax")])

    net = KerasClassifier(build, loss="categorical_crossentropy", epochs=3).fit(X, y)
    np.testing.assert_array_equal(net.predict(X).sum(axis=1), 1)


def test_a_single_class():
    net = KerasClassifier(network).fit(X, np.full(40, "x"))
    assert set(net.predict(X)) == {"x"}
    np.testing.assert_array_equal(net.predict_proba(X), 1)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint8", "bool"])
def test_classes_come_back_in_their_dtype(dtype):
    y = (CLASSES > 0).astype(dtype)
    assert KerasClassifier(network).fit(X, y).predict(X).dtype == dtype


def test_a_wrapper_for_a_task_of_ones_own():
    class Encoder(TransformerMixin, BaseWrapper):
        def transform(self, X):
            return self.predict(X)

    net = Encoder(lambda: rv.Sequential([rv.layers.Dense(2)]))
    assert not net.initialized_
    assert net.initialize(X).transform(X).shape == (40, 2)
    assert net.initialized_
    assert net.current_epoch == 0


# The state of an estimator.


class Inherits(KerasRegressor):
    def _keras_build_fn(self, hidden, meta):
        return network(hidden, meta)


def test_subclasses_that_make_their_model():
    net = pickle.loads(pickle.dumps(Inherits(hidden=(2,)).fit(X, Y)))
    assert clone(net).get_params() == net.get_params()
    assert net.predict(X).shape == (40,)
    with pytest.raises(ValueError, match="cannot implement ``_keras_build_fn``"):
        Inherits(network, hidden=(2,)).fit(X, Y)


def test_epochs_go_on_in_partial_fit():
    seen = []

    class Note(rv.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append(epoch)

    net = KerasRegressor(network, epochs=2, callbacks=Note)
    net.fit(X, Y).partial_fit(X, Y).partial_fit(X, Y)
    assert seen == [0, 1, 2, 3]
    assert net.current_epoch == 4
    net.set_params(warm_start=True)
    model = net.model_
    assert net.fit(X, Y).model_ is model
    assert net.current_epoch == 2
    for name in ("epochs", "initial_epoch"):
        with pytest.raises(TypeError, match="Invalid argument"):
            net.partial_fit(X, Y, **{name: 1})


@pytest.mark.parametrize("optimizer", ["adam", rv.optimizers.SGD(0.01, momentum=0.9)])
def test_pickling_between_epochs_changes_nothing(optimizer):
    whole = KerasRegressor(network, optimizer=optimizer, random_state=0)
    parts = clone(whole)
    for _ in range(3):
        whole.partial_fit(X, Y)
        parts = pickle.loads(pickle.dumps(parts)).partial_fit(X, Y)
    np.testing.assert_array_equal(whole.predict(X), parts.predict(X))


@pytest.mark.parametrize("seed", [3, np.random.RandomState(3)], ids=["int", "state"])
def test_the_same_fit_twice(seed):
    net = KerasRegressor(network, random_state=seed)
    first = net.fit(X, Y).predict(X)
    np.testing.assert_array_equal(net.fit(X, Y).predict(X), first)
    net.set_params(random_state=None)
    assert (net.fit(X, Y).predict(X) != first).any()


def test_samples_without_weight_are_left_out():
    weights = (np.arange(40) < 30) * 2.0
    net = KerasRegressor(network, random_state=0, batch_size=8)
    some = clone(net).fit(X, Y, sample_weight=weights).predict(X)
    less = clone(net).fit(X[:30], Y[:30], sample_weight=weights[:30]).predict(X)
    np.testing.assert_array_equal(some, less)
    with pytest.raises(ValueError, match="only zeros were passed in sample_weight"):
        net.fit(X, Y, sample_weight=np.zeros(40))


def test_sparse_inputs():
    sparse = csr_matrix(np.where(X > 0, X, 0.0))
    net = KerasRegressor(network, random_state=0)
    first = net.fit(sparse, Y).predict(sparse)
    dense = net.fit(sparse.toarray(), Y).predict(sparse.toarray())
    np.testing.assert_array_equal(first, dense)


def test_scorer_and_its_parameters():
    class Errors(KerasRegressor):
        @staticmethod
        def scorer(y_true, y_pred, sample_weight=None, sign=1.0):
            return sign * np.average(np.abs(y_true - y_pred), weights=sample_weight)

    net = Errors(network, score__sign=-1.0).fit(X, Y)
    assert net.score(X, Y) == -np.abs(Y - net.predict(X)).mean()


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_ensembles_and_searches():
    grid = GridSearchCV(
        KerasClassifier(network, random_state=0),
        {"model__hidden": [(), (2,)], "optimizer": ["sgd", "adam"]},
        cv=2,
    ).fit(X, CLASSES)
    assert len(grid.cv_results_["params"]) == 4
    bagged = BaggingClassifier(KerasClassifier(network), 2).fit(X, CLASSES)
    assert bagged.predict(X).shape == (40,)
    boosted = AdaBoostRegressor(KerasRegressor(network), n_estimators=2).fit(X, Y)
    assert boosted.predict(X).shape == (40,)


# What is refused.


def test_before_fit():
    for method in ("predict", "predict_proba"):
        with pytest.raises(NotFittedError):
            getattr(KerasClassifier(network), method)(X)


@pytest.mark.parametrize(
    ("net", "error", "message"),
    [
        (KerasRegressor(), ValueError, "must implement ``_keras_build_fn``"),
        (KerasRegressor(model=object()), TypeError, "``model`` must be"),
        (KerasRegressor(lambda: None), TypeError, "must return a `Model`"),
    ],
)
def test_no_model(net, error, message):
    with pytest.raises(error, match=message):
        net.fit(X, Y)


@pytest.mark.parametrize("loss", [None, [None]])
def test_no_loss(loss):
    def build(meta):
        model = network(meta=meta)
        model.compile("sgd", loss)
        return model

    with pytest.raises(ValueError, match="must provide a loss function"):
        KerasRegressor(build).fit(X, Y)


def test_another_loss_than_the_one_given():
    def build(meta):
        model = network(meta=meta)
        model.compile("sgd", rv.losses.MeanSquaredError())
        return model

    assert KerasRegressor(build, loss="mse").fit(X, Y).initialized_
    with pytest.raises(ValueError, match="but model compiled with"):
        KerasRegressor(build, loss="mean_absolute_error").fit(X, Y)


def test_data_unlike_those_of_the_model():
    images = X.reshape(40, 3, 1)
    flat = rv.Sequential([rv.layers.Flatten(), rv.layers.Dense(1)])
    net = KerasRegressor(flat).fit(images, Y)
    with pytest.raises(ValueError, match="dimensions in X"):
        net.partial_fit(X, Y)
    with pytest.raises(ValueError, match="expecting X of shape"):
        net.predict(np.zeros((2, 3, 2)))
    with pytest.raises(ValueError, match="y has 2 dimensions"):
        net.partial_fit(images, Y[:, None])
    wide = KerasRegressor(network).fit(X, np.stack([Y, Y], axis=1))
    with pytest.raises(ValueError, match="Detected ``y`` to have"):
        wide.partial_fit(X, np.stack([Y, Y, Y], axis=1))
    named = KerasClassifier(network).fit(X, CLASSES)
    with pytest.raises(ValueError, match="Found unknown categories"):
        named.partial_fit(X, CLASSES + 1)


def test_images_go_through_a_transformer():
    images = RANDOM.normal(size=(8, 4, 4, 1))
    flat = rv.Sequential([rv.layers.Flatten(), rv.layers.Dense(2)])
    net = KerasTransformer(flat).fit(images, np.zeros((8, 2)))
    assert net.transform(images).shape == (8, 2)
