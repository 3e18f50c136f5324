"""Values of an ONNX graph under construction.

A `Value` is a constant array or the result of a node. Its shape may have a size of 1
where the traced program has a larger one, and lack leading axes: ONNX broadcasts as
NumPy does, so that what a program spreads out explicitly is kept small until something
needs it whole.
"""

import dataclasses

import ml_dtypes
import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Value:
    """A tensor of the graph.

    Attributes:
        shape: its sizes, numbers or symbolic.
        dtype: name of the dtype.
        array: the array, if it is constant.
        name: the name in the graph; constants but weights have none until they are
            used.
    """

    shape: tuple
    dtype: str
    array: np.ndarray | None = None
    name: str = ""


def stored_dtype(dtype) -> str:
    """Returns the dtype that stands for one of JAX: narrow floats become float32."""
    name = str(dtype)
    return "float32" if name in ("bfloat16", "float16") else name


def constant(array, dtype=None) -> Value:
    """Returns an array as a constant of a dtype; default: its own."""
    array = np.asarray(array)
    array = array.astype(dtype or stored_dtype(array.dtype), copy=False)
    return Value(array.shape, str(array.dtype), array)


def is_one(size) -> bool:
    """Tells whether a size is 1; symbolic ones are not."""
    return isinstance(size, int) and size == 1


def is_static(shape) -> bool:
    """Tells whether no size is symbolic."""
    return all(isinstance(size, int) for size in shape)


def joint_shape(*shapes) -> tuple:
    """Returns the shape that shapes broadcast to."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    return tuple(
        next((size for size in sizes if not is_one(size)), 1) for sizes in zip(*padded)
    )


def to_array(array) -> np.ndarray:
    """Returns an array of JAX in a type that ONNX files hold."""
    array = np.asarray(array)
    narrow = array.dtype in (ml_dtypes.bfloat16, np.float16)
    return array.astype(np.float32) if narrow else array
