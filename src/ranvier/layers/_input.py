"""Input and InputLayer: where data enters a model."""

import warnings

from ranvier.core import _dtypes
from ranvier.core._registry import builtin
from ranvier.core._variable import standardize_shape
from ranvier.layers._layer import Layer
from ranvier.ops._nodes import Node
from ranvier.ops._symbolic import KerasTensor


@builtin("keras.layers")
class InputLayer(Layer):
    """The layer behind an `Input`: passes its input on.

    Args:
        shape: shape of one sample, without the batch axis.
        batch_size: fixed batch size, or None.
        dtype: dtype of the input.
        sparse: whether the input is sparse.
        ragged: whether the input is ragged.
        batch_shape: shape with the batch axis, instead of `shape`.
        input_tensor: an existing symbolic tensor to use.
        optional: whether None may be passed.
        name: optional name.
        input_shape: the older name of `shape`.

    Example:
        >>> InputLayer(shape=(8,)).output.shape
        (None, 8)
    """

    def __init__(
        self,
        shape=None,
        batch_size=None,
        dtype=None,
        sparse=None,
        ragged=None,
        batch_shape=None,
        input_tensor=None,
        optional=False,
        name=None,
        **kwargs,
    ):
        super().__init__(name=name)
        if "input_shape" in kwargs:
            warnings.warn(
                "Argument `input_shape` is deprecated. Use `shape` instead.",
                stacklevel=2,
            )
            shape = kwargs.pop("input_shape")
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        if kwargs:
            raise ValueError(f"Unrecognized keyword arguments: {kwargs}")
        if input_tensor is not None:
            if not isinstance(input_tensor, KerasTensor):
                raise ValueError(
                    "Argument `input_tensor` must be a KerasTensor. "
                    f"Received invalid type: input_tensor={input_tensor}"
                )
            _check_fits(
                input_tensor,
                batch_size=batch_size,
                shape=shape,
                batch_shape=batch_shape,
                dtype=dtype,
                sparse=sparse,
                ragged=ragged,
            )
            batch_shape, dtype = input_tensor.shape, input_tensor.dtype
            sparse, ragged = input_tensor.sparse, input_tensor.ragged
        elif shape is not None and batch_shape is not None:
            raise ValueError("You cannot pass both `shape` and `batch_shape`.")
        elif shape is None and batch_shape is None:
            raise ValueError("You must pass a `shape` argument.")
        elif batch_size is not None and batch_shape is not None:
            raise ValueError("You cannot pass both `batch_size` and `batch_shape`.")
        elif batch_shape is None:
            batch_shape = (batch_size, *standardize_shape(shape))
        self._batch_shape = standardize_shape(batch_shape)
        self._dtype = _dtypes.standardize_dtype(dtype)
        self.sparse = bool(sparse)
        self.ragged = bool(ragged)
        self.optional = optional
        if input_tensor is None:
            input_tensor = KerasTensor(
                self._batch_shape,
                dtype=self._dtype,
                sparse=self.sparse,
                ragged=self.ragged,
                name=self.name,
            )
        self._input_tensor = input_tensor
        Node(self, (), {}, input_tensor)
        self.built = True

    def call(self):
        return None

    @property
    def batch_shape(self):
        """The shape with the batch axis."""
        return self._batch_shape

    @property
    def dtype(self):
        """The dtype of the input."""
        return self._dtype

    def get_config(self):
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.dtype,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
            "optional": self.optional,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def _check_fits(tensor, **arguments):
    """Raises if an argument says something else than the tensor it comes with."""
    shape = standardize_shape(tensor.shape)
    true = {
        "batch_size": shape[0] if shape else None,
        "shape": shape[1:],
        "batch_shape": shape,
        "dtype": tensor.dtype,
        "sparse": tensor.sparse,
        "ragged": tensor.ragged,
    }
    standard = {
        "shape": standardize_shape,
        "batch_shape": standardize_shape,
        "dtype": _dtypes.standardize_dtype,
        "sparse": bool,
        "ragged": bool,
    }
    for name, value in arguments.items():
        if value is None:
            continue
        if standard.get(name, int)(value) != true[name]:
            raise ValueError(
                f"With `input_tensor` you cannot provide an incompatible `{name}`: "
                f"the tensor's is {true[name]!r}. Received: {name}={value!r}"
            )


def Input(
    shape=None,
    batch_size=None,
    dtype=None,
    sparse=None,
    ragged=None,
    batch_shape=None,
    name=None,
    tensor=None,
    optional=False,
):
    """Returns a symbolic tensor that stands for an input of a model.

    Args:
        shape: shape of one sample, without the batch axis; None for unknown sizes.
        batch_size: fixed batch size, or None.
        dtype: default `floatx()`.
        sparse: whether the input is sparse.
        ragged: whether the input is ragged.
        batch_shape: shape with the batch axis, instead of `shape`.
        name: the name by which a dictionary of inputs refers to it.
        tensor: an existing symbolic tensor to use.
        optional: whether None may be passed.

    Raises:
        ValueError: if no shape is given, or two, or one that the tensor does not have.

    Example:
        >>> x = Input((8,), name="features")
        >>> x.shape, x.dtype
        ((None, 8), 'float32')
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name,
    )
    return layer.output
