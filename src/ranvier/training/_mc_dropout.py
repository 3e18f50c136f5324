"""Monte-Carlo dropout: predictions with dropout left on, many times over.

The spread of the predictions tells how sure a network is (arXiv 1506.02142). One
compiled program draws all samples of a batch of inputs; mean and deviation are
accumulated as the samples come (Welford), so that memory does not grow with their
number. Dropout and noise layers act as in training; batch normalisation and everything
else as in inference.
"""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np

from ranvier import activations
from ranvier.core import _tree
from ranvier.core._programs import Program
from ranvier.core._scope import StateScope
from ranvier.layers import Softmax
from ranvier.layers._call import always_training
from ranvier.layers._elementwise import NoiseLayer
from ranvier.training._array_feed import ArrayFeed
from ranvier.training._arrays import check_batch_size
from ranvier.training._build import build_model
from ranvier.training._feeds import make_feed

_BATCH_SIZE = 1024


@dataclasses.dataclass(frozen=True)
class MonteCarloPrediction:
    """What `mc_dropout` found, one entry per input.

    Attributes:
        mean: mean of the predictions.
        std: their standard deviation.
        samples: all predictions, shape `(samples, inputs, ...)`, or None.
        entropy: entropy of the mean prediction in nats (classifiers): how uncertain
            the prediction is in all.
        mutual_information: the part of it that comes from the network not knowing
            (classifiers): zero when all samples agree.
    """

    mean: object
    std: object
    samples: object = None
    entropy: np.ndarray | None = None
    mutual_information: np.ndarray | None = None


def mc_dropout(model, x, samples=100, batch_size=None, return_samples=False):
    """Predicts many times with dropout on.

    Args:
        model: a model with layers of dropout or of Gaussian noise.
        x: inputs, as for `predict`.
        samples: number of predictions for each input.
        batch_size: inputs per compiled call, 1024 if None.
        return_samples: also return all predictions.

    Returns:
        A `MonteCarloPrediction`. Entropy and mutual information are there when the
        last layer is a softmax or sigmoid.

    Raises:
        ValueError: if the model has no active layer of that kind, or `samples` is no
            positive integer.

    Example:
        >>> import numpy as np
        >>> import ranvier as rv
        >>> model = rv.Sequential([rv.layers.Dropout(0.5), rv.layers.Dense(1)])
        >>> result = mc_dropout(model, np.ones((4, 8)), samples=20)
        >>> result.mean.shape, bool((result.std > 0).all())
        ((4, 1), True)
    """
    samples = check_batch_size(samples, "samples")
    size = _BATCH_SIZE if batch_size is None else batch_size
    feed = make_feed(x, batch_size=size, model=model)
    build_model(model, feed, "predict")
    if not any(
        isinstance(layer, NoiseLayer) and getattr(layer, layer._amount)
        for layer in model._flatten_layers()
    ):
        raise ValueError(
            f"Model '{model.name}' has no dropout or noise layer with a rate above 0: "
            "all predictions would be the same."
        )
    kind = _probabilities(model)
    parts = []
    for inputs, start, size, skip in _batches(feed):
        program = model.program(
            ("mc dropout", samples, size, return_samples),
            lambda size=size: _build(model, samples, size, return_samples, kind),
        )
        result = jax.tree.map(np.asarray, program(inputs, np.int32(start)))
        parts.append(_from_row(result, skip))
    return _join(parts)


def _batches(feed):
    """Yields arrays, where in them a batch starts, its size, and rows to leave out."""
    if not isinstance(feed, ArrayFeed):
        feed.begin_pass(0)
        for inputs, _, _ in feed.batches():
            yield inputs, 0, jax.tree.leaves(inputs)[0].shape[0], 0
        return
    size = feed.batch_size
    for start in range(0, feed.samples, size):
        # The last batch reaches back rather than being a shape of its own.
        first = min(start, feed.samples - size)
        yield feed.arrays[0], first, size, start - first


def _build(model, samples, size, return_samples, probabilities):
    def function(inputs, start):
        x = jax.tree.map(lambda a: jax.lax.dynamic_slice_in_dim(a, start, size), inputs)
        variables = program.variables

        def draw(values):
            with StateScope(zip(variables, values, strict=True)) as scope:
                with always_training((NoiseLayer,)):
                    outputs = model.predict_step((x,))
                return [scope.get(v) for v in variables], outputs

        values = [v.value for v in variables]
        _, shapes = jax.eval_shape(draw, values)
        zeros = _tree.map_structure(lambda s: jnp.zeros(s.shape, s.dtype), shapes)
        rows = jax.tree.leaves(zeros)[0].shape[:1]

        def one(carry, n):
            values, mean, squares, entropy = carry
            values, outputs = draw(values)
            step = jax.tree.map(lambda p, m: p - m, outputs, mean)
            mean = jax.tree.map(lambda m, d: m + d / (n + 1.0), mean, step)
            squares = jax.tree.map(
                lambda s, d, p, m: s + d * (p - m), squares, step, outputs, mean
            )
            if probabilities:
                entropy = entropy + _entropy(outputs, probabilities)
            kept = outputs if return_samples else None
            return (values, mean, squares, entropy), kept

        carry = (values, zeros, zeros, jnp.zeros(rows, "float32"))
        (values, mean, squares, entropy), kept = jax.lax.scan(
            one, carry, jnp.arange(samples, dtype="float32")
        )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        std = jax.tree.map(lambda s: jnp.sqrt(s / samples), squares)
        result = {"mean": mean, "std": std, "samples": kept}
        if probabilities:
            result["entropy"] = _entropy(mean, probabilities)
            expected = entropy / samples
            # Rounding may push the difference of two entropies below zero.
            result["mutual_information"] = jnp.maximum(result["entropy"] - expected, 0)
        return result

    program = Program(function, model.state_variables("predict"))
    return program


def _probabilities(model):
    """Returns `"softmax"` or `"sigmoid"` if the only output is one, else None."""
    if _tree.is_nested(getattr(model, "output", None)):
        return None
    last = model.layers[-1] if model.layers else None
    activation = getattr(last, "activation", None)
    if activation is activations.softmax or isinstance(last, Softmax):
        return "softmax"
    return "sigmoid" if activation is activations.sigmoid else None


def _entropy(p, kind):
    """Returns the entropy of predictions, one number per input."""
    tiny = jnp.finfo(p.dtype).tiny

    def term(q):
        return -q * jnp.log(jnp.maximum(q, tiny))

    value = term(p) if kind == "softmax" else term(p) + term(1 - p)
    return value.reshape(value.shape[0], -1).sum(axis=-1).astype("float32")


def _from_row(result, skip):
    """Drops the first rows of each part of a batch's result."""

    def cut(a):
        return a[skip:]

    return {
        key: jax.tree.map((lambda a: a[:, skip:]) if key == "samples" else cut, value)
        for key, value in result.items()
    }


def _join(parts):
    joined = {}
    for key in parts[0]:
        axis = 1 if key == "samples" else 0
        values = [part[key] for part in parts]
        joined[key] = jax.tree.map(
            lambda *a, axis=axis: np.concatenate(a, axis=axis), *values
        )
    return MonteCarloPrediction(**joined)
