"""From nested lists to ragged tensors."""

import numpy as np

from ranvier.tensors import _arrays_of as arrays
from ranvier.tensors._constant import convert_to_tensor, to_numpy
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._tensor import Tensor


def ragged_constant(
    pylist,
    dtype=None,
    ragged_rank=None,
    inner_shape=None,
    name=None,
    row_splits_dtype="int64",
):
    """Makes a ragged tensor of nested lists.

    Args:
        pylist: nested lists, all of one depth, of numbers or text.
        dtype: the dtype of the values.
        ragged_rank: the number of ragged axes; by default all but the outermost.
        inner_shape: the shape of single values.
        name: accepted as in TensorFlow.
        row_splits_dtype: dtype of the splits.

    Raises:
        ValueError: if values stand at different depths, or do not fit the rank.

    Example:
        >>> ragged_constant([["a", "b"], [], ["c"]])
        <tf.RaggedTensor [[b'a', b'b'], [], [b'c']]>
    """
    if not isinstance(pylist, (list, tuple, np.ndarray)):
        return convert_to_tensor(pylist, dtype=dtype)
    depth, deepest = _depths(pylist)
    if depth is not None and depth != deepest:
        raise ValueError(
            f"Invalid pylist={pylist}: scalar values at depths {depth} and {deepest}."
        )
    inner_rank = None if inner_shape is None else len(inner_shape)
    if ragged_rank is None:
        ragged_rank = deepest - 1 - (inner_rank or 0)
        ragged_rank = max(ragged_rank, 0)
    elif not 0 <= ragged_rank < max(deepest, 1):
        raise ValueError(
            f"Invalid pylist={pylist}: incompatible with ragged_rank={ragged_rank}."
        )
    nested, values = [], pylist
    for _ in range(ragged_rank):
        nested.append(np.array([len(row) for row in values], np.int64))
        values = [entry for row in values for entry in row]
    flat = _flat_tensor(values, dtype, inner_shape)
    splits_dtype = as_dtype(row_splits_dtype).dtype
    for lengths in reversed(nested):
        flat = RaggedTensor(flat, arrays.splits_of(lengths).astype(splits_dtype))
    return flat


def _depths(value):
    """Returns the depth at which values stand, or None, and that of the lists."""
    if not isinstance(value, (list, tuple, np.ndarray)):
        return 0, 0
    depths = [_depths(child) for child in value]
    found = {depth for depth, _ in depths if depth is not None}
    deepest = max((deepest for _, deepest in depths), default=0)
    if len(found) > 1 or any(
        depth is not None and depth < deepest for depth, _ in depths
    ):
        raise ValueError(f"Invalid pylist={value}: empty and full lists do not nest.")
    return (found.pop() + 1 if found else None), deepest + 1


def _flat_tensor(values, dtype, inner_shape):
    dtype = None if dtype is None else as_dtype(dtype)
    array = to_numpy(list(values), dtype)
    if inner_shape is not None:
        array = array.reshape((-1, *inner_shape))
    return Tensor(array)
