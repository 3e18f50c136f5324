"""Nested structures of tensors: tuples, lists, named tuples, deques, dictionaries.

Dictionaries are walked in the order of their sorted keys (insertion order if keys
cannot be sorted); None is a leaf. Python's recursion is enough here: structures
are shallow, and anything inside a program uses `jax.tree` on tuples.
"""

import collections
import collections.abc
import typing


class MAP_TO_NONE:
    """Returned by a `traverse` callback to put None in place of a branch."""


def is_nested(structure) -> bool:
    """Tells whether a value is a container rather than a leaf."""
    return isinstance(structure, (list, tuple, dict, collections.deque))


def _keys(structure: dict) -> list:
    if isinstance(structure, collections.OrderedDict):
        return list(structure)
    try:
        return sorted(structure)
    except TypeError:
        return list(structure)


def _children(structure):
    if isinstance(structure, dict):
        return [(key, structure[key]) for key in _keys(structure)]
    return list(enumerate(structure))


def _rebuild(structure, values):
    """Returns a container like `structure` around `values`."""
    if isinstance(structure, dict):
        filled = dict(zip(_keys(structure), values, strict=True))
        ordered = ((key, filled[key]) for key in structure)
        if isinstance(structure, collections.defaultdict):
            return collections.defaultdict(structure.default_factory, ordered)
        cls = dict if not _is_plain_subclass(structure) else type(structure)
        return cls(ordered)
    if isinstance(structure, tuple):
        if hasattr(structure, "_fields"):
            return type(structure)(*values)
        return tuple(values)
    if isinstance(structure, collections.deque):
        return collections.deque(values, structure.maxlen)
    return list(values)


def _is_plain_subclass(structure):
    return type(structure) in (collections.OrderedDict,)


def flatten(structure) -> list:
    """Returns the leaves of a structure in walking order.

    Example:
        >>> flatten({"b": [1, 2], "a": (3,)})
        [3, 1, 2]
    """
    if not is_nested(structure):
        return [structure]
    return [leaf for _, child in _children(structure) for leaf in flatten(child)]


def flatten_with_path(structure) -> list:
    """Returns pairs `(path, leaf)`, a path being a tuple of keys and indices."""
    if not is_nested(structure):
        return [((), structure)]
    return [
        ((key, *path), leaf)
        for key, child in _children(structure)
        for path, leaf in flatten_with_path(child)
    ]


def map_structure(func, *structures, none_is_leaf=True):
    """Applies `func` to the leaves of structures of one shape.

    Raises:
        TypeError: if `func` is not callable.
        ValueError: if no structure is given, or their shapes differ.
    """
    if not callable(func):
        raise TypeError(
            f"`func` must be callable. Received: func={func} of type {type(func)}"
        )
    if not structures:
        raise ValueError("Must provide at least one structure")
    for other in structures[1:]:
        assert_same_structure(structures[0], other)
    return map_up_to(structures[0], func, *structures, none_is_leaf=none_is_leaf)


def map_up_to(shallow, func, *structures, none_is_leaf=True) -> typing.Any:
    """Applies `func` at the leaves of `shallow`; deeper levels stay whole."""
    if not is_nested(shallow):
        if shallow is None and not none_is_leaf:
            return None
        return func(*structures)
    values = []
    for key, child in _children(shallow):
        below = [structure[key] for structure in structures]
        values.append(map_up_to(child, func, *below, none_is_leaf=none_is_leaf))
    return _rebuild(shallow, values)


def map_structure_up_to(shallow_structure, func, *structures):
    """Applies `func` at the leaves of `shallow_structure`.

    Raises:
        ValueError: if a structure is shallower.
    """
    if not structures:
        raise ValueError("Must provide at least one structure")
    for other in structures:
        _refuse(_first_difference(shallow_structure, other, prefix=True), other)
    return map_up_to(shallow_structure, func, *structures)


def assert_same_structure(a, b, check_types=True) -> None:
    """Raises unless two structures nest alike.

    Dictionaries of any kind are alike if they have the same keys. Lists, tuples,
    deques and named tuples of different classes are not.

    Raises:
        ValueError: if they differ in containers, lengths or keys.
    """
    _refuse(_first_difference(a, b, check_types), a, b)


def _refuse(difference, *structures):
    if difference is None:
        return
    path, text = difference
    where = " at " + "".join(f"[{key!r}]" for key in path) if path else ""
    raise ValueError(
        f"The two structures don't have the same nested structure{where}: {text}.\n"
        + "\n".join(f"Structure: {structure}" for structure in structures)
    )


def _first_difference(a, b, check_types=True, prefix=False):
    """Returns where two structures differ and how, or None.

    Args:
        a: a structure.
        b: the structure compared with it.
        check_types: whether sequences of different kinds differ.
        prefix: whether `b` may go on below the leaves of `a`.
    """
    if not is_nested(a) and (prefix or not is_nested(b)):
        return None
    kinds = {_kind(a), _kind(b)}
    if len(kinds) == 2 and (check_types or kinds & {None, dict}):
        return (), f"expected {_name(a)}, received {_name(b)}"
    if dict in kinds and set(a) != set(b):
        return (), (
            f"dictionary key mismatch: expected {_keys(a)}, received {_keys(b)}"
        )
    if len(a) != len(b):
        return (), f"arity mismatch: expected {len(a)} entries, received {len(b)}"
    for key, child in _children(a):
        difference = _first_difference(child, b[key], check_types, prefix)
        if difference:
            return (key, *difference[0]), difference[1]
    return None


def _kind(structure):
    """Returns the class that decides whether two containers are alike."""
    if hasattr(structure, "_fields") and isinstance(structure, tuple):
        return type(structure)
    for base in (list, tuple, dict, collections.deque):
        if isinstance(structure, base):
            return base
    return None


def _name(structure):
    kind = _kind(structure)
    if kind is None:
        return f"a leaf of {type(structure)}"
    named = "namedtuple " if hasattr(structure, "_fields") else ""
    return f"a {named}{kind.__name__}"


def assert_same_paths(a, b) -> None:
    """Raises unless two structures have the same set of leaf paths.

    Raises:
        ValueError: if a path is in one only.
    """
    only = {p for p, _ in flatten_with_path(a)} ^ {p for p, _ in flatten_with_path(b)}
    if only:
        raise ValueError(
            "`a` and `b` don't have the same paths. Paths in one only: "
            f"{sorted(only, key=str)}"
        )


def pack_sequence_as(structure, flat_sequence):
    """Returns `structure` with its leaves replaced, in order.

    Raises:
        TypeError: if `flat_sequence` is not iterable.
        ValueError: if the counts differ.
    """
    if not isinstance(flat_sequence, collections.abc.Iterable):
        raise TypeError(
            "`flat_sequence` must be an iterable of leaves. Received: "
            f"{flat_sequence!r} (of type {type(flat_sequence)})"
        )
    leaves, count = list(flat_sequence), len(flatten(structure))
    if count != len(leaves):
        raise ValueError(
            f"Too {'few' if len(leaves) < count else 'many'} leaves for the structure: "
            f"expected: {count}, received: {len(leaves)}. Structure: {structure}, "
            f"leaves: {leaves}"
        )
    remaining = iter(leaves)
    return map_up_to(structure, lambda _: next(remaining), structure)


def lists_to_tuples(structure):
    """Returns the structure with every list made a tuple."""

    def convert(node):
        if isinstance(node, list):
            return tuple(traverse(convert, child) for child in node)
        return None

    return traverse(convert, structure, top_down=True)


def traverse(func, structure, top_down=True):
    """Walks a structure, replacing what `func` gives a value for.

    Args:
        func: called with each node; None keeps the node (and goes on into it),
            `MAP_TO_NONE` puts None there, anything else replaces the node.
        structure: the structure.
        top_down: visit a container before its children (True) or after.
    """

    def pick(value, default):
        if value is None:
            return default
        return None if value is MAP_TO_NONE or isinstance(value, MAP_TO_NONE) else value

    if top_down:
        replaced = func(structure)
        if replaced is not None:
            return pick(replaced, None)
        if not is_nested(structure):
            return structure
        children = [traverse(func, c, top_down) for _, c in _children(structure)]
        return _rebuild(structure, children)
    if is_nested(structure):
        children = [traverse(func, c, top_down) for _, c in _children(structure)]
        structure = _rebuild(structure, children)
    return pick(func(structure), structure)


def map_shape_structure(func, structure):
    """Applies `func` to the shapes (sequences of ints and None) in a structure.

    Leaves outside of shapes are handed to `func` as well.
    """
    is_shape = isinstance(structure, (list, tuple)) and all(
        entry is None or isinstance(entry, int) for entry in structure
    )
    if is_shape or not is_nested(structure):
        return func(structure)
    children = [map_shape_structure(func, child) for _, child in _children(structure)]
    return _rebuild(structure, children)
