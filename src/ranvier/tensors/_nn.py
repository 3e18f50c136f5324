"""Functions of neural networks: `tf.nn`. Activations, losses, normalisation."""

import numpy as np

from ranvier import ops
from ranvier.core._seeds import operation_seed
from ranvier.ops import _random
from ranvier.tensors import _math
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._functions import (
    REAL_FLOATS,
    REALS,
    compute,
    elementwise,
    one_dtype,
    static,
)
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._sparse import SparseTensor

# Activations.


def _activation(name, function, allowed=REAL_FLOATS):
    apply = elementwise(name, function, allowed)

    def activation(features, name=None):
        return apply(features)

    activation.__doc__ = f"Applies {name} to each entry."
    return activation


relu = _activation("Relu", ops.relu, REALS)
relu6 = _activation("Relu6", ops.relu6, REALS)
elu = _activation("Elu", ops.elu)
selu = _activation("Selu", ops.selu)
_silu = _activation("Silu", ops.silu)


def leaky_relu(features, alpha=0.2, name=None):
    """Returns entries above zero, and `alpha` times the others."""
    features = _of_floats(features)
    return compute(lambda x: ops.maximum(x, x * alpha), features)


def _of_floats(x):
    """Returns integers as float32, as these functions do in TensorFlow."""
    if not hasattr(x, "shape"):
        x = convert_to_tensor(x)
    kind = getattr(x.dtype, "name", x.dtype)
    return _math.cast(x, "float32") if str(kind).startswith("int") else x


def silu(features, beta=1.0):
    """Computes `x * sigmoid(beta * x)`."""
    if isinstance(beta, float) and beta == 1.0:
        return _silu(features)
    return compute(lambda x: x * ops.sigmoid(x * beta), features)


swish = silu


def gelu(features, approximate=False, name=None):
    """Computes `x * P(X <= x)` of a normal `X`."""
    return compute(lambda x: ops.gelu(x, approximate=approximate), features)


def crelu(features, axis=-1, name=None):
    """Joins the positive parts of a tensor and of its negative."""

    def run(x):
        return ops.relu(ops.concatenate([x, -x], axis=axis))

    return compute(run, features)


def dropout(x, rate, noise_shape=None, seed=None, name=None):
    """Sets entries to zero at random, and scales the others up.

    Raises:
        ValueError: for a rate outside of 0 to 1, and for integers.
    """
    if not 0 <= float(rate) < 1:
        raise ValueError(f"`rate` must be a scalar tensor or a float in [0, 1): {rate}")
    if not hasattr(x, "shape"):
        x = convert_to_tensor(x)
    if "float" not in str(getattr(x.dtype, "name", x.dtype)):
        raise ValueError(f"`x` must have a floating dtype. Received: {x.dtype}")
    noise_shape, seed = static(noise_shape), operation_seed(seed)
    return compute(lambda a: _random.dropout(a, float(rate), noise_shape, seed), x)


# Losses.


def l2_loss(t, name=None):
    """Returns half the sum of squares."""
    return compute(lambda x: ops.sum(ops.square(x)) / 2, t)


def _same_shapes(name, labels, logits):
    if tuple(np.shape(labels)) != tuple(np.shape(logits)):
        raise ValueError(
            f"`logits` and `labels` must have the same shape ({np.shape(logits)} vs "
            f"{np.shape(labels)}) [{name}]"
        )


def _shaped(value):
    return value if hasattr(value, "shape") else convert_to_tensor(value)


def _given(name, **values):
    for key, value in values.items():
        if value is None:
            raise ValueError(f"Argument `{key}` of {name} must be given.")


def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """Computes crossentropies of independent truths, from logits, entry by entry."""
    _given("sigmoid_cross_entropy_with_logits", labels=labels, logits=logits)
    labels, logits = _shaped(labels), _shaped(logits)
    _same_shapes("sigmoid_cross_entropy_with_logits", labels, logits)

    def run(values):
        z, x = values
        return ops.maximum(x, 0) - x * z + ops.log1p(ops.exp(-ops.abs(x)))

    return one_dtype("LogisticLoss", run, [labels, logits], REAL_FLOATS)


def weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=None):
    """Computes crossentropies of independent truths, positive ones weighted."""
    labels, logits = _shaped(labels), _shaped(logits)
    _same_shapes("weighted_cross_entropy_with_logits", labels, logits)

    def run(values):
        z, x, weight = values
        factor = 1 + (weight - 1) * z
        rest = ops.log1p(ops.exp(-ops.abs(x))) + ops.maximum(-x, 0)
        return (1 - z) * x + factor * rest

    return one_dtype("LogisticLoss", run, [labels, logits, pos_weight], REAL_FLOATS)


def softmax_cross_entropy_with_logits(labels, logits, axis=-1, name=None):
    """Computes crossentropies of distributions, from logits."""
    labels, logits = _shaped(labels), _shaped(logits)

    def run(values):
        p, x = values
        return -ops.sum(p * ops.log_softmax(x, axis=axis), axis=axis)

    return one_dtype("SoftmaxCrossEntropy", run, [labels, logits], REAL_FLOATS)


def sparse_softmax_cross_entropy_with_logits(labels, logits, name=None):
    """Computes crossentropies of classes, from logits.

    Raises:
        ValueError: if the shapes do not fit.
    """
    labels, logits = _shaped(labels), _shaped(logits)
    if tuple(np.shape(labels)) != tuple(np.shape(logits))[:-1]:
        raise ValueError(
            "Shape mismatch: the shape of labels must be that of logits without its "
            f"last axis. Received: {np.shape(labels)} and {np.shape(logits)}."
        )

    def run(classes, x):
        rows = ops.log_softmax(x, axis=-1)
        picked = ops.take_along_axis(rows, ops.expand_dims(classes, -1), axis=-1)
        return -ops.squeeze(picked, -1)

    return compute(run, labels, logits)


def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """Computes the loss of a Poisson distribution with a logarithmic mean."""

    def run(values):
        z, c = values
        loss = ops.exp(c) - c * z
        if compute_full_loss:
            point = 0.5 * ops.log(2 * np.pi * ops.maximum(z, 1))
            rest = z * ops.log(ops.maximum(z, 1)) - z + point
            loss = loss + ops.where((z >= 0) & (z <= 1), ops.zeros_like(z), rest)
        return loss

    return one_dtype("LogPoissonLoss", run, [targets, log_input], REAL_FLOATS)


def compute_average_loss(per_example_loss, sample_weight=None, global_batch_size=None):
    """Returns the sum of losses, over the size of the batch."""
    losses = convert_to_tensor(per_example_loss)
    if sample_weight is not None:
        losses = _math.multiply(losses, _math.cast(sample_weight, losses.dtype))
    count = losses.shape[0] if global_batch_size is None else global_batch_size
    return _math.reduce_sum(losses) / _math.cast(count, losses.dtype)


def scale_regularization_loss(regularization_loss):
    """Returns the sum of a penalty, over the number of replicas (one)."""
    return _math.reduce_sum(regularization_loss)


# Normalisation.


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    """Computes `(x - mean) / sqrt(variance + epsilon) * scale + offset`."""

    def run(x, mean, variance, *others):
        factor = ops.rsqrt(variance + variance_epsilon)
        others = list(others)
        if offset is not None:
            shift = others.pop(0)
        if scale is not None:
            factor = factor * others.pop(0)
        rest = -mean * factor if offset is None else shift - mean * factor
        return x * factor + rest

    given = [value for value in (offset, scale) if value is not None]
    return compute(run, x, mean, variance, *given)


def local_response_normalization(
    input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None
):
    """Divides by a power of the sum of squares of neighbouring channels."""

    def run(x):
        squares = ops.pad(ops.square(x), [(0, 0)] * 3 + [(depth_radius,) * 2])
        channels = x.shape[-1]
        total = sum(squares[..., i : i + channels] for i in range(2 * depth_radius + 1))
        return x / ops.power(bias + alpha * total, beta)

    return compute(run, input)


lrn = local_response_normalization


def bias_add(value, bias, data_format=None, name=None):
    """Adds a vector to the channels.

    Raises:
        InvalidArgumentError: if the vector has another length.
    """
    value, bias = _shaped(value), _shaped(bias)
    first = str(data_format or "N..C").upper().startswith("NC")
    channels = np.shape(value)[1 if first else -1]
    if len(np.shape(bias)) != 1 or np.shape(bias)[0] != channels:
        raise InvalidArgumentError(
            "Must provide as many biases as the last dimension of the input tensor: "
            f"{list(np.shape(bias))} vs. {list(np.shape(value))} [Op:BiasAdd]"
        )

    def run(values):
        x, b = values
        return x + (ops.reshape(b, (-1,) + (1,) * (x.ndim - 2)) if first else b)

    return one_dtype("BiasAdd", run, [value, bias])


def sufficient_statistics(x, axes, shift=None, keepdims=False, name=None):
    """Returns count, sum, sum of squares, and the shift, for `normalize_moments`."""
    axes = static(axes)
    axes = (axes,) if isinstance(axes, int) else axes
    x = _shaped(x)
    count = float(np.prod([x.shape[axis] for axis in axes]))

    def run(x):
        x = x if shift is None else x - shift
        return (
            ops.sum(x, axis=axes, keepdims=keepdims),
            ops.sum(ops.square(x), axis=axes, keepdims=keepdims),
        )

    mean, variance = compute(run, x)
    shift = None if shift is None else convert_to_tensor(shift)
    return convert_to_tensor(count), mean, variance, shift


def normalize_moments(counts, mean_ss, variance_ss, shift, name=None):
    """Returns mean and variance from `sufficient_statistics`."""
    mean = _math.divide(mean_ss, counts)
    variance = _math.divide(variance_ss, counts) - _math.square(mean)
    return mean if shift is None else mean + shift, variance


def weighted_moments(x, axes, frequency_weights, keepdims=False, name=None):
    """Returns weighted mean and variance over axes."""
    axes = static(axes)

    def run(x, weights):
        weights = weights + ops.zeros_like(x)
        total = ops.sum(weights, axis=axes, keepdims=True)
        mean = ops.sum(x * weights, axis=axes, keepdims=True) / total
        deviation = ops.sum(weights * ops.square(x - mean), axis=axes, keepdims=True)
        variance = deviation / total
        if keepdims:
            return mean, variance
        return ops.squeeze(mean, axes), ops.squeeze(variance, axes)

    return compute(run, x, frequency_weights)


# Embeddings.


def embedding_lookup(params, ids, max_norm=None, name=None):
    """Takes rows of a table.

    Args:
        params: the table.
        ids: numbers of rows, of any shape, also ragged.
        max_norm: rows longer than this are scaled down to it.
        name: accepted as in TensorFlow.
    """
    from ranvier.tensors._shaping import gather

    if isinstance(ids, RaggedTensor):
        rows = embedding_lookup(params, ids.flat_values, max_norm)
        return ids.with_flat_values(rows)
    rows = gather(params, ids)
    if max_norm is None:
        return rows
    first = len(np.shape(ids))
    return _math.clip_by_norm(rows, max_norm, list(range(first, len(rows.shape))))


def embedding_lookup_sparse(
    params,
    sp_ids,
    sp_weights=None,
    combiner="mean",
    max_norm=None,
    name=None,
    allow_fast_lookup=False,
):
    """Takes rows of a table for each row of a sparse tensor, and combines them.

    Args:
        params: the table.
        sp_ids: sparse (or ragged) matrix of numbers of rows.
        sp_weights: their weights, or None.
        combiner: `"mean"`, `"sum"` or `"sqrtn"`.
        max_norm: rows longer than this are scaled down to it.
        name: accepted as in TensorFlow.
        allow_fast_lookup: accepted as in TensorFlow.
    """
    if combiner not in ("mean", "sum", "sqrtn"):
        raise ValueError(
            f"combiner must be one of 'mean', 'sqrtn' or 'sum': {combiner}"
        )
    if isinstance(sp_ids, SparseTensor):
        segments, ids = sp_ids._indices[:, 0], sp_ids.values
        weights = None if sp_weights is None else sp_weights.values
    else:
        segments, ids = sp_ids.value_rowids(), sp_ids.values
        weights = None if sp_weights is None else sp_weights.values
    rows = embedding_lookup(params, ids, max_norm)
    if weights is not None:
        factors = _math.cast(weights, rows.dtype)
        rows = rows * compute(lambda w: ops.expand_dims(w, -1), factors)
    total = _math.segment_sum(rows, segments)
    if combiner == "sum":
        return total
    if weights is None:
        factors = convert_to_tensor(np.ones(len(ids), rows.dtype.as_numpy_dtype))
    elif combiner == "sqrtn":
        factors = _math.square(factors)
    counts = _math.segment_sum(factors, segments)
    counts = _math.sqrt(counts) if combiner == "sqrtn" else counts
    return total / compute(lambda w: ops.expand_dims(w, -1), counts)
