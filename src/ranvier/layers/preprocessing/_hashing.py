"""Hashing: strings or integers to a fixed number of bins."""

import numpy as np

from ranvier.core import _config
from ranvier.core._hash_bins import hash_bins
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing._categories import encode_categories
from ranvier.layers.preprocessing._composite import flat_of, padded_rows, with_flat
from ranvier.layers.preprocessing._host_layer import HostLayer
from ranvier.layers.preprocessing._lookup_arguments import key_of_salt
from ranvier.layers.preprocessing._strings import as_array, check_strings, to_text
from ranvier.ops._symbolic import KerasTensor

_MODES = ("int", "one_hot", "multi_hot", "count")


@builtin("keras.layers")
class Hashing(HostLayer):
    """Maps strings or integers to bins by a hash function.

    The bins are those of Keras and TensorFlow: FarmHash64 without a salt, SipHash64
    with one.

    Args:
        num_bins: number of bins, that of the masked value included.
        mask_value: the value that goes to bin 0, which then holds no other.
        salt: key of the hash function, one or two integers.
        output_mode: `"int"`, `"one_hot"` (of each value), `"multi_hot"` or `"count"`
            (of each row).
        sparse: return sparse tensors.
        **kwargs: `name`, `dtype`.

    Example:
        >>> Hashing(num_bins=3)([["A"], ["B"], ["C"]]).tolist()
        [[1], [0], [1]]
    """

    def __init__(
        self,
        num_bins,
        mask_value=None,
        salt=None,
        output_mode="int",
        sparse=False,
        **kwargs,
    ):
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else _config.floatx()
        super().__init__(**kwargs)
        if num_bins is None or num_bins <= 0:
            raise ValueError(
                "The `num_bins` for `Hashing` cannot be `None` or non-positive values. "
                f"Received: num_bins={num_bins}."
            )
        if output_mode == "int" and self.dtype_policy.name not in ("int32", "int64"):
            raise ValueError(
                'When `output_mode="int"`, `dtype` should be an integer type, '
                f"'int32' or 'int64'. Received: dtype={kwargs['dtype']}"
            )
        if output_mode not in _MODES:
            raise ValueError(
                "Invalid value for argument `output_mode`. Expected one of "
                f"{_MODES}. Received: output_mode={output_mode}"
            )
        if sparse and output_mode == "int":
            raise ValueError(
                '`sparse` may only be true if `output_mode` is `"one_hot"`, '
                f'`"multi_hot"`, or `"count"`. Received: sparse={sparse} and '
                f"output_mode={output_mode}"
            )
        self.num_bins = num_bins
        self.mask_value = mask_value
        self.salt = key_of_salt(salt, "Hashing")
        self.output_mode = output_mode
        self.sparse = sparse

    def on_host(self, inputs):
        """Returns the bins."""
        flat = flat_of(inputs)
        array = as_array(flat)
        bins = self._bins(array.reshape(-1)).reshape(array.shape)
        if flat is inputs:
            return bins
        if self.output_mode == "int":
            return with_flat(inputs, bins)
        return padded_rows(inputs, bins, -1)

    def _bins(self, values):
        if values.dtype == object:
            values = _strings_or_integers(values, self)
        elif values.dtype.kind == "f":
            values = values.astype(np.int64)
        elif values.dtype.kind == "b":
            values = np.where(values, b"true", b"false")
        if isinstance(self.mask_value, (str, bytes)) and values.dtype.kind in "iu":
            raise TypeError(
                f"Layer '{self.name}' (Hashing) hashes integers here: it cannot "
                f"compare them with mask_value={self.mask_value!r}. Pass an integer."
            )
        if self.mask_value is None or self.num_bins == 1:
            return hash_bins(values, self.num_bins, self.salt)
        bins = 1 + hash_bins(values, self.num_bins - 1, self.salt)
        bins[self._is_masked(values)] = 0
        return bins

    def _is_masked(self, values):
        mask = self.mask_value
        if values.dtype.kind == "S":
            return values == to_text(mask).encode()
        if values.dtype == object:
            return (values == to_text(mask)) | (values == to_text(mask).encode())
        return values == mask

    def on_device(self, values):
        """Returns the bins as they are, or encoded."""
        if self.output_mode == "int":
            return values
        return encode_categories(
            values, self.output_mode, self.num_bins, self.compute_dtype
        )

    def compute_output_shape(self, input_shape):
        """Returns the shape of the outputs."""
        shape = tuple(input_shape)
        return shape if self.output_mode == "int" else (*shape[:-1], self.num_bins)

    def compute_output_spec(self, inputs):
        """Returns a symbolic output."""
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=self.dtype)

    def get_config(self):
        """Returns the arguments of the constructor."""
        return {
            **super().get_config(),
            "num_bins": self.num_bins,
            "salt": self.salt,
            "mask_value": self.mask_value,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }


def _strings_or_integers(values, layer):
    """Returns an array of objects; as integers, if they are that."""
    if all(isinstance(value, (int, np.integer)) for value in values):
        return values.astype(np.int64)
    check_strings(values.tolist(), layer)
    return values
