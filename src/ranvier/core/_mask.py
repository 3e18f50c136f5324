"""Masks that travel with tensors: which steps of a sequence count.

A mask is an attribute of an array. Tracers take no attributes; theirs are kept in a
table for as long as the tracer lives.
"""

import weakref

_masks: dict = {}


def get_mask(x):
    """Returns the mask attached to a tensor, or None."""
    mask = getattr(x, "_keras_mask", None)
    return _masks.get(id(x)) if mask is None else mask


def set_mask(x, mask) -> None:
    """Attaches a mask to a tensor; None takes it off."""
    try:
        x._keras_mask = mask
    except AttributeError:
        if mask is None:
            _masks.pop(id(x), None)
            return
        if id(x) not in _masks:
            weakref.finalize(x, _masks.pop, id(x), None).atexit = False
        _masks[id(x)] = mask
