"""Exported models: read back and called without the Python classes they came from."""

import pathlib

from ranvier.saving import _safety
from ranvier.saving._exported_onnx import load_onnx
from ranvier.saving._exported_stablehlo import load_stablehlo


def load_exported(filepath):
    """Returns the model of a file of `Model.export` as a function of its inputs.

    A StableHLO file runs through JAX, an ONNX file through onnxruntime. Loading runs
    nothing; a call runs the arithmetic of the program, which cannot reach Python, files
    or the network.

    Args:
        filepath: a file written with `format="stablehlo"` or `"onnx"`, or an ONNX file
            of another tool.

    Returns:
        A callable that takes and gives arrays in the structures of the model. Its
        `signature` tells names, shapes and dtypes.

    Raises:
        ValueError: if the file is damaged, unsafe, or of another kind.
        MissingExtraError: if a package that is needed is not installed.

    Example:
        >>> import ranvier as rv, tempfile
        >>> model = rv.Sequential([rv.Input((2,), name="x"), rv.layers.Dense(1)])
        >>> path = tempfile.mkdtemp() + "/model.stablehlo"
        >>> model.export(path)
        >>> served = load_exported(path)
        >>> served([[1.0, 2.0], [3.0, 4.0]]).shape
        (2, 1)
        >>> served.signature.describe()
        "x: float32['batch', 2]"
    """
    path = pathlib.Path(filepath)
    with _safety.naming(filepath):
        if not path.is_file():
            raise ValueError("There is no such file.")
        with path.open("rb") as file:
            is_archive = file.read(2) == b"PK"
        return load_stablehlo(path) if is_archive else load_onnx(path)
