"""MLPClassifier."""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import (
    check_classification_targets,
    type_of_target,
    unique_labels,
)
from sklearn.utils.validation import column_or_1d, validate_data

from ranvier.estimators._calibration import check_calibration, hold_out, make_calibrator
from ranvier.estimators._mlp import MultilayerPerceptron, _is_stochastic


class MLPClassifier(ClassifierMixin, MultilayerPerceptron):
    """Multi-layer perceptron for classification, in scikit-learn's interface.

    Parameters up to `max_fun` are those of `sklearn.neural_network.MLPClassifier`, with
    the same meaning; see `MLPRegressor`, which also tells about the others.

    Args:
        hidden_layer_sizes: units of each hidden layer.
        activation: as for `MLPRegressor`, like all up to `optimizer`.
        solver: `"adam"`, `"sgd"` or `"lbfgs"`.
        alpha: strength of the L2 penalty.
        batch_size: samples per update; `"auto"` is at most 200.
        learning_rate: of SGD: `"constant"`, `"invscaling"` or `"adaptive"`.
        learning_rate_init: first learning rate.
        power_t: exponent of `"invscaling"`.
        max_iter: largest number of epochs.
        shuffle: new order of samples in each epoch.
        random_state: seed, `RandomState` or None.
        tol: what counts as an improvement.
        verbose: print a line per epoch.
        warm_start: let `fit` go on from the last solution.
        momentum: of SGD.
        nesterovs_momentum: Nesterov's form of it.
        early_stopping: hold out data and stop by their accuracy.
        validation_fraction: share held out.
        beta_1: of Adam.
        beta_2: of Adam.
        epsilon: of Adam.
        n_iter_no_change: epochs without improvement before stopping.
        max_fun: largest number of evaluations of `"lbfgs"`.
        dropout: rate of dropout after each hidden layer.
        normalization: None, `"batch"`, `"layer"` or `"rms"`.
        schedule: a `LearningRateSchedule` in place of `learning_rate`.
        optimizer: name, `Optimizer` or optax transformation in place of `solver`.
        class_weight: dictionary from class to weight, `"balanced"`, or None.
        calibration: None, `"temperature"`, `"sigmoid"` or `"isotonic"`: `fit` holds out
            `validation_fraction` of the data and fits the probabilities to them.

    Attributes:
        classes_: the classes.
        coefs_: as for `MLPRegressor`, like the others.

    Raises:
        ValueError: in `fit`, for parameters or data that are no good.

    Example:
        >>> import numpy as np
        >>> X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
        >>> net = MLPClassifier(8, "tanh", solver="lbfgs", random_state=0)
        >>> net.fit(X, y).predict(X).tolist()
        [0, 1, 1, 0]
    """

    loss = "log_loss"

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        activation="relu",
        *,
        solver="adam",
        alpha=0.0001,
        batch_size="auto",
        learning_rate="constant",
        learning_rate_init=0.001,
        power_t=0.5,
        max_iter=200,
        shuffle=True,
        random_state=None,
        tol=1e-4,
        verbose=False,
        warm_start=False,
        momentum=0.9,
        nesterovs_momentum=True,
        early_stopping=False,
        validation_fraction=0.1,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        n_iter_no_change=10,
        max_fun=15000,
        dropout=0.0,
        normalization=None,
        schedule=None,
        optimizer=None,
        class_weight=None,
        calibration=None,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.dropout = dropout
        self.normalization = normalization
        self.schedule = schedule
        self.optimizer = optimizer
        self.class_weight = class_weight
        self.calibration = calibration

    def fit(self, X, y, sample_weight=None):
        """Fits the network.

        Args:
            X: inputs, an array or sparse matrix of shape (samples, features).
            y: classes; or a matrix of 0 and 1, a column a label.
            sample_weight: weight of each sample.

        Returns:
            The estimator.
        """
        check_calibration(self.calibration)
        self._calibrator = None
        if self.calibration is None:
            return self._fit(X, y, sample_weight)
        part, rest = hold_out(self, X, y, sample_weight, self.validation_fraction)
        self._fit(*part)
        self._calibrator = make_calibrator(
            self.calibration, self._scores(rest[0]), self._codes(rest[1]), rest[2]
        )
        return self

    @available_if(_is_stochastic)
    def partial_fit(self, X, y, sample_weight=None, classes=None):
        """Makes one pass over the data and updates the weights.

        Args:
            X: inputs.
            y: classes.
            sample_weight: weight of each sample.
            classes: all classes there are; needed by the first call.

        Returns:
            The estimator.
        """
        self._calibrator = None
        if not hasattr(self, "classes_"):
            if classes is None:
                raise ValueError(
                    "classes must be passed on the first call to partial_fit."
                )
            self._set_classes(unique_labels(classes), type_of_target(y))
        elif classes is not None and not np.array_equal(
            self.classes_, unique_labels(classes)
        ):
            raise ValueError(
                f"`classes={classes!r}` is not the same as on last call to "
                f"partial_fit, was: {self.classes_!r}"
            )
        return self._fit(X, y, sample_weight, incremental=True)

    def decision_function(self, X):
        """Returns the scores ahead of the link: log-odds, or one for each class.

        Args:
            X: inputs.
        """
        scores = self._scores(X)
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict_proba(self, X):
        """Returns probabilities, a column a class (of each label, if several).

        Args:
            X: inputs.
        """
        return self._probabilities(self._scores(X))

    def predict_log_proba(self, X):
        """Returns the logarithms of the probabilities.

        Args:
            X: inputs.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def predict(self, X):
        """Returns classes, or a matrix of 0 and 1.

        Args:
            X: inputs.
        """
        scores = self._scores(X)
        if self._loss == "multiclass" or self._calibrator is not None:
            probabilities = self._probabilities(scores)
            if not self._is_multilabel:
                return self.classes_[probabilities.argmax(axis=1)]
            return (probabilities > 0.5).astype(int)
        chosen = (scores > 0).astype(int)
        if self._is_multilabel:
            return chosen
        return self.classes_[np.minimum(chosen[:, 0], len(self.classes_) - 1)]

    def _probabilities(self, scores):
        scores = scores.astype(np.float64)
        if self._calibrator is not None:
            return self._calibrator(scores)
        return probabilities_of(scores, self._loss == "multiclass", self._is_multilabel)

    # Targets.

    def _set_classes(self, classes, kind):
        self.classes_ = classes
        self._is_multilabel = kind.startswith("multilabel")

    def _encode(self, X, y, incremental, reset):
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if hasattr(y, "toarray"):
            y = y.toarray()
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        kind = type_of_target(y)
        if kind == "multiclass-multioutput":
            raise ValueError(
                "Multiclass-multioutput targets are not supported: expected classes, "
                "or a matrix of 0 and 1. Use sklearn.multioutput.MultiOutputClassifier."
            )
        classes = unique_labels(y)
        if not hasattr(self, "classes_") or not (self.warm_start or incremental):
            self._set_classes(classes, kind)
        elif self.warm_start and set(classes) != set(self.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the "
                f"previous call to fit. Previously got {self.classes_}, `y` has "
                f"{classes}"
            )
        elif not set(classes) <= set(self.classes_):
            raise ValueError(
                "`y` has classes not in `self.classes_`. "
                f"`self.classes_` has {self.classes_}. 'y' has {classes}."
            )
        return X, y, self._codes(y)

    def _codes(self, y):
        """Returns targets as the loss takes them, a matrix."""
        if self._is_multilabel:
            return np.asarray(y, np.float32)
        codes = np.searchsorted(self.classes_, y).astype(np.int32)[:, None]
        return codes if len(self.classes_) > 2 else codes.astype(np.float32)

    def _output(self):
        if self._is_multilabel:
            return "binary", len(self.classes_), "logistic"
        if len(self.classes_) > 2:
            return "multiclass", len(self.classes_), "softmax"
        return "binary", 1, "logistic"

    def _weigh(self, y, sample_weight):
        if self.class_weight is None:
            return sample_weight
        weights = compute_sample_weight(self.class_weight, y)
        return weights if sample_weight is None else weights * sample_weight

    def _stratifies(self):
        # As scikit-learn: not where there are several outputs.
        return self.n_outputs_ == 1

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def probabilities_of(scores, exclusive, multilabel):
    """Returns the probabilities that scores stand for.

    Args:
        scores: one column, or one a class or label.
        exclusive: whether one class holds.
        multilabel: whether columns are labels of their own.
    """
    from scipy.special import expit, softmax

    if exclusive:
        return softmax(scores, axis=1)
    positive = expit(scores)
    if multilabel:
        return positive
    return np.concatenate([1 - positive, positive], axis=1)
