"""Structures of elements: tuples, named tuples and dictionaries around values.

As in `tf.data`, a list is a value (it becomes a tensor), never a container, and None
is a container with nothing in it. Dictionaries are walked in the order of their keys.
"""


def is_container(structure) -> bool:
    """Tells whether something holds values rather than being one."""
    return structure is None or isinstance(structure, (tuple, dict))


def _keys(structure):
    try:
        return sorted(structure)
    except TypeError:
        return list(structure)


def flatten(structure) -> list:
    """Returns the values of a structure.

    Example:
        >>> flatten({"b": 2, "a": (0, [1, 1])})
        [0, [1, 1], 2]
    """
    if structure is None:
        return []
    if isinstance(structure, dict):
        return [x for key in _keys(structure) for x in flatten(structure[key])]
    if isinstance(structure, tuple):
        return [x for child in structure for x in flatten(child)]
    return [structure]


def map_values(function, structure, *others):
    """Applies a function to the values of structures of one shape.

    Raises:
        TypeError, ValueError: if the structures differ.
    """
    if structure is None:
        return None
    if isinstance(structure, dict):
        for other in others:
            if not isinstance(other, dict) or set(other) != set(structure):
                raise _differ(structure, other)
        filled = {
            key: map_values(function, structure[key], *(o[key] for o in others))
            for key in _keys(structure)
        }
        return type(structure)((key, filled[key]) for key in structure)
    if isinstance(structure, tuple):
        for other in others:
            if not isinstance(other, tuple) or len(other) != len(structure):
                raise _differ(structure, other)
        return rebuild(
            structure,
            [map_values(function, *parts) for parts in zip(structure, *others)],
        )
    return function(structure, *others)


def rebuild(like, values):
    """Returns a tuple, or a named tuple of the same type as `like`."""
    return type(like)(*values) if hasattr(like, "_fields") else tuple(values)


def pack(structure, values):
    """Returns the structure with its values replaced, in order."""
    values = iter(values)
    # Fill in the order of sorted keys, as `flatten` reads.
    return map_values(lambda _: next(values), structure)


def same_structure(one, other) -> bool:
    """Tells whether two structures nest alike."""
    try:
        map_values(lambda *_: 0, one, other)
        map_values(lambda *_: 0, other, one)
    except (TypeError, ValueError):
        return False
    return True


def _differ(one, other):
    text = (
        "The two structures don't have the same nested structure.\n"
        f"First structure: {one!r}\nSecond structure: {other!r}"
    )
    if isinstance(one, (tuple, dict)) != isinstance(other, (tuple, dict)):
        return TypeError(text)
    return ValueError(text)
