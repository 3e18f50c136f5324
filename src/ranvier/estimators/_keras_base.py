"""Any model as an estimator: building, fitting, predicting."""

import contextlib
import copy
import random
import threading

import numpy as np
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from ranvier.callbacks import Callback
from ranvier.core._seeds import set_random_seed
from ranvier.estimators._keras_data import (
    check_model,
    metadata,
    validated,
    without_weightless,
)
from ranvier.estimators._routed_parameters import RoutedParameters
from ranvier.estimators._routing import (
    ROUTES,
    call_with_known,
    compile_arguments,
    make_callbacks,
    plain,
    routed,
)
from ranvier.models import Model

_FIT = ("batch_size", "epochs", "verbose", "shuffle", "validation_split")
_FIT += ("validation_batch_size",)
_drawing = threading.RLock()


class _AtBegin(Callback):
    """Calls a function once the model is built and the order of samples is drawn."""

    keeps_structure = True

    def __init__(self, function):
        super().__init__()
        self._function = function

    def on_train_begin(self, logs=None):
        self._function()


class KerasEstimator(RoutedParameters):
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

    def _function(self):
        """Returns the function that makes the model; None where one was given."""
        function = self.model if self.model is not None else self.build_fn
        if function is None:
            return getattr(self, "_keras_build_fn", None)
        return None if isinstance(function, Model) else function

    # What subclasses may replace.

    @property
    def feature_encoder(self):
        """The transformer of the inputs, which may return what any model takes."""
        return FunctionTransformer()

    @property
    def target_encoder(self):
        """The transformer of the targets; its inverse takes the model's outputs."""
        return FunctionTransformer()

    # Fitting.

    # Fits that a population search has made ahead, in the order they are asked for.
    _ahead = None

    def __sklearn_clone__(self):
        clone = super().__sklearn_clone__()
        if self._ahead is not None:
            clone._ahead = self._ahead
        return clone

    @property
    def initialized_(self):
        """Whether there is a model, trained or not."""
        return hasattr(self, "model_")

    @property
    def current_epoch(self):
        """The epochs that the model was trained for."""
        return len(next(iter(getattr(self, "history_", {}).values()), []))

    def initialize(self, X, y=None):
        """Builds the model without training it.

        Args:
            X: inputs, or a dictionary of them.
            y: targets.

        Returns:
            The estimator.
        """
        with self._seeded():
            self._initialize(X, y)
        return self

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
        goes_on = self.warm_start and self.initialized_
        if goes_on:
            self.history_ = {}
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

        Raises:
            TypeError: for `epochs` or `initial_epoch`.
        """
        for name in ("epochs", "initial_epoch"):
            if name in kwargs:
                raise TypeError(
                    f"Invalid argument `{name}` to `partial_fit`: it trains for one "
                    "epoch, the next. Use `fit` with `warm_start=True` for several."
                )
        epoch = self.current_epoch
        kwargs = {"epochs": epoch + 1, **kwargs}
        if epoch:
            kwargs["initial_epoch"] = epoch
        return self._fit(X, y, sample_weight, self.initialized_, kwargs)

    def _fit(self, X, y, sample_weight, goes_on, kwargs):
        ahead = vars(self).pop("_ahead", None)
        if ahead:
            return ahead.popleft().given_to(self)
        with self._seeded() as end:
            arguments = self._prepare(X, y, sample_weight, goes_on, kwargs)
            callbacks = [*(arguments.pop("callbacks") or []), _AtBegin(end)]
            history = self.model_.fit(**arguments, callbacks=callbacks)
        return self._conclude(history)

    @contextlib.contextmanager
    def _seeded(self):
        """Runs the block with `random_state`; the user's streams go on undisturbed.

        The streams are the process's: while one estimator draws from them, those on
        other threads wait. The block is given a function that ends this early, once
        all that training needs is drawn.
        """
        with contextlib.ExitStack() as stack:
            stack.enter_context(_drawing)
            if self.random_state is not None:
                stack.callback(random.setstate, random.getstate())
                stack.callback(np.random.set_state, np.random.get_state())
                # A generator is left as it is: each fit starts from the same seed.
                generator = check_random_state(copy.deepcopy(self.random_state))
                set_random_seed(int(generator.randint(2**31 - 1)))
            yield stack.close

    def _initialize(self, X, y):
        """Notes what the data are, and builds the model; returns the data."""
        X, y = self._validate(X, y, reset=True)
        self.target_encoder_ = self.target_encoder
        if y is not None:
            self.target_encoder_.fit(y)
        self.feature_encoder_ = self.feature_encoder.fit(X)
        for encoder in (self.target_encoder_, self.feature_encoder_):
            vars(self).update(getattr(encoder, "get_metadata", dict)())
        self.model_ = self._build()
        self.history_ = {}
        return X, y

    def _prepare(self, X, y, sample_weight, goes_on, kwargs):
        """Makes the model ready; returns the arguments of its `fit`."""
        if goes_on:
            X, y = self._validate(X, y, reset=False)
        else:
            X, y = self._initialize(X, y)
        check_model(self)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(
                sample_weight, y, allow_all_zero_weights=True
            )
        sample_weight = self._weigh(y, sample_weight)
        if sample_weight is not None:
            X, y, sample_weight = without_weightless(X, y, sample_weight)
        inputs = self.feature_encoder_.transform(X)
        given = {**self._fit_arguments(), **kwargs}
        for name in ("batch_size", "validation_batch_size"):
            given[name] = _size(name, given[name], inputs)
        return {
            "x": inputs,
            "y": self._match(self.target_encoder_.transform(y)),
            "sample_weight": sample_weight,
            **given,
        }

    def _conclude(self, history):
        """Keeps what a fit of the model has told."""
        for name, values in history.history.items():
            self.history_.setdefault(name, []).extend(values)
        self.n_iter_ = self.current_epoch
        return self

    def _validate(self, X, y, reset):
        return validated(self, X, y, reset)

    def _build(self):
        params = self._extra()
        function = self._function()
        if isinstance(self.model, Model) or isinstance(self.build_fn, Model):
            given = self.model if self.model is not None else self.build_fn
            model = copy.deepcopy(given)
        elif function is None:
            raise ValueError(
                f"{type(self).__name__} needs a model. Expected: `model`, a function "
                "that returns one, or a `Model`; or a subclass, which must implement "
                f"``_keras_build_fn``. Received: model={self.model!r}"
            )
        elif not callable(function):
            raise TypeError(
                "``model`` must be a function that returns a `Model`, a `Model`, or "
                f"None. Received: model={self.model!r}"
            )
        elif self.model is not None and hasattr(self, "_keras_build_fn"):
            raise ValueError(
                f"{type(self).__name__} cannot implement ``_keras_build_fn`` if "
                "`model` is given. Leave one of them out."
            )
        else:
            unrouted = {
                k: v for k, v in params.items() if k.partition("__")[0] not in ROUTES
            }
            model = call_with_known(
                function,
                {**unrouted, **plain(routed(params, "model"))},
                {
                    "meta": metadata(self),
                    "compile_kwargs": compile_arguments(self, params),
                    "params": self.get_params(),
                },
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

    def _fit_arguments(self):
        params = self._extra()
        given = {
            **{name: getattr(self, name) for name in _FIT},
            **plain(routed(params, "fit")),
        }
        callbacks = make_callbacks(self.callbacks, routed(params, "callbacks"))
        callbacks += make_callbacks(
            given.get("callbacks"), routed(params, "fit__callbacks")
        )
        return {**given, "callbacks": callbacks or None}

    def _match(self, targets):
        """Returns targets in the form of the loss that the model has."""
        return targets

    def _weigh(self, y, sample_weight):
        return sample_weight

    def _default_loss(self):
        return "mse"

    def _outputs(self, X, **kwargs):
        check_is_fitted(self, "model_")
        X, _ = self._validate(X, None, reset=False)
        inputs = self.feature_encoder_.transform(X)
        params = self._extra()
        given = {"batch_size": self.batch_size, "verbose": 0}
        given.update(plain(routed(params, "predict")), **kwargs)
        if "callbacks" in given:
            options = routed(params, "predict__callbacks")
            given["callbacks"] = make_callbacks(given["callbacks"], options)
        given["batch_size"] = _size("batch_size", given["batch_size"], inputs)
        return self.model_.predict(inputs, **given)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "model_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = self.random_state is None
        tags.input_tags.sparse = True
        return tags


def _size(name, size, inputs):
    """Returns a batch size; -1 stands for all samples."""
    if size != -1:
        return size
    if not hasattr(inputs, "shape"):
        raise ValueError(
            f"`{name}=-1` requires that `X` implement `shape`. Received: "
            f"{type(inputs).__name__}, from the feature encoder. Give a number."
        )
    return inputs.shape[0]
