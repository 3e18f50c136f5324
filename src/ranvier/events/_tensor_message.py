"""Arrays as the tensor messages of event files."""

import numpy as np

from ranvier.data.io._values import to_array
from ranvier.events._protos import protos
from ranvier.tensors._dtype import as_dtype


def tensor_message(value):
    """Returns an array as a message: raw bytes, or a list of strings.

    Args:
        value: an array, tensor, number, string or nested list of these.
    """
    array = to_array(value)
    message = protos().TensorProto(dtype=as_dtype(array.dtype).as_datatype_enum)
    message.tensor_shape.SetInParent()
    for size in array.shape:
        message.tensor_shape.dim.add(size=size)
    if array.dtype == object:
        message.string_val.extend(array.ravel().tolist())
    else:
        message.tensor_content = np.ascontiguousarray(array).tobytes()
    return message
