"""What MLPClassifier and MLPRegressor share: parameters, fitting, scores."""

import warnings

import jax
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from ranvier.estimators import _lbfgs
from ranvier.estimators._epochs import Rules, Run, new_progress, numbers_of
from ranvier.estimators._network import (
    Network,
    Structure,
    borrowed,
    get_activation,
    stack,
)
from ranvier.estimators._optimizers import make_optimizer, optimizer_key
from ranvier.estimators._parameters import check_mlp, hidden_sizes
from ranvier.estimators._rows import to_rows
from ranvier.models import Sequential

# Rows that a program scores at once. Few sizes: each is compiled.
_FEW, _MANY = 256, 4096


def _is_stochastic(estimator):
    if estimator.solver == "lbfgs" and estimator.optimizer is None:
        raise AttributeError(
            "partial_fit is only available for stochastic optimizers. "
            f"{estimator.solver} is not stochastic."
        )
    return True


class MultilayerPerceptron(BaseEstimator):
    """Base of the multi-layer perceptrons: parameters are scikit-learn's, and more.

    Subclasses say how targets are encoded (`_encode`) and which loss is trained.
    """

    def _fit(self, X, y, sample_weight, incremental=False):
        check_mlp(self)
        hidden = hidden_sizes(self)
        goes_on = hasattr(self, "coefs_") and (self.warm_start or incremental)
        X, y, targets = self._encode(X, y, incremental, reset=not goes_on)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X)
        sample_weight = self._weigh(y, sample_weight)
        self._random = check_random_state(self.random_state)
        if not goes_on:
            self._start(X.shape[1], hidden)
        data = (X, targets, sample_weight)
        if self.solver == "lbfgs" and self.optimizer is None:
            _lbfgs.fit(self, data)
        else:
            self._fit_stochastic(data, incremental)
        if not all(np.isfinite(w).all() for w in [*self.coefs_, *self.intercepts_]):
            raise ValueError(
                "Solver produced non-finite parameter weights. The input data may "
                "contain large values and need to be preprocessed."
            )
        return self

    def _start(self, features, hidden):
        """Draws the first weights, as scikit-learn does, and sets the counters."""
        self._loss, self.n_outputs_, self.out_activation_ = self._output()
        sizes = (features, *hidden, self.n_outputs_)
        self.n_layers_ = len(sizes)
        self.n_iter_ = self.t_ = 0
        self.coefs_, self.intercepts_ = [], []
        factor = 2.0 if self.activation == "logistic" else 6.0
        for fan_in, fan_out in zip(sizes[:-1], sizes[1:]):
            bound = np.sqrt(factor / (fan_in + fan_out))
            draw = self._random.uniform
            self.coefs_.append(draw(-bound, bound, (fan_in, fan_out)))
            self.intercepts_.append(draw(-bound, bound, fan_out))
        with borrowed(*self._network()) as network:
            self._other_weights = network.first_other_weights
        self._optimizer_state = None
        self._waited = 0
        self.loss_curve_ = []
        scored = self.early_stopping
        self.validation_scores_ = [] if scored else None
        self.best_validation_score_ = -np.inf if scored else None
        self.best_loss_ = None if scored else np.inf

    def _network(self, optimizer=None, dtype="float32"):
        """Returns key and maker of a network of this estimator's structure."""
        sizes = [len(self.coefs_[0]), *(len(b) for b in self.intercepts_)]
        structure = Structure(
            sizes=tuple(sizes),
            activation=get_activation(self.activation),
            loss=self._loss,
            dropout=bool(self.dropout),
            normalization=self.normalization,
            dtype=dtype,
        )
        key = structure
        if optimizer is not None:
            known = optimizer_key(optimizer)
            key = known and (structure, known)
        return key, lambda: Network(structure, optimizer)

    def _fit_stochastic(self, data, incremental):
        if self.early_stopping and incremental:
            raise ValueError("partial_fit does not support early_stopping=True")
        optimizer = make_optimizer(self)
        seed = self._random.randint(2**31 - 1) if self.dropout else 0
        data, held_out = self._split(data)
        patience = min(self.n_iter_no_change, 2**30)
        numbers = {
            "alpha": self.alpha,
            "dropout": self.dropout,
            "learning_rate_init": self.learning_rate_init,
            "patience": patience,
            "power_t": self.power_t,
            "tol": self.tol,
            **numbers_of(optimizer),
        }
        plain_sgd = self.solver == "sgd" and self.optimizer is None
        rules = Rules(
            rate=self.learning_rate if plain_sgd and not self.schedule else "constant",
            score=self._loss if self.early_stopping else None,
        )
        with borrowed(*self._network(optimizer)) as network:
            network.set_weights_of(self)
            network.seed(seed)
            if incremental and self._optimizer_state is not None:
                network.set_optimizer_state(self._optimizer_state)
            else:
                network.reset_optimizer(optimizer)
            run = Run(
                network,
                data,
                held_out,
                self._batch_size(len(data[1])),
                self._random if self.shuffle else None,
                rules,
                numbers,
                new_progress(
                    self.best_validation_score_ if held_out else self.best_loss_,
                    self._waited,
                    self.t_,
                ),
            )
            self._run(run, 1 if incremental else self.max_iter)
            if held_out is not None:
                for variable, value in zip(network.variables, run.best_values):
                    variable.assign(value)
            network.give_weights_to(self)
            self._optimizer_state = network.optimizer_state()
        is_over = run.progress["stopped"] or incremental
        if len(run.losses) == self.max_iter and not is_over:
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached "
                "and the optimization hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=4,
            )

    def _run(self, run, epochs):
        """Runs epochs; keeps the counters and curves of the estimator."""
        scored = run.held_out is not None
        try:
            run.go(epochs, self._tell if self.verbose else None)
        except KeyboardInterrupt:
            warnings.warn("Training interrupted by user.", stacklevel=5)
        self.n_iter_ = len(run.losses)
        self.t_ = int(run.progress["seen"])
        self._waited = int(run.progress["waited"])
        self.loss_curve_ = self.loss_curve_ + run.losses
        if run.losses:
            self.loss_ = run.losses[-1]
        if scored:
            self.validation_scores_ = self.validation_scores_ + run.scores
            self.best_validation_score_ = float(run.progress["best"])
        else:
            self.best_loss_ = float(run.progress["best"])

    def _tell(self, epoch, loss, score):
        print(f"Iteration {epoch}, loss = {loss:.8f}")
        if self.early_stopping:
            print(f"Validation score: {score:f}")

    def _split(self, data):
        """Returns what to train on and what to score after each epoch, as rows."""
        data = [part for part in data if part is not None]
        held_out = None
        if self.early_stopping:
            parts = train_test_split(
                *data,
                random_state=self._random,
                test_size=self.validation_fraction,
                stratify=data[1].astype(bool) if self._stratifies() else None,
            )
            data, held_out = parts[::2], parts[1::2]
            if held_out[0].shape[0] < 2:
                raise ValueError(
                    "The validation set is too small. Increase 'validation_fraction' "
                    "or the size of your dataset."
                )
        return _as_rows(data), None if held_out is None else _as_rows(held_out)

    def _batch_size(self, samples):
        if self.batch_size == "auto":
            return min(200, samples)
        if self.batch_size > samples:
            warnings.warn(
                f"Got `batch_size` {self.batch_size} larger than the sample size. It "
                f"is going to be clipped to {samples}.",
                stacklevel=5,
            )
        return min(self.batch_size, samples)

    def _weigh(self, y, sample_weight):
        """Returns the sample weights; classifiers add those of the classes."""
        return sample_weight

    def _stratifies(self):
        return False

    @available_if(_is_stochastic)
    def partial_fit(self, X, y, sample_weight=None):
        """Makes one pass over the data and updates the weights.

        Args:
            X: inputs, an array or sparse matrix of shape (samples, features).
            y: targets.
            sample_weight: weight of each sample.

        Returns:
            The estimator.
        """
        return self._fit(X, y, sample_weight, incremental=True)

    # Predicting.

    def _scores(self, X):
        """Returns the network's scores, before the link of the loss."""
        check_is_fitted(self)
        X = validate_data(
            self,
            X,
            accept_sparse=["csr", "csc"],
            dtype=(np.float64, np.float32),
            reset=False,
        )
        weights = [*self.coefs_, *self.intercepts_, *self._other_weights]
        weights = [np.asarray(w, np.float32) for w in weights]
        size = _FEW if X.shape[0] <= 8 * _FEW else _MANY
        results = []
        with borrowed(*self._network()) as network:
            weights = jax.device_put(weights)
            program = network.scores_program()
            for start in range(0, X.shape[0], size):
                rows = X[start : start + size]
                rows = rows.toarray() if hasattr(rows, "toarray") else rows
                padded = np.zeros((size, X.shape[1]), np.float32)
                padded[: len(rows)] = rows
                results.append(program(weights, padded)[: len(rows)])
        return np.concatenate(jax.device_get(results))

    @property
    def model_(self):
        """The fitted network as a `Sequential` model, link included; not compiled."""
        check_is_fitted(self)
        structure = self._network()[0]
        link = {"exp": "exponential", "softmax": "softmax", "logistic": "sigmoid"}
        layers = stack(structure, self.dropout)
        layers[-1].activation = get_activation(link.get(self.out_activation_, "linear"))
        model = Sequential(layers)
        network = Network(structure)
        network.set_weights_of(self)
        model.set_weights(network.get_weights())
        return model

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _as_rows(data):
    x, y, *weights = data
    weights = np.asarray(weights[0], np.float32) if weights else None
    return jax.device_put((to_rows(x), y, weights))
