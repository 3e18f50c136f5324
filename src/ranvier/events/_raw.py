"""The arrays behind what users give: tensors, variables, lists of them."""

from ranvier.core import _scope
from ranvier.core._variable import Variable
from ranvier.tensors._tensor import Tensor, is_traced


def raw(value):
    """Returns a value whose tensors and variables are replaced by their arrays.

    Example:
        >>> import ranvier
        >>> raw([ranvier.Variable([1.0, 2.0]), 3])
        [array([1., 2.], dtype=float32), 3]
    """
    if isinstance(value, Tensor):
        return value._value
    if isinstance(value, Variable):
        traced = _scope.stacks.state and is_traced(value.value)
        # A copy, since training may overwrite the variable's own array.
        return value.value if traced else value.numpy()
    if isinstance(value, (list, tuple)):
        return [raw(part) for part in value]
    return value


def any_traced(value) -> bool:
    """Tells whether some array of `raw` is known only when a program runs."""
    if isinstance(value, (list, tuple)):
        return any(map(any_traced, value))
    return is_traced(value)
