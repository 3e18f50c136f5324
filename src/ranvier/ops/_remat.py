"""Rematerialisation: compute again during the backward pass instead of storing.

What a function computes on the way is not kept for its gradient, which saves memory
and costs a second forward pass. `remat` does it for one function, `RematScope` for
the layers that are made inside it.
"""

import functools
import math

import jax
import numpy as np

from ranvier.core import _tree
from ranvier.core._arguments import require
from ranvier.core._mask import get_mask, set_mask
from ranvier.core._scope import StateScope, stacks
from ranvier.ops._dispatch import op
from ranvier.ops._nodes import Operation
from ranvier.ops._symbolic import any_symbolic, infer_outputs

_MODES = ("full", "activations", "larger_than", "list_of_layers", None)
_open_scopes: list = []


def remat(f):
    """Returns `f`, with its inner results computed again for the gradient.

    Variables that `f` assigns (moving averages, seeds) are assigned once. A layer that
    is called on a symbolic tensor through `remat` becomes part of the graph as it is;
    make it inside a `RematScope` instead. A gradient tape remembers what `f` does.

    Args:
        f: a function of tensors, or a layer.

    Example:
        >>> import jax
        >>> from ranvier import ops
        >>> slope = jax.grad(remat(lambda x: ops.sin(ops.sin(x))))
        >>> round(slope(1.0).item(), 4)
        0.36
    """
    name = getattr(f, "__qualname__", type(f).__name__)
    rematerialized = op(_checkpointed(f), path=f"remat/{name}")

    def call(*args, **kwargs):
        in_graph = isinstance(f, Operation) and any_symbolic(args, kwargs)
        if in_graph or stacks.reader is not None:
            return f(*args, **kwargs)
        return rematerialized(*args, **kwargs)

    return functools.update_wrapper(call, f, updated=())


def _checkpointed(f):
    """Returns `f` under JAX's checkpoint, with its effects on variables outside."""

    @functools.wraps(f, updated=())
    def call(*args, **kwargs):
        arrays = [x for x in _tree.flatten((list(args), kwargs)) if _is_array(x)]
        traced = any(isinstance(x, jax.core.Tracer) for x in arrays)
        if not traced and not stacks.state:
            return f(*args, **kwargs)  # nothing to differentiate
        effects: dict = {}

        def pure(values):
            given = iter(values)
            filled, named = _tree.map_structure(
                lambda x: next(given) if _is_array(x) else x, (list(args), kwargs)
            )
            with StateScope() as scope:
                outputs = f(*filled, **named)
            penalties = scope.layer_losses
            effects.update(
                outputs=outputs,
                written=list(scope.written.values()),
                penalties=penalties,
            )
            leaves = [x for x in _tree.flatten(outputs) if _is_array(x)]
            return (
                leaves,
                [get_mask(x) for x in leaves],
                [scope.get(v) for v in effects["written"]],
                list(penalties.values()),
            )

        leaves, masks, new, penalties = jax.checkpoint(pure)(arrays)
        for variable, value in zip(effects["written"], new, strict=True):
            variable.assign(value)
        if stacks.state:
            outer = stacks.state[-1].layer_losses
            for layer, values in zip(effects["penalties"], penalties, strict=True):
                outer.setdefault(layer, []).extend(values)
        for leaf, mask in zip(leaves, masks, strict=True):
            if mask is not None:
                set_mask(leaf, mask)
        results = iter(leaves)
        return _tree.map_structure(
            lambda x: next(results) if _is_array(x) else x, effects["outputs"]
        )

    return call


def _is_array(x):
    return isinstance(x, (jax.Array, np.ndarray))


class RematScope:
    """Rematerialises the layers that are made inside it.

    Args:
        mode: which of them: `"full"` all, `"activations"` their activation functions,
            `"larger_than"` those with outputs of more entries than
            `output_size_threshold`, `"list_of_layers"` those named in `layer_names`,
            None none.
        output_size_threshold: see `mode`.
        layer_names: see `mode`.

    Raises:
        ValueError: for another mode.

    Example:
        >>> import ranvier as rv
        >>> with rv.RematScope(mode="larger_than", output_size_threshold=4096):
        ...     layer = rv.layers.Dense(512)
    """

    def __init__(self, mode="full", output_size_threshold=1024, layer_names=None):
        require(f"one of {_MODES}", lambda value: value in _MODES, {"mode": mode})
        self.mode = mode
        self.output_size_threshold = output_size_threshold
        self.layer_names = list(layer_names or ())

    def __enter__(self):
        _open_scopes.append(self)
        return self

    def __exit__(self, *exc):
        _open_scopes.remove(self)

    def call_of(self, layer):
        """Returns the `call` of a layer, rematerialised where the mode says so."""
        if self.mode == "full":
            return remat(layer.call)
        if self.mode == "list_of_layers" and layer.name in self.layer_names:
            return remat(layer.call)
        if self.mode == "larger_than":
            return functools.partial(self._if_large, layer.call)
        if self.mode == "activations" and getattr(layer, "activation", None):
            return functools.partial(_with_activation, layer)
        return layer.call

    def _if_large(self, call, *args, **kwargs):
        outputs = _tree.flatten(infer_outputs(call, args, kwargs))
        size = sum(math.prod(x.shape) for x in outputs if hasattr(x, "shape"))
        large = size > self.output_size_threshold
        return (remat(call) if large else call)(*args, **kwargs)


def _with_activation(layer, *args, **kwargs):
    activation = layer.activation
    layer.activation = remat(activation)
    try:
        return layer.call(*args, **kwargs)
    finally:
        layer.activation = activation


def current():
    """Returns the innermost open `RematScope`, or None."""
    return _open_scopes[-1] if _open_scopes else None
