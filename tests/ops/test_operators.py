"""Python's operators on variables and symbolic tensors."""

import operator as o

import keras
import numpy as np
import pytest

from ranvier import ops
from ranvier.core._variable import Variable
from ranvier.ops._graph import Function
from ranvier.ops._symbolic import KerasTensor

A = np.array([[1.5, -2.0, 0.5], [3.0, 1.0, -1.0]], "float32")
V = np.array([2.0, -1.0, 4.0], "float32")
N = np.array([[1, 2, 3], [4, 0, 1]], "int32")
B = np.array([[True, False, True], [False, False, True]])

ARITHMETIC = [o.add, o.sub, o.mul, o.truediv, o.floordiv, o.mod]
COMPARISONS = [o.eq, o.ne, o.lt, o.le, o.gt, o.ge]
LOGIC = [o.and_, o.or_, o.xor]


def same(ours, theirs):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize("function", [*ARITHMETIC, *COMPARISONS, o.pow])
def test_operators_of_variables(function):
    ours, theirs = Variable(A), keras.Variable(A)
    for other in (V, 2.0, 2):
        same(function(ours, other), function(theirs, other))
        same(function(other, ours), function(other, theirs))
    same(function(ours, Variable(V)), function(theirs, keras.Variable(V)))
    same(function(ours, ops.array(V)), function(theirs, V))
    # A JAX array on the left asks the variable for its value.
    same(function(ops.array(V), ours), function(V, theirs))


@pytest.mark.parametrize("function", LOGIC)
def test_logic_of_variables(function):
    same(function(Variable(B), ~B), function(keras.Variable(B), ~B))
    same(function(True, Variable(B)), function(True, keras.Variable(B)))


def test_other_operators_of_variables():
    variable = Variable(A)
    same(-variable, -A)
    same(+variable, A)
    same(abs(variable), abs(A))
    same(round(variable), np.round(A))
    same(round(variable, 1), np.round(A, 1))
    same(~Variable(B), ~B)
    same(~Variable(N), ~N)
    same(variable @ V, A @ V)
    same(V @ Variable(A.T), V @ A.T)
    same(Variable(N) << 1, N << 1)
    same(16 >> Variable(N), 16 >> N)
    same(variable[0, 1:], A[0, 1:])
    same(variable[..., Variable([0, 2])], A[..., [0, 2]])


X = KerasTensor((None, 3))
CALLS = [
    *(lambda x, f=f: f(x, 2.0) for f in ARITHMETIC),
    *(lambda x, f=f: f(2.0, x) for f in ARITHMETIC),
    *(lambda x, f=f: f(V, x) for f in ARITHMETIC),
    *(lambda x, f=f: f(x, V) for f in COMPARISONS[1:]),
    *(lambda x, f=f: f(x > 0, x < 1) for f in LOGIC),
    lambda x: x**2,
    lambda x: 2.0**x,
    lambda x: x @ np.ones((3, 2), "float32"),
    lambda x: np.ones((2, 2), "float32") @ x,
    lambda x: -x + abs(x) + (+x),
    lambda x: round(x, 1),
    lambda x: ~(x > 0),
    lambda x: x[:, 1:],
    lambda x: x[0],
]


@pytest.mark.parametrize("call", CALLS)
def test_operators_of_symbolic_tensors(call):
    output = call(X)
    assert isinstance(output, KerasTensor)
    expected = np.asarray(call(ops.array(A)))
    assert output.dtype == expected.dtype.name
    assert len(output.shape) == expected.ndim
    same(Function(X, output)(A), expected)


def test_a_symbolic_tensor_equals_itself_only():
    other = KerasTensor((None, 3))
    assert X in [other, X]
    assert X not in [other]


def test_hash_is_by_identity():
    for first, second in ((Variable(V), Variable(V)), (X, KerasTensor((None, 3)))):
        assert {first: 1, second: 2}[first] == 1
        assert len({first, second, first}) == 2


def test_none_is_equal_to_no_tensor():
    for tensor in (X, Variable(V)):
        assert (tensor == None) is False  # noqa: E711
        assert (tensor != None) is True  # noqa: E711


def test_operands_that_do_not_fit():
    with pytest.raises(TypeError):
        Variable(V) + "text"
    with pytest.raises((TypeError, ValueError)):
        X + np.ones(4, "float32")
