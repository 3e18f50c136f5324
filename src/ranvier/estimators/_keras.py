"""KerasClassifier, KerasRegressor, KerasTransformer."""

import numpy as np
from scipy.special import expit, softmax
from sklearn.base import ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import (
    check_classification_targets,
    type_of_target,
    unique_labels,
)
from sklearn.utils.validation import column_or_1d

from ranvier.estimators._calibration import check_calibration, hold_out, make_calibrator
from ranvier.estimators._keras_base import KerasEstimator


class KerasClassifier(ClassifierMixin, KerasEstimator):
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
        codes = self._encode(np.asarray(rest[1]), reset=False)
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
        if probabilities.shape[1] == 1:
            return np.concatenate([1 - probabilities, probabilities], axis=1)
        return probabilities

    def predict(self, X, **kwargs):
        """Returns classes, or a matrix of 0 and 1.

        Args:
            X: inputs.
            **kwargs: further arguments of `Model.predict`.
        """
        probabilities = self.predict_proba(X, **kwargs)
        if self.target_type_.startswith("multilabel"):
            return (probabilities > 0.5).astype(int)
        return self.classes_[probabilities.argmax(axis=1)]

    def _probabilities(self, X, **kwargs):
        outputs = self._outputs(X, **kwargs)
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
            y = np.asarray(y)
            if y.ndim == 2 and y.shape[1] == 1:
                y = column_or_1d(y, warn=True)
            check_classification_targets(y)
        return X, y

    def _encode(self, y, reset):
        if reset:
            given = getattr(self, "_given_classes", None)
            self.target_type_ = type_of_target(y if given is None else given)
            self.classes_ = unique_labels(y if given is None else given)
            self.n_classes_ = len(self.classes_)
            if self.n_classes_ < 2:
                raise ValueError(
                    "Classifier can't train when only one class is present."
                )
        if self.target_type_.startswith("multilabel"):
            return y.astype("float32")
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(
                f"`y` has classes that the model was not built for: {list(unknown)}. "
                f"Expected: {list(self.classes_)}."
            )
        return np.searchsorted(self.classes_, y).astype("int32")

    def _match(self, targets):
        loss = self.model_.loss
        name = loss if isinstance(loss, str) else getattr(loss, "name", "")
        name = name or getattr(loss, "__name__", "")
        if targets.ndim == 1 and name in ("categorical_crossentropy",):
            return np.eye(self.n_classes_, dtype="float32")[targets]
        if targets.ndim == 1 and "sparse" not in str(name):
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


class KerasRegressor(RegressorMixin, KerasEstimator):
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
        outputs = self._outputs(X, **kwargs)
        one = outputs.ndim == 2 and outputs.shape[1] == 1
        return outputs[:, 0] if one else outputs

    def _encode(self, y, reset):
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return y.astype("float32") if y.dtype.kind in "OUS" else y

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags


class KerasTransformer(TransformerMixin, KerasEstimator):
    """A model whose outputs are features for what follows.

    Without targets the inputs are the targets: an autoencoder's reconstruction.

    Args:
        model: a function that returns a model, compiled or not, or a model.
        **kwargs: as for `KerasRegressor`.

    Attributes:
        model_: the fitted model.

    Example:
        >>> import numpy as np, ranvier as rv
        >>> def build(meta):
        ...     return rv.Sequential([rv.layers.Dense(meta["n_features_in_"])])
        >>> KerasTransformer(build).fit_transform(np.ones((4, 3))).shape
        (4, 3)
    """

    def fit(self, X, y=None, sample_weight=None, **kwargs):
        """Builds the model and trains it.

        Args:
            X: inputs.
            y: targets; None for the inputs.
            sample_weight: weight of each sample.
            **kwargs: further arguments of `Model.fit`.

        Returns:
            The estimator.
        """
        return super().fit(X, y, sample_weight, **kwargs)

    def transform(self, X):
        """Returns the outputs of the model.

        Args:
            X: inputs.
        """
        return self._outputs(X)

    def _fit(self, X, y, sample_weight, goes_on, kwargs):
        y = X if y is None else y
        return super()._fit(X, y, sample_weight, goes_on, kwargs)

    def get_feature_names_out(self, input_features=None):
        """Returns names of the outputs.

        Args:
            input_features: accepted as in scikit-learn.
        """
        width = self.model_.output_shape[-1]
        return np.array([f"kerastransformer{i}" for i in range(width)], dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
