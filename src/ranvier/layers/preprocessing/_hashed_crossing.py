"""HashedCrossing: combinations of features to a fixed number of bins."""

import numpy as np

from ranvier.core._byte_column import ByteColumn
from ranvier.core._farmhash import farmhash64, fingerprint_cat
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing._categories import encode_categories, encoded_shape
from ranvier.layers.preprocessing._choices import choice
from ranvier.layers.preprocessing._composite import flat_of
from ranvier.layers.preprocessing._host_layer import HostLayer
from ranvier.layers.preprocessing._strings import as_array, check_strings
from ranvier.ops._symbolic import KerasTensor

# The key that TensorFlow's `cross_hashed` begins with.
_KEY = 0xDECAFCAFFE


@builtin("keras.layers")
class HashedCrossing(HostLayer):
    """Maps combinations of features to bins: `hash(concatenation) % num_bins`.

    Called on a list of strings or integers of shape `(batch,)`, `(batch, 1)` or `()`.
    The bins are those of Keras and TensorFlow.

    Args:
        num_bins: number of bins.
        output_mode: `"int"` or `"one_hot"`.
        sparse: return sparse tensors.
        name: optional name.
        dtype: of the outputs; default `"int64"`, or `floatx()` for `"one_hot"`.
        **kwargs: ignored, as in Keras.

    Example:
        >>> import numpy as np
        >>> cities, ages = np.array(["A", "B", "A"]), np.array([101, 101, 102])
        >>> HashedCrossing(num_bins=5)((cities, ages)).tolist()
        [1, 4, 3]
    """

    def __init__(
        self,
        num_bins,
        output_mode="int",
        sparse=False,
        name=None,
        dtype=None,
        **kwargs,
    ):
        if output_mode == "int" and dtype is None:
            dtype = "int64"
        super().__init__(name=name, dtype=dtype)
        choice("output_mode", output_mode, ("int", "one_hot"), "HashedCrossing")
        self.num_bins = num_bins
        self.output_mode = output_mode
        self.sparse = sparse

    def on_host(self, inputs):
        """Returns the bins."""
        if not isinstance(inputs, (list, tuple)):
            raise ValueError(
                "`HashedCrossing` should be called on a list or tuple of inputs. "
                f"Received: inputs={inputs}"
            )
        if len(inputs) < 2:
            raise ValueError(
                "`HashedCrossing` should be called on at least two inputs. "
                f"Received: inputs={inputs}"
            )
        if any(flat_of(x) is not x for x in inputs):
            raise ValueError("All `HashedCrossing` inputs should be dense tensors.")
        arrays = [as_array(x) for x in inputs]
        self._check_arrays(arrays)
        hashes = np.full(arrays[0].size, _KEY, np.uint64)
        for array in arrays:
            hashes = fingerprint_cat(hashes, self._fingerprints(array.reshape(-1)))
        bins = (hashes % np.uint64(self.num_bins)).astype(np.int64)
        return bins.reshape(arrays[0].shape)

    def _check_arrays(self, arrays):
        shapes = [array.shape for array in arrays]
        if len(shapes[0]) > 2 or (len(shapes[0]) == 2 and shapes[0][-1] != 1):
            raise ValueError(
                "All `HashedCrossing` inputs should have shape `()`, `(batch_size)` or "
                f"`(batch_size, 1)`. Received: shapes={shapes}"
            )
        if len(set(shapes)) > 1:
            raise ValueError(
                "All `HashedCrossing` inputs should have equal shape. "
                f"Received: shapes={shapes}"
            )
        if any(array.dtype.kind not in "iuUSO" for array in arrays):
            raise ValueError(
                "All `HashedCrossing` inputs should have an integer or string dtype. "
                f"Received: dtypes={[str(array.dtype) for array in arrays]}"
            )

    def _fingerprints(self, values):
        if values.dtype.kind not in "USO":
            return values.astype(np.int64).view(np.uint64)
        if values.dtype == object:
            check_strings(values.tolist(), self)
        return farmhash64(ByteColumn.of(values))

    def on_device(self, values):
        """Returns the bins as they are, or encoded."""
        if self.output_mode == "int":
            return encode_categories(values, "int", None, self.dtype)
        return encode_categories(values, "one_hot", self.num_bins, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        """Returns the shape of the outputs for the shapes of the inputs."""
        if len(input_shape) < 2 or not all(isinstance(s, tuple) for s in input_shape):
            raise ValueError(
                "Expected as input a list/tuple of 2 tensors. "
                f"Received input_shape={input_shape}"
            )
        if len({shape[-1:] for shape in input_shape}) > 1:
            raise ValueError(
                "Expected the input tensors to have identical shapes. "
                f"Received input_shape={input_shape}"
            )
        return encoded_shape(input_shape[0], self.output_mode, self.num_bins)

    def compute_output_spec(self, inputs):
        """Returns a symbolic output."""
        shape = self.compute_output_shape([x.shape for x in inputs])
        return KerasTensor(shape, dtype=self.compute_dtype)

    def get_config(self):
        """Returns the arguments of the constructor."""
        return {
            "num_bins": self.num_bins,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }
