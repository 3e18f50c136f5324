"""The NumPy family on symbolic tensors: shapes and dtypes of Keras, and of arrays."""

import keras
import numpy as np
import pytest

from ranvier import ops
from ranvier.ops._symbolic import KerasTensor
from tests.ops.numpy_cases import CASES, QUICK

# Where the symbolic result of Keras is not that of its own arrays (or it accepts what
# its arrays refuse); ours is that of arrays: {name: (indices of calls, reason)}.
_REFUSED = "arrays of this dtype or rank are refused"
_NUMBERS = "Python numbers promote in another way than with arrays"
_BOOLEANS = "booleans stay booleans, where arrays become numbers"
_COMPLEX = "the result keeps the complex dtype, where arrays give a real one"
KERAS_DIFFERS = {
    "abs": ({6}, _COMPLEX),
    "absolute": ({6}, _COMPLEX),
    "angle": ({6}, _COMPLEX),
    "imag": ({6}, _COMPLEX),
    "real": ({6}, _COMPLEX),
    "arctan2": ({10}, _NUMBERS),
    "clip": ({7}, _NUMBERS),
    "gcd": ({2, 5, 6, 7}, _NUMBERS + "; " + _REFUSED),
    "lcm": ({2, 5, 6, 7}, _NUMBERS + "; " + _REFUSED),
    "logaddexp": ({8}, _NUMBERS),
    "logaddexp2": ({8}, _NUMBERS),
    "nextafter": ({8}, _NUMBERS),
    "floor_divide": ({6}, _BOOLEANS),
    "heaviside": ({6}, _BOOLEANS),
    "hypot": ({6}, _BOOLEANS),
    "bitwise_left_shift": ({2, 6}, _BOOLEANS + "; " + _REFUSED),
    "bitwise_right_shift": ({2, 6}, _BOOLEANS + "; " + _REFUSED),
    "left_shift": ({2, 6}, _BOOLEANS + "; " + _REFUSED),
    "right_shift": ({2, 6}, _BOOLEANS + "; " + _REFUSED),
    "bitwise_invert": ({0, 3}, _REFUSED),
    "bitwise_not": ({0, 3}, _REFUSED),
    "negative": ({2}, _REFUSED),
    "ptp": ({4}, _REFUSED),
    "round": ({2}, _REFUSED),
    "sign": ({2}, _REFUSED),
    "subtract": ({6}, _REFUSED),
    "ldexp": ({3}, _REFUSED),
    "histogram": ({3, 7}, "integers give floats; " + _REFUSED),
    "meshgrid": ({0, 1, 2, 4}, "each result has the dtype of its vector; " + _REFUSED),
    "pad": ({8}, "constant values go with one mode only"),
    "take": ({6}, "floats are no indices"),
    "repeat": ({3}, "the repeats tell the size of the axis"),
    "reciprocal": ({3}, "float16 stays float16"),
    "select": ({2, 3}, "all choices promote and broadcast"),
    "corrcoef": ({0, 1, 2, 3}, "a row, not an entry, is a variable"),
    "slogdet": ({1}, "there is a sign for each matrix"),
    "rot90": ({1}, "half a turn keeps the shape"),
    "vstack": ({1}, "vectors become rows"),
    "where": ({5}, "without values it gives indices"),
    "ndim": ({0, 1, 4}, "the number of axes is known"),
    "searchsorted": ({3}, "indices are int32"),
    "einsum": ({8}, "a repeated index has one size"),
    "cross": ({3, 6}, "the number of components must be known"),
    "full": ({3}, "a fill value of unknown size fits no shape"),
}


def symbolic(cls, value, batch):
    """Puts symbolic tensors in place of arrays, their first dimension unknown."""
    if isinstance(value, np.ndarray):
        shape = (None, *value.shape[1:]) if batch and value.ndim else value.shape
        return cls(shape, value.dtype.name)
    if isinstance(value, (list, tuple)) and not isinstance(value[:1], str):
        return type(value)(symbolic(cls, item, batch) for item in value)
    return value


def outcome(function, args, kwargs):
    try:
        result = function(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    leaves = result if isinstance(result, (list, tuple)) else [result]
    return [(tuple(x.shape), np.dtype(x.dtype).name) for x in map(_as_tensor, leaves)]


def _as_tensor(value):
    return value if hasattr(value, "shape") else np.asarray(value, "int32")


def call(function, cls, args, kwargs, batch):
    args = [symbolic(cls, value, batch) for value in args]
    kwargs = {key: symbolic(cls, value, batch) for key, value in kwargs.items()}
    return outcome(function, args, kwargs)


def has_tensor(args, kwargs):
    values = [*args, *kwargs.values()]
    values += [x for v in values if isinstance(v, (list, tuple)) for x in v]
    return any(isinstance(value, np.ndarray) for value in values)


def differences(name, start, stop):
    expected, _ = KERAS_DIFFERS.get(name, ((), ""))
    for index, (args, kwargs) in list(enumerate(CASES[name]))[start:stop]:
        if not has_tensor(args, kwargs):
            continue
        for batch in (False, True):
            theirs = call(
                getattr(keras.ops.numpy, name), keras.KerasTensor, args, kwargs, batch
            )
            ours = call(getattr(ops, name), KerasTensor, args, kwargs, batch)
            # What Keras refuses, for numbers beside tensors mostly, we may know.
            if ours != theirs and not isinstance(theirs, str) and index not in expected:
                yield f"call {index}, {args} {kwargs}: {ours} but {theirs}"


@pytest.mark.parametrize("name", sorted(CASES))
def test_specs_are_those_of_keras(name):
    found = list(differences(name, 0, QUICK))
    assert not found, "Ours, but Keras's:\n" + "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CASES))
def test_more_specs_are_those_of_keras(name):
    found = list(differences(name, QUICK, None))
    assert not found, "Ours, but Keras's:\n" + "\n".join(found)


# Other ops are traced, and cannot disagree with arrays.
WITH_RULES = [name for name in sorted(CASES) if hasattr(getattr(ops, name), "spec")]
UNLIKE_ARRAYS = {"bincount", "nonzero", "size", "unique", "where"}


@pytest.mark.parametrize("name", sorted(set(WITH_RULES) - UNLIKE_ARRAYS))
def test_rules_agree_with_arrays(name):
    for args, kwargs in CASES[name]:
        function = getattr(ops, name)
        ours = call(function, KerasTensor, args, kwargs, batch=False)
        theirs = outcome(function, args, kwargs)
        assert type(ours) is type(theirs), (ours, theirs)
        assert isinstance(ours, str) or ours == theirs, (args, kwargs)


def spec(value):
    return value.shape, value.dtype


X = KerasTensor((None, 3))


def test_unknown_dimensions_match_known_ones():
    assert spec(ops.add(X, KerasTensor((5, 3)))) == ((5, 3), "float32")
    assert spec(ops.matmul(KerasTensor((2, 4)), X)) == ((2, 3), "float32")
    assert spec(ops.broadcast_to(X, (7, 3))) == ((7, 3), "float32")
    assert spec(ops.reshape(X, (4, -1))) == ((4, None), "float32")
    assert [t.shape for t in ops.split(X, 2)] == [(None, 3), (None, 3)]


def test_unknown_dimensions_stay_unknown_when_cut():
    assert spec(X[:50]) == ((None, 3), "float32")
    assert spec(X[1:, :2]) == ((None, 2), "float32")
    assert ops.diagonal(X).shape == (None,)


def test_shapes_that_depend_on_values_are_unknown():
    assert [t.shape for t in ops.nonzero(X)] == [(None,), (None,)]
    assert [t.shape for t in ops.where(X > 0)] == [(None,), (None,)]
    assert ops.unique(X, axis=0).shape == (None, 3)
    assert ops.unique(X, size=4).shape == (4,)
    assert spec(ops.bincount(KerasTensor((2, 5), "int32"))) == ((2, None), "int32")
    assert spec(ops.size(X)) == ((), "int32")


def test_errors_name_the_op_and_the_shapes():
    with pytest.raises((TypeError, ValueError)) as caught:
        ops.add(X, KerasTensor((None, 4)))
    assert "ops.add" in "".join(caught.value.__notes__)
    with pytest.raises(TypeError, match="must be an integer"):
        ops.hanning(KerasTensor((), "int32"))


T = KerasTensor
MISFITS = {
    "matmul": lambda k: k.matmul(T((3, 4)), T((3, 4))),
    "inner": lambda k: k.inner(T((5, 3)), T((4,))),
    "add": lambda k: k.add(T((2, 3)), T((4, 5))),
    "swapaxes": lambda k: k.swapaxes(T((3, 4)), 5, 0),
    "moveaxis": lambda k: k.moveaxis(T((3, 4)), 5, 0),
    "split": lambda k: k.split(T((3, 4)), 2, axis=10),
    "concatenate": lambda k: k.concatenate([T((3, 4)), T((3, 4))], axis=10),
    "index": lambda k: k.get_item(T((None, 5, 2)), np.s_[:, 17, :]),
    "negative index": lambda k: k.get_item(T((None, 5, 2)), np.s_[..., -6, :]),
    "indices": lambda k: k.get_item(T((None, 5, 2)), np.s_[:, :, :, :]),
    "ellipses": lambda k: k.get_item(T((None, 5, 2)), np.s_[..., 1, ...]),
}


@pytest.mark.parametrize("case", MISFITS)
def test_shapes_that_do_not_fit_are_value_errors(case):
    with pytest.raises(ValueError) as caught:
        MISFITS[case](ops)
    assert any("on symbolic shapes" in note for note in caught.value.__notes__)


@pytest.mark.parametrize("name", ["split", "swapaxes"])
def test_the_axis_out_of_bounds_is_told(name):
    for x in (T((3, 4)), np.ones((3, 4))):
        for error in (ValueError, IndexError):
            with pytest.raises(error, match="axis 10 is out of bounds"):
                getattr(ops, name)(x, 1, 10)


def test_integers_within_the_sizes_are_taken():
    x = T((None, 5, 2))
    assert ops.get_item(x, np.s_[7, -5, None, 1]).shape == (1,)
    assert ops.get_item(x, np.s_[..., 4, :]).shape == (None, 2)
