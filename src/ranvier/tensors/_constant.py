"""From Python values to tensors, by TensorFlow's rules.

Python floats are float32, integers int32 (int64 where they do not fit), text is
UTF-8 bytes; arrays of NumPy keep their dtype. In a list numbers of NumPy count as
Python's, except that a list that begins with a float64 or float16 keeps that.
"""

import jax
import numpy as np

from ranvier.core._variable import Variable
from ranvier.tensors._dtype import as_dtype, dtypes
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._tensor import Tensor, is_traced

_ARRAYS = (np.ndarray, np.generic, jax.Array)


def constant(value, dtype=None, shape=None, name="Const"):
    """Makes a tensor of a Python value or an array.

    Args:
        value: a number, text, an array, or nested lists of them.
        dtype: the dtype; by default by the rules above.
        shape: a shape to bring the entries into; one entry alone is repeated.
        name: accepted as in TensorFlow.

    Raises:
        TypeError: if the entries have no such dtype, or `shape` another size.
        ValueError: for nested lists that form no array, or mix kinds of entries.

    Example:
        >>> constant([1, 2], shape=(2, 1)).numpy().tolist()
        [[1], [2]]
        >>> constant("é")
        <tf.Tensor: shape=(), dtype=string, numpy=b'\\xc3\\xa9'>
    """
    if isinstance(value, Tensor) and dtype is not None and value.dtype != dtype:
        raise TypeError(
            f"Expected tensor {value} with dtype {as_dtype(dtype)!r}, but got dtype "
            f"{value.dtype!r}."
        )
    tensor = convert_to_tensor(value, dtype)
    if shape is None or tensor.shape == shape:
        return tensor
    array, shape = tensor._host(), tuple(shape)
    if array.size == 1:
        return Tensor(np.full(shape, array.reshape(())[()], dtype=array.dtype))
    if array.size != np.prod(shape, dtype=np.int64):
        raise TypeError(
            f"The value {array} has {array.size} elements, but `shape` {shape} needs "
            f"{np.prod(shape, dtype=np.int64)}."
        )
    return Tensor(array.reshape(shape))


def convert_to_tensor(
    value, dtype=None, name=None, as_ref=False, preferred_dtype=None, dtype_hint=None
):
    """Returns a value as a tensor; a tensor as it is.

    Args:
        value: a tensor, a variable, an array, or a Python value (see `constant`).
        dtype: the dtype it must have.
        name: accepted as in TensorFlow.
        as_ref: accepted as in TensorFlow.
        preferred_dtype: older name of `dtype_hint`.
        dtype_hint: a dtype for Python values that can have it.

    Raises:
        ValueError: if a tensor has another dtype.

    Example:
        >>> convert_to_tensor([1, 2], dtype_hint="float32").dtype
        tf.float32
    """
    hint = preferred_dtype if dtype_hint is None else dtype_hint
    if dtype is not None:
        dtype = as_dtype(dtype)
    if isinstance(value, Variable):
        value = as_tensor_of(value)
    if isinstance(value, Tensor):
        if dtype is not None and value.dtype is not dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype "
                f"{value.dtype.name}: {value!r}"
            )
        return value
    if dtype is None and hint is not None:
        try:
            return convert_to_tensor(value, dtype=hint)
        except (TypeError, ValueError):
            return convert_to_tensor(value)
    if isinstance(value, jax.Array):
        if dtype is not None and value.dtype != dtype.dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for an array with "
                f"dtype {value.dtype}. Use `tf.cast`."
            )
        return Tensor(value)
    if _holds_arrays(value):
        return _stack(value, dtype)
    return Tensor(to_numpy(value, dtype))


def as_tensor_of(variable):
    """Returns the value of a variable as a tensor."""
    return Tensor(variable.value)


def to_numpy(value, dtype=None):
    """Returns a Python value or array as NumPy's array, strings as objects of bytes.

    Args:
        value: a number, text, an array of NumPy, or nested lists of them.
        dtype: a dtype object, or None.

    Raises:
        TypeError: if the entries have no such dtype.
        ValueError: for nested lists that form no array, or mix kinds of entries.
    """
    if isinstance(value, (np.ndarray, np.generic)):
        return _from_numpy(np.asarray(value), dtype)
    if hasattr(value, "__array__") and not isinstance(value, (list, tuple)):
        return _from_numpy(np.asarray(value), dtype)
    if isinstance(value, range):
        value = list(value)
    kinds = {type(leaf) for leaf in _leaves(value)}
    if kinds & {str, bytes, np.str_, np.bytes_}:
        return _from_text(value, kinds, dtype)
    _check_kinds(value, kinds)
    if dtype is None:
        return _from_python(value, kinds)
    if not (dtype.is_floating or dtype.name == "uint64"):
        _check_range(value, kinds)
    if not _fits(kinds, dtype):
        raise TypeError(f"Cannot convert {value!r} to a tensor of dtype {dtype.name}")
    try:
        return _array(value).astype(dtype.dtype)
    except OverflowError:
        raise TypeError(
            f"Cannot convert {value!r} to a tensor of dtype {dtype.name}"
        ) from None


def _leaves(value):
    if isinstance(value, (list, tuple)):
        for child in value:
            yield from _leaves(child)
    elif isinstance(value, np.ndarray):
        # An array stands for its entries, which are all of one kind.
        strings = {"U": "", "S": b"", "O": ""}
        kind = value.dtype.kind
        yield strings[kind] if kind in strings else value.dtype.type(0)
    else:
        yield value


def _check_kinds(value, kinds):
    odd = [
        k for k in kinds if not issubclass(k, (bool, int, float, complex, np.generic))
    ]
    if odd:
        raise ValueError(
            f"Attempt to convert a value ({value!r}) with an unsupported type "
            f"({odd[0]!r}) to a Tensor."
        )
    first = next(_leaves(value), None)
    logical = np.bool_ in kinds or isinstance(first, bool)
    if logical and kinds - {bool, np.bool_}:
        raise ValueError("Can't convert Python sequence with mixed types to Tensor.")


def _array(value):
    try:
        return np.array(value)
    except ValueError as error:
        raise ValueError(
            "Can't convert non-rectangular Python sequence to Tensor."
        ) from error


def _from_python(value, kinds):
    """Returns numbers as an array of the dtype that the first of them suggests."""
    array = _array(value)
    first = next(_leaves(value), 0.0)
    if array.dtype.kind == "b":
        return array
    if array.dtype.kind == "c":
        if not isinstance(first, (complex, np.complexfloating)):
            raise ValueError(
                "Can't convert Python sequence with mixed types to Tensor."
            )
        return array.astype(np.complex128)
    if not isinstance(first, (float, np.floating)):
        _check_range(value, kinds)
    if any(issubclass(kind, (float, np.floating)) for kind in kinds) or not kinds:
        if isinstance(first, (np.float64, np.float16)):
            return array.astype(first.dtype)
        return _as_float32(array)
    array = array.astype(np.int64)
    limits = np.iinfo(np.int32)
    fits = array.size == 0 or (array.min() >= limits.min and array.max() <= limits.max)
    return array.astype(np.int32) if fits else array


def _check_range(value, kinds):
    """Raises for integers that int64 cannot hold."""
    if not any(issubclass(kind, (int, np.uint64)) for kind in kinds):
        return
    integers = (v for v in _entries(value) if isinstance(v, (int, np.integer)))
    odd = next((v for v in integers if not -(2**63) <= int(v) < 2**63), None)
    if odd is not None:
        raise ValueError(
            f"Can't convert Python sequence with out-of-range integer to Tensor: {odd} "
            "does not fit int64."
        )


def _entries(value):
    """Yields all numbers in nested lists and the arrays in them."""
    if isinstance(value, (list, tuple)):
        for child in value:
            yield from _entries(child)
    elif isinstance(value, np.ndarray):
        yield from value.reshape(-1)
    else:
        yield value


def _as_float32(array):
    with np.errstate(over="ignore"):
        narrow = array.astype(np.float32)
    if not np.array_equal(np.isinf(narrow), np.isinf(array.astype(np.float64))):
        raise ValueError(
            "Can't convert Python sequence with a value out of range for float32 to "
            'Tensor. Pass `dtype="float64"`.'
        )
    return narrow


def _fits(kinds, dtype) -> bool:
    """Tells whether Python's numbers of some types can have a dtype."""
    if dtype.name == "string":
        return not kinds
    if any(issubclass(k, (complex, np.complexfloating)) for k in kinds):
        return dtype.is_complex
    if any(issubclass(k, (float, np.floating)) for k in kinds):
        return dtype.is_floating or dtype.is_complex
    if np.bool_ in kinds:
        return dtype.is_bool
    if bool in kinds:
        return True
    return not dtype.is_bool or not kinds


def _from_numpy(array, dtype):
    if array.dtype.kind in "OSU":
        if dtype is not None and dtype.name != "string":
            if array.size and not isinstance(array.reshape(-1)[0], (str, bytes)):
                return array.astype(dtype.dtype)
            raise TypeError(
                f"Cannot convert {array!r} to a tensor of dtype {dtype.name}"
            )
        return as_bytes(array)
    if dtype is None or array.dtype == dtype.dtype:
        return np.array(array)
    if dtype.name == "string":
        raise TypeError(f"Cannot convert {array!r} to a tensor of dtype string")
    return array.astype(dtype.dtype)


def _from_text(value, kinds, dtype):
    if dtype is not None and dtype.name != "string":
        raise TypeError(f"Cannot convert {value!r} to a tensor of dtype {dtype.name}")
    if not all(issubclass(kind, (str, bytes)) for kind in kinds):
        raise ValueError("Can't convert Python sequence with mixed types to Tensor.")
    if not isinstance(value, (list, tuple)):
        return as_bytes(np.array(value, dtype=object))
    # NumPy would cut trailing zero bytes: build the array of objects by its shape.
    shape = _shape(value)
    array = np.empty(int(np.prod(shape, dtype=np.int64)), dtype=object)
    flat = list(_leaves(value))
    if len(flat) != array.size:
        raise ValueError("Can't convert non-rectangular Python sequence to Tensor.")
    array[:] = flat
    return as_bytes(array.reshape(shape))


def _shape(value):
    shape = []
    while isinstance(value, (list, tuple)):
        shape.append(len(value))
        if not value:
            break
        if len({len(v) if isinstance(v, (list, tuple)) else -1 for v in value}) > 1:
            raise ValueError("Can't convert non-rectangular Python sequence to Tensor.")
        value = value[0]
    return tuple(shape)


def as_bytes(array):
    """Returns an array of text as objects of bytes, in UTF-8.

    Raises:
        ValueError: for objects that are neither text nor bytes.
    """
    result = np.empty(array.shape, dtype=object)
    flat = result.reshape(-1)
    for i, entry in enumerate(array.reshape(-1).tolist()):
        if isinstance(entry, str):
            entry = entry.encode("utf-8")
        elif not isinstance(entry, bytes):
            if isinstance(entry, (int, float, bool)):
                return to_numpy(array.tolist())
            raise ValueError(
                f"Failed to convert a NumPy array to a Tensor (Unsupported object type "
                f"{type(entry).__name__})."
            )
        flat[i] = entry
    return result


def _holds_arrays(value) -> bool:
    return isinstance(value, (list, tuple)) and any(
        isinstance(v, (Tensor, Variable, jax.Array)) or _holds_arrays(v) for v in value
    )


def _stack(value, dtype):
    """Returns a list that holds tensors, perhaps beside Python numbers, as a tensor."""
    first = next(_tensors_in(value))
    kind = dtype or convert_to_tensor(first).dtype
    rows = [
        convert_to_tensor(row)
        if isinstance(row, (Tensor, Variable, jax.Array))
        else convert_to_tensor(row, dtype=kind)
        for row in value
    ]
    for row in rows:
        if row.dtype is not kind:
            raise InvalidArgumentError(
                f"cannot pack tensors of dtype {row.dtype.name} and {kind.name} into "
                "one. Use `tf.cast`."
            )
        if row.shape != rows[0].shape:
            raise InvalidArgumentError(
                "Shapes of all inputs must match: "
                f"{rows[0].shape} != {row.shape} [Op:Pack]"
            )
    if any(is_traced(row._value) or hasattr(row._value, "materialize") for row in rows):
        from ranvier import ops

        return ops.stack(rows)
    return Tensor(np.stack([row._host() for row in rows]))


def _tensors_in(value):
    for child in value:
        if isinstance(child, (Tensor, Variable, jax.Array)):
            yield child
        elif isinstance(child, (list, tuple)):
            yield from _tensors_in(child)


string = dtypes["string"]
