"""Mathematical functions of the TensorFlow face: `tf.math`."""

import collections

import jax
import jax.numpy as jnp
import jax.scipy.special as special
import numpy as np

from ranvier import ops
from ranvier.ops._dispatch import op
from ranvier.tensors import _operators
from ranvier.tensors._calls import call_on_tensors
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._functions import (
    FLOATS,
    NUMBERS,
    REAL_FLOATS,
    REALS,
    compute,
    elementwise,
    is_bare,
    of_two,
    one_dtype,
    static,
)
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._tensor import Tensor


def _new_op(function, path=None):
    """Registers a function of arrays that `ranvier.ops` has not."""
    return op(function, path=f"tf.{path or function.__name__}")


def _registered(name):
    return _new_op(lambda *args: getattr(special, name)(*args), name)


# One tensor, entry by entry.

abs = elementwise("Abs", _operators.absolute_of, NUMBERS, sparse=True)
negative = elementwise("Neg", ops.negative, NUMBERS, sparse=True)
square = elementwise("Square", ops.square, NUMBERS, sparse=True)
sign = elementwise("Sign", ops.sign, NUMBERS, sparse=True)
conj = elementwise("Conj", ops.conj, NUMBERS, sparse=True)
sqrt = elementwise("Sqrt", ops.sqrt, sparse=True)
rsqrt = elementwise("Rsqrt", ops.rsqrt)
reciprocal = elementwise("Reciprocal", ops.reciprocal)
exp = elementwise("Exp", ops.exp)
expm1 = elementwise("Expm1", ops.expm1, sparse=True)
log = elementwise("Log", ops.log)
log1p = elementwise("Log1p", ops.log1p, sparse=True)
sin = elementwise("Sin", ops.sin, sparse=True)
cos = elementwise("Cos", ops.cos)
tan = elementwise("Tan", ops.tan, sparse=True)
asin = elementwise("Asin", ops.arcsin, sparse=True)
acos = elementwise("Acos", ops.arccos)
atan = elementwise("Atan", ops.arctan, sparse=True)
sinh = elementwise("Sinh", ops.sinh, sparse=True)
cosh = elementwise("Cosh", ops.cosh)
tanh = elementwise("Tanh", ops.tanh, sparse=True)
asinh = elementwise("Asinh", ops.arcsinh, sparse=True)
acosh = elementwise("Acosh", ops.arccosh)
atanh = elementwise("Atanh", ops.arctanh, sparse=True)
sigmoid = elementwise("Sigmoid", ops.sigmoid)
softplus = elementwise("Softplus", ops.softplus, REAL_FLOATS)
softsign = elementwise("Softsign", ops.softsign, REAL_FLOATS, sparse=True)
log_sigmoid = elementwise("LogSigmoid", ops.log_sigmoid, REAL_FLOATS)
floor = elementwise("Floor", ops.floor, REAL_FLOATS, sparse=True)
ceil = elementwise("Ceil", ops.ceil, REAL_FLOATS, sparse=True)
round = elementwise("Round", ops.round, NUMBERS, sparse=True)
rint = elementwise("Rint", ops.round, REAL_FLOATS)
erf = elementwise("Erf", ops.erf, REAL_FLOATS, sparse=True)
erfc = elementwise("Erfc", ops.erfc, REAL_FLOATS)
erfinv = elementwise("Erfinv", ops.erfinv, REAL_FLOATS)
lgamma = elementwise("Lgamma", _registered("gammaln"), REAL_FLOATS)
digamma = elementwise("Digamma", _registered("digamma"), REAL_FLOATS)
ndtri = elementwise("Ndtri", _registered("ndtri"), REAL_FLOATS)
bessel_i0 = elementwise("BesselI0", _registered("i0"), REAL_FLOATS)
bessel_i0e = elementwise("BesselI0e", _registered("i0e"), REAL_FLOATS)
bessel_i1 = elementwise("BesselI1", _registered("i1"), REAL_FLOATS)
bessel_i1e = elementwise("BesselI1e", _registered("i1e"), REAL_FLOATS)
is_nan = elementwise("IsNan", ops.isnan, REAL_FLOATS)
is_inf = elementwise("IsInf", ops.isinf, REAL_FLOATS)
is_finite = elementwise("IsFinite", ops.isfinite, REAL_FLOATS)
logical_not = elementwise("LogicalNot", ops.logical_not, {"bool"})
_real = elementwise("Real", ops.real, NUMBERS)
_imag = elementwise("Imag", ops.imag, NUMBERS)
_angle = elementwise("Angle", ops.angle, NUMBERS)


def real(input, name=None):
    """Returns the real part."""
    return _real(input)


def imag(input, name=None):
    """Returns the imaginary part."""
    return _imag(input)


def angle(input, name=None):
    """Returns the angle of complex numbers."""
    return _angle(input)


# Two tensors, entry by entry.

add = of_two("AddV2", _operators.add, None)
subtract = of_two("Sub", _operators.subtract, None)
multiply = of_two("Mul", _operators.multiply, None)
divide = of_two("RealDiv", _operators.divide, None)
truediv = divide
floordiv = of_two("FloorDiv", _operators.floordiv, None)
floormod = of_two("FloorMod", _operators.floormod, None)
mod = floormod
pow = of_two("Pow", _operators.pow, None)
less = of_two("Less", _operators.less, None)
less_equal = of_two("LessEqual", _operators.less_equal, None)
greater = of_two("Greater", _operators.greater, None)
greater_equal = of_two("GreaterEqual", _operators.greater_equal, None)
equal = of_two("Equal", _operators.strictly_equal, None)
not_equal = of_two("NotEqual", _operators.strictly_not_equal, None)


@_new_op
def _maximum(x, y):
    # Where both are equal, the gradient goes to the first.
    x, y = jnp.asarray(x), jnp.asarray(y)
    return jnp.where((x >= y) | jnp.isnan(x), x, y)


@_new_op
def _minimum(x, y):
    x, y = jnp.asarray(x), jnp.asarray(y)
    return jnp.where((x <= y) | jnp.isnan(x), x, y)


maximum = of_two("Maximum", _maximum, REALS)
minimum = of_two("Minimum", _minimum, REALS)
squared_difference = of_two(
    "SquaredDifference", lambda x, y: ops.square(ops.subtract(x, y))
)
atan2 = of_two("Atan2", ops.arctan2, REAL_FLOATS)
divide_no_nan = of_two("DivNoNan", ops.divide_no_nan, FLOATS)
logical_and = of_two("LogicalAnd", ops.logical_and, {"bool"})
logical_or = of_two("LogicalOr", ops.logical_or, {"bool"})
logical_xor = of_two("LogicalXor", ops.logical_xor, {"bool"})
nextafter = of_two("NextAfter", ops.nextafter, REAL_FLOATS)
igamma = of_two("Igamma", _registered("gammainc"), REAL_FLOATS)
igammac = of_two("Igammac", _registered("gammaincc"), REAL_FLOATS)
polygamma = of_two("Polygamma", _registered("polygamma"), REAL_FLOATS)
zeta = of_two("Zeta", _registered("zeta"), REAL_FLOATS)


@_new_op
def _multiply_no_nan(x, y):
    is_zero = y == 0
    return jnp.where(is_zero, 0, x * jnp.where(is_zero, 0, y))


@_new_op
def _xlogy(x, y):
    is_zero = x == 0
    return jnp.where(is_zero, 0, x * jnp.log(jnp.where(is_zero, 1, y)))


@_new_op
def _xlog1py(x, y):
    is_zero = x == 0
    return jnp.where(is_zero, 0, x * jnp.log1p(jnp.where(is_zero, 0, y)))


@_new_op
def _xdivy(x, y):
    is_zero = x == 0
    return jnp.where(is_zero, 0, x / jnp.where(is_zero, 1, y))


@_new_op
def _truncate_divide(x, y):
    return jax.lax.div(*jnp.broadcast_arrays(x, jnp.asarray(y, x.dtype)))


@_new_op
def _truncate_mod(x, y):
    return jax.lax.rem(*jnp.broadcast_arrays(x, jnp.asarray(y, x.dtype)))


multiply_no_nan = of_two("MulNoNan", _multiply_no_nan, FLOATS)
xlogy = of_two("Xlogy", _xlogy, FLOATS)
xlog1py = of_two("Xlog1py", _xlog1py, FLOATS)
xdivy = of_two("Xdivy", _xdivy, FLOATS)
truncatediv = of_two("TruncateDiv", _truncate_divide, REALS)
truncatemod = of_two("TruncateMod", _truncate_mod, REALS)


@_new_op
def _reciprocal_no_nan(x):
    is_zero = x == 0
    return jnp.where(is_zero, 0, 1 / jnp.where(is_zero, 1, x))


reciprocal_no_nan = elementwise("ReciprocalNoNan", _reciprocal_no_nan)


def betainc(a, b, x, name=None):
    """Computes the regularised incomplete beta function."""
    return compute(_betainc, a, b, x)


_betainc = _registered("betainc")


def add_n(inputs, name=None):
    """Adds a list of tensors of one shape and dtype.

    Args:
        inputs: the list.
        name: accepted as in TensorFlow.

    Raises:
        InvalidArgumentError: if dtypes or shapes differ.
        ValueError: for an empty list.
    """
    if not isinstance(inputs, (list, tuple)):
        inputs = [inputs]
    if not inputs:
        raise ValueError(
            "`inputs` must be a list of at least one tensor with the same dtype and "
            "shape."
        )
    return one_dtype("AddN", _sum_of, list(inputs), NUMBERS)


accumulate_n = add_n


def _sum_of(arrays):
    shapes = {tuple(a.shape) for a in arrays}
    if len(shapes) > 1:
        raise InvalidArgumentError(
            f"Inputs to operation AddN must have the same size and shape: {shapes}"
        )
    return _add_all(*arrays)


@_new_op
def _add_all(first, *others):
    total = first
    for other in others:
        total = total + other
    return total + 0 if not others else total


def scalar_mul(scalar, x, name=None):
    """Multiplies a tensor by a scalar."""
    return multiply(scalar, x)


# Reductions.


def _reduction(op_name, function, allowed, keep_dtype=True):
    def run(array, axis, keepdims):
        result = function(array, axis=axis, keepdims=keepdims)
        return ops.cast(result, array.dtype) if keep_dtype else result

    def reduce(input_tensor, axis=None, keepdims=False, name=None):
        if isinstance(input_tensor, RaggedTensor):
            from ranvier.tensors import _ragged_ops

            if not hasattr(_ragged_ops, function_name):
                raise TypeError(f"{function_name} does not take ragged tensors.")
            return getattr(_ragged_ops, function_name)(input_tensor, axis, keepdims)
        if hasattr(input_tensor, "dense_shape") and function_name == "reduce_sum":
            from ranvier.tensors._sparse_ops import reduce_sum

            return reduce_sum(input_tensor, axis, keepdims)
        return _reduce_dense(op_name, run, allowed, input_tensor, axis, keepdims)

    function_name = f"reduce_{op_name}"
    return reduce


def _reduce_dense(name, run, allowed, tensor, axis, keepdims):
    axis = static(axis)
    if axis is not None and not isinstance(axis, int):
        axis = tuple(axis)
    if not hasattr(tensor, "shape"):
        tensor = convert_to_tensor(tensor)
    if isinstance(tensor, Tensor):
        _operators.check_dtype(name.title(), tensor.dtype, allowed)
        rank = tensor.ndim
        for one in (axis,) if isinstance(axis, int) else axis or ():
            if not -rank <= one < rank:
                raise InvalidArgumentError(
                    f"Invalid reduction dimension ({one} for input with {rank} "
                    f"dimension(s)) [Op:{name.title()}]"
                )
    return compute(lambda a: run(a, axis, bool(keepdims)), tensor)


def _mean(array, axis=None, keepdims=False):
    if jnp.issubdtype(array.dtype, jnp.inexact):
        return ops.mean(array, axis=axis, keepdims=keepdims)
    total = ops.cast(ops.sum(array, axis=axis, keepdims=keepdims), array.dtype)
    count = array.size // max(total.size, 1)
    return _truncate_divide(total, count)


def _variance(array, axis=None, keepdims=False):
    return ops.var(array, axis=axis, keepdims=keepdims)


def _std(array, axis=None, keepdims=False):
    return ops.std(array, axis=axis, keepdims=keepdims)


def _norm(array, axis=None, keepdims=False):
    return ops.sqrt(ops.sum(ops.square(array), axis=axis, keepdims=keepdims))


reduce_sum = _reduction("sum", ops.sum, NUMBERS)
reduce_prod = _reduction("prod", ops.prod, NUMBERS)
reduce_mean = _reduction("mean", _mean, NUMBERS)


def _extreme(function, end):
    """The largest or smallest entry; of none, the end of the dtype's range."""

    def run(array, axis, keepdims):
        kind = array.dtype
        if 0 not in array.shape:
            return function(array, axis=axis, keepdims=keepdims)
        if jnp.issubdtype(kind, jnp.floating):
            initial = -jnp.inf if end == "min" else jnp.inf
        else:
            initial = getattr(jnp.iinfo(kind), end)
        return function(array, axis=axis, keepdims=keepdims, initial=initial)

    return run


reduce_max = _reduction("max", _extreme(ops.max, "min"), REALS)
reduce_min = _reduction("min", _extreme(ops.min, "max"), REALS)
reduce_all = _reduction("all", ops.all, {"bool"})
reduce_any = _reduction("any", ops.any, {"bool"})
reduce_variance = _reduction("variance", _variance, FLOATS)
reduce_std = _reduction("std", _std, FLOATS)
reduce_logsumexp = _reduction("logsumexp", ops.logsumexp, REAL_FLOATS)
reduce_euclidean_norm = _reduction("euclidean_norm", _norm, NUMBERS)


def count_nonzero(input, axis=None, keepdims=None, dtype="int64", name=None):
    """Counts the entries that are not zero (strings: not empty).

    Args:
        input: a tensor.
        axis: an axis, a list of axes, or None for all.
        keepdims: whether reduced axes stay, with size 1.
        dtype: dtype of the counts.
        name: accepted as in TensorFlow.
    """
    dtype = as_dtype(dtype)
    if hasattr(input, "dense_shape"):
        return Tensor(np.asarray(np.sum(input.values._host() != 0), dtype.dtype))
    if not hasattr(input, "shape") or isinstance(input, Tensor):
        input = convert_to_tensor(input)
        if input.dtype.name == "string":
            present = input._host() != b""
            counts = np.sum(present, axis=static(axis), keepdims=bool(keepdims))
            return Tensor(np.asarray(counts, dtype.dtype))

    dtype = _in_reach(dtype, input)

    def count(array):
        present = ops.not_equal(array, 0)
        total = ops.sum(
            ops.cast(present, "int32"), axis=static(axis), keepdims=bool(keepdims)
        )
        return _cast(total, dtype)

    return compute(count, input)


def _in_reach(dtype, value):
    """Returns the dtype, or the one of 32 bits for the bare arrays of a program.

    A program computes in 32 bits unless it was entered with 64: arrays of 64 bits
    among its own could not be computed with.
    """
    if dtype.is_wide and is_bare(value) and not jax.config.jax_enable_x64:
        return as_dtype(jax.dtypes.canonicalize_dtype(dtype.as_numpy_dtype))
    return dtype


def _cast(array, dtype):
    """Casts an array, to 64 bits where asked for."""
    if dtype.is_wide:
        with jax.enable_x64(True):
            return ops.cast(array, dtype.name)
    return ops.cast(array, dtype.name)


def _arg(name, function):
    def find(input, axis=None, output_type="int64", name=None):
        axis = 0 if axis is None else static(axis)
        dtype = as_dtype(output_type)
        if isinstance(input, (list, tuple, np.ndarray, Tensor)):
            rank = convert_to_tensor(input).ndim
            if not -rank <= axis < rank:
                raise InvalidArgumentError(
                    f"Expected dimension in the range [{-rank}, {rank}), but got "
                    f"{axis} [Op:{op_name}]"
                )
        dtype = _in_reach(dtype, input)
        return compute(lambda a: _cast(function(a, axis=axis), dtype), input)

    op_name = name
    return find


argmax = _arg("ArgMax", ops.argmax)
argmin = _arg("ArgMin", ops.argmin)


# Along an axis.


def _cumulative(function, identity):
    def run(array, axis, exclusive, reverse):
        if reverse:
            array = ops.flip(array, axis)
        if exclusive:
            widths = [(0, 0)] * array.ndim
            widths[axis] = (1, 0)
            array = ops.pad(_leading(array, axis), widths, constant_values=identity)
        result = ops.cast(function(array, axis=axis), array.dtype)
        return ops.flip(result, axis) if reverse else result

    def cumulate(x, axis=0, exclusive=False, reverse=False, name=None):
        axis = static(axis)
        rank = len(np.shape(x)) if not hasattr(x, "shape") else len(x.shape)
        return compute(lambda a: run(a, axis % rank, exclusive, reverse), x)

    return cumulate


def _leading(array, axis):
    index = (slice(None),) * axis + (slice(0, array.shape[axis] - 1),)
    return ops.get_item(array, index)


cumsum = _cumulative(ops.cumsum, 0)
cumprod = _cumulative(ops.cumprod, 1)


def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False, name=None):
    """Computes the log of the cumulative sum of exponentials."""
    axis = static(axis)

    def run(array):
        if reverse:
            array = ops.flip(array, axis)
        result = _cumulative_logsumexp(array, axis % array.ndim)
        if exclusive:
            widths = [(0, 0)] * array.ndim
            widths[axis] = (1, 0)
            lowest = float(jnp.finfo(array.dtype).min)
            result = ops.pad(
                _leading(result, axis % array.ndim), widths, constant_values=lowest
            )
        return ops.flip(result, axis) if reverse else result

    return compute(run, x)


@_new_op
def _cumulative_logsumexp(x, axis):
    return jax.lax.cumlogsumexp(x, axis=axis)


def l2_normalize(x, axis=None, epsilon=1e-12, name=None):
    """Scales a tensor to an L2 norm of 1 along axes."""
    axis = static(axis)

    def run(array):
        total = ops.sum(ops.square(array), axis=axis, keepdims=True)
        return array * ops.rsqrt(ops.maximum(total, epsilon))

    return compute(run, x)


def softmax(logits, axis=-1, name=None):
    """Computes the softmax along an axis."""
    return compute(lambda a: ops.softmax(a, axis=axis), logits)


def log_softmax(logits, axis=-1, name=None):
    """Computes the logarithm of the softmax along an axis."""
    return compute(lambda a: ops.log_softmax(a, axis=axis), logits)


def zero_fraction(value, name=None):
    """Returns the share of entries that are zero."""
    return compute(lambda a: ops.mean(ops.cast(ops.equal(a, 0), "float32")), value)


def polyval(coeffs, x, name=None):
    """Evaluates a polynomial, its highest coefficient first."""
    if not isinstance(coeffs, list):
        raise ValueError(f"`coeffs` must be a list. Received: {type(coeffs)}")
    if not coeffs:
        return Tensor(np.zeros(np.shape(x), np.float32))
    result = convert_to_tensor(coeffs[0])
    for coefficient in coeffs[1:]:
        result = add(multiply(result, x), coefficient)
    return result


def top_k(input, k=1, sorted=True, index_type="int32", name=None):
    """Returns the largest entries of the last axis, and where they stand."""
    k = static(k)
    values, indices = compute(lambda a: tuple(ops.top_k(a, k, sorted=sorted)), input)
    return TopKV2(values, cast(indices, index_type))


TopKV2 = collections.namedtuple("TopKV2", "values indices")


def in_top_k(targets, predictions, k, name=None):
    """Tells whether targets are among the largest `k` predictions."""
    return compute(lambda t, p: ops.in_top_k(t, p, static(k)), targets, predictions)


def bincount(
    arr,
    weights=None,
    minlength=None,
    maxlength=None,
    dtype="int32",
    name=None,
    axis=None,
    binary_output=False,
):
    """Counts integers; with `axis=-1`, those of each row."""
    from ranvier.tensors._sparse import sparse_to_dense
    from ranvier.tensors._sparse_ops import bincount as sparse_bincount

    counts = sparse_bincount(
        arr, weights, -1 if axis == -1 else 0, minlength, maxlength, binary_output
    )
    return cast(sparse_to_dense(counts), dtype if weights is None else counts.dtype)


def confusion_matrix(
    labels, predictions, num_classes=None, weights=None, dtype="int32", name=None
):
    """Counts predictions by their labels: row `i`, column `j`."""
    labels = convert_to_tensor(labels)._host().ravel()
    predictions = convert_to_tensor(predictions)._host().ravel()
    if num_classes is None:
        num_classes = int(max(labels.max(initial=-1), predictions.max(initial=-1))) + 1
    matrix = np.zeros((num_classes, num_classes), as_dtype(dtype).dtype)
    sizes = 1 if weights is None else convert_to_tensor(weights)._host()
    np.add.at(matrix, (labels, predictions), sizes)
    return Tensor(matrix)


# Segments.


def _segment(name, function):
    def reduce(data, segment_ids, num_segments=None, name=None):
        data = convert_to_tensor(data)
        ids = convert_to_tensor(segment_ids)._host()
        count = static(num_segments)
        if count is None:
            if np.any(np.diff(ids) < 0):
                raise InvalidArgumentError("segment ids are not increasing")
            count = int(ids[-1]) + 1 if len(ids) else 0
        return call_on_tensors(function, (data, ids.astype(np.int32), count), {})

    reduce.__name__ = name
    return reduce


def _segment_mean(data, ids, count):
    total = ops.segment_sum(data, ids, num_segments=count)
    return total / _sizes(data, ids, count)


def _segment_sqrt_n(data, ids, count):
    total = ops.segment_sum(data, ids, num_segments=count)
    return total / ops.sqrt(_sizes(data, ids, count))


def _sizes(data, ids, count):
    sizes = np.maximum(np.bincount(ids[ids >= 0], minlength=count), 1)
    return sizes.reshape((-1,) + (1,) * (data.ndim - 1)).astype(data.dtype)


def _bounded(function, default):
    def run(data, ids, count):
        result = function(data, ids, num_segments=count)
        empty = np.bincount(ids[ids >= 0], minlength=count) == 0
        if not empty.any():
            return result
        empty = empty.reshape((-1,) + (1,) * (data.ndim - 1))
        return ops.where(empty, np.asarray(default(data.dtype), data.dtype), result)

    return run


def _lowest(dtype):
    return as_dtype(dtype).min


def _highest(dtype):
    return as_dtype(dtype).max


def _zero(dtype):
    return 0


segment_sum = _segment("segment_sum", ops.segment_sum)
segment_mean = _segment("segment_mean", _segment_mean)
segment_max = _segment("segment_max", _bounded(ops.segment_max, _zero))
segment_min = _segment("segment_min", _bounded(ops.segment_min, _zero))
segment_prod = _segment("segment_prod", ops.segment_prod)
unsorted_segment_sum = segment_sum
unsorted_segment_mean = segment_mean
unsorted_segment_sqrt_n = _segment("segment_sqrt_n", _segment_sqrt_n)
unsorted_segment_max = _segment("max", _bounded(ops.segment_max, _lowest))
unsorted_segment_min = _segment("min", _bounded(ops.segment_min, _highest))
unsorted_segment_prod = segment_prod


# Casts.


def cast(x, dtype, name=None):
    """Returns a tensor in another dtype.

    Args:
        x: a tensor of any kind.
        dtype: the dtype.
        name: accepted as in TensorFlow.

    Example:
        >>> cast([1.8, -2.2], "int32").numpy().tolist()
        [1, -2]
    """
    dtype = as_dtype(dtype)
    if isinstance(x, RaggedTensor):
        return x.with_flat_values(cast(x.flat_values, dtype))
    if hasattr(x, "dense_shape") and hasattr(x, "with_values"):
        return x.with_values(cast(x.values, dtype))
    tensor = x if hasattr(x, "shape") else convert_to_tensor(x)
    if isinstance(tensor, np.ndarray):
        tensor = convert_to_tensor(tensor)
    if isinstance(tensor, Tensor):
        if tensor.dtype is dtype:
            return tensor
        if "string" in (tensor.dtype.name, dtype.name):
            raise _operators.InvalidArgumentError(
                f"Cast {tensor.dtype.name} to {dtype.name} is not supported. Use "
                "`tf.strings.to_number` or `tf.strings.as_string`."
            )
        if isinstance(tensor._value, np.ndarray):
            return Tensor(_cast_on_host(tensor._value, dtype))
    dtype = _in_reach(dtype, tensor)
    return compute(lambda a: _cast(a, dtype), tensor)


def _cast_on_host(array, dtype):
    with np.errstate(invalid="ignore"):
        if array.dtype.kind == "c" and not dtype.is_complex:
            array = array.real
        return array.astype(dtype.dtype)


def saturate_cast(value, dtype, name=None):
    """Returns a tensor in another dtype; numbers out of range become the nearest."""
    dtype = as_dtype(dtype)
    tensor = convert_to_tensor(value)
    low, high = max(dtype.min, tensor.dtype.min), min(dtype.max, tensor.dtype.max)
    array = np.clip(tensor._host(), low, high)
    return Tensor(array.astype(dtype.dtype))


def complex(real, imag, name=None):
    """Makes complex numbers of their real and imaginary parts."""
    return compute(_complex, real, imag)


@_new_op
def _complex(real, imag):
    return jax.lax.complex(*jnp.broadcast_arrays(real, imag))


def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """Limits entries to a range."""
    if hasattr(t, "dense_shape") and hasattr(t, "with_values"):
        return t.with_values(clip_by_value(t.values, clip_value_min, clip_value_max))
    return minimum(maximum(t, clip_value_min), clip_value_max)


def clip_by_norm(t, clip_norm, axes=None, name=None):
    """Scales a tensor down to an L2 norm of at most `clip_norm`."""
    axes = static(axes)

    def run(array):
        norm = ops.sqrt(ops.sum(ops.square(array), axis=axes, keepdims=True))
        return array * clip_norm / ops.maximum(norm, clip_norm)

    return compute(run, t)


def global_norm(t_list, name=None):
    """Returns the L2 norm of all entries of a list of tensors."""
    kept = [t for t in t_list if t is not None]

    def run(arrays):
        return ops.sqrt(_add_all(*[ops.sum(ops.square(a)) for a in arrays]))

    return one_dtype("GlobalNorm", run, kept, FLOATS)


def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """Scales tensors down together, to a joint L2 norm of at most `clip_norm`."""
    norm = global_norm(t_list) if use_norm is None else use_norm
    scale = clip_norm / maximum(norm, clip_norm)
    clipped = [None if t is None else multiply(t, scale) for t in t_list]
    return clipped, norm


def is_non_decreasing(x, name=None):
    """Tells whether each entry is at least the one before."""
    return convert_to_tensor(bool(np.all(np.diff(convert_to_tensor(x)._host()) >= 0)))


def is_strictly_increasing(x, name=None):
    """Tells whether each entry is larger than the one before."""
    return convert_to_tensor(bool(np.all(np.diff(convert_to_tensor(x)._host()) > 0)))


def invert_permutation(x, name=None):
    """Returns the inverse of a permutation."""
    order = convert_to_tensor(x)._host()
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(order), dtype=order.dtype)
    return Tensor(inverse)
