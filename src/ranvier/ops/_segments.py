"""Reductions of the rows of each segment."""

import jax
import jax.numpy as jnp

from ranvier.ops._dispatch import op
from ranvier.ops._specs import output_spec
from ranvier.ops._symbolic import KerasTensor


@op
def segment_sum(data, segment_ids, num_segments=None, sorted=False):
    """Adds up the rows of each segment.

    Args:
        data: a tensor; its rows (first axis) are reduced.
        segment_ids: the segment of each row, a vector of integers. Rows of a segment
            outside `[0, num_segments)` are left out.
        num_segments: the number of segments.
        sorted: whether `segment_ids` are known to be in order, which is faster.

    Returns:
        A tensor with one row a segment; 0 for an empty one.

    Raises:
        ValueError: without `num_segments`, or if the ids are no vector of the length
            of the data.

    Example:
        >>> from ranvier import ops
        >>> ops.segment_sum([1, 10, 100], [0, 1, 0], num_segments=2).tolist()
        [101, 10]
    """
    return _segments(jax.ops.segment_sum, data, segment_ids, num_segments, sorted)


@op
def segment_prod(data, segment_ids, num_segments=None, sorted=False):
    """Multiplies the rows of each segment; 1 for an empty one.

    Args:
        data: as in `segment_sum`.
        segment_ids: as in `segment_sum`.
        num_segments: as in `segment_sum`.
        sorted: as in `segment_sum`.

    Example:
        >>> from ranvier import ops
        >>> ops.segment_prod([2, 10, 3], [0, 1, 0], num_segments=2).tolist()
        [6, 10]
    """
    return _segments(jax.ops.segment_prod, data, segment_ids, num_segments, sorted)


@op
def segment_max(data, segment_ids, num_segments=None, sorted=False):
    """Takes the largest row values of each segment; the lowest number if empty.

    Args:
        data: as in `segment_sum`.
        segment_ids: as in `segment_sum`.
        num_segments: as in `segment_sum`.
        sorted: as in `segment_sum`.

    Example:
        >>> from ranvier import ops
        >>> ops.segment_max([2, 10, 3], [0, 1, 0], num_segments=2).tolist()
        [3, 10]
    """
    return _segments(jax.ops.segment_max, data, segment_ids, num_segments, sorted)


@op
def segment_min(data, segment_ids, num_segments=None, sorted=False):
    """Takes the smallest row values of each segment; the highest number if empty.

    Args:
        data: as in `segment_sum`.
        segment_ids: as in `segment_sum`.
        num_segments: as in `segment_sum`.
        sorted: as in `segment_sum`.

    Example:
        >>> from ranvier import ops
        >>> ops.segment_min([2, 10, 3], [0, 1, 0], num_segments=2).tolist()
        [2, 10]
    """
    return _segments(jax.ops.segment_min, data, segment_ids, num_segments, sorted)


def _segments_spec(data, segment_ids, num_segments=None, sorted=False):
    _check_ids(data, segment_ids)
    return KerasTensor((num_segments, *data.shape[1:]), data.dtype)


for _op in (segment_sum, segment_prod, segment_max, segment_min):
    output_spec(_op)(_segments_spec)


def _check_ids(data, segment_ids):
    ids, rows = segment_ids.shape, data.shape[:1]
    if len(ids) != 1:
        raise ValueError(
            "Argument `segment_ids` should be a 1-D vector: the segment of each row. "
            f"Received: segment_ids.shape={ids}"
        )
    if ids != rows and None not in (*ids, *rows):
        raise ValueError(
            "Arguments `segment_ids` and `data` should have the same leading "
            f"dimension. Received: segment_ids.shape={ids}, data.shape={data.shape}"
        )


def _segments(reduce, data, segment_ids, num_segments, sorted):
    data, segment_ids = jnp.asarray(data), jnp.asarray(segment_ids)
    _check_ids(data, segment_ids)
    if num_segments is None:
        raise ValueError(
            "Argument `num_segments` must be set: shapes are fixed before a program "
            "runs. Received: num_segments=None"
        )
    return reduce(data, segment_ids, num_segments, indices_are_sorted=sorted)
