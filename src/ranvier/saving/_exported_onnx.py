"""ONNX files, run by onnxruntime."""

import numpy as np

from ranvier.core import _tree
from ranvier.core._errors import require
from ranvier.saving import _safety
from ranvier.saving._signature import Signature, TensorInfo

# The metadata of an ONNX model that holds ranvier's signature.
METADATA_KEY = "ranvier_signature"

_DTYPES = {"tensor(float)": "float32", "tensor(double)": "float64"}
_DTYPES |= {"tensor(bool)": "bool", "tensor(float16)": "float16"}
_DTYPES |= {f"tensor(int{bits})": f"int{bits}" for bits in (8, 16, 32, 64)}
_DTYPES |= {f"tensor(uint{bits})": f"uint{bits}" for bits in (8, 16, 32, 64)}


class ONNXModel:
    """An ONNX model as a function of arrays.

    Attributes:
        signature: names, shapes, dtypes and structure of inputs and outputs.
    """

    def __init__(self, session):
        self._session = session
        text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
        inputs = [_info(value) for value in session.get_inputs()]
        outputs = [_info(value) for value in session.get_outputs()]
        if text is None:  # another tool's
            single = len(outputs) == 1
            self.signature = Signature(tuple(inputs), outputs[0] if single else outputs)
        else:
            self.signature = Signature.from_json(
                _safety.parse_json(text, "Its signature")
            )
        names = [info.name for info in _tree.flatten(self.signature.inputs)]
        if names != [info.name for info in inputs] or len(outputs) != len(
            _tree.flatten(self.signature.outputs)
        ):
            raise ValueError("Its signature does not fit its inputs and outputs.")

    def __call__(self, *inputs):
        """Computes the outputs, NumPy arrays."""
        arrays = self.signature.flatten_arguments(inputs)
        named = {
            info.name: np.asarray(array).astype(info.dtype)
            for info, array in zip(_tree.flatten(self.signature.inputs), arrays)
        }
        outputs = self._session.run(None, named)
        return _tree.pack_sequence_as(self.signature.outputs, list(outputs))


def load_onnx(path) -> ONNXModel:
    """Returns the model of an ONNX file."""
    onnxruntime = require("onnxruntime", "onnx")
    onnx = require("onnx", "onnx")
    content = path.read_bytes()
    try:
        model = onnx.load_model_from_string(content)
    except Exception as error:  # protobuf has errors of its own
        raise ValueError(f"It is no ONNX file, or a broken one: {error}") from error
    if any(_tensors_elsewhere(onnx, model)):
        raise ValueError("It keeps weights in other files. It is refused.")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors come as exceptions
    try:
        session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise ValueError(f"onnxruntime cannot run it: {error}") from error
    return ONNXModel(session)


def _tensors_elsewhere(onnx, message):
    """Yields the tensors, at any depth, whose values lie outside the file."""
    if isinstance(message, onnx.TensorProto):
        if message.data_location == onnx.TensorProto.EXTERNAL or message.external_data:
            yield message
        return
    for field, value in message.ListFields():
        if field.message_type is not None:
            # One message, or a list of them.
            for child in [value] if hasattr(value, "ListFields") else value:
                yield from _tensors_elsewhere(onnx, child)


def _info(value):
    shape = tuple(
        size if isinstance(size, int) else str(size or f"{value.name}_{axis}")
        for axis, size in enumerate(value.shape)
    )
    if value.type not in _DTYPES:
        raise ValueError(f"'{value.name}' is a {value.type}; arrays of numbers fit.")
    return TensorInfo(value.name, shape, _DTYPES[value.type])
