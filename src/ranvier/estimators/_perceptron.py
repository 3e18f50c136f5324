"""Perceptron: threshold logic units that learn by the perceptron's rule."""

import warnings

import jax
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import (
    check_classification_targets,
    type_of_target,
    unique_labels,
)
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from ranvier.core._arguments import (
    optional,
    require_below_one,
    require_count,
    require_fraction,
    require_nonnegative,
    require_number,
    require_positive,
)
from ranvier.estimators._parameters import require_one_of
from ranvier.estimators._perceptron_rule import Form, scikit_learn_order, train

_MAX_SEED = 2**31 - 1


class Perceptron(ClassifierMixin, BaseEstimator):
    """Threshold logic units: a weighted sum of the inputs, a bias, a step.

    A sample on the wrong side of a unit's boundary moves it: `eta0` times the sample
    is added to the weights or taken away. One unit tells two classes apart; several
    classes, or a matrix of labels, have one unit each. What two classes need that no
    straight line parts, such as XOR, a perceptron cannot learn; `MLPClassifier` can.

    All parameters but `step` are those of `sklearn.linear_model.Perceptron`, and so
    are weights and order of samples. Sparse inputs are made dense.

    Args:
        step: output of a unit, see `activate`: `"heaviside"` (0 or 1) or `"sign"`
            (-1 or 1).
        penalty: None, `"l2"`, `"l1"` or `"elasticnet"`.
        alpha: strength of the penalty.
        l1_ratio: share of L1 in `"elasticnet"`.
        fit_intercept: whether there is a bias.
        max_iter: largest number of passes over the data.
        tol: a pass must lower the mean loss by so much; None not to stop by it.
            Training stops also where the data are separated.
        shuffle: new order of samples in each pass.
        verbose: tell about progress.
        eta0: learning rate.
        n_jobs: accepted; the units learn side by side anyway.
        random_state: seed, `RandomState` or None.
        early_stopping: hold out data and stop by their accuracy.
        validation_fraction: share held out.
        n_iter_no_change: passes without improvement before stopping.
        class_weight: dictionary from class to weight, `"balanced"`, or None.
        warm_start: let `fit` go on from the last solution.

    Attributes:
        coef_: weights, a row a unit.
        intercept_: biases.
        classes_: the classes.
        n_iter_: passes made by the unit that took longest.
        t_: number of updates that could have been made, plus one.

    Raises:
        ValueError: in `fit`, for parameters or data that are no good.

    Example:
        >>> import numpy as np
        >>> X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> Perceptron(tol=None).fit(X, [0, 0, 0, 1]).predict(X).tolist()
        [0, 0, 0, 1]
    """

    def __init__(
        self,
        *,
        step="heaviside",
        penalty=None,
        alpha=0.0001,
        l1_ratio=0.15,
        fit_intercept=True,
        max_iter=1000,
        tol=1e-3,
        shuffle=True,
        verbose=0,
        eta0=1.0,
        n_jobs=None,
        random_state=0,
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change=5,
        class_weight=None,
        warm_start=False,
    ):
        self.step = step
        self.penalty = penalty
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.shuffle = shuffle
        self.verbose = verbose
        self.eta0 = eta0
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.class_weight = class_weight
        self.warm_start = warm_start

    def fit(self, X, y, coef_init=None, intercept_init=None, sample_weight=None):
        """Learns until nothing changes, or `max_iter` passes are made.

        Args:
            X: inputs, an array or sparse matrix of shape (samples, features).
            y: classes; or a matrix of 0 and 1, a column a label.
            coef_init: first weights.
            intercept_init: first biases.
            sample_weight: weight of each sample.

        Returns:
            The estimator.
        """
        X, y = self._check(X, y, reset=True)
        self._set_classes(y, unique_labels(y))
        if not (self.warm_start and hasattr(self, "coef_")):
            self._set_zero(X.shape[1])
        if coef_init is not None:
            self.coef_ = np.reshape(coef_init, self.coef_.shape).astype(float)
        if intercept_init is not None:
            shape = self.intercept_.shape
            self.intercept_ = np.reshape(intercept_init, shape).astype(float)
        self.t_ = 1.0
        self._learn(X, y, sample_weight, self.max_iter)
        bounded = self.tol is not None and self.tol > -np.inf
        if bounded and not self._has_stopped:
            warnings.warn(
                "Maximum number of iteration reached before convergence. Consider "
                "increasing max_iter to improve the fit.",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Makes one pass over the data.

        Args:
            X: inputs.
            y: classes.
            classes: all classes there are; needed by the first call.
            sample_weight: weight of each sample.

        Returns:
            The estimator.
        """
        first = not hasattr(self, "classes_")
        X, y = self._check(X, y, reset=first)
        if first:
            if classes is None:
                raise ValueError(
                    "classes must be passed on the first call to partial_fit."
                )
            self._set_classes(y, unique_labels(classes))
            self._set_zero(X.shape[1])
            self.t_ = 1.0
        elif classes is not None and not np.array_equal(
            self.classes_, unique_labels(classes)
        ):
            raise ValueError(
                f"`classes={classes!r}` is not the same as on last call to "
                f"partial_fit, was: {self.classes_!r}"
            )
        self._learn(X, y, sample_weight, 1)
        return self

    def decision_function(self, X):
        """Returns the weighted sums, of shape (samples,) or (samples, units).

        Args:
            X: inputs.
        """
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", reset=False)
        scores = np.asarray(X @ self.coef_.T) + self.intercept_
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def activate(self, X):
        """Returns the units' outputs: 0 or 1, or -1 or 1, by `step`.

        Args:
            X: inputs.
        """
        on = self.decision_function(X) > 0
        return on.astype(int) if self.step == "heaviside" else np.where(on, 1, -1)

    def predict(self, X):
        """Returns classes, or a matrix of 0 and 1.

        Args:
            X: inputs.
        """
        scores = self.decision_function(X)
        if self._is_multilabel:
            return (scores > 0).astype(int)
        if scores.ndim == 1:
            return self.classes_[(scores > 0).astype(int)]
        return self.classes_[scores.argmax(axis=1)]

    # Learning.

    def _check(self, X, y, reset):
        require_one_of(("heaviside", "sign"), step=self.step)
        optional(
            lambda **a: require_one_of(("l2", "l1", "elasticnet"), **a),
            penalty=self.penalty,
        )
        require_positive(eta0=self.eta0)
        require_nonnegative(alpha=self.alpha)
        require_fraction(l1_ratio=self.l1_ratio)
        require_count(max_iter=self.max_iter, n_iter_no_change=self.n_iter_no_change)
        require_below_one(validation_fraction=self.validation_fraction)
        optional(require_number, tol=self.tol)
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse="csr",
            multi_output=True,
            dtype=[np.float64, np.float32],
            reset=reset,
        )
        if hasattr(y, "toarray"):
            y = y.toarray()
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        return X, y

    def _set_classes(self, y, classes):
        kind = type_of_target(y)
        if kind == "multiclass-multioutput":
            raise ValueError(
                "Multiclass-multioutput targets are not supported: expected classes, "
                "or a matrix of 0 and 1."
            )
        self._is_multilabel = kind.startswith("multilabel")
        if len(classes) < 2 and not self._is_multilabel:
            raise ValueError(
                "The number of classes has to be greater than one; got "
                f"{len(classes)} class"
            )
        self.classes_ = classes

    def _set_zero(self, features):
        units = len(self.classes_)
        if units == 2 and not self._is_multilabel:
            units = 1
        self.coef_ = np.zeros((units, features))
        self.intercept_ = np.zeros(units)

    def _targets(self, y):
        """Returns what the units should say: a row of -1 and 1 for each."""
        if self._is_multilabel:
            on = y.T > 0
        elif len(self.classes_) == 2:
            on = (y == self.classes_[1])[None]
        else:
            on = y == self.classes_[:, None]
        return np.where(on, 1.0, -1.0)

    def _weights(self, y, targets, sample_weight):
        """Returns the weight of each sample for each unit."""
        weights = np.tile(sample_weight, (len(targets), 1))
        if self.class_weight is None or self._is_multilabel:
            return weights
        of_classes = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        if len(self.classes_) == 2:
            negative, positive = of_classes
            return weights * np.where(targets > 0, positive, negative)
        return weights * np.where(targets > 0, of_classes[:, None], 1.0)

    def _learn(self, X, y, sample_weight, max_iter):
        sample_weight = _check_sample_weight(sample_weight, X, dtype=X.dtype)
        is_sparse = hasattr(X, "toarray")
        X = X.toarray() if is_sparse else X
        unknown = [] if self._is_multilabel else np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(
                f"`y` has classes not in `self.classes_`: {list(unknown)}. "
                f"`self.classes_` has {self.classes_}."
            )
        targets = self._targets(y)
        weights = self._weights(y, targets, sample_weight)
        seeds = self._seeds(len(targets))
        permutations = None
        if self.shuffle:
            orders = {s: scikit_learn_order(len(X), s) for s in set(seeds)}
            permutations = np.stack([orders[s] for s in seeds])
        held_out = np.tile(self._held_out(y), (len(targets), 1))
        numbers = {
            "eta0": self.eta0,
            "alpha": self.alpha,
            "l1_ratio": self.l1_ratio if self.penalty == "elasticnet" else 0.0,
            "tol": -np.inf if self.tol is None else self.tol,
            "patience": self.n_iter_no_change,
            # A bias moves with each sample, the weight of a rare feature seldom does:
            # scikit-learn slows the bias down where rows are sparse.
            "bias_rate": 0.01 if is_sparse else 1.0,
        }
        if self.penalty == "l1":
            numbers["l1_ratio"] = 1.0
        dtype = X.dtype
        with jax.enable_x64(True):
            self.coef_, self.intercept_, epochs = train(
                Form(self.penalty, bool(self.fit_intercept), bool(self.early_stopping)),
                (X, targets.astype(dtype), weights.astype(dtype), held_out),
                permutations,
                numbers,
                self.coef_,
                self.intercept_,
                max_iter,
                self._tell if self.verbose else None,
            )
        self.n_iter_ = int(epochs.max())
        self._has_stopped = self.n_iter_ < max_iter
        self.t_ += self.n_iter_ * len(X)
        if not (np.isfinite(self.coef_).all() and np.isfinite(self.intercept_).all()):
            raise ValueError(
                "Floating-point under-/overflow occurred while learning. Scaling the "
                "input data with StandardScaler or MinMaxScaler might help."
            )

    def _seeds(self, units):
        """Returns the seed of each unit's order, drawn as scikit-learn draws it."""
        if units > 1:
            random = check_random_state(self.random_state)
            return list(map(_second_draw, random.randint(_MAX_SEED, size=units)))
        return [_second_draw(self.random_state)]

    def _held_out(self, y):
        held_out = np.zeros(len(y), bool)
        if self.early_stopping:
            split = ShuffleSplit if self._is_multilabel else StratifiedShuffleSplit
            cv = split(
                test_size=self.validation_fraction, random_state=self.random_state
            )
            held_out[next(cv.split(np.zeros((len(y), 1)), y))[1]] = True
        return held_out

    def _tell(self, epoch, loss):
        print(f"-- Epoch {epoch}, loss {loss:.6f}")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.multi_label = True
        return tags


def _second_draw(random_state):
    """Returns the number that scikit-learn's linear models take as seed."""
    random = check_random_state(random_state)
    random.randint(1, _MAX_SEED)  # the first is for something else
    return int(random.randint(0, _MAX_SEED))
