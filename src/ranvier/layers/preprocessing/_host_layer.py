"""HostLayer: a layer whose work on strings and large integers is done in NumPy.

Such a layer has two halves. `on_host` turns what a user has (strings, above all) into
arrays of numbers; `on_device` computes the outputs from these and can be compiled.
Called by itself, a layer does both. A model does the first half for whole columns
before a program starts, and the second in the program, batch by batch.
"""

import jax
import numpy as np

from ranvier.core import _tree
from ranvier.core._results import presented
from ranvier.layers._layer import Layer, contexts
from ranvier.layers.preprocessing._composite import is_ragged, is_sparse
from ranvier.ops._dispatch import wrappers
from ranvier.ops._symbolic import any_symbolic

_PLAIN = {str, bytes, int, float, bool}


class HostLayer(Layer):
    """Base of the layers on strings.

    Args:
        **kwargs: `name`, `dtype`, `trainable`.
    """

    runs_on_host = True
    _wide_integers = True

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True

    def __call__(self, inputs, *args, **kwargs):
        if any_symbolic(_may_be_tensors(inputs)):
            return super().__call__(inputs, *args, **kwargs)
        if not self.built:
            self._note_shapes(inputs)
        outputs = self.call(inputs, *args, **kwargs)
        return outputs if contexts.current else presented(outputs, self._wide_integers)

    def call(self, inputs):
        refuse_tracers(self, inputs)
        sparse = getattr(self, "sparse", False)
        mode = getattr(self, "output_mode", None)
        sparse = sparse and mode != "int"
        if mode == "one_hot" and is_ragged(inputs) and not sparse:
            # Each value becomes a row of its own.
            return inputs.with_flat_values(self.call(inputs.flat_values))
        outputs = self.on_device(self.on_host(inputs))
        return finished(outputs, inputs, sparse)

    def on_host(self, inputs):
        """Returns the part of the outputs that has to be computed by NumPy.

        Args:
            inputs: arrays, lists, tensors, or what the layer takes else.
        """
        raise NotImplementedError

    def on_device(self, values):
        """Returns the outputs for what `on_host` returned.

        Args:
            values: arrays, of NumPy or in a program being compiled.
        """
        return values

    def _note_shapes(self, inputs):
        """Keeps the shapes for `get_build_config`; there is nothing to build."""
        leaves = _may_be_tensors(inputs)
        if leaves and all(hasattr(x, "shape") for x in leaves):
            shapes = _tree.map_structure(lambda x: tuple(x.shape), inputs)
            self._build_shapes = {"input_shape": shapes}
        self.built = True


def refuse_tracers(layer, inputs) -> None:
    """Raises for inputs that are values of a program being compiled.

    Raises:
        TypeError: naming the layer, and what to do.
    """
    if any(isinstance(x, jax.core.Tracer) for x in _may_be_tensors(inputs)):
        raise TypeError(
            f"Layer '{layer.name}' ({type(layer).__name__}) was called inside a "
            "compiled program, but works on strings or 64-bit integers, which only the "
            "host has. Use it in a Functional or Sequential model whose `Input` holds "
            "the raw data (the model then runs it ahead of the program), in "
            "`Dataset.map`, or on the data before training. A model that is a subclass "
            "of `Model` should take its outputs as inputs."
        )


def finished(outputs, inputs, sparse=False):
    """Returns outputs of the kind of the inputs: arrays, or tensors of the `tf` face.

    Args:
        outputs: arrays, of NumPy as a rule; ragged and sparse values stay.
        inputs: what the layer was called on.
        sparse: whether to return a sparse tensor.
    """
    if sparse:
        from ranvier.tensors import sparse_from_dense  # only who asks needs it

        return sparse_from_dense(np.asarray(outputs))
    if any(_is_face(x) for x in _may_be_tensors(inputs)):
        from ranvier.tensors._calls import wrap

        return wrap(outputs)
    return _tree.map_structure(as_tensor, outputs)


def _may_be_tensors(inputs):
    """Returns the leaves but for plain text and numbers, of which lists are long."""
    if not _tree.is_nested(inputs):
        return [inputs]
    values = inputs.values() if isinstance(inputs, dict) else inputs
    if _PLAIN.issuperset(map(type, values)):
        return []
    return [leaf for value in values for leaf in _may_be_tensors(value)]


def _is_face(x):
    return isinstance(x, tuple(wrappers)) or is_ragged(x) or is_sparse(x)


def as_tensor(x):
    """Returns numbers as an array on the device.

    Strings stay in NumPy, and so do integers that do not fit 32 bits.
    """
    if not isinstance(x, np.ndarray) or x.dtype.kind in "OSU":
        return x
    narrow = jax.dtypes.canonicalize_dtype(x.dtype)
    if narrow != x.dtype and narrow.kind in "iu" and x.size > 0:
        limits = np.iinfo(narrow)
        if x.min() < limits.min or x.max() > limits.max:
            return x
    return jax.numpy.asarray(x.astype(narrow))
