"""Crossentropies of targets and predictions, and the peak signal-to-noise ratio."""

import jax
import jax.numpy as jnp

from ranvier.core import _config
from ranvier.ops._dispatch import op


@op
def binary_crossentropy(target, output, from_logits=False):
    """Computes `-t log(p) - (1 - t) log(1 - p)` for each entry.

    Args:
        target: probabilities of the positive class, usually 0 or 1.
        output: predicted probabilities, or logits, of the same shape.
        from_logits: whether `output` holds logits. Probabilities are kept `epsilon()`
            away from 0 and 1.

    Returns:
        A tensor of the shape of the arguments.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> from ranvier import ops
        >>> ops.binary_crossentropy([0.0, 1.0], [0.5, 1.0]).round(3).tolist()
        [0.6930000185966492, 0.0]
    """
    target, output = jnp.asarray(target), jnp.asarray(output)
    _require_same_shape(target, output)
    if from_logits:
        positive, negative = jax.nn.log_sigmoid(output), jax.nn.log_sigmoid(-output)
    else:
        output = _clip(output)
        positive, negative = jnp.log(output), jnp.log(1.0 - output)
    return -(target * positive + (1.0 - target) * negative)


@op
def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """Computes `-sum(t * log(p))` over the classes.

    Args:
        target: probabilities of the classes, usually one-hot rows.
        output: predicted probabilities (scaled to sum 1), or logits, of the same
            shape.
        from_logits: whether `output` holds logits. Probabilities are kept `epsilon()`
            away from 0 and 1.
        axis: the axis of the classes.

    Returns:
        A tensor of the shape of the arguments, without the axis of classes.

    Raises:
        ValueError: if the shapes differ, or are scalars'.

    Example:
        >>> from ranvier import ops
        >>> ops.categorical_crossentropy([[1.0, 0.0]], [[0.5, 0.5]]).round(3).tolist()
        [0.6930000185966492]
    """
    target, output = jnp.asarray(target), jnp.asarray(output)
    _require_same_shape(target, output)
    if target.ndim < 1:
        raise ValueError(
            "Arguments `target` and `output` must be at least rank 1. Received: "
            f"target.shape={target.shape}, output.shape={output.shape}"
        )
    return -jnp.sum(target * _log_probabilities(output, from_logits, axis), axis=axis)


@op
def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """Computes `-log(p[t])` for integer classes `t`.

    A class outside of the range of `output` costs 0, as in Keras on JAX: check labels
    beforehand.

    Args:
        target: integer classes; of the shape of `output` without the axis of classes,
            or with a last axis of length 1 more.
        output: predicted probabilities (scaled to sum 1), or logits.
        from_logits: whether `output` holds logits. Probabilities are kept `epsilon()`
            away from 0 and 1.
        axis: the axis of the classes in `output`.

    Returns:
        A tensor of the shape of `output`, without the axis of classes.

    Raises:
        ValueError: if the shapes do not fit.

    Example:
        >>> from ranvier import ops
        >>> ops.sparse_categorical_crossentropy([1], [[0.5, 0.5]]).round(3).tolist()
        [0.6930000185966492]
    """
    target, output = jnp.asarray(target, "int32"), jnp.asarray(output)
    if output.ndim < 1:
        raise ValueError(
            "Argument `output` must be at least rank 1. "
            f"Received: output.shape={output.shape}"
        )
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = jnp.squeeze(target, -1)
    axis = axis % output.ndim
    expected = output.shape[:axis] + output.shape[axis + 1 :]
    if target.shape != expected:
        raise ValueError(
            "Arguments `target` and `output` must have the same shape but for the "
            f"axis of classes (axis={axis}). Expected target.shape={expected}. "
            f"Received: target.shape={target.shape}, output.shape={output.shape}"
        )
    log_probabilities = _log_probabilities(output, from_logits, axis)
    # Comparing costs no more than gathering, and its gradient is no slow scatter.
    classes = jax.lax.broadcasted_iota("int32", output.shape, axis)
    chosen = classes == jnp.expand_dims(target, axis)
    dtype = jnp.promote_types(log_probabilities.dtype, "float32")
    return -jnp.sum(jnp.where(chosen, log_probabilities, 0), axis=axis, dtype=dtype)


def _log_probabilities(output, from_logits, axis):
    if from_logits:
        return jax.nn.log_softmax(output, axis=axis)
    return jnp.log(_clip(output / jnp.sum(output, axis, keepdims=True)))


def _clip(probabilities):
    epsilon = _config.epsilon()
    return jnp.clip(probabilities, epsilon, 1.0 - epsilon)


def _require_same_shape(target, output):
    if target.shape != output.shape:
        raise ValueError(
            "Arguments `target` and `output` must have the same shape. Received: "
            f"target.shape={target.shape}, output.shape={output.shape}"
        )


@op
def psnr(x1, x2, max_val):
    """Computes the peak signal-to-noise ratio `20 log10(max) - 10 log10(mse)`.

    Args:
        x1: a tensor.
        x2: a tensor of the same shape.
        max_val: the largest value the signals can take, such as 255.

    Returns:
        A scalar, in decibels.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> from ranvier import ops
        >>> ops.psnr([0.0, 0.0], [1.0, 1.0], max_val=10.0).item()
        20.0
    """
    x1, x2 = jnp.asarray(x1), jnp.asarray(x2)
    if x1.shape != x2.shape:
        raise ValueError(
            "Arguments `x1` and `x2` must have the same shape. "
            f"Received: x1.shape={x1.shape}, x2.shape={x2.shape}"
        )
    mean_square = jnp.mean(jnp.square(x1 - x2))
    peak = jnp.asarray(max_val, x2.dtype)
    return 20 * jnp.log10(peak) - 10 * jnp.log10(mean_square)
