"""Masks that travel with tensors: which steps of a sequence count.

A mask is an attribute of an array. Tracers take no attributes: theirs are kept in the
outermost state scope, so that they go when the program's trace ends. Outside of all
scopes (a function that a user compiles) the latest few are kept.
"""

from ranvier.core import _scope

_LOOSE_LIMIT = 64
_loose: dict = {}


def get_mask(x):
    """Returns the mask attached to a tensor, or None."""
    mask = getattr(x, "_keras_mask", None)
    if mask is None:
        for table in (_table(), _loose):
            if id(x) in table:
                return table[id(x)][1]
    return mask


def set_mask(x, mask) -> None:
    """Attaches a mask to a tensor; None takes it off."""
    try:
        x._keras_mask = mask
    except AttributeError:
        table = _table()
        table.pop(id(x), None)
        if mask is not None:
            # The tensor is kept too: its id must not be taken by another.
            table[id(x)] = (x, mask)
        while len(_loose) > _LOOSE_LIMIT:
            del _loose[next(iter(_loose))]


def _table() -> dict:
    scopes = _scope.stacks.state
    return vars(scopes[0]).setdefault("_masks", {}) if scopes else _loose
