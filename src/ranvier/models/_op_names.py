"""How calls of ops stand in model files: Keras's class for each op.

In Keras an op in a graph is an object of a class: `ops.sum(x, axis=1)` is
`Sum(axis=1)` called on `x`. The class's `call` takes the arguments that may be
tensors, its constructor takes the others, all under the names the function has.
The table lists the classes by module and by the arguments of `call`. An op is named
like its class in snake case; where not, the table says `op=Class`.
"""

import inspect
from typing import NamedTuple

from ranvier import activations
from ranvier.core import _dtypes, _tree
from ranvier.core._naming import to_snake_case
from ranvier.ops._dispatch import op, signature_of, table

_CLASSES = {
    "ops.core": {
        "x": "Unstack Cast SaturateCast ConvertToTensor",
        "variable": "StopGradient",
        "indices values": "Scatter",
        "inputs indices updates": "ScatterUpdate",
        "inputs start_indices": "Slice",
        "inputs start_indices updates": "SliceUpdate",
        "f xs": "Map",
        "f init xs": "Scan",
        "f elems": "AssociativeScan",
        "elements": "VectorizedMap",
        "pred true_fn false_fn": "Cond",
        "index branches *operands": "Switch",
        "loop_vars": "WhileLoop",
        "init_val": "ForiLoop",
    },
    "ops.numpy": {
        "x": """
            absolute=Abs Absolute All Amax Amin Angle Any Arccos Arccosh Arcsin Arcsinh
            Arctan Arctanh Argmax Argmin Argpartition Argsort Array ArraySplit Bincount
            BitwiseInvert bitwise_invert=BitwiseNot BroadcastTo Cbrt Ceil Clip
            conjugate=Conj Conjugate Copy Corrcoef Cos Cosh CountNonzero Cumprod Cumsum
            Deg2rad Diag Diagflat Diagonal Dsplit EmptyLike Exp Exp2 ExpandDims Expm1
            Fabs Flip Fliplr Flipud Floor Histogram Hsplit I0 Imag Isfinite Isinf Isnan
            Isneginf Isposinf Isreal Log Log10 Log1p Log2 LogicalNot Max Mean Median Min
            Moveaxis Nanargmax Nanargmin Nancumprod Nancumsum Nanmax Nanmean Nanmedian
            Nanmin Nanprod Nanstd Nansum NanToNum Nanvar Ndim Negative Nonzero OnesLike
            Prod Ptp Rad2deg Ravel Real Reciprocal Repeat Reshape Roll Round Sign
            Signbit Sin Sinc Sinh Size Slogdet Sort Split Sqrt Square Squeeze Stack Std
            Sum Swapaxes Tan Tanh Tile Trace Transpose Tril Triu Trunc Unique Vander Var
            View Vsplit ZerosLike
        """,
        "x1 x2": """
            Add allclose=AllClose Append Arctan2 Correlate Cross Divide DivideNoNan Dot
            Equal FloorDivide Fmax Fmin Fmod Gcd Greater GreaterEqual Heaviside Hypot
            Inner isin=IsIn Kron Lcm Ldexp Less LessEqual Logaddexp Logaddexp2
            LogicalAnd LogicalOr LogicalXor Matmul Maximum Minimum Mod Multiply
            Nextafter NotEqual Outer Power Subtract Tensordot divide=TrueDivide Vdot
        """,
        "x y": """
            BitwiseAnd BitwiseLeftShift BitwiseOr BitwiseRightShift BitwiseXor
            bitwise_left_shift=LeftShift bitwise_right_shift=RightShift
        """,
        "xs": "Concatenate Dstack Hstack Vstack",
        "x q": "Nanpercentile Nanquantile Percentile Quantile",
        "x indices": "Take TakeAlongAxis",
        "start stop": "Geomspace Linspace Logspace",
        "start stop step": "Arange",
        "x key": "GetItem",
        "x weights": "Average",
        "x bins": "Digitize",
        "x fill_value": "FullLike",
        "x constant_values": "Pad",
        "x1 x2 rtol atol": "Isclose",
        "condition x1 x2": "Where",
        "condlist choicelist default": "Select",
        "sorted_sequence values": "searchsorted=SearchSorted",
        "a": "Diff",
        "y": "Trapezoid",
        "array": "Rot90",
        "indices": "UnravelIndex",
        "fill_value": "Full",
        "*x": "Meshgrid",
        "*operands **kwargs": "Einsum",
    },
    "ops.nn": {
        "x": """
            Celu DepthToSpace Elu Fold Gelu Glu HardShrink HardSigmoid HardSilu HardTanh
            LeakyRelu LogSigmoid LogSoftmax Moments Normalize OneHot Relu Relu6 Selu
            Sigmoid Silu Softmax Softplus SoftShrink Softsign SpaceToDepth Sparsemax
            SparsePlus SparseSigmoid Squareplus TanhShrink Threshold Unfold
        """,
        "inputs": "MaxPool AdaptiveMaxPool AveragePool AdaptiveAveragePool MultiHot",
        "inputs kernel": "Conv DepthwiseConv ConvTranspose",
        "inputs depthwise_kernel pointwise_kernel": "SeparableConv",
        "target output": """
            BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy
        """,
        "target output target_length output_length": "CTCLoss",
        "inputs sequence_lengths": "CTCDecode",
        "x mean variance offset scale": "batch_normalization=BatchNorm",
        "x gamma beta": "layer_normalization=LayerNorm",
        "x scale": "rms_normalization=RMSNorm",
        "query key value bias mask scale": "DotProductAttention",
        "x1 x2": "PSNR",
        "abs_ angle": "Polar",
    },
    "ops.math": {
        "x": """
            Erf Erfc Erfinv ExtractSequences FFT FFT2 IFFT2 IRFFT ISTFT Logdet Logsumexp
            RFFT Rsqrt STFT TopK ViewAsComplex ViewAsReal
        """,
        "x y": "cdist=CDist",
        "data segment_ids": "SegmentSum SegmentMax SegmentMin SegmentProd",
        "targets predictions": "InTopK",
    },
    "ops.linalg": {
        "x": """
            Cholesky CholeskyInverse Det Eig Eigh Inv LuFactor MatrixRank Norm Pinv Qr
            SVD
        """,
        "a b": "Solve SolveTriangular Lstsq",
        "fun primals tangents": "JVP",
    },
    "ops.image": {
        "images": """
            CropImages ElasticTransform ExtractPatches GaussianBlur HSVToRGB PadImages
            Resize RGBToGrayscale RGBToHSV SobelEdges
        """,
        "images transform": "AffineTransform",
        "images start_points end_points": "PerspectiveTransform",
        "images output_shape scale translation": "ScaleAndTranslate",
        "inputs coordinates": "MapCoordinates",
        "image1 image2": "SSIM",
    },
    "ops.einops": {"tensor pattern **axes_lengths": "Rearrange"},
    # Two activations are ops of their own there; here they are made of several.
    "activations.activations": {
        "x": "activations.relu=ReLU activations.mish=Mish",
    },
}
op(activations.relu, path="activations.relu")
op(activations.mish, path="activations.mish")


class OpClass(NamedTuple):
    """Keras's class for an op.

    Attributes:
        path: the op's name in `ops._dispatch.table`.
        module: Keras's module of the class.
        name: the class's name.
        call_names: the arguments of its `call`, with `*` and `**` as in a signature.
    """

    path: str
    module: str
    name: str
    call_names: tuple


def _entries():
    for module, groups in _CLASSES.items():
        for call_names, words in groups.items():
            for word in words.split():
                path, _, name = word.rpartition("=")
                yield OpClass(
                    path or to_snake_case(name),
                    f"keras.src.{module}",
                    name,
                    tuple(call_names.split()),
                )


_by_class = {(entry.module, entry.name): entry for entry in _entries()}
# Some ops have several classes: the one of the op's own name is written.
_by_path: dict = {}
for _entry in _by_class.values():
    if _entry.path not in _by_path or _entry.path == to_snake_case(_entry.name):
        _by_path[_entry.path] = _entry


def op_classes() -> list[OpClass]:
    """Returns the whole table."""
    return list(_by_class.values())


def class_of_op(path: str) -> OpClass | None:
    """Returns Keras's class for an op, or None if Keras has none.

    Example:
        >>> class_of_op("log1p").name
        'Log1p'
    """
    return _by_path.get(path)


def find_op_class(config: dict) -> OpClass | None:
    """Returns the entry of the class that a config names, or None."""
    module, name = config.get("module"), config.get("class_name")
    if not isinstance(name, str):
        return None
    if module is None and "trainable" not in (config.get("config") or ()):
        # In `.h5` files there are no modules. A layer has more in its config.
        return next((c for (_, n), c in _by_class.items() if n == name), None)
    return _by_class.get((module, name)) if isinstance(module, str) else None


def split_arguments(entry: OpClass, args, kwargs):
    """Sorts an op's arguments into those of Keras's `call` and of its constructor.

    Returns:
        `(args, kwargs, config)`: the two kinds of arguments of the call, and the
        constructor's.
    """
    bound = signature_of(table[entry.path]).bind(*args, **kwargs)
    bound.apply_defaults()
    config = dict(bound.arguments)
    call_args, call_kwargs = [], {}
    for name in entry.call_names:
        value = config.pop(name.lstrip("*"))
        if name.startswith("**"):
            call_kwargs.update(value)
        elif name.startswith("*"):
            call_args.extend(value)
        else:
            call_args.append(value)
    config |= config.pop("kwargs", {})  # of an op that takes any
    if config.get("dtype") is not None:
        config["dtype"] = _dtypes.standardize_dtype(config["dtype"])
    return tuple(call_args), call_kwargs, config


def join_arguments(entry: OpClass, args, kwargs, config):
    """Returns the op's `(args, kwargs)`: the reverse of `split_arguments`.

    Raises:
        ValueError: for an argument that the op does not have.
    """
    signature = signature_of(table[entry.path])
    arguments, rest, kwargs = {}, list(args), dict(kwargs)
    for name in entry.call_names:
        plain = name.lstrip("*")
        if name.startswith("**"):
            arguments[plain], kwargs = kwargs, {}
        elif name.startswith("*"):
            arguments[plain], rest = tuple(rest), []
        elif rest:
            arguments[plain] = rest.pop(0)
        elif plain in kwargs:
            arguments[plain] = kwargs.pop(plain)
    for name, value in config.items():
        if name in signature.parameters or value not in (None, False):
            # JSON has no tuples, and axes and shapes must not be lists.
            arguments[name] = _tree.lists_to_tuples(value)
    if isinstance(arguments.get("key"), list):
        arguments["key"] = tuple(arguments["key"])
    unknown = sorted((set(arguments) | set(kwargs)) - set(signature.parameters))
    if unknown or rest:
        raise ValueError(
            f"The op '{entry.path}' ({entry.module}.{entry.name}) takes no argument "
            f"{unknown or rest}. Its arguments: {list(signature.parameters)}."
        )
    ordered = {k: arguments[k] for k in signature.parameters if k in arguments}
    bound = inspect.BoundArguments(signature, ordered)
    bound.apply_defaults()
    return bound.args, bound.kwargs
