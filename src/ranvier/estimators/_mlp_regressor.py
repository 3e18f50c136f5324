"""MLPRegressor."""

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import column_or_1d, validate_data

from ranvier.estimators._mlp import MultilayerPerceptron
from ranvier.estimators._parameters import require_one_of


class MLPRegressor(RegressorMixin, MultilayerPerceptron):
    """Multi-layer perceptron for regression, in scikit-learn's interface.

    Parameters up to `max_fun` are those of `sklearn.neural_network.MLPRegressor`, with
    the same meaning, random numbers and rules for stopping: with the same
    `random_state` both arrive at the same weights but for rounding (ranvier computes
    in float32, with solver `"lbfgs"` in float64).

    Args:
        loss: `"squared_error"`, or `"poisson"` for counts (log link).
        hidden_layer_sizes: units of each hidden layer.
        activation: scikit-learn's `"identity"`, `"logistic"`, `"tanh"`, `"relu"`, any
            name of `ranvier.activations`, or a function.
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
        early_stopping: hold out data and stop by their score.
        validation_fraction: share held out.
        beta_1: of Adam.
        beta_2: of Adam.
        epsilon: of Adam.
        n_iter_no_change: epochs without improvement before stopping.
        max_fun: largest number of evaluations of `"lbfgs"`.
        dropout: rate of dropout after each hidden layer.
        normalization: None, `"batch"`, `"layer"` or `"rms"`, ahead of each hidden
            activation.
        schedule: a `LearningRateSchedule` in place of `learning_rate`.
        optimizer: name, `Optimizer` or optax transformation in place of `solver`.

    Attributes:
        coefs_: weights of each layer.
        intercepts_: biases of each layer.
        loss_curve_: loss of each epoch.
        best_loss_: smallest loss, None with `early_stopping`.
        validation_scores_: scores of the held-out data, else None.
        n_iter_: epochs run.
        t_: samples seen.
        model_: the network as a `Sequential` model.

    Raises:
        ValueError: in `fit`, for parameters or data that are no good.

    Example:
        >>> import numpy as np
        >>> X = np.linspace(-1, 1, 100)[:, None]
        >>> y = X[:, 0] ** 2
        >>> net = MLPRegressor(hidden_layer_sizes=20, solver="lbfgs", random_state=0)
        >>> bool(net.fit(X, y).score(X, y) > 0.99)
        True
    """

    def __init__(
        self,
        loss="squared_error",
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
    ):
        self.loss = loss
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

    def fit(self, X, y, sample_weight=None):
        """Fits the network.

        Args:
            X: inputs, an array or sparse matrix of shape (samples, features).
            y: targets, of shape (samples,) or (samples, outputs).
            sample_weight: weight of each sample.

        Returns:
            The estimator.
        """
        require_one_of(("squared_error", "poisson"), loss=self.loss)
        return self._fit(X, y, sample_weight)

    def predict(self, X):
        """Returns predictions of shape (samples,) or (samples, outputs).

        Args:
            X: inputs.
        """
        scores = self._scores(X)
        if self._loss == "poisson":
            scores = np.exp(scores)
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def _encode(self, X, y, incremental, reset):
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            y_numeric=True,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        self._outputs = 1 if y.ndim == 1 else y.shape[1]
        targets = np.asarray(y, np.float32).reshape(len(y), -1)
        if self.loss == "poisson" and (targets < 0).any():
            raise ValueError(
                "loss='poisson' needs targets >= 0. "
                f"Received: a smallest target of {targets.min()}."
            )
        return X, y, targets

    def _output(self):
        link = "exp" if self.loss == "poisson" else "identity"
        return self.loss, self._outputs, link
