"""What a layer requires of its inputs, and the check."""

from ranvier.core import _dtypes, _tree
from ranvier.core._errors import ShapeError, close_names
from ranvier.core._variable import standardize_shape


class InputSpec:
    """The rank, shape, dtype and axes an input must have.

    Args:
        dtype: required dtype, or None.
        shape: required shape; None stands for any size of an axis.
        ndim: required rank.
        max_ndim: largest rank allowed.
        min_ndim: smallest rank allowed.
        axes: dictionary from an axis to its size.
        allow_last_axis_squeeze: let a last axis of size one be absent.
        name: expected key, when inputs come as a dictionary.
        optional: let the input be None.

    Example:
        >>> InputSpec(min_ndim=2, axes={-1: 8})
        InputSpec(min_ndim=2, axes={-1: 8})
    """

    def __init__(
        self,
        dtype=None,
        shape=None,
        ndim=None,
        max_ndim=None,
        min_ndim=None,
        axes=None,
        allow_last_axis_squeeze=False,
        name=None,
        optional=False,
    ):
        self.dtype = None if dtype is None else _dtypes.standardize_dtype(dtype)
        self.shape = None if shape is None else standardize_shape(shape)
        self.ndim = ndim if shape is None else len(self.shape)
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.name = name
        self.optional = optional
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        try:
            self.axes = {int(k): v for k, v in (axes or {}).items()}
        except (TypeError, ValueError) as error:
            raise TypeError(
                "Argument `axes` must be a dict with integer keys. "
                f"Received: axes={axes}"
            ) from error
        limit = self.ndim if self.ndim is not None else max_ndim
        if self.axes and limit is not None and max(self.axes) > limit - 1:
            raise ValueError(
                f"Axis {max(self.axes)} is greater than the maximum allowed value: "
                f"{limit - 1}"
            )

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            name: getattr(self, name)
            for name in ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        }

    @classmethod
    def from_config(cls, config):
        """Rebuilds a spec."""
        return cls(**config)

    def __repr__(self):
        shown = [f"{k}={v}" for k, v in self.get_config().items() if v]
        return f"InputSpec({', '.join(shown)})"


def check_inputs(spec, inputs, layer_name: str) -> None:
    """Raises unless `inputs` fit `spec`.

    Args:
        spec: an `InputSpec`, a structure of them, or None.
        inputs: a structure of tensors.
        layer_name: for the message.

    Raises:
        ValueError: naming the layer, what was expected and what came.
    """
    if not spec:
        return
    specs = _tree.flatten(spec)
    names = [s.name for s in specs if s is not None]
    named = len(names) == len(specs) and all(names)
    if isinstance(inputs, dict) and named:
        inputs = in_order(names, inputs, layer_name)
    inputs = _tree.flatten(inputs)
    if len(inputs) != len(specs):
        raise ShapeError(
            f'Layer "{layer_name}" expects {len(specs)} input(s)'
            + (f", named input(s) with keys {names}" if named else "")
            + f", but it received {len(inputs)} input tensors. Inputs received: "
            f"{[getattr(x, 'shape', x) for x in inputs]}"
        )
    for index, (x, one) in enumerate(zip(inputs, specs, strict=True)):
        if one is None or (x is None and one.optional):
            continue
        which = f"Input {index}" + (f" with name '{one.name}'" if one.name else "")
        if x is None:
            raise ValueError(
                f"{which} of layer '{layer_name}' is not optional, but None was "
                "passed. Please provide a tensor."
            )
        if not hasattr(x, "shape"):
            raise ValueError(
                f"Inputs to a layer should be tensors. Got '{x}' (of type {type(x)}) "
                f"as input for layer '{layer_name}'."
            )
        problem = _mismatch(one, x)
        if problem:
            raise ShapeError(
                f"{which} of layer '{layer_name}' is incompatible with the layer: "
                f"{problem}"
            )


def in_order(names, inputs: dict, layer_name: str) -> list:
    """Returns the entries of a dictionary of inputs in the order of their names.

    Raises:
        ShapeError: if a name is missing, with the nearest key.
    """
    missing = [name for name in names if name not in inputs]
    if missing:
        raise ShapeError(
            f"Missing data for input '{missing[0]}' of layer '{layer_name}'. Received "
            f"a dictionary with the keys {list(inputs)}. Expected the keys: {names}."
            f"{close_names(missing[0], inputs)}"
        )
    return [inputs[name] for name in names]


def _mismatch(spec, x) -> str | None:
    shape = tuple(x.shape)
    ndim = len(shape)
    full = f"Full shape received: {shape}"
    if spec.ndim is not None and not spec.allow_last_axis_squeeze and ndim != spec.ndim:
        return f"expected ndim={spec.ndim}, found ndim={ndim}. {full}"
    if spec.max_ndim is not None and ndim > spec.max_ndim:
        return f"expected max_ndim={spec.max_ndim}, found ndim={ndim}. {full}"
    if spec.min_ndim is not None and ndim < spec.min_ndim:
        return f"expected min_ndim={spec.min_ndim}, found ndim={ndim}. {full}"
    if spec.dtype is not None and _dtypes.dtype_of(x) != spec.dtype:
        return f"expected dtype={spec.dtype}, found dtype={_dtypes.dtype_of(x)}"
    for axis, size in spec.axes.items():
        if size is not None and shape[axis] not in (size, None):
            return (
                f"expected axis {axis} of input shape to have value {size}, but "
                f"received input with shape {shape}"
            )
    if spec.shape is not None:
        expected = spec.shape
        if spec.allow_last_axis_squeeze:
            shape = shape[:-1] if shape and shape[-1] == 1 else shape
            expected = expected[:-1] if expected and expected[-1] == 1 else expected
        for want, have in zip(expected, shape, strict=False):
            if want is not None and have is not None and want != have:
                return f"expected shape={spec.shape}, found shape={tuple(x.shape)}"
    return None
