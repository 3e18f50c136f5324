"""Any model as an estimator: building, fitting, predicting."""

import contextlib
import copy
import inspect
import random

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from ranvier.core import _errors
from ranvier.core._seeds import set_random_seed
from ranvier.estimators._routing import (
    ROUTES,
    call_with_known,
    compile_arguments,
    make_callbacks,
    routed,
)
from ranvier.models import Model

_FIT = ("batch_size", "epochs", "verbose", "shuffle", "validation_split")
_FIT += ("validation_batch_size",)


class KerasEstimator(BaseEstimator):
    """Base of the wrappers of models.

    Args:
        model: a function that returns a model, compiled or not, or a model.
        build_fn: the older name of `model`.
        warm_start: let `fit` go on with the model there is.
        random_state: seed for weights, dropout and order, `RandomState` or None.
        optimizer: what a model that is not compiled yet is compiled with.
        loss: likewise; None for one that suits the targets.
        metrics: likewise.
        batch_size: as in `Model.fit`, like the following ones.
        validation_batch_size: likewise.
        verbose: likewise.
        callbacks: callbacks, their classes or names.
        validation_split: as in `Model.fit`.
        shuffle: likewise.
        run_eagerly: as in `Model.compile`.
        epochs: as in `Model.fit`.
        **kwargs: `model__x` is argument `x` of the function, `fit__x` of `Model.fit`,
            `compile__x`, `predict__x` likewise, `optimizer__x`, `loss__x`,
            `metrics__x`, `callbacks__x` of those objects. Without a prefix: for the
            function.
    """

    def __init__(
        self,
        model=None,
        *,
        build_fn=None,
        warm_start=False,
        random_state=None,
        optimizer="rmsprop",
        loss=None,
        metrics=None,
        batch_size=None,
        validation_batch_size=None,
        verbose=0,
        callbacks=None,
        validation_split=0.0,
        shuffle=True,
        run_eagerly=False,
        epochs=1,
        **kwargs,
    ):
        self.model = model
        self.build_fn = build_fn
        self.warm_start = warm_start
        self.random_state = random_state
        self.optimizer = optimizer
        self.loss = loss
        self.metrics = metrics
        self.batch_size = batch_size
        self.validation_batch_size = validation_batch_size
        self.verbose = verbose
        self.callbacks = callbacks
        self.validation_split = validation_split
        self.shuffle = shuffle
        self.run_eagerly = run_eagerly
        self.epochs = epochs
        vars(self).update(kwargs)

    # Parameters: those of the signature, and those with a prefix.

    @classmethod
    def _get_param_names(cls):
        names = set()
        for base in cls.__mro__:
            init = vars(base).get("__init__")
            if init is not None and issubclass(base, KerasEstimator):
                names |= {
                    p.name
                    for p in inspect.signature(init).parameters.values()
                    if p.kind is not p.VAR_KEYWORD and p.name != "self"
                }
        return sorted(names)

    def get_params(self, deep=True):
        """Returns the parameters by name.

        Args:
            deep: as in scikit-learn; the parameters of a model are no parameters.
        """
        return {
            **{n: getattr(self, n) for n in self._get_param_names()},
            **self._extra(),
        }

    def set_params(self, **params):
        """Sets parameters; those with a prefix may be new.

        Returns:
            The estimator.

        Raises:
            ValueError: for a name that is no parameter.
        """
        known = self.get_params()
        function = self._function()
        if callable(function):
            known = {**known, **inspect.signature(function).parameters}
        for name in params:
            if name not in known and name.partition("__")[0] not in ROUTES:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator "
                    f"{type(self).__name__}." + _errors.close_names(name, known)
                )
        vars(self).update(params)
        return self

    def _extra(self):
        names = set(self._get_param_names())
        return {
            k: v
            for k, v in vars(self).items()
            if k not in names and not k.startswith("_") and not k.endswith("_")
        }

    def _function(self):
        function = self.model if self.model is not None else self.build_fn
        return None if isinstance(function, Model) else function

    # Fitting.

    # Fits that a population search has made ahead, in the order they are asked for.
    _ahead = None

    def __sklearn_clone__(self):
        clone = super().__sklearn_clone__()
        if self._ahead is not None:
            clone._ahead = self._ahead
        return clone

    def fit(self, X, y=None, sample_weight=None, **kwargs):
        """Builds the model and trains it.

        Args:
            X: inputs, or a dictionary of them.
            y: targets.
            sample_weight: weight of each sample.
            **kwargs: further arguments of `Model.fit`.

        Returns:
            The estimator.
        """
        goes_on = self.warm_start and hasattr(self, "model_")
        return self._fit(X, y, sample_weight, goes_on, kwargs)

    def partial_fit(self, X, y=None, sample_weight=None, **kwargs):
        """Trains for one epoch, on the model there is.

        Args:
            X: inputs.
            y: targets.
            sample_weight: weight of each sample.
            **kwargs: further arguments of `Model.fit`.

        Returns:
            The estimator.
        """
        kwargs = {"epochs": 1, **kwargs}
        return self._fit(X, y, sample_weight, hasattr(self, "model_"), kwargs)

    def _fit(self, X, y, sample_weight, goes_on, kwargs):
        ahead = vars(self).pop("_ahead", None)
        if ahead:
            return ahead.popleft().given_to(self)
        with self._seeded():
            arguments = self._prepare(X, y, sample_weight, goes_on, kwargs)
            history = self.model_.fit(**arguments)
        return self._conclude(history)

    @contextlib.contextmanager
    def _seeded(self):
        """Runs the block with `random_state`; the user's streams go on undisturbed."""
        state = random.getstate(), np.random.get_state()
        try:
            if self.random_state is not None:
                generator = check_random_state(self.random_state)
                set_random_seed(int(generator.randint(2**31 - 1)))
            yield
        finally:
            if self.random_state is not None:
                random.setstate(state[0])
                np.random.set_state(state[1])

    def _prepare(self, X, y, sample_weight, goes_on, kwargs):
        """Makes the model ready; returns the arguments of its `fit`."""
        X, y = self._validate(X, y, reset=not goes_on)
        targets = self._encode(y, reset=not goes_on)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, targets)
        sample_weight = self._weigh(y, sample_weight)
        if not goes_on:
            self.model_ = self._build(X, targets)
            self.history_ = {}
        return {
            "x": X,
            "y": self._match(targets),
            "sample_weight": sample_weight,
            **self._fit_arguments(),
            **kwargs,
        }

    def _conclude(self, history):
        """Keeps what a fit of the model has told."""
        for name, values in history.history.items():
            self.history_.setdefault(name, []).extend(values)
        self.n_iter_ = len(next(iter(self.history_.values()), []))
        return self

    def _validate(self, X, y, reset):
        if _is_dictionary(X):
            return X, y
        return validate_data(self, X, y, allow_nd=True, multi_output=True, reset=reset)

    def _build(self, X, targets):
        params = self._extra()
        function = self._function()
        if isinstance(self.model, Model):
            model = copy.deepcopy(self.model)
        elif callable(function):
            unrouted = {
                k: v for k, v in params.items() if k.partition("__")[0] not in ROUTES
            }
            model = call_with_known(
                function,
                {**unrouted, **routed(params, "model")},
                self._meta(X, targets),
                compile_arguments(self, params),
            )
        else:
            raise ValueError(
                f"{type(self).__name__} needs a model. Expected: `model`, a function "
                f"that returns one, or a `Model`. Received: model={self.model!r}"
            )
        if not isinstance(model, Model):
            raise TypeError(
                f"The function given to {type(self).__name__} must return a `Model`. "
                f"Received: {type(model).__name__}"
            )
        if not model.compiled:
            arguments = compile_arguments(self, params)
            if arguments["loss"] is None:
                arguments["loss"] = self._default_loss()
            model.compile(**arguments)
        return model

    def _meta(self, X, targets):
        shape = None if _is_dictionary(X) else X.shape
        meta = {"X_shape_": shape, "n_features_in_": shape and shape[1]}
        meta["n_outputs_"] = 1 if np.ndim(targets) < 2 else targets.shape[1]
        known = {k: v for k, v in vars(self).items() if k.endswith("_")}
        return {**meta, **known}

    def _fit_arguments(self):
        params = self._extra()
        return {
            **{name: getattr(self, name) for name in _FIT},
            "callbacks": make_callbacks(self.callbacks, routed(params, "callbacks")),
            **routed(params, "fit"),
        }

    def _encode(self, y, reset):
        return y

    def _match(self, targets):
        """Returns targets in the form of the loss that the model has."""
        return targets

    def _weigh(self, y, sample_weight):
        return sample_weight

    def _default_loss(self):
        return "mse"

    def _outputs(self, X, **kwargs):
        check_is_fitted(self, "model_")
        if not _is_dictionary(X):
            X = validate_data(self, X, allow_nd=True, reset=False)
        arguments = {"batch_size": self.batch_size, "verbose": 0}
        arguments.update(routed(self._extra(), "predict"), **kwargs)
        return self.model_.predict(X, **arguments)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "model_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = self.random_state is None
        return tags


def _is_dictionary(X):
    """Tells inputs by name from SciPy's sparse dictionaries."""
    return isinstance(X, dict) and not hasattr(X, "toarray")
