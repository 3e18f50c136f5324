"""Discretization: numbers to the intervals they lie in."""

import functools

import jax
import numpy as np

from ranvier import ops
from ranvier.core import _config
from ranvier.core._errors import NotBuiltError
from ranvier.core._registry import builtin
from ranvier.layers._layer import Layer
from ranvier.layers.preprocessing import _quantiles
from ranvier.layers.preprocessing._adapt import Adaptable
from ranvier.layers.preprocessing._arrays import from_numbers
from ranvier.layers.preprocessing._categories import encode_categories
from ranvier.layers.preprocessing._choices import choice
from ranvier.layers.preprocessing._composite import (
    flat_of,
    is_ragged,
    is_sparse,
    padded_rows,
    with_flat,
)
from ranvier.layers.preprocessing._host_layer import finished
from ranvier.ops._symbolic import KerasTensor


@builtin("keras.layers")
class Discretization(Adaptable, Layer):
    """Maps numbers to the index of their interval.

    The boundaries are given, or found by `adapt` such that each of `num_bins` intervals
    holds about equally many values. `adapt` reads data in one pass. The share of values
    below a boundary is off by `2 * epsilon` at most, or by one value; `16 / epsilon`
    numbers are kept for each doubling of the data beyond as many.

    Args:
        bin_boundaries: the boundaries, ascending; an interval holds its left one.
        num_bins: the number of intervals to find.
        epsilon: the precision of the shares.
        output_mode: `"int"`; `"one_hot"` (of each number), `"multi_hot"` or `"count"`
            (of each row).
        sparse: return sparse tensors.
        dtype: of encoded outputs.
        name: optional name.

    Example:
        >>> Discretization(bin_boundaries=[0.0, 1.0])([[-1.5, 0.0, 3.4]]).tolist()
        [[0, 1, 2]]
        >>> layer = Discretization(num_bins=2)
        >>> layer.adapt([1.0, 2.0, 3.0, 4.0])
        >>> layer.bin_boundaries
        [2.0]
    """

    def __init__(
        self,
        bin_boundaries=None,
        num_bins=None,
        epsilon=0.01,
        output_mode="int",
        sparse=False,
        dtype=None,
        name=None,
    ):
        super().__init__(name=name, dtype=dtype)
        if sparse and output_mode == "int":
            raise ValueError(
                "`sparse=True` may only be used if `output_mode` is `'one_hot'`, "
                f"`'multi_hot'`, or `'count'`. Received: sparse={sparse} and "
                f"output_mode={output_mode}"
            )
        modes = ("int", "one_hot", "multi_hot", "count")
        choice("output_mode", output_mode, modes, "Discretization")
        if num_bins is not None and num_bins < 0:
            raise ValueError(
                "`num_bins` must be greater than or equal to 0. "
                f"Received: `num_bins={num_bins}`"
            )
        if num_bins is not None and bin_boundaries is not None:
            raise ValueError(
                "Both `num_bins` and `bin_boundaries` should not be set. Received: "
                f"`num_bins={num_bins}` and `bin_boundaries={bin_boundaries}`"
            )
        if num_bins is None and bin_boundaries is None:
            raise ValueError("You need to set either `num_bins` or `bin_boundaries`.")
        is_text = isinstance(bin_boundaries, (str, bytes))
        if is_text or (bin_boundaries is not None and np.ndim(bin_boundaries) != 1):
            raise ValueError(
                "`bin_boundaries` must be a list of numbers. (To let `adapt` find "
                "boundaries, pass `num_bins=`.) Received: "
                f"bin_boundaries={bin_boundaries!r}"
            )
        if not 0 < epsilon:
            raise ValueError(
                "`epsilon`, the share of values that a boundary may be off, must be "
                f"greater than 0. Received: epsilon={epsilon}"
            )
        if bin_boundaries is not None and np.any(np.diff(bin_boundaries) < 0):
            raise ValueError(
                "`bin_boundaries` must ascend: sort them. "
                f"Received: bin_boundaries={bin_boundaries}"
            )
        self._allow_non_tensor_positional_args = True
        self.bin_boundaries = bin_boundaries
        self.num_bins = num_bins
        self.epsilon = epsilon
        self.output_mode = output_mode
        self.sparse = sparse
        self.reset_state()

    @property
    def input_dtype(self):
        """The dtype of an input made for the layer."""
        return _config.floatx()

    @property
    def output_dtype(self):
        """The dtype of the outputs."""
        return "int32" if self.output_mode == "int" else self.compute_dtype

    # Learning the boundaries.

    def adapt(self, data, steps=None):
        """Finds boundaries such that the intervals hold about equally many values.

        Args:
            data: an array, or an iterable of batches: a list, a dataset, a generator.
            steps: number of batches to read of an iterable.

        Raises:
            ValueError: if the layer was given its boundaries.
        """
        if self.num_bins is None:
            raise ValueError(
                "Cannot adapt a Discretization layer that has been initialized with "
                "`bin_boundaries`, use `num_bins` instead."
            )
        super().adapt(data, steps)

    def _is_iterable_of_batches(self, data):
        is_list = isinstance(data, (list, tuple))
        return is_list or super()._is_iterable_of_batches(data)

    def reset_state(self):
        """Forgets the values seen."""
        self.summary = _quantiles.EMPTY
        self._sketch = _quantiles.Sketch(self.epsilon)

    def update_state(self, data):
        """Takes in the values of one batch."""
        values = np.asarray(flat_of(data), np.float32)
        self._sketch.add(values)
        summary = _quantiles.summarize(values, self.epsilon)
        self.summary = _quantiles.merge(summary, self.summary, self.epsilon)

    def finalize_state(self):
        """Takes the boundaries from the values seen.

        They are Keras's, unless its summary has drifted over many batches.
        """
        if self.num_bins is None:
            return
        found = _quantiles.boundaries(self.summary, self.num_bins)
        sketch = self._sketch
        if sketch.count and len(found) == self.num_bins - 1:
            if not sketch.confirms(found, self.epsilon):
                found = sketch.boundaries(self.num_bins)
        self.bin_boundaries = found.tolist()

    # Calling.

    def __call__(self, inputs, **kwargs):
        if is_ragged(inputs) or is_sparse(inputs):
            self.built = True
            return self.call(inputs)
        return super().__call__(from_numbers(inputs), **kwargs)

    def call(self, inputs):
        if self.bin_boundaries is None:
            raise NotBuiltError(
                f"Layer '{self.name}' has no boundaries yet. You need to either pass "
                "the `bin_boundaries` argument at construction time or call "
                "`adapt(dataset)` before you can start using the `Discretization` "
                "layer."
            )
        flat = flat_of(inputs)
        bins = ops.digitize(flat, list(self.bin_boundaries))
        if not isinstance(bins, jax.core.Tracer):
            bins = np.asarray(bins)
        if flat is not inputs:
            return self._encoded_rows(inputs, bins)
        encoded = encode_categories(
            bins, self.output_mode, self._depth, self.output_dtype
        )
        if isinstance(encoded, jax.core.Tracer):
            return encoded
        return finished(encoded, inputs, self.sparse)

    def _encoded_rows(self, inputs, bins):
        """Returns the outputs for the bins of a ragged or sparse tensor."""
        encode = functools.partial(
            encode_categories, depth=self._depth, dtype=self.output_dtype
        )
        if self.output_mode == "int":
            return with_flat(inputs, encode(bins, "int"))
        if self.output_mode == "one_hot" and is_ragged(inputs) and not self.sparse:
            return with_flat(inputs, encode(bins, "one_hot"))
        rows = encode(padded_rows(inputs, bins, -1), self.output_mode)
        return finished(rows, inputs, self.sparse)

    @property
    def _depth(self):
        if self.bin_boundaries is None:
            return self.num_bins
        return len(self.bin_boundaries) + 1

    def compute_output_shape(self, input_shape):
        """Returns the shape of the outputs."""
        shape = tuple(input_shape)
        if self.output_mode == "int":
            return shape
        if self.output_mode == "one_hot":
            squeeze = len(shape) > 1 and shape[-1] == 1
            return (*(shape[:-1] if squeeze else shape), self._depth)
        if len(shape) < 2:
            return (self._depth,)
        return (shape[0], *shape[2:], self._depth)

    def compute_output_spec(self, inputs):
        """Returns a symbolic output."""
        shape = self.compute_output_shape(inputs.shape)
        return KerasTensor(shape, dtype=self.output_dtype)

    # Saving.

    def load_own_variables(self, store):
        """Takes the summary that older files have."""
        if len(store.keys()) == 1:
            self.summary = np.asarray(store["0"])

    def get_config(self):
        """Returns the arguments of the constructor; boundaries found are among them."""
        return {
            "bin_boundaries": self.bin_boundaries,
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuilds a layer from its config."""
        config = dict(config)
        boundaries = None
        if config.get("num_bins") is not None:
            boundaries = config.pop("bin_boundaries", None)
        layer = cls(**config)
        if boundaries is not None:
            layer.bin_boundaries = boundaries
        return layer
