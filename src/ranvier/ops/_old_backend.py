"""Functions of Keras 2's `backend`, which older code calls as `K.square(x)`.

They are operations of `ops` in their older spelling. `K = tf.keras.backend` has them.
"""

import numpy as np

from ranvier import ops
from ranvier.core._config import epsilon, floatx
from ranvier.core._variable import Variable
from ranvier.ops import _control, _random

abs = ops.abs
argmax = ops.argmax
argmin = ops.argmin
cos = ops.cos
elu = ops.elu
equal = ops.equal
exp = ops.exp
greater = ops.greater
greater_equal = ops.greater_equal
less = ops.less
less_equal = ops.less_equal
maximum = ops.maximum
minimum = ops.minimum
not_equal = ops.not_equal
round = ops.round
shape = ops.shape
sigmoid = ops.sigmoid
sign = ops.sign
sin = ops.sin
softmax = ops.softmax
softplus = ops.softplus
softsign = ops.softsign
square = ops.square
stop_gradient = ops.stop_gradient
tanh = ops.tanh
tile = ops.tile


# Values and variables.


def get_value(x):
    """Returns the value of a variable or tensor as NumPy's array.

    Example:
        >>> float(get_value(Variable(1.5)))
        1.5
    """
    return np.asarray(x.value if isinstance(x, Variable) else x)[()]


def set_value(x, value):
    """Sets the value of a variable."""
    x.assign(value)


def batch_get_value(tensors):
    """Returns the values of several variables."""
    return [get_value(x) for x in tensors]


def batch_set_value(tuples):
    """Sets several variables, from pairs of variable and value."""
    for x, value in tuples:
        set_value(x, value)


def eval(x):
    """Returns the value of a tensor as NumPy's array."""
    return get_value(x)


def variable(value, dtype=None, name=None, constraint=None):
    """Makes a variable."""
    made = Variable(np.asarray(value), dtype=dtype or floatx(), name=name)
    made.constraint = constraint
    return made


def constant(value, dtype=None, shape=None, name=None):
    """Makes a tensor of a value."""
    array = ops.convert_to_tensor(np.asarray(value), dtype=dtype or floatx())
    return array if shape is None else ops.broadcast_to(array, shape)


def update(x, new_x):
    """Assigns to a variable."""
    x.assign(new_x)
    return x


def update_add(x, increment):
    """Adds to a variable."""
    x.assign_add(increment)
    return x


def update_sub(x, decrement):
    """Subtracts from a variable."""
    x.assign_sub(decrement)
    return x


def moving_average_update(x, value, momentum):
    """Moves a variable towards a value; `momentum` of it stays."""
    x.assign(x.value * momentum + value * (1.0 - momentum))
    return x


def count_params(x):
    """Returns the number of entries."""
    return int(np.prod(x.shape))


def int_shape(x):
    """Returns the shape as a tuple, None where it is unknown."""
    try:
        return tuple(x.shape)
    except (AttributeError, ValueError):
        return None


def ndim(x):
    """Returns the number of axes."""
    return len(x.shape)


def dtype(x):
    """Returns the name of the dtype."""
    return ops.dtype(x)


def is_sparse(tensor):
    """Tells whether a tensor is sparse."""
    return hasattr(tensor, "dense_shape")


# Making arrays.


def zeros(shape, dtype=None, name=None):
    """Returns zeros."""
    return ops.zeros(shape, dtype=dtype or floatx())


def ones(shape, dtype=None, name=None):
    """Returns ones."""
    return ops.ones(shape, dtype=dtype or floatx())


def zeros_like(x, dtype=None, name=None):
    """Returns zeros of the shape of another tensor."""
    return ops.zeros_like(x, dtype=dtype)


def ones_like(x, dtype=None, name=None):
    """Returns ones of the shape of another tensor."""
    return ops.ones_like(x, dtype=dtype)


def eye(size, dtype=None, name=None):
    """Returns the identity matrix."""
    return ops.eye(size, dtype=dtype or floatx())


def arange(start, stop=None, step=1, dtype="int32"):
    """Returns numbers in steps."""
    if stop is None:
        start, stop = 0, start
    return ops.arange(start, stop, step, dtype=dtype)


def one_hot(indices, num_classes):
    """Returns one-hot rows of integers."""
    return ops.one_hot(indices, num_classes)


def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Draws from a normal distribution."""
    return _random.normal(shape, mean, stddev, dtype or floatx(), seed)


def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Draws from a uniform distribution."""
    return _random.uniform(shape, minval, maxval, dtype or floatx(), seed)


def random_bernoulli(shape, p=0.0, dtype=None, seed=None):
    """Draws ones with probability `p`, and zeros."""
    drawn = _random.uniform(shape, 0.0, 1.0, "float32", seed)
    return ops.cast(drawn <= p, dtype or floatx())


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Draws from a normal distribution, within two standard deviations."""
    return _random.truncated_normal(shape, mean, stddev, dtype or floatx(), seed)


def random_normal_variable(shape, mean, scale, dtype=None, name=None, seed=None):
    """Makes a variable of draws from a normal distribution."""
    return variable(random_normal(shape, mean, scale, dtype, seed), dtype, name)


def random_uniform_variable(shape, low, high, dtype=None, name=None, seed=None):
    """Makes a variable of draws from a uniform distribution."""
    return variable(random_uniform(shape, low, high, dtype, seed), dtype, name)


# Entry by entry.


def cast(x, dtype):
    """Returns a tensor in another dtype."""
    return ops.cast(x, dtype)


def clip(x, min_value, max_value):
    """Limits entries to a range."""
    if max_value is None:
        max_value = np.inf
    elif min_value is not None and max_value < min_value:
        max_value = min_value
    return ops.clip(x, -np.inf if min_value is None else min_value, max_value)


def log(x):
    """Computes natural logarithms."""
    return ops.log(x)


def sqrt(x):
    """Computes square roots; of negative numbers zero, as Keras 2 does."""
    return ops.sqrt(ops.maximum(x, 0))


def pow(x, a):
    """Raises to a power."""
    return ops.power(x, a)


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """Rectifies, with a slope below `threshold` and a cap."""
    above = ops.where(x >= threshold, x, alpha * (x - threshold))
    return above if max_value is None else ops.minimum(above, max_value)


def hard_sigmoid(x):
    """Computes `0.2 * x + 0.5` within 0 and 1."""
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)


def l2_normalize(x, axis=None):
    """Scales to an L2 norm of 1."""
    total = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x * ops.rsqrt(ops.maximum(total, epsilon()))


def switch(condition, then_expression, else_expression):
    """Takes entries of one of two tensors."""
    if callable(then_expression):
        return ops.cond(condition, then_expression, else_expression)
    return ops.where(condition, then_expression, else_expression)


def dropout(x, level, noise_shape=None, seed=None):
    """Sets entries to zero at random."""
    return _random.dropout(x, level, noise_shape, seed)


# Reductions.


def _reduction(function, doc):
    def reduce(x, axis=None, keepdims=False):
        return function(x, axis=axis, keepdims=keepdims)

    reduce.__doc__ = doc
    return reduce


sum = _reduction(ops.sum, "Adds entries up.")
prod = _reduction(ops.prod, "Multiplies entries.")
max = _reduction(ops.max, "Returns the largest entries.")
min = _reduction(ops.min, "Returns the smallest entries.")
var = _reduction(ops.var, "Returns variances.")
std = _reduction(ops.std, "Returns standard deviations.")
any = _reduction(ops.any, "Tells whether any entry is true.")
all = _reduction(ops.all, "Tells whether all entries are true.")
logsumexp = _reduction(ops.logsumexp, "Returns logarithms of sums of exponentials.")


def mean(x, axis=None, keepdims=False):
    """Returns means."""
    if ops.dtype(x) == "bool":
        x = ops.cast(x, floatx())
    return ops.mean(x, axis=axis, keepdims=keepdims)


def cumsum(x, axis=0):
    """Returns cumulative sums."""
    return ops.cumsum(x, axis=axis)


def cumprod(x, axis=0):
    """Returns cumulative products."""
    return ops.cumprod(x, axis=axis)


# Shapes.


def transpose(x):
    """Reverses the order of axes.

    Example:
        >>> transpose(np.ones((2, 3))).shape
        (3, 2)
    """
    return ops.transpose(x)


def permute_dimensions(x, pattern):
    """Orders axes by a pattern."""
    return ops.transpose(x, axes=pattern)


def reshape(x, shape):
    """Returns a tensor in another shape."""
    return ops.reshape(x, shape)


def flatten(x):
    """Returns a vector of all entries."""
    return ops.reshape(x, (-1,))


def batch_flatten(x):
    """Returns a matrix: all axes but the first become one."""
    return ops.reshape(x, (ops.shape(x)[0], -1))


def expand_dims(x, axis=-1):
    """Adds an axis of size 1."""
    return ops.expand_dims(x, axis)


def squeeze(x, axis):
    """Leaves out an axis of size 1."""
    return ops.squeeze(x, axis)


def concatenate(tensors, axis=-1):
    """Joins tensors along an axis."""
    return ops.concatenate(tensors, axis=axis)


def stack(x, axis=0):
    """Joins tensors along a new axis."""
    return ops.stack(x, axis=axis)


def repeat(x, n):
    """Repeats each row of a matrix `n` times, along a new axis in the middle."""
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


def repeat_elements(x, rep, axis):
    """Repeats the entries along an axis."""
    return ops.repeat(x, rep, axis=axis)


def reverse(x, axes):
    """Reverses axes."""
    return ops.flip(x, axes)


def gather(reference, indices):
    """Takes rows."""
    return ops.take(reference, indices, axis=0)


def resize_images(x, height_factor, width_factor, data_format, interpolation="nearest"):
    """Enlarges images by whole factors."""
    rows, columns = (1, 2) if data_format == "channels_last" else (2, 3)
    size = (x.shape[rows] * height_factor, x.shape[columns] * width_factor)
    return ops.image.resize(
        x, size, interpolation=interpolation, data_format=data_format
    )


def temporal_padding(x, padding=(1, 1)):
    """Pads the axis of time."""
    return ops.pad(x, ((0, 0), tuple(padding), (0, 0)))


def spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None):
    """Pads rows and columns."""
    widths = [tuple(side) for side in padding]
    if data_format == "channels_first":
        return ops.pad(x, [(0, 0), (0, 0), *widths])
    return ops.pad(x, [(0, 0), *widths, (0, 0)])


# Products and layers.


def dot(x, y):
    """Multiplies; of tensors with more axes, the last by the second-last."""
    return ops.dot(x, y)


def batch_dot(x, y, axes=None):
    """Multiplies the entries of two batches."""
    if axes is None:
        axes = (len(x.shape) - 1, 1 if len(y.shape) == 2 else len(y.shape) - 2)
    if isinstance(axes, int):
        axes = (axes, axes)
    x = ops.moveaxis(x, axes[0], -1)
    y = ops.moveaxis(y, axes[1], -1)
    if len(x.shape) == 2 and len(y.shape) == 2:
        return ops.sum(x * y, axis=-1, keepdims=True)
    first, second = "bcdef"[: len(x.shape) - 2], "ghijk"[: len(y.shape) - 2]
    return ops.einsum(f"a{first}z,a{second}z->a{first}{second}", x, y)


def bias_add(x, bias, data_format=None):
    """Adds a bias to the channels."""
    if data_format == "channels_first" and len(x.shape) > 2:
        bias = ops.reshape(bias, (-1,) + (1,) * (len(x.shape) - 2))
    return x + bias


def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    """Normalises with a given mean and variance."""
    return ops.batch_normalization(
        x, mean, var, axis, offset=beta, scale=gamma, epsilon=epsilon
    )


def conv1d(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolves sequences."""
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


conv2d = conv3d = conv1d


def depthwise_conv2d(
    x,
    depthwise_kernel,
    strides=(1, 1),
    padding="valid",
    data_format=None,
    dilation_rate=(1, 1),
):
    """Convolves each channel by itself."""
    return ops.depthwise_conv(
        x, depthwise_kernel, strides, padding, data_format, dilation_rate
    )


def pool2d(
    x, pool_size, strides=(1, 1), padding="valid", data_format=None, pool_mode="max"
):
    """Pools windows, by `"max"` or `"avg"`."""
    pool = ops.max_pool if pool_mode == "max" else ops.average_pool
    return pool(x, pool_size, strides, padding, data_format)


pool3d = pool2d


def in_top_k(predictions, targets, k):
    """Tells whether targets are among the largest `k` predictions."""
    return ops.in_top_k(targets, predictions, k)


def binary_crossentropy(target, output, from_logits=False):
    """Computes binary crossentropies, entry by entry."""
    return ops.binary_crossentropy(target, output, from_logits)


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """Computes crossentropies with one-hot targets."""
    return ops.categorical_crossentropy(target, output, from_logits, axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """Computes crossentropies with integer targets."""
    return ops.sparse_categorical_crossentropy(target, output, from_logits, axis)


# Functions of entries.


def map_fn(fn, elems, name=None, dtype=None):
    """Applies a function to each entry along the first axis."""
    return _control.map(fn, elems)


def foldl(fn, elems, initializer=None, name=None):
    """Combines the entries along the first axis, from the first on."""
    rows = list(elems)
    result = rows.pop(0) if initializer is None else initializer
    for row in rows:
        result = fn(result, row)
    return result


def foldr(fn, elems, initializer=None, name=None):
    """Combines the entries along the first axis, from the last on."""
    return foldl(fn, list(elems)[::-1], initializer)
