"""Structures of elements: tuples, named tuples and dictionaries around values.

As in `tf.data`, a list is a value (it becomes a tensor), never a container, and None
is a container with nothing in it. Dictionaries are walked in the order of their keys.
Objects of classes of attrs, or with `__tf_flatten__`, are containers, too.
"""

import collections
import functools


def is_container(structure) -> bool:
    """Tells whether something holds values rather than being one."""
    if structure is None or isinstance(structure, (tuple, dict)):
        return True
    return _is_record(type(structure))


@functools.cache
def _is_record(cls):
    return hasattr(cls, "__attrs_attrs__") or hasattr(cls, "__tf_flatten__")


def _fields(record):
    """Returns what a record holds, and the rest of it."""
    if hasattr(type(record), "__tf_flatten__"):
        rest, values = record.__tf_flatten__()
        return tuple(values), rest
    return tuple(getattr(record, a.name) for a in type(record).__attrs_attrs__), None


def _record(like, rest, values):
    if hasattr(type(like), "__tf_flatten__"):
        return type(like).__tf_unflatten__(rest, tuple(values))
    return type(like)(*values)


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
    if _is_record(type(structure)):
        return flatten(_fields(structure)[0])
    return [structure]


def children(structure) -> tuple:
    """Returns what a tuple, a class of attrs or the like holds; nothing for None."""
    if structure is None:
        return ()
    return structure if isinstance(structure, tuple) else _fields(structure)[0]


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
        return rebuild_dictionary(structure, filled)
    if isinstance(structure, tuple):
        for other in others:
            if not isinstance(other, tuple) or len(other) != len(structure):
                raise _differ(structure, other)
        return rebuild(
            structure,
            [map_values(function, *parts) for parts in zip(structure, *others)],
        )
    if _is_record(type(structure)):
        if any(type(other) is not type(structure) for other in others):
            raise _differ(structure, others)
        values, rest = _fields(structure)
        parts = zip(values, *(_fields(other)[0] for other in others))
        return _record(structure, rest, [map_values(function, *p) for p in parts])
    return function(structure, *others)


def rebuild_dictionary(like, values):
    """Returns a dictionary of the type of `like` and in its order."""
    if isinstance(like, collections.defaultdict):
        result = type(like)(like.default_factory)
    else:
        result = type(like)()
    for key in like:
        result[key] = values[key]
    return result


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
    if is_container(one) != is_container(other):
        return TypeError(text)
    return ValueError(text)
