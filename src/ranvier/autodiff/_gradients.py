"""Gradients with respect to variables of a computation written with objects."""

import jax

from ranvier.core import _tree
from ranvier.core._mask import get_mask, set_mask
from ranvier.core._scope import StateScope


def value_and_gradients(function, variables):
    """Runs `function` and differentiates its first result.

    The variables are lifted into arguments of a pure function, which JAX
    differentiates. What the function assigns to variables (moving averages, seeds,
    metrics) is carried out and assigned outside.

    Args:
        function: takes no arguments; returns `(loss, other)`, a scalar and a
            structure of arrays.
        variables: list of variables to differentiate by.

    Returns:
        `(loss, other, gradients)`, one gradient per variable.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable(3.0)
        >>> loss, _, grads = value_and_gradients(lambda: (v * v, None), [v])
        >>> float(loss), float(grads[0])
        (9.0, 6.0)
    """
    written: list = []
    structure: list = []

    def pure(values):
        with StateScope(zip(variables, values, strict=True)) as scope:
            loss, other = function()
        written[:] = scope.written.values()
        structure[:] = [other]
        leaves = [x for x in _tree.flatten(other) if isinstance(x, jax.Array)]
        masks = [get_mask(x) for x in leaves]
        return loss, (leaves, masks, [scope.get(v) for v in written])

    values = [v.value for v in variables]
    (loss, (leaves, masks, new)), grads = jax.value_and_grad(pure, has_aux=True)(values)
    for variable, value in zip(written, new, strict=True):
        variable.assign(value)
    for leaf, mask in zip(leaves, masks, strict=True):
        if mask is not None:
            set_mask(leaf, mask)
    filled = iter(leaves)
    other = _tree.map_structure(
        lambda x: next(filled) if isinstance(x, jax.Array) else x, structure[0]
    )
    return loss, other, grads
