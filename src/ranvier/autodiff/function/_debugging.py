"""`tf.debugging`: checks of values, shapes and dtypes, eager or in programs."""

import numpy as np

from ranvier.autodiff.function._checks import check
from ranvier.tensors import _math
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype


def Assert(condition, data, summarize=None, name=None):
    """Raises unless a condition holds.

    Args:
        condition: a tensor of truth values.
        data: what to tell: a list of tensors and texts.
        summarize: how many entries of each tensor to show.
        name: accepted as in TensorFlow.

    Raises:
        InvalidArgumentError: if it does not hold.
    """
    head = "Expected 'tf.Tensor(False, shape=(), dtype=bool)' to be true. Summarized "
    check(condition, [head + "data:", *data], summarize=summarize)


def _of_two(name, holds, words):
    def function(x, y, message=None, summarize=None, name=None):
        x, y = convert_to_tensor(x), convert_to_tensor(y, dtype_hint=None)
        told = [message or "", f"Condition x {words} y did not hold.", "x:", x, "y:", y]
        check(_math.reduce_all(holds(x, y)), told, summarize=summarize)

    function.__name__ = name
    function.__doc__ = f"""Raises unless `x {words} y` holds for all entries.

    Args:
        x: a tensor.
        y: a tensor of the same dtype that broadcasts with it.
        message: what to tell.
        summarize: how many entries of each tensor to show.
        name: accepted as in TensorFlow.

    Raises:
        InvalidArgumentError: if it does not hold.
    """
    return function


def _of_one(name, holds, words):
    def function(x, message=None, summarize=None, name=None):
        x = convert_to_tensor(x)
        zero = convert_to_tensor(np.zeros((), x.dtype.dtype))
        told = [message or "", f"Condition x {words} did not hold element-wise:", x]
        check(_math.reduce_all(holds(x, zero)), told, summarize=summarize)

    function.__name__ = name
    function.__doc__ = f"""Raises unless `x {words}` holds for all entries.

    Args:
        x: a tensor.
        message: what to tell.
        summarize: how many entries to show.
        name: accepted as in TensorFlow.

    Raises:
        InvalidArgumentError: if it does not hold.
    """
    return function


assert_equal = _of_two("assert_equal", _math.equal, "==")
assert_none_equal = _of_two("assert_none_equal", _math.not_equal, "!=")
assert_less = _of_two("assert_less", _math.less, "<")
assert_less_equal = _of_two("assert_less_equal", _math.less_equal, "<=")
assert_greater = _of_two("assert_greater", _math.greater, ">")
assert_greater_equal = _of_two("assert_greater_equal", _math.greater_equal, ">=")
assert_positive = _of_one("assert_positive", _math.greater, "> 0")
assert_negative = _of_one("assert_negative", _math.less, "< 0")
assert_non_negative = _of_one("assert_non_negative", _math.greater_equal, ">= 0")
assert_non_positive = _of_one("assert_non_positive", _math.less_equal, "<= 0")


def assert_near(x, y, rtol=None, atol=None, message=None, summarize=None, name=None):
    """Raises unless two tensors are close: `|x - y| <= atol + rtol * |y|`.

    Args:
        x: a tensor of floats.
        y: a tensor of the same dtype.
        rtol: tolerance relative to `y`; ten times the dtype's precision if None.
        atol: absolute tolerance; the same if None.
        message: what to tell.
        summarize: how many entries of each tensor to show.
        name: accepted as in TensorFlow.

    Raises:
        InvalidArgumentError: if they are not close.
    """
    x = convert_to_tensor(x)
    y = convert_to_tensor(y, dtype=None if hasattr(y, "dtype") else x.dtype)
    own = 10 * float(np.finfo(x.dtype.dtype).eps)
    rtol, atol = own if rtol is None else rtol, own if atol is None else atol
    near = _math.abs(x - y) <= atol + rtol * _math.abs(y)
    told = [message or "", "x and y not equal to tolerance", "x:", x, "y:", y]
    check(_math.reduce_all(near), told, summarize=summarize)


def assert_all_finite(x, message, name=None):
    """Raises unless all entries are numbers; returns the tensor.

    Args:
        x: a tensor of floats.
        message: what to tell.
        name: accepted as in TensorFlow.

    Raises:
        InvalidArgumentError: for infinities and for what is no number.
    """
    from ranvier.autodiff.function._checks import check

    x = convert_to_tensor(x)
    finite = _math.reduce_all(_math.abs(x) < np.inf)
    check(finite, [f"{message} : Tensor had NaN or Inf values"])
    return x


check_numerics = assert_all_finite


def assert_rank(x, rank, message=None, name=None):
    """Raises unless a tensor has a number of axes.

    Args:
        x: a tensor.
        rank: the number.
        message: what to tell.
        name: accepted as in TensorFlow.

    Raises:
        ValueError: if it has another number.
    """
    found = convert_to_tensor(x).ndim
    if found != int(rank):
        raise ValueError(
            f"{message or ''} Tensor must have rank {rank}. It has {found}."
        )


def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """Raises unless tensors have shapes that fit together.

    Args:
        shapes: pairs of a tensor and its shape (a dictionary is one too), whose sizes
            are numbers, names that stand for one size, or None.
        data: accepted as in TensorFlow.
        summarize: accepted as in TensorFlow.
        message: what to tell.
        name: accepted as in TensorFlow.

    Raises:
        ValueError: if one has another shape.
    """
    pairs = shapes.items() if isinstance(shapes, dict) else shapes
    known: dict = {}
    for tensor, expected in pairs:
        found = tuple(convert_to_tensor(tensor).shape)
        if isinstance(expected, str):
            expected = tuple(expected)
        fits = len(found) == len(expected)
        for size, name in zip(found, expected, strict=False):
            if isinstance(name, str) and name not in (".", "*"):
                fits = fits and known.setdefault(name, size) == size
            elif isinstance(name, int):
                fits = fits and name == size
        if not fits:
            raise ValueError(
                f"{message or ''} Expected a tensor of shape {tuple(expected)}. "
                f"Received: {found}, with sizes so far: {known}"
            )


def assert_type(tensor, tf_type, message=None, name=None):
    """Raises unless a tensor has a dtype.

    Args:
        tensor: a tensor.
        tf_type: the dtype.
        message: what to tell.
        name: accepted as in TensorFlow.

    Raises:
        TypeError: if it has another dtype.
    """
    found = convert_to_tensor(tensor).dtype
    if found != as_dtype(tf_type):
        raise TypeError(
            f"{message or ''} tensor must be of type {tf_type!r}: {found!r}"
        )


def assert_scalar(tensor, message=None, name=None):
    """Raises unless a tensor is a scalar; returns it.

    Args:
        tensor: a tensor.
        message: what to tell.
        name: accepted as in TensorFlow.

    Raises:
        ValueError: if it has axes.
    """
    tensor = convert_to_tensor(tensor)
    if tensor.ndim:
        raise ValueError(
            f"{message or ''} Expected scalar shape, saw shape: {tuple(tensor.shape)}."
        )
    return tensor


def is_numeric_tensor(tensor) -> bool:
    """Tells whether a value is a tensor of numbers.

    Args:
        tensor: any value.
    """
    dtype = getattr(tensor, "dtype", None)
    return getattr(dtype, "name", dtype) not in (None, "string", "bool", "variant")
