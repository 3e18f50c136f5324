"""Structures of shapes: a shape is itself a tuple, so trees do not fit."""

import numpy as np


def is_shape(value) -> bool:
    """Tells whether a value is one shape: a sequence of ints and None."""
    return isinstance(value, (tuple, list)) and all(
        entry is None or isinstance(entry, (int, np.integer)) for entry in value
    )


def map_shapes(function, shapes):
    """Applies a function to each shape in a structure of shapes."""
    if shapes is None:
        return None
    if is_shape(shapes):
        return function(tuple(shapes))
    if isinstance(shapes, dict):
        return {key: map_shapes(function, value) for key, value in shapes.items()}
    return type(shapes)(map_shapes(function, value) for value in shapes)


def as_tuples(shapes):
    """Returns a structure of shapes with each shape a tuple (files hold lists)."""
    return map_shapes(tuple, shapes)
