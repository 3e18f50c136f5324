"""Slices, scattered writes and control flow on symbolic tensors."""

import pytest

from ranvier import KerasTensor, ops

T = KerasTensor


def outputs(result):
    results = result if isinstance(result, (list, tuple)) else [result]
    return [(x.shape, x.dtype) for x in results]


@pytest.mark.parametrize(
    ("call", "shapes"),
    [
        # Indices may be symbolic tensors of the default dtype.
        (lambda: ops.scatter(T((5, 2)), T((5,)), (4, 4)), [(4, 4)]),
        (lambda: ops.scatter_update(T((4, None)), T((5, 2)), T((5,))), [(4, None)]),
        (lambda: ops.slice_update(T((4, 4)), T((2,)), T((2, 2))), [(4, 4)]),
        (lambda: ops.slice(T((3, 3)), T((2,)), (-1, 2)), [(None, 2)]),
        (lambda: ops.slice(T((3, 3)), (1, 1), (-1, -1)), [(2, 2)]),
        (
            lambda: ops.switch(T(()), [ops.add, ops.subtract], T((2,)), T((2,))),
            [(2,)],
        ),
        (
            lambda: ops.while_loop(lambda x: x < 10, lambda x: x + 1, T((None,))),
            [(None,)],
        ),
        (
            lambda: ops.while_loop(
                lambda i, x: i < 10, lambda i, x: (i + 1, x), (T(()), T((None, 2)))
            ),
            [(), (None, 2)],
        ),
        (lambda: ops.unstack(T((2, None)), num=3, axis=1), [(2,)] * 3),
        (lambda: ops.unstack(T((2, None))), [(None,)] * 2),
        (lambda: T((None, 3)) + T((2, None)), [(2, 3)]),
        (lambda: T((None, 3, None)) * T((2, None, 4)), [(2, 3, 4)]),
        (lambda: ops.where(T((None, 3)), T((2, None)), T((2, 3))), [(2, 3)]),
        (lambda: ops.segment_sum(T((None, 4)), T((10,))), [(None, 4)]),
        (lambda: ops.segment_max(T((8, 4)), T((8,)), 3), [(3, 4)]),
    ],
)
def test_shapes(call, shapes):
    assert outputs(call()) == [(shape, "float32") for shape in shapes]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ops.unstack(T((2, None)), axis=1), "Cannot infer argument `num`"),
        (lambda: ops.unstack(T((2, 3)), axis=10), "axis 10 is out of bounds"),
        (lambda: ops.slice(T((3, 3)), (1, 1, 1), (2, 2)), "`start_indices` must match"),
        (lambda: ops.slice(T((3, 3)), (1, 1), (2, 2, 2)), "`inputs` must match"),
        (lambda: ops.segment_sum(T((8, 4)), T((7,)), 3), "same leading"),
        (lambda: ops.segment_sum(T((8, 4)), T((8, 1)), 3), "1-D vector"),
        (lambda: ops.rfft(1.0), "rank >= 1"),
    ],
)
def test_what_cannot_be_told(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_targets_of_any_dtype():
    assert outputs(ops.in_top_k(T((None,)), T((None, 9)), 2)) == [((None,), "bool")]
