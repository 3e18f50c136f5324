"""KerasClassifier and KerasRegressor."""

import numpy as np
from scipy.special import expit, softmax
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from ranvier.estimators._base_wrapper import BaseWrapper
from ranvier.estimators._calibration import check_calibration, hold_out, make_calibrator
from ranvier.estimators._encoders import ClassEncoder, NumberEncoder
from ranvier.estimators._routing import plain, routed


class _ScorerMixin:
    """Scores by the method `scorer`, in place of what scikit-learn's mixins do."""

    def score(self, X, y, sample_weight=None):
        """Returns what `scorer` says of the predictions.

        Args:
            X: inputs.
            y: targets.
            sample_weight: weight of each sample.
        """
        options = plain(routed(self._extra(), "score"))
        predictions = self.predict(X)
        return self.scorer(y, predictions, sample_weight=sample_weight, **options)


class KerasClassifier(_ScorerMixin, ClassifierMixin, BaseWrapper):
    """Any model for classification, in scikit-learn's interface.

    The function that makes the model may take `meta`, which tells about the data
    (`n_features_in_`, `n_classes_`, `target_type_`, `n_outputs_`...).

    Args:
        model: a function that returns a model, compiled or not, or a model.
        class_weight: dictionary from class to weight, `"balanced"`, or None.
        calibration: None, `"temperature"`, `"sigmoid"` or `"isotonic"`: `fit` holds out
            `calibration_fraction` of the data and fits the probabilities to them.
        calibration_fraction: share held out.
        **kwargs: as for `KerasRegressor`.

    Attributes:
        model_: the fitted model.
        history_: values of each epoch, by name.
        classes_: the classes.

    Raises:
        ValueError: in `fit`, without a model, or for data that do not fit it.

    Example:
        >>> import numpy as np, ranvier as rv
        >>> def build(meta, units=8):
        ...     return rv.Sequential([
        ...         rv.layers.Dense(units, "tanh"),
        ...         rv.layers.Dense(meta["n_classes_"], "softmax")])
        >>> X, y = np.eye(3).repeat(4, axis=0), np.array(list("abc")).repeat(4)
        >>> net = KerasClassifier(build, epochs=60, optimizer="adam",
        ...                       optimizer__learning_rate=0.1, random_state=0)
        >>> net.fit(X, y).predict(X[::4]).tolist()
        ['a', 'b', 'c']
    """

    def __init__(
        self,
        model=None,
        *,
        class_weight=None,
        calibration=None,
        calibration_fraction=0.1,
        **kwargs,
    ):
        super().__init__(model, **kwargs)
        self.class_weight = class_weight
        self.calibration = calibration
        self.calibration_fraction = calibration_fraction

    def fit(self, X, y, sample_weight=None, **kwargs):
        """Builds the model and trains it.

        Args:
            X: inputs, or a dictionary of them.
            y: classes; or a matrix of 0 and 1, a column a label.
            sample_weight: weight of each sample.
            **kwargs: further arguments of `Model.fit`.

        Returns:
            The estimator.
        """
        check_calibration(self.calibration)
        self._calibrator = None
        if self.calibration is None:
            return super().fit(X, y, sample_weight, **kwargs)
        part, rest = hold_out(self, X, y, sample_weight, self.calibration_fraction)
        super().fit(*part, **kwargs)
        codes = self.target_encoder_.transform(np.asarray(rest[1]))
        codes = codes.reshape(len(codes), -1)
        self._calibrator = make_calibrator(
            self.calibration, self._scores(rest[0]), codes, rest[2]
        )
        return self

    def partial_fit(self, X, y, classes=None, sample_weight=None, **kwargs):
        """Trains for one epoch, on the model there is.

        Args:
            X: inputs.
            y: targets.
            classes: all classes there are; those of `y` if None. Used by the first
                call.
            sample_weight: weight of each sample.
            **kwargs: further arguments of `Model.fit`.

        Returns:
            The estimator.
        """
        self._calibrator = None
        self._given_classes = classes
        try:
            return super().partial_fit(X, y, sample_weight, **kwargs)
        finally:
            del self._given_classes

    def predict_proba(self, X, **kwargs):
        """Returns probabilities, a column a class (of each label, if several).

        Args:
            X: inputs.
            **kwargs: further arguments of `Model.predict`.
        """
        if getattr(self, "_calibrator", None) is not None:
            return self._calibrator(self._scores(X, **kwargs))
        probabilities = self._probabilities(X, **kwargs)
        return self.target_encoder_.inverse_transform(probabilities, return_proba=True)

    def predict(self, X, **kwargs):
        """Returns classes, or a matrix of 0 and 1.

        Args:
            X: inputs.
            **kwargs: further arguments of `Model.predict`.
        """
        if getattr(self, "_calibrator", None) is not None:
            probabilities = self._calibrator(self._scores(X, **kwargs))
        else:
            probabilities = self._probabilities(X, **kwargs)
        if self._is_one_hot():
            # One label each, as the loss has it.
            return np.eye(probabilities.shape[1], dtype=int)[probabilities.argmax(1)]
        return self.target_encoder_.inverse_transform(probabilities)

    @staticmethod
    def scorer(y_true, y_pred, **kwargs):
        """Returns the score of predictions: their accuracy.

        Args:
            y_true: targets.
            y_pred: predictions.
            **kwargs: as `sklearn.metrics.accuracy_score` takes them.
        """
        return accuracy_score(y_true, y_pred, **kwargs)

    @property
    def target_encoder(self):
        """The transformer of the targets."""
        return ClassEncoder(getattr(self, "_given_classes", None))

    def _probabilities(self, X, **kwargs):
        outputs = self._outputs(X, **kwargs)
        if not self._has_own_targets():
            return outputs
        outputs = outputs.reshape(len(outputs), -1)
        if getattr(self.model_.loss, "from_logits", False):
            several = outputs.shape[1] > 1
            exclusive = several and not self.target_type_.startswith("multilabel")
            outputs = softmax(outputs, axis=1) if exclusive else expit(outputs)
        return outputs

    def _scores(self, X, **kwargs):
        """Returns log-odds, or the logarithms of exclusive probabilities."""
        probabilities = self._probabilities(X, **kwargs).astype(np.float64)
        probabilities = np.clip(probabilities, 1e-7, 1 - 1e-7)
        exclusive = not self.target_type_.startswith("multilabel")
        if exclusive and probabilities.shape[1] > 1:
            return np.log(probabilities)
        return np.log(probabilities) - np.log1p(-probabilities)

    def _validate(self, X, y, reset):
        X, y = super()._validate(X, y, reset)
        if y is not None:
            if y.ndim == 2 and y.shape[1] == 1:
                y = column_or_1d(y, warn=True)
            check_classification_targets(y)
        return X, y

    def _has_own_targets(self):
        """Whether the targets are encoded as classes, and not by a user's encoder."""
        return isinstance(self.target_encoder_, ClassEncoder)

    def _loss_name(self):
        loss = self.model_.loss
        name = loss if isinstance(loss, str) else getattr(loss, "name", "")
        return str(name or getattr(loss, "__name__", ""))

    def _is_one_hot(self):
        """Whether labels exclude one another."""
        return (
            self._has_own_targets()
            and self.target_encoder_.is_multilabel_
            and self._loss_name()
            in ("categorical_crossentropy", "CategoricalCrossentropy")
        )

    def _match(self, targets):
        if not self._has_own_targets() or targets.ndim != 1:
            return targets
        name = self._loss_name()
        if name in ("categorical_crossentropy", "CategoricalCrossentropy"):
            return np.eye(self.n_classes_, dtype="float32")[targets]
        if "sparse" not in name.lower():
            return targets.astype("float32")[:, None]
        return targets

    def _weigh(self, y, sample_weight):
        if self.class_weight is None:
            return sample_weight
        weights = compute_sample_weight(self.class_weight, y)
        return weights if sample_weight is None else weights * sample_weight

    def _default_loss(self):
        if self.target_type_ == "multiclass":
            return "sparse_categorical_crossentropy"
        return "binary_crossentropy"

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        tags.classifier_tags.multi_label = True
        return tags


class KerasRegressor(_ScorerMixin, RegressorMixin, BaseWrapper):
    """Any model for regression, in scikit-learn's interface.

    Args:
        model: a function that returns a model, compiled or not, or a model.
        **kwargs: `epochs`, `batch_size`, `optimizer`, `loss`, `metrics`, `callbacks`,
            `random_state`... with their usual meaning, and `model__x` for argument `x`
            of the function, `fit__x` of `Model.fit`, `optimizer__x`, `loss__x`,
            `metrics__x`, `callbacks__x`, `compile__x`, `predict__x` likewise.

    Attributes:
        model_: the fitted model.
        history_: values of each epoch, by name.

    Raises:
        ValueError: in `fit`, without a model, or for data that do not fit it.

    Example:
        >>> import numpy as np, ranvier as rv
        >>> def build(units=1):
        ...     return rv.Sequential([rv.layers.Dense(units)])
        >>> X = np.linspace(-1, 1, 64)[:, None]
        >>> net = KerasRegressor(build, epochs=40, optimizer="sgd",
        ...                      optimizer__learning_rate=0.2, random_state=0)
        >>> bool(net.fit(X, 2 * X[:, 0]).score(X, 2 * X[:, 0]) > 0.99)
        True
    """

    def predict(self, X, **kwargs):
        """Returns predictions of shape (samples,) or (samples, outputs).

        Args:
            X: inputs.
            **kwargs: further arguments of `Model.predict`.
        """
        return super().predict(X, **kwargs)

    @staticmethod
    def scorer(y_true, y_pred, **kwargs):
        """Returns the score of predictions: the coefficient of determination.

        Args:
            y_true: targets.
            y_pred: predictions.
            **kwargs: as `sklearn.metrics.r2_score` takes them.
        """
        return r2_score(y_true, y_pred, **kwargs)

    @property
    def target_encoder(self):
        """The transformer of the targets."""
        return NumberEncoder()

    def _validate(self, X, y, reset):
        X, y = super()._validate(X, y, reset)
        if y is not None and y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return X, y

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags
