"""Conversion, slices, scatters and control flow, compared with Keras's."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from ranvier import ops
from ranvier.core._variable import Variable
from ranvier.ops._symbolic import KerasTensor
from tests.ops.comparing import (
    T,
    call,
    differences,
    run_eagerly,
    symbolic_differences,
)

X = np.arange(12, dtype="float32").reshape(3, 4) / 4 - 1
INTS = np.arange(12, dtype="int32").reshape(3, 4) - 4
CUBE = np.arange(24, dtype="float32").reshape(2, 3, 4)
WIDE = np.array([-3e38, -40000.0, -129.0, -0.5, 0.0, 0.6, 254.7, 7e9], "float32")


def running_sum(carry, x):
    return carry + x, carry * 2


CASES = {
    "cast": [
        call(X, "int32"),
        call(INTS, "bool"),
        call(X, "float16"),
        call(X, None),
        call([1, 2], float),
        call(3, "uint8"),
        call(X > 0, "float32"),
        call("one", "float32"),
        call(None, "float32"),
        call(X, "decimal"),
    ],
    "saturate_cast": [
        *(
            call(WIDE, d)
            for d in ("int8", "uint8", "int32", "uint32", "float16", "bool", "bfloat16")
        ),
        call(INTS * 1000, "int8"),
        call(INTS, "uint16"),
        call(INTS * 100000, "float16"),
        call(X > 0, "int8"),
    ],
    "convert_to_tensor": [
        call(X),
        call([1, 2]),
        call([1, 2.5]),
        call([True, False]),
        call(2, dtype="float16"),
        call([[1], [2]], "float32"),
        call(X, ragged=True),
        call("one"),
        call(None),
        call([1, [2, 3]]),
        call([None, 1.0]),
        call(object()),
    ],
    "stop_gradient": [call(X)],
    "unstack": [call(X), call(X, axis=1), call(CUBE, 3, -2), call(X, axis=0, num=3)],
    "slice": [
        call(X, (1, 1), (2, 2)),
        call(X, [0, 1], [-1, 2]),
        call(X, (2, 3), (2, 2)),
        call(CUBE, np.array([0, 1, 2]), (1, 2, 2)),
    ],
    "slice_update": [
        call(X, (1, 1), np.zeros((2, 2), "float32")),
        call(X, [2, 3], np.zeros((2, 2), "float32")),
        call(X, np.array([1, 0]), np.ones((1, 4), "float32")),
    ],
    "scatter": [
        call(np.array([[0, 1], [2, 0], [0, 1]]), np.array([1.0, 2.0, 3.0]), (3, 2)),
        call(np.array([[0], [2]]), X[:2], (4, 4)),
        call(np.array([[0], [7]]), np.array([5, 6]), (3,)),
    ],
    "scatter_update": [
        *(
            call(X, [[0, 0], [1, 2]], np.array([9.0, -9.0], "float32"), reduction=r)
            for r in (None, "add", "max", "min", "mul", "MUL", "mean")
        ),
        call(X, np.array([[1], [1]]), X[:2], "add"),
    ],
    "cond": [
        call(True, lambda: 1.0, lambda: 2.0),
        call(np.array(False), lambda: (1.0, 2), lambda: (2.0, 3)),
    ],
    "switch": [
        call(1, [lambda x: x, lambda x: -x], X),
        call(np.array(7), [jnp.add, jnp.subtract, jnp.multiply], X, X),
        call(-3, [jnp.add, jnp.subtract], X, X),
    ],
    "while_loop": [
        call(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2), (0, X)),
        call(lambda i, x: i < 9, lambda i, x: [i + 1, x * 2], [0, X], 2),
        call(lambda x: jnp.sum(x) < 99, lambda x: x + 1, X, maximum_iterations=50),
    ],
    "fori_loop": [
        call(0, 4, lambda i, x: x * 2 + i, X),
        call(3, 1, lambda i, x: -x, X),
    ],
    "scan": [
        call(running_sum, X[0], X),
        call(running_sum, X[0], X, reverse=True, unroll=2),
        call(running_sum, X[0], X, 3, unroll=True),
        call(lambda c, _: (c + 1, c), 0, length=4),
        call(running_sum, X[0], X, unroll=0),
        call(running_sum, X[0], X, unroll=-1),
        call(running_sum, X[0], X, unroll="all"),
    ],
    "associative_scan": [
        call(jnp.add, X),
        call(jnp.maximum, X, reverse=True, axis=1),
        call(lambda a, b: (a[0] + b[0], a[1] * b[1]), (X, CUBE[0])),
    ],
    "map": [call(jnp.sum, X), call(lambda pair: pair[0] - pair[1], (X, INTS))],
    "vectorized_map": [
        call(jnp.sum, X),
        call(lambda pair: pair[0] - pair[1], (X, INTS)),
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_keras(name):
    assert not differences(getattr(ops, name), getattr(keras.ops, name), CASES[name])


REARRANGEMENTS = [
    call(CUBE, "a b c -> c a b"),
    call(CUBE, "a b c -> (a b) c"),
    call(CUBE, "a b (c1 c2) -> a (c2 b) c1", c1=2),
    call(CUBE, "a b (c1 c2) -> c2 a b c1", c2=4),
    call(CUBE, "a b (c1 c2) -> (a c1)  (b c2)", c1=2, c2=2),
]


def test_rearrangements_are_those_of_keras():
    # Keras cannot split axes inside a program.
    ours, theirs = ops.rearrange, keras.ops.rearrange
    assert not differences(ours, theirs, REARRANGEMENTS, run=run_eagerly)


B, PAIRS = T((None, 3)), T((None, 2), "int32")
SYMBOLIC = {
    "cast": [call(B, "int32"), call(T((2,), "bool"), "float16")],
    "saturate_cast": [call(B, "uint8")],
    "convert_to_tensor": [call(B), call(B, "float16"), call(PAIRS, None, False)],
    "stop_gradient": [call(B)],
    "unstack": [call(B, axis=1), call(B, 3, -1), call(T((2, None)))],
    "slice": [
        call(T((5, 3)), (1, 0), (2, -1)),
        call(B, (0, 0), (1, 2)),
        call(B, T((2,), "int32"), (1, 2)),
        call(B, (0, 0), (1, 2, 3)),
    ],
    "slice_update": [call(B, (0, 0), T((1, 2))), call(B, T((2,), "int32"), T((1, 2)))],
    "scatter": [
        call(PAIRS, T((None,)), (5, 5)),
        call(T((4, 1), "int32"), T((4, 3)), (5, 3)),
    ],
    "scatter_update": [
        call(B, PAIRS, T((None,))),
        call(T((5, 3)), T((4, 1), "int32"), T((4, 3)), "add"),
        call(B, PAIRS, T((None,)), reduction="mean"),
    ],
    "switch": [
        call(0, [lambda x: x, lambda x: -x], B),
        call(T((), "int32"), [lambda x: x[0], lambda x: -x[0]], B),
    ],
    "while_loop": [call(lambda x: True, lambda x: x, (B,))],
    "fori_loop": [call(0, 2, lambda i, x: x, B)],
    "scan": [call(running_sum, T((3,)), T((4, 3)))],
    "associative_scan": [
        call(lambda a, b: a + b, B, axis=1),
        call(lambda a, b: (a[0] + b[0], a[1]), (T((3, 2)), T((4, 2)))),
    ],
    "map": [call(lambda x: x[:2], B)],
    "vectorized_map": [call(lambda x: x[:2], B)],
    "rearrange": [
        call(T((2, 3, 4)), "a b c -> (a c) b"),
        call(T((2, 3, 4)), "a b (c d) -> d c b a", c=2),
    ],
}


@pytest.mark.parametrize("name", SYMBOLIC)
def test_symbolic_shapes_are_those_of_keras(name):
    ours, theirs = getattr(ops, name), getattr(keras.ops, name)
    assert not symbolic_differences(ours, theirs, SYMBOLIC[name])


def test_shapes_and_dtypes_are_plain_python():
    for x in (X, jnp.asarray(X), Variable(X), KerasTensor((3, 4))):
        assert ops.shape(x) == (3, 4)
        assert ops.dtype(x) == "float32"
    assert ops.shape(KerasTensor((None, 2))) == (None, 2)
    assert ops.shape([[1, 2]]) == (1, 2)


def test_only_arrays_of_the_device_are_tensors():
    sparse = pytest.importorskip("jax.experimental.sparse")
    assert ops.is_tensor(jnp.ones(2))
    assert ops.is_tensor(sparse.BCOO.fromdense(jnp.ones(2)))
    for other in (X, [1.0], 1.0, Variable(X), KerasTensor((2,))):
        assert not ops.is_tensor(other)


def test_convert_to_tensor_changes_nothing_needlessly():
    x = jnp.asarray(X)
    assert ops.convert_to_tensor(x) is x
    assert ops.convert_to_tensor(x, "float32") is x
    assert ops.cast(x, "float32") is x


def test_64_bits_become_32():
    assert ops.convert_to_tensor(X.astype("float64")).dtype == "float32"
    assert ops.convert_to_tensor(X, "float64").dtype == "float32"
    assert ops.cast(np.arange(3), "int64").dtype == "int32"


def test_variables_give_their_value():
    variable = Variable(X)
    np.testing.assert_array_equal(ops.convert_to_tensor(variable), X)
    np.testing.assert_array_equal(ops.convert_to_numpy(variable), X)
    assert ops.cast(variable, "int32").dtype == "int32"


def test_convert_to_numpy_copies():
    copy = ops.convert_to_numpy(X)
    copy[:] = 0
    assert X.any()
    assert ops.convert_to_numpy(jnp.ones(2, "bfloat16")).dtype == jnp.bfloat16
    with pytest.raises(ValueError, match="symbolic"):
        ops.convert_to_numpy(KerasTensor((2,)))


@pytest.mark.parametrize("value", ["one", None, [1, [2, 3]], object(), ["one", "two"]])
def test_what_is_no_tensor_is_named(value):
    with pytest.raises((TypeError, ValueError), match="Received: x="):
        ops.convert_to_tensor(value)


def test_stop_gradient_is_a_constant():
    assert jax.grad(lambda x: ops.stop_gradient(x) * x)(3.0) == 3.0


def test_unstack_and_slice_check_their_arguments():
    with pytest.raises(ValueError, match="`axis` must be between -2 and 1"):
        ops.unstack(X, axis=2)
    with pytest.raises(ValueError, match="`num` must be the length"):
        ops.unstack(X, num=2)
    with pytest.raises(ValueError, match="number of dimensions"):
        ops.slice(X, (0, 0), (1,))


@pytest.mark.parametrize(
    ("pattern", "lengths"),
    [
        ("a b -> a c", {}),
        ("a b", {}),
        ("a b -> b", {}),
        ("a a -> a a", {}),
        ("a b c -> a b c", {}),
        ("a (b c) -> a b c", {}),
        ("a (b c) -> a b c", {"b": 3}),
        ("(a b) c -> a b c", {"a": 2, "b": 2}),
        ("a b -> b a", {"a": 2}),
    ],
)
def test_rearrange_explains_what_does_not_fit(pattern, lengths):
    with pytest.raises(ValueError, match="pattern="):
        ops.rearrange(X, pattern, **lengths)


def test_outside_of_programs_only_one_branch_is_called():
    calls = []
    result = ops.cond(True, lambda: calls.append("yes"), lambda: calls.append("no"))
    assert result is None and calls == ["yes"]
    assert not differences(ops.cond, keras.ops.cond, CASES["cond"], run=run_eagerly)
    assert ops.is_tensor(ops.cond(False, lambda: 1.0, lambda: 2.0))


def test_cond_inside_a_program():
    program = jax.jit(lambda p: ops.cond(p, lambda: ops.ones(2), lambda: ops.zeros(2)))
    assert program(True).tolist() == [1, 1] and program(False).tolist() == [0, 0]


def test_cond_on_a_symbolic_condition():
    result = ops.cond(
        KerasTensor((), "bool"), lambda: ops.ones(2), lambda: ops.zeros(2)
    )
    assert (result.shape, result.dtype) == ((2,), "float32")


def test_loops_are_differentiable_where_their_length_is_known():
    def power(x):
        return ops.scan(lambda y, _: (y * x, None), 1.0, length=3)[0]

    assert jax.grad(power)(2.0) == 12.0


def test_custom_gradient_takes_all_kinds_of_arguments():
    @ops.custom_gradient
    def clipped(x, limit):
        def grad(upstream):
            return ops.clip(upstream, -limit, limit), None

        return x * x, grad

    gradient = jax.grad(lambda x: ops.sum(5 * clipped(x, 2.0)))
    assert gradient(jnp.array([3.0])).tolist() == [2.0]
    assert clipped(Variable([3.0]), 2.0).tolist() == [9.0]
    assert clipped(KerasTensor((None, 2)), 2.0).shape == (None, 2)
