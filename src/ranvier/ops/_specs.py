"""What a symbolic call results in, where plain tracing cannot tell.

Tracing gives unknown dimensions sizes of its own (see `_symbolic.infer_outputs`).
Three kinds of call need more:

- an op may have a *rule*, installed with `@output_spec(op)`, which finds the outputs
  by itself: where their shape depends on values, for example;
- an unknown dimension may have to match a known one, as in `(None, 3) + (5, 3)`;
- an unknown dimension may have to be divisible, as in splits.
"""

import itertools

from ranvier.core import _tree
from ranvier.ops._symbolic import KerasTensor, infer_outputs

# Divisible by all small numbers and powers of two up to 64.
_DIVISIBLE_SIZES = (20160, 40320)


def output_spec(op):
    """Makes the decorated function the rule for symbolic calls of an op.

    Args:
        op: a registered op; the rule takes the same arguments.
    """

    def install(rule):
        op.spec = rule
        return rule

    return install


def as_index(x):
    """Returns a symbolic tensor that stands for indices as one of integers.

    Its dtype is often left at the default, floats.

    Args:
        x: anything; what is no symbolic tensor comes back as it is.
    """
    return KerasTensor(x.shape, "int32") if isinstance(x, KerasTensor) else x


def outputs_of(op, args, kwargs):
    """Returns the symbolic outputs of a call of an op.

    Args:
        op: a registered op.
        args: positional arguments, symbolic tensors among them.
        kwargs: keyword arguments, likewise.
    """
    rule = getattr(op, "spec", None)
    return rule(*args, **kwargs) if rule else infer(op.raw, args, kwargs)


def infer(function, args, kwargs):
    """Traces a function; unknown dimensions may turn out to have to match others.

    Args:
        function: a function of arrays.
        args: positional arguments, symbolic tensors among them.
        kwargs: keyword arguments, likewise.

    Raises:
        TypeError: if the function does, for any sizes of the unknown dimensions.
        ValueError: likewise.
    """
    try:
        return infer_outputs(function, args, kwargs)
    except (TypeError, ValueError):
        tensors = _unknown_tensors(args, kwargs)
        guesses = [lambda: infer_at(_DIVISIBLE_SIZES, function, args, kwargs)]
        aligned = _replace(args, kwargs, _aligned(tensors, args, kwargs))
        guesses.append(lambda: infer_outputs(function, *aligned))
        for tensor, axis, size in _matches(tensors, args, kwargs):
            known = {id(tensor): _with_size(tensor, size, axis)}
            new_args, new_kwargs = _replace(args, kwargs, known)
            guesses.append(
                lambda a=new_args, k=new_kwargs: infer_outputs(function, a, k)
            )
        for guess in guesses if tensors else ():
            try:
                return guess()
            except (TypeError, ValueError):
                continue
        raise


def infer_at(sizes, function, args, kwargs):
    """Traces a function with each of two sizes for the unknown dimensions.

    Args:
        sizes: the two sizes; dimensions of the outputs that differ are unknown.
        function: a function of arrays.
        args: positional arguments, symbolic tensors among them.
        kwargs: keyword arguments, likewise.
    """
    tensors = _unknown_tensors(args, kwargs)
    found = []
    for size in sizes:
        known = {id(tensor): _with_size(tensor, size) for tensor in tensors}
        found.append(infer_outputs(function, *_replace(args, kwargs, known)))
    return merge(*found)


def merge(first, second):
    """Returns one structure of symbolic tensors, unknown where the two differ."""
    pairs = zip(_tree.flatten(first), _tree.flatten(second), strict=True)
    merged = [_merge_tensors(a, b) for a, b in pairs]
    return _tree.pack_sequence_as(first, merged)


def _merge_tensors(first, second):
    pairs = zip(first.shape, second.shape, strict=True)
    shape = tuple(m if m == n else None for m, n in pairs)
    return KerasTensor(shape, first.dtype)


def _unknown_tensors(args, kwargs):
    """Returns the symbolic tensors with unknown dimensions, each once."""
    leaves = _tree.flatten((list(args), kwargs))
    tensors = [x for x in leaves if isinstance(x, KerasTensor) and None in x.shape]
    return list({id(x): x for x in tensors}.values())


def _aligned(tensors, args, kwargs):
    """Returns the tensors with the sizes that broadcasting against others gives."""
    shapes = [
        leaf.shape
        for leaf in _tree.flatten((list(args), kwargs))
        if hasattr(leaf, "shape")
    ]

    def size(known, axis):
        sizes = {shape[axis] for shape in shapes if len(shape) >= -axis} - {None, 1}
        return sizes.pop() if known is None and len(sizes) == 1 else known

    return {
        id(tensor): KerasTensor(
            tuple(size(n, i - tensor.ndim) for i, n in enumerate(tensor.shape)),
            tensor.dtype,
            name=tensor.name,
        )
        for tensor in tensors
    }


def _matches(tensors, args, kwargs):
    """Yields `(tensor, axis, size)`: an unknown dimension and a size it may have."""
    sizes = set()
    for leaf in _tree.flatten((list(args), kwargs)):
        # A number may be a size as well: that of `broadcast_to`, for example.
        sizes.update((leaf,) if type(leaf) is int else getattr(leaf, "shape", ()))
    sizes = sorted(size for size in sizes if size is not None and size > 1)
    for tensor, size in itertools.product(tensors, sizes):
        for axis, known in enumerate(tensor.shape):
            if known is None:
                yield tensor, axis, size


def _with_size(tensor, size, axis=None):
    shape = [
        size if n is None and axis in (None, i) else n
        for i, n in enumerate(tensor.shape)
    ]
    return KerasTensor(tuple(shape), tensor.dtype, name=tensor.name)


def _replace(args, kwargs, known):
    """Returns the arguments with tensors replaced from `{id: tensor}`."""

    def replace(structure):
        return _tree.map_up_to(structure, lambda x: known.get(id(x), x), structure)

    return replace(list(args)), replace(kwargs)
