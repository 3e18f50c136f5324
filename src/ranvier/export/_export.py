"""`Model.export`: which format, and what it may be given."""

import functools
import zipfile

from ranvier.core._errors import close_names, require
from ranvier.core._files import atomic_path
from ranvier.export._inference import InferenceFunction
from ranvier.saving._exported_stablehlo import write_stablehlo

# Formats of Keras that need other frameworks.
_OF_OTHERS = ("litert", "openvino", "tf_saved_model", "torch")
_PLATFORMS = ("cpu", "cuda", "tpu")


def export_model(
    model, filepath, format=None, verbose=None, input_signature=None, **kwargs
):
    """Writes what a model computes in inference, to be used without its classes.

    Args:
        model: a built model.
        filepath: the file to write.
        format: `"onnx"` or `"stablehlo"`; None decides by the file's ending: `.onnx`,
            else StableHLO.
        verbose: whether to say where the file is.
        input_signature: list with a structure of `InputSpec`, symbolic tensors or
            arrays for each argument of a call. None takes the model's own inputs. The
            first size of a tensor or array may vary afterwards, and all sizes of an
            `InputSpec` that are None.
        **kwargs: `platforms` (StableHLO; default `("cpu", "cuda", "tpu")`) or
            `opset_version` (ONNX).

    Raises:
        ValueError: for formats that ranvier does not write, models without known
            inputs, and computations that the format cannot express, with the layer.
        MissingExtraError: if a package that is needed is not installed.

    Example:
        >>> import ranvier as rv, tempfile
        >>> model = rv.Sequential([rv.Input((2,)), rv.layers.Dense(1)])
        >>> path = tempfile.mkdtemp() + "/model.onnx"
        >>> export_model(model, path)
        >>> rv.saving.load_exported(path)([[1.0, 2.0]]).shape
        (1, 1)
    """
    if format is None:
        format = "onnx" if str(filepath).endswith(".onnx") else "stablehlo"
    write = _writer(format, kwargs)
    function = InferenceFunction(model, input_signature)
    with atomic_path(filepath) as temporary:
        write(function, temporary)
    if verbose:
        print(f"Saved artifact at '{filepath}'.")


def _writer(format, options):
    """Returns the function of `(inference function, path)` that writes a format."""
    known = {"onnx": (_write_onnx, {"opset_version"}), "stablehlo": ()}
    known["stablehlo"] = (_write_stablehlo, {"platforms"})
    if format not in known:
        reason = ""
        if format in _OF_OTHERS:
            reason = " That one is written by another framework's converter."
        raise ValueError(
            f"Unrecognized format={format!r}. Models can be exported as 'onnx' or "
            f"'stablehlo'.{reason}{close_names(format, known)}"
        )
    write, names = known[format]
    unknown = options.keys() - names
    if unknown:
        raise ValueError(
            f"`export()` does not know {sorted(unknown)} for format='{format}'. "
            f"Known: {sorted(names)}."
        )
    return functools.partial(write, **options)


def _write_stablehlo(function, path, platforms=None):
    require("flatbuffers", "stablehlo")
    from ranvier.export._stablehlo import serialize

    program = serialize(function, tuple(platforms or _PLATFORMS))
    with zipfile.ZipFile(path, "w") as archive:
        write_stablehlo(archive, program, function.weights, function.signature)


def _write_onnx(function, path, opset_version=None):
    onnx = require("onnx", "onnx")
    from ranvier.export._onnx import to_onnx

    onnx.save(to_onnx(function, opset_version), path)
