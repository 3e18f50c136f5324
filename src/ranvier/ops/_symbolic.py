"""KerasTensor: a tensor without a value, and shapes by tracing.

The output shape of any function is found by `jax.eval_shape`. Unknown dimensions
(None) are traced twice with two different sizes; where the results differ, the
output's dimension is unknown.
"""

import operator

import jax
import numpy as np

from ranvier.core import _dtypes, _naming, _tree
from ranvier.core._errors import NotIterableError
from ranvier.core._scope import StateScope, stacks
from ranvier.core._variable import Variable, standardize_shape

# Two primes that no real layer is likely to use as a size; only their being
# different matters for correctness.
_SIZES = (83, 89)


def _fixed(name, doc):
    """Returns a property that is set once, when the tensor is made."""

    def refuse(self, value):
        raise AttributeError(
            f"The `{name}` attribute of KerasTensor is immutable. Make a new "
            f"`KerasTensor` for another `{name}`."
        )

    return property(operator.attrgetter(f"_{name}"), refuse, doc=doc)


class KerasTensor:
    """A symbolic tensor: shape and dtype, and the operation it comes from.

    Args:
        shape: tuple; None for unknown dimensions.
        dtype: a dtype name.
        sparse: whether it stands for sparse tensors, as in Keras.
        ragged: whether it stands for ragged ones.
        record_history: whether to remember the operation (always True in practice).
        name: optional name.
        ragged_rank: how many axes are ragged.
        row_splits_dtype: the dtype of the bounds of rows.

    Raises:
        ValueError: for a tensor both sparse and ragged.

    Example:
        >>> x = KerasTensor((None, 3))
        >>> x.shape, x.dtype
        ((None, 3), 'float32')
    """

    def __init__(
        self,
        shape,
        dtype="float32",
        sparse=False,
        ragged=False,
        record_history=True,
        name=None,
        ragged_rank=None,
        row_splits_dtype=None,
    ):
        self._shape = standardize_shape(shape)
        self._dtype = _dtypes.standardize_dtype(dtype)
        if sparse and ragged:
            raise ValueError(
                "KerasTensor cannot have `sparse=True` and `ragged=True` at the same "
                "time."
            )
        self._sparse = bool(sparse)
        self._ragged = bool(ragged)
        self.ragged_rank = ragged_rank
        self.row_splits_dtype = row_splits_dtype and _dtypes.standardize_dtype(
            row_splits_dtype
        )
        self.name = name or _naming.auto_name("KerasTensor")
        self.record_history = record_history

    shape = _fixed("shape", "The shape, with None for unknown dimensions.")
    dtype = _fixed("dtype", "The dtype's name.")
    sparse = _fixed("sparse", "Whether it stands for sparse tensors.")
    ragged = _fixed("ragged", "Whether it stands for ragged tensors.")

    @property
    def ndim(self):
        """The number of axes."""
        return len(self._shape)

    def reshape(self, newshape):
        """Returns a symbolic tensor of another shape."""
        from ranvier import ops

        return ops.reshape(self, newshape)

    def squeeze(self, axis=None):
        """Returns a symbolic tensor without axes of size one."""
        from ranvier import ops

        return ops.squeeze(self, axis)

    def __len__(self):
        raise TypeError(_no_value("`len()`"))

    def __bool__(self):
        raise TypeError("A symbolic KerasTensor cannot be used as a boolean.")

    def __iter__(self):
        raise NotIterableError(_no_value("Iterating over a symbolic KerasTensor"))

    def __array__(self, *args, **kwargs):
        raise ValueError(
            "A KerasTensor is symbolic: it's a placeholder for a shape and a dtype. "
            "It doesn't have any actual numerical value. You cannot convert it to a "
            "NumPy array. Use functions of `ranvier.ops`, which accept it."
        )

    def __jax_array__(self):
        raise ValueError(
            "A KerasTensor cannot be used as input to a JAX function. It's a "
            "placeholder for a shape and a dtype. Use the function of `ranvier.ops` "
            "of the same name, or write a layer whose `call` uses the JAX function."
        )

    def __repr__(self):
        return (
            f"<KerasTensor shape={self.shape}, dtype={self.dtype}, "
            f"sparse={self.sparse}, ragged={self.ragged}, name={self.name}>"
        )

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    __hash__ = object.__hash__


def _no_value(what):
    return (
        f"{what} is not supported: it has no values, and its first dimension may be "
        "unknown."
    )


def is_keras_tensor(x) -> bool:
    """Tells whether `x` is a symbolic tensor."""
    return isinstance(x, KerasTensor)


def any_symbolic(args, kwargs=None) -> bool:
    """Tells whether a symbolic tensor stands anywhere in the arguments."""
    for value in args:
        if isinstance(value, KerasTensor):
            return True
        if isinstance(value, (list, tuple)):
            if any_symbolic(value):
                return True
        elif isinstance(value, dict) and any_symbolic(value.values()):
            return True
    return bool(kwargs) and any_symbolic(kwargs.values())


class SymbolicScope(StateScope):
    """The scope of a computation that is traced for its shapes only.

    What it assigns to variables is dropped.

    Args:
        size: what stands for unknown dimensions in this trace.
        axes: the axes that are unknown in some of the inputs.
    """

    def __init__(self, size=None, axes=()):
        super().__init__()
        self._size = size
        self._axes = axes

    def declared(self, shape):
        """Returns a traced shape with None where a dimension is an unknown one."""
        return tuple(
            None if i in self._axes and d and d % self._size == 0 else d
            for i, d in enumerate(shape)
        )


def shape_of(x):
    """Returns the shape of a tensor as layers are built for it.

    While `infer_outputs` traces, the sizes that stand for unknown dimensions are None.
    """
    shape = standardize_shape(x.shape)
    if not isinstance(x, jax.core.Tracer):
        return shape
    scopes = (s for s in reversed(stacks.state) if isinstance(s, SymbolicScope))
    scope = next(scopes, None)
    return shape if scope is None else scope.declared(shape)


def infer_outputs(fn, args, kwargs):
    """Returns the output structure of `fn` as symbolic tensors, by tracing it.

    Args:
        fn: a function of arrays.
        args: positional arguments; symbolic tensors stand for arrays, everything
            else is passed as it is.
        kwargs: keyword arguments, likewise.
    """
    leaves, rebuild = _split(args, kwargs)
    unknown = {i for leaf in leaves for i, d in enumerate(leaf.shape) if d is None}

    def traced(size, *arrays):
        with SymbolicScope(size, unknown):
            new_args, new_kwargs = rebuild(arrays)
            return fn(*new_args, **new_kwargs)

    def run(size):
        specs = [
            jax.ShapeDtypeStruct(
                tuple(size if d is None else d for d in leaf.shape),
                jax.dtypes.canonicalize_dtype(leaf.dtype),
            )
            for leaf in leaves
        ]
        box = []

        def flat(*arrays):
            outputs = traced(size, *arrays)
            box.append(outputs)
            return [x for x in _tree.flatten(outputs) if _is_array(x)]

        shapes = iter(jax.eval_shape(flat, *specs))
        return [
            next(shapes) if _is_array(x) else x for x in _tree.flatten(box[0])
        ], box[0]

    first, outputs = run(_SIZES[0])
    second = run(_SIZES[1])[0] if unknown else first
    flat = []
    for a, b in zip(first, second, strict=True):
        if not hasattr(a, "shape"):
            flat.append(a)
            continue
        sizes = zip(a.shape, b.shape, strict=True)
        shape = tuple(m if m == n else None for m, n in sizes)
        flat.append(KerasTensor(shape, a.dtype))
    return _tree.pack_sequence_as(outputs, flat)


def _is_array(x):
    return isinstance(x, (jax.Array, np.ndarray, np.generic, Variable))


def _split(args, kwargs):
    """Separates the symbolic leaves from the rest of the arguments."""
    leaves = [
        leaf
        for leaf in _tree.flatten((list(args), kwargs))
        if isinstance(leaf, KerasTensor)
    ]

    def rebuild(arrays):
        values = iter(arrays)
        new_args, new_kwargs = _tree.map_up_to(
            (list(args), kwargs),
            lambda leaf: next(values) if isinstance(leaf, KerasTensor) else leaf,
            (list(args), kwargs),
        )
        return tuple(new_args), new_kwargs

    return leaves, rebuild
