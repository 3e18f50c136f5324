"""Checks of constructor arguments that several layers share.

Each raises an error that names the argument, what was expected and what came.
"""

from collections.abc import Iterable

from ranvier.core._arguments import require_number_that
from ranvier.core._errors import ShapeError


def number(name: str, value, low=0.0, high=float("inf")):
    """Returns `value` if it is a number in `[low, high]`.

    Raises:
        ValueError: if it is not; also a TypeError if it is no number.
    """
    limits = f">= {low:g}" if high == float("inf") else f"in [{low:g}, {high:g}]"
    require_number_that(
        f"a number {limits}",
        lambda value: low <= value <= high,
        {name: value},
    )
    return value


def positive_int(name: str, value) -> int:
    """Returns `value` if it is an integer above zero.

    Raises:
        ValueError: if it is not.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__") or value <= 0:
        raise ValueError(
            f"Received an invalid value: `{name}` must be a positive integer. "
            f"Received: {name}={value!r} (of type {type(value).__name__})"
        )
    return int(value)


def integer(name: str, value) -> int:
    """Returns `value` if it is an integer.

    Raises:
        TypeError: if it is not.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(
            f"Argument `{name}` must be an integer. Received: {name}={value!r}"
        )
    return int(value)


def repetitions(name: str, value) -> int:
    """Returns `value` if it is a number of times to repeat.

    Raises:
        TypeError: if it is no integer.
        ValueError: if it is not positive.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(
            f"Expected an integer value for `{name}`. "
            f"Received: {name}={value!r} (of type {type(value)})"
        )
    if value <= 0:
        raise ValueError(
            f"Argument `{name}` should be a positive integer. Received: {name}={value}"
        )
    return value


def int_tuple(name: str, value, n: int, allow_zero: bool = False) -> tuple:
    """Returns `n` positive integers; one integer stands for `n` equal ones.

    Raises:
        ValueError: if there are not `n`, or one is no integer or out of range.
    """
    values = (value,) * n if isinstance(value, int) else value
    low = 0 if allow_zero else 1
    if (
        isinstance(values, str)
        or not isinstance(values, Iterable)
        or len(values := tuple(values)) != n
        or any(not hasattr(v, "__index__") or v < low for v in values)
    ):
        raise ValueError(
            f"The `{name}` argument must be an integer or a tuple of {n} integers, "
            f"each at least {low}. Received: {name}={value!r}"
        )
    return values


def known_size(layer, input_shape, axis: int) -> int:
    """Returns the size of an axis on which the shape of a weight depends.

    Raises:
        ShapeError: naming the layer, if the input has no such axis or its size is
            unknown.
    """
    where = (
        f"Layer '{layer.name}' ({type(layer).__name__}) needs to know the size of "
        f"axis {axis} of its input"
    )
    if not -len(input_shape) <= axis < len(input_shape):
        raise ShapeError(
            f"{where}, but axis {axis} is out of bounds. "
            f"Received: input_shape={tuple(input_shape)}"
        )
    if input_shape[axis] is None:
        raise ShapeError(f"{where}. Received: input_shape={tuple(input_shape)}")
    return input_shape[axis]


def drop_unsupported(layer_class, kwargs: dict) -> None:
    """Removes arguments for low rank adaptation and quantisation from `kwargs`.

    Files written by Keras contain them with the value None.

    Raises:
        NotImplementedError: if one has another value.
    """
    for name in _UNSUPPORTED:
        value = kwargs.pop(name, None)
        if value is not None:
            raise NotImplementedError(
                f"{layer_class.__name__} does not support `{name}` yet. Leave it out. "
                f"Received: {name}={value!r}"
            )


_UNSUPPORTED = (
    "lora_rank",
    "lora_alpha",
    "gptq_unpacked_column_size",
    "quantization_config",
)
