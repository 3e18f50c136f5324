"""Keras's own wrappers: SKLearnClassifier, SKLearnRegressor, SKLearnTransformer."""

import copy

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    RegressorMixin,
    TransformerMixin,
)
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from ranvier.models import Model, clone_model


class SKLearnWrapper(BaseEstimator):
    """Base of Keras's wrappers.

    Args:
        model: a compiled `Model`, or a function of `X`, `y` and `model_kwargs` that
            returns one.
        warm_start: train the model that `fit` left, or the one given, without cloning.
        model_kwargs: arguments of the function.
        fit_kwargs: arguments of `Model.fit`.
    """

    def __init__(self, model, warm_start=False, model_kwargs=None, fit_kwargs=None):
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def __sklearn_clone__(self):
        is_function = callable(self.model) and not isinstance(self.model, Model)
        return type(self)(
            model=self.model if is_function else copy.deepcopy(self.model),
            warm_start=self.warm_start,
            model_kwargs=copy.deepcopy(self.model_kwargs),
            fit_kwargs=copy.copy(self.fit_kwargs),
        )

    @property
    def epoch_(self):
        """The epochs of the last fit."""
        history = getattr(self, "history_", None)
        return history.epoch if history is not None else 0

    def fit(self, X, y, **kwargs):
        """Fits the model.

        Args:
            X: inputs of shape (samples, features).
            y: targets.
            **kwargs: further arguments of `Model.fit`.

        Returns:
            The estimator.
        """
        X, y = validate_data(self, X, y, multi_output=True)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        y = self._process_target(y, reset=True)
        model = self._get_model(X, y)
        if not model.compiled or not model.loss or not model.optimizer:
            raise RuntimeError(
                "Given model needs to be compiled, and have a loss and an optimizer."
            )
        self.history_ = model.fit(X, y, **{**(self.fit_kwargs or {}), **kwargs})
        self.model_ = model
        return self

    def _get_model(self, X, y):
        if self.warm_start and hasattr(self, "model_"):
            return self.model_
        if not isinstance(self.model, Model):
            return self.model(X=X, y=y, **(self.model_kwargs or {}))
        if self.warm_start:
            return self.model
        model = clone_model(self.model)
        config = self.model.get_compile_config()
        if config is not None:
            model.compile_from_config(config)
        return model

    def _process_target(self, y, reset=False):
        if reset:
            self._target_dimensions = y.ndim
        return y.reshape(-1, 1) if y.ndim == 1 else y

    def _raw(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return self.model_.predict(X, verbose=0)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags


class SKLearnClassifier(ClassifierMixin, SKLearnWrapper):
    """Keras's wrapper of a model for classification; targets are one-hot vectors.

    `KerasClassifier` offers more.

    Args:
        model: a compiled `Model`, or a function of `X`, `y` and `model_kwargs` that
            returns one.
        warm_start: train the model that `fit` left, or the one given, without cloning.
        model_kwargs: arguments of the function.
        fit_kwargs: arguments of `Model.fit`.

    Attributes:
        model_: the fitted model.
        history_: the `History`.
        classes_: the classes.

    Example:
        >>> import numpy as np, ranvier as rv
        >>> def build(X, y):
        ...     model = rv.Sequential([rv.layers.Dense(y.shape[1], "softmax")])
        ...     model.compile("adam", "categorical_crossentropy")
        ...     return model
        >>> net = SKLearnClassifier(build, fit_kwargs={"verbose": 0})
        >>> net.fit(np.eye(2).repeat(3, axis=0), [0, 0, 0, 1, 1, 1]).classes_.tolist()
        [0, 1]
    """

    def decision_function(self, X):
        """Returns the outputs of the model.

        Args:
            X: inputs.
        """
        return self._raw(X)

    def predict(self, X):
        """Returns the class of the largest output.

        Args:
            X: inputs.
        """
        raw = self._raw(X)
        return self.classes_[raw.argmax(axis=1)]

    def _process_target(self, y, reset=False):
        kind = type_of_target(y, raise_unknown=True)
        if kind not in ("binary", "multiclass"):
            raise ValueError(
                "Only binary and multiclass target types are supported. Target type: "
                f"{kind}"
            )
        if reset:
            self.classes_ = np.unique(y)
            if len(self.classes_) == 1:
                raise ValueError(
                    "Classifier can't train when only one class is present."
                )
        codes = np.searchsorted(self.classes_, np.ravel(y))
        return np.eye(len(self.classes_))[codes]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags


class SKLearnRegressor(RegressorMixin, SKLearnWrapper):
    """Keras's wrapper of a model for regression; `KerasRegressor` offers more.

    Args:
        model: a compiled `Model`, or a function of `X`, `y` and `model_kwargs` that
            returns one.
        warm_start: train the model that `fit` left, or the one given, without cloning.
        model_kwargs: arguments of the function.
        fit_kwargs: arguments of `Model.fit`.

    Attributes:
        model_: the fitted model.
        history_: the `History`.

    Example:
        >>> import numpy as np, ranvier as rv
        >>> model = rv.Sequential([rv.Input((1,)), rv.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> net = SKLearnRegressor(model, fit_kwargs={"verbose": 0})
        >>> net.fit(np.ones((4, 1)), np.ones(4)).predict(np.ones((2, 1))).shape
        (2,)
    """

    def predict(self, X):
        """Returns the outputs, in the shape of the targets.

        Args:
            X: inputs.
        """
        raw = self._raw(X)
        return raw[:, 0] if self._target_dimensions == 1 and raw.ndim == 2 else raw

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags


class SKLearnTransformer(TransformerMixin, SKLearnWrapper):
    """Keras's wrapper of a model whose outputs are features.

    Args:
        model: a compiled `Model`, or a function of `X`, `y` and `model_kwargs` that
            returns one.
        warm_start: train the model that `fit` left, or the one given, without cloning.
        model_kwargs: arguments of the function.
        fit_kwargs: arguments of `Model.fit`.

    Attributes:
        model_: the fitted model.
        history_: the `History`.

    Example:
        >>> import numpy as np, ranvier as rv
        >>> model = rv.Sequential([rv.Input((2,)), rv.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> net = SKLearnTransformer(model, fit_kwargs={"verbose": 0})
        >>> net.fit(np.ones((4, 2)), np.ones(4)).transform(np.ones((3, 2))).shape
        (3, 1)
    """

    def transform(self, X):
        """Returns the outputs of the model.

        Args:
            X: inputs.
        """
        return self._raw(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
