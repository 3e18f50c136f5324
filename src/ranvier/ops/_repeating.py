"""More entries: repeated ones and padding."""

import jax.numpy as jnp
import numpy as np

from ranvier.ops._convert import as_array
from ranvier.ops._dispatch import op


@op
def repeat(x, repeats, axis=None):
    """Repeats each entry.

    Args:
        x: tensor.
        repeats: how often; or one number for each place along the axis.
        axis: the axis; None repeats the entries of the flattened tensor.

    Returns:
        A tensor, longer along the axis.

    Example:
        >>> from ranvier import ops
        >>> ops.repeat([1, 2], 2)
        Array([1, 1, 2, 2], dtype=int32)
    """
    if isinstance(repeats, (list, tuple)):
        repeats = np.asarray(repeats)
    return jnp.repeat(as_array(x), repeats, axis)


@op
def tile(x, repeats):
    """Repeats the whole tensor along its axes.

    Args:
        x: tensor.
        repeats: how often along each axis; axes are added in front where missing.

    Returns:
        A larger tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.tile([1, 2], (2, 2))
        Array([[1, 2, 1, 2],
               [1, 2, 1, 2]], dtype=int32)
    """
    return jnp.tile(as_array(x), repeats)


@op
def pad(x, pad_width, mode="constant", constant_values=None):
    """Adds entries before and after along axes.

    Args:
        x: tensor.
        pad_width: how many: a number, a pair `(before, after)`, or a list of pairs,
            one an axis.
        mode: `"constant"`, `"reflect"`, `"symmetric"`, `"edge"` and the others of
            `jax.numpy.pad`.
        constant_values: the value of the new entries in mode `"constant"`; None
            for 0.

    Returns:
        A larger tensor.

    Raises:
        ValueError: if `constant_values` is given in another mode.

    Example:
        >>> from ranvier import ops
        >>> ops.pad([1, 2], (1, 2))
        Array([0, 1, 2, 0, 0], dtype=int32)
    """
    options = {} if constant_values is None else {"constant_values": constant_values}
    if options and mode != "constant":
        raise ValueError(
            "Argument `constant_values` goes with `mode='constant'` only. "
            f"Received: mode={mode!r}, constant_values={constant_values}"
        )
    return jnp.pad(as_array(x), pad_width, mode, **options)
