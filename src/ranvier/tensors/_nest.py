"""Structures by TensorFlow's rules: `tf.nest`.

Lists, tuples, named tuples and dictionaries are structures; tensors are not. The
values of a dictionary are walked in the order of its keys.
"""

from ranvier.core import _tree


def is_nested(structure) -> bool:
    """Tells whether something is a structure.

    Example:
        >>> is_nested([1]), is_nested("a")
        (True, False)
    """
    return isinstance(structure, (list, tuple, dict)) or _tree.is_nested(structure)


def _children(structure):
    if isinstance(structure, dict):
        try:
            keys = sorted(structure)
        except TypeError:
            keys = list(structure)
        return [structure[key] for key in keys]
    return list(structure)


def flatten(structure, expand_composites=False) -> list:
    """Returns the entries of a structure.

    Example:
        >>> flatten({"b": [2, 3], "a": 1})
        [1, 2, 3]
    """
    if not is_nested(structure):
        return [structure]
    return [leaf for child in _children(structure) for leaf in flatten(child)]


def pack_sequence_as(structure, flat_sequence, expand_composites=False):
    """Returns a structure with its entries replaced by those of a list.

    Raises:
        ValueError: if there are more or fewer.

    Example:
        >>> pack_sequence_as({"a": 0, "b": (0, 0)}, [1, 2, 3])
        {'a': 1, 'b': (2, 3)}
    """
    if not is_nested(flat_sequence):
        raise TypeError("flat_sequence must be a sequence.")
    flat = list(flat_sequence)
    needed = len(flatten(structure))
    if len(flat) != needed:
        raise ValueError(
            f"Could not pack sequence. Structure had {needed} atoms, but flat_sequence "
            f"had {len(flat)} items. Structure: {structure}, flat_sequence: {flat}."
        )
    entries = iter(flat)
    return _rebuild(structure, lambda leaf: next(entries))


def _rebuild(structure, function):
    if not is_nested(structure):
        return function(structure)
    children = [_rebuild(child, function) for child in _children(structure)]
    if isinstance(structure, dict):
        try:
            keys = sorted(structure)
        except TypeError:
            keys = list(structure)
        filled = dict(zip(keys, children))
        return type(structure)((key, filled[key]) for key in structure)
    if hasattr(structure, "_fields"):
        return type(structure)(*children)
    return type(structure)(children)


def map_structure(func, *structure, **kwargs):
    """Applies a function to the entries of structures of one shape.

    Args:
        func: takes an entry of each.
        *structure: the structures.
        **kwargs: `check_types`, `expand_composites`.

    Raises:
        TypeError, ValueError: if the structures differ.

    Example:
        >>> map_structure(lambda x, y: x + y, {"a": [1, 2]}, {"a": [10, 20]})
        {'a': [11, 22]}
    """
    check_types = kwargs.pop("check_types", True)
    kwargs.pop("expand_composites", None)
    if kwargs:
        raise ValueError(f"Only `check_types` and `expand_composites`, not {kwargs}.")
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types)
    rows = zip(*map(flatten, structure))
    return pack_sequence_as(structure[0], [func(*row) for row in rows])


def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False):
    """Raises if two structures differ.

    Raises:
        ValueError: if their shapes differ.
        TypeError: if types of containers differ.
    """
    if is_nested(nest1) != is_nested(nest2):
        raise ValueError(_differ(nest1, nest2))
    if not is_nested(nest1):
        return
    same_type = type(nest1) is type(nest2) or (
        isinstance(nest1, dict) and isinstance(nest2, dict)
    )
    if check_types and not same_type:
        raise TypeError(_differ(nest1, nest2))
    if len(nest1) != len(nest2) or (
        isinstance(nest1, dict) and set(nest1) != set(nest2)
    ):
        raise ValueError(_differ(nest1, nest2))
    for one, other in zip(_children(nest1), _children(nest2)):
        assert_same_structure(one, other, check_types)


def _differ(one, other):
    return (
        "The two structures don't have the same nested structure.\n\n"
        f"First structure: {one}\n\nSecond structure: {other}"
    )
