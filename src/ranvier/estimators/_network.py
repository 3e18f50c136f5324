"""The network behind the multi-layer perceptrons, with scikit-learn's losses.

An estimator holds parameters and plain arrays. What is compiled belongs to a
`Network`, which estimators of one structure lend one another: it is kept in a pool,
so that a search or a cross-validation traces and compiles once.
"""

import collections
import contextlib
import threading
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ranvier import activations, layers
from ranvier.autodiff import value_and_gradients
from ranvier.core._dynamic import Dynamic
from ranvier.core._programs import Program
from ranvier.core._scope import StateScope
from ranvier.core._variable import Variable
from ranvier.estimators._rows import dense
from ranvier.models import Sequential

# What scikit-learn calls some activations.
_ACTIVATIONS = {"identity": "linear", "logistic": "sigmoid"}
NORMALIZATIONS = {
    "batch": layers.BatchNormalization,
    "layer": layers.LayerNormalization,
    "rms": layers.RMSNormalization,
}


class Structure(NamedTuple):
    """What a program depends on besides the shapes of data and the optimizer."""

    sizes: tuple  # features, hidden units, outputs
    activation: object
    loss: str  # a key of `_LOSSES`
    dropout: bool
    normalization: str | None
    dtype: str = "float32"


def get_activation(activation):
    """Returns the function of an activation, by Keras's or scikit-learn's name."""
    if isinstance(activation, str):
        activation = _ACTIVATIONS.get(activation, activation)
    return activations.get(activation)


class Network(Sequential):
    """Dense layers whose last gives the scores: links belong to the loss.

    Args:
        structure: a `Structure`.
        optimizer: the optimizer, or None for a network that only predicts.

    The penalty is scikit-learn's: half of `alpha` times the squared coefficients,
    divided by the weight of the batch.
    """

    alpha = Dynamic()

    def __init__(self, structure, optimizer=None):
        super().__init__(stack(structure), name="network")
        self.structure = structure
        self.alpha = 0.0
        dense = [layer for layer in self.layers if isinstance(layer, layers.Dense)]
        kernels, biases = [d.kernel for d in dense], [d.bias for d in dense]
        others = [v for v in self.variables if v not in {*kernels, *biases}]
        # Set past the tracking of attributes: these are the layers' variables.
        self.__dict__.update(
            programs={},
            kernels=kernels,
            weight_variables=[*kernels, *biases, *others],
            first_other_weights=[np.array(v.value) for v in others],
        )
        if optimizer is not None:
            self.compile(optimizer)
            optimizer.build(self.trainable_variables)
            self.__dict__["_first_optimizer_state"] = self.optimizer_state()

    # What an estimator keeps: arrays of coefficients, intercepts, all other weights.

    def set_weights_of(self, estimator):
        """Takes over an estimator's weights."""
        values = [*estimator.coefs_, *estimator.intercepts_, *estimator._other_weights]
        for variable, value in zip(self.weight_variables, values, strict=True):
            variable.assign(value)

    def give_weights_to(self, estimator):
        """Gives an estimator copies of the weights."""
        values = [np.array(v.value) for v in self.weight_variables]
        depth = len(self.kernels)
        estimator.coefs_ = values[:depth]
        estimator.intercepts_ = values[depth : 2 * depth]
        estimator._other_weights = values[2 * depth :]

    def optimizer_state(self):
        """Returns copies of the optimizer's variables."""
        return [np.array(v.value) for v in self.optimizer.variables]

    def reset_optimizer(self, like):
        """Lets the optimizer start anew, with the learning rate of another one."""
        self.set_optimizer_state(self._first_optimizer_state)
        if isinstance(like.rate_source, Variable):
            self.optimizer.learning_rate.assign(like.learning_rate.numpy())

    def set_optimizer_state(self, values):
        """Assigns the optimizer's variables."""
        for variable, value in zip(self.optimizer.variables, values, strict=True):
            variable.assign(value)

    def train_step(self, data):
        """Makes an update; the batch brings weights and its number of samples."""
        x, y, (weights, samples) = data

        def forward():
            loss = self.compute_loss(x, y, self(x, training=True), weights)
            return self.optimizer.scale_loss(loss), loss

        variables = self.trainable_variables
        _, loss, gradients = value_and_gradients(forward, variables)
        self._loss_tracker.update_state(loss, sample_weight=samples)
        self.optimizer.apply(gradients, variables)
        return {}

    def logs_are_metrics(self, mode):
        return True

    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        weights = jnp.ones(len(y_pred), y_pred.dtype)
        if sample_weight is not None:
            weights = sample_weight
        total = weights.sum()
        # A batch may be made of samples without weight: it changes nothing.
        total = jnp.where(total > 0, total, 1.0)
        losses = _LOSSES[self.structure.loss](y, y_pred)
        loss = (losses * weights[:, None]).sum() / total
        squares = _sum_of_squares([kernel.value for kernel in self.kernels])
        penalty = 0.5 * self.alpha * squares / total
        if self.structure.loss == "squared_error":
            # What is minimised is the sum over outputs; what is shown is their mean.
            shown = jax.lax.stop_gradient(loss / y_pred.shape[1])
            loss = shown + loss - jax.lax.stop_gradient(loss)
        return loss + penalty

    def link(self, scores):
        """Returns the predictions, or probabilities, of scores."""
        return _LINKS[self.structure.loss](scores)

    def seed(self, seed):
        """Lets dropout start from a seed."""
        for layer in self.layers:
            if isinstance(layer, layers.Dropout):
                layer.seed_generator.state.assign(np.array([seed, 0], "uint32"))

    def scores_program(self):
        """Returns the program from `(weights, rows)` to scores."""
        if "scores" not in self.programs:

            def function(weights, rows):
                with StateScope(zip(self.weight_variables, weights, strict=True)):
                    return self(dense(rows, self.structure.sizes[0]), training=False)

            self.programs["scores"] = Program(function, [], donate=False)
        return self.programs["scores"]


def stack(structure, dropout=0.5):
    """Returns the layers of a structure, without the link of the loss.

    Args:
        structure: a `Structure`.
        dropout: the rate, where the structure has dropout.
    """
    dtype = structure.dtype
    result = [layers.Input(structure.sizes[:1], dtype=dtype)]
    for units in structure.sizes[1:-1]:
        if structure.normalization is None:
            result.append(layers.Dense(units, structure.activation, dtype=dtype))
        else:
            norm = NORMALIZATIONS[structure.normalization]
            result += [
                layers.Dense(units, dtype=dtype),
                norm(dtype=dtype),
                layers.Activation(structure.activation, dtype=dtype),
            ]
        if structure.dropout:
            result.append(layers.Dropout(dropout, dtype=dtype))
    result.append(layers.Dense(structure.sizes[-1], dtype=dtype))
    return result


# Losses of scores, one number for each sample and output.


def _squared_error(y, scores):
    return 0.5 * (y - scores) ** 2


def _poisson(y, scores):
    # The deviance's constant belongs to what is shown: y log y - y.
    return jax.scipy.special.xlogy(y, y) - y * scores - y + jnp.exp(scores)


def _binary(y, scores):
    return jnp.logaddexp(0.0, scores) - y * scores


def _multiclass(y, scores):
    return -jnp.take_along_axis(jax.nn.log_softmax(scores), y, axis=1)


_LOSSES = {
    "squared_error": _squared_error,
    "poisson": _poisson,
    "binary": _binary,
    "multiclass": _multiclass,
}
_LINKS = {
    "squared_error": lambda scores: scores,
    "poisson": jnp.exp,
    "binary": jax.nn.sigmoid,
    "multiclass": lambda scores: jax.nn.softmax(scores, axis=-1),
}

# Networks that nobody uses now, by key; the oldest are dropped beyond this many.
_LIMIT = 32
_pool: collections.OrderedDict = collections.OrderedDict()
_lock = threading.Lock()


@contextlib.contextmanager
def borrowed(key, make):
    """Lends a network of a key to the block, which has it for itself.

    Args:
        key: hashable: whatever the network's programs depend on; None for a network
            that cannot be shared.
        make: function that makes one where the pool has none.
    """
    with _lock:
        idle = _pool.pop(key, None) or []
        network = idle.pop() if idle else None
        if idle:
            _pool[key] = idle
    yield (network := network or make())
    if key is not None:
        with _lock:
            _pool.setdefault(key, []).append(network)
            _pool.move_to_end(key)
            while len(_pool) > _LIMIT:
                _pool.popitem(last=False)


# Up to this many numbers a kernel is summed with others: a sum for each costs an eighth
# of a small net's step. To copy a large kernel costs more than a sum of its own.
_SMALL = 8192


def _sum_of_squares(kernels):
    small = [jnp.ravel(kernel) for kernel in kernels if kernel.size <= _SMALL]
    parts = [kernel for kernel in kernels if kernel.size > _SMALL]
    if small:
        parts.append(jnp.concatenate(small))
    return sum(jnp.sum(jnp.square(part)) for part in parts)
