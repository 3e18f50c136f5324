"""Nested structures: what `ranvier.tree` does, compared with Keras on random ones."""

import collections
import random

import keras
import pytest

import ranvier

Point = collections.namedtuple("Point", "x y")
Other = collections.namedtuple("Other", "x y")


def structure(draw, depth=3):
    """Returns a random structure of numbers and None."""
    kind = draw.choice("leaf tuple list deque point dict ordered default".split())
    if kind == "leaf" or not depth:
        return draw.choice([1, 2.5, "s", None])
    children = [structure(draw, depth - 1) for _ in range(draw.randint(0, 3))]
    named = dict(zip(draw.sample("abc", len(children)), children, strict=True))
    if kind == "point":
        return draw.choice([Point, Other])(structure(draw, 1), structure(draw, 1))
    return {
        "tuple": lambda: tuple(children),
        "list": lambda: children,
        "deque": lambda: collections.deque(children),
        "dict": lambda: named,
        "ordered": lambda: collections.OrderedDict(named),
        "default": lambda: collections.defaultdict(int, named),
    }[kind]()


def has_none(value):
    return None in keras.tree.flatten(value)


CASES = {
    "flatten": lambda t, a, b: t.flatten(a),
    "flatten_with_path": lambda t, a, b: t.flatten_with_path(a),
    "is_nested": lambda t, a, b: t.is_nested(a),
    "map one": lambda t, a, b: t.map_structure(lambda x: [x], a),
    "map, None is a branch": lambda t, a, b: t.map_structure(
        lambda x: [x], a, none_is_leaf=False
    ),
    "map two": lambda t, a, b: t.map_structure(lambda x, y: (x, y), a, b),
    # Keras refuses None in the shallow one, for which its documentation gives no cause.
    "map up to": lambda t, a, b: (
        None if has_none(b) else t.map_structure_up_to(b, str, a)
    ),
    "same structure": lambda t, a, b: t.assert_same_structure(a, b),
    "same paths": lambda t, a, b: t.assert_same_paths(a, b),
    "pack": lambda t, a, b: t.pack_sequence_as(a, range(len(keras.tree.flatten(a)))),
    "pack another number": lambda t, a, b: t.pack_sequence_as(a, iter([1, 2])),
    "lists to tuples": lambda t, a, b: t.lists_to_tuples(a),
    "shapes": lambda t, a, b: t.map_shape_structure(repr, a),
    "traverse down": lambda t, a, b: t.traverse(
        lambda x: "L" if isinstance(x, list) and len(x) > 1 else None, a
    ),
    "traverse up": lambda t, a, b: t.traverse(
        lambda x: t.MAP_TO_NONE if isinstance(x, float) else None, a, top_down=False
    ),
}


def outcome(tree, case, a, b):
    try:
        return repr(CASES[case](tree, a, b))
    except (TypeError, ValueError) as error:
        return type(error)


@pytest.mark.parametrize("case", CASES)
def test_like_keras(case):
    draw = random.Random(1)
    for _ in range(200):
        a = structure(draw)
        b = draw.choice([a, structure(draw)])
        ours = outcome(ranvier.tree, case, a, b)
        assert ours == outcome(keras.tree, case, a, b), (a, b)


@pytest.mark.parametrize(
    ("a", "b", "text"),
    [
        ((), [], "expected a tuple, received a list"),
        ([1], 1, "expected a list, received a leaf of <class 'int'>"),
        (Point(1, 2), Other(1, 2), "expected a namedtuple Point.*namedtuple Other"),
        ({"a": 1}, {"b": 1}, r"key mismatch: expected \['a'\], received \['b'\]"),
        ({"a": (1, 2)}, {"a": (1,)}, r"\['a'\]: arity mismatch: expected 2"),
        ([[1, {"k": (2,)}]], [[1, {"k": [2]}]], r"\[0\]\[1\]\['k'\]: expected a tuple"),
    ],
)
def test_the_place_of_a_difference_is_told(a, b, text):
    for compare in (
        ranvier.tree.assert_same_structure,
        lambda a, b: ranvier.tree.map_structure(max, a, b),
    ):
        with pytest.raises(ValueError, match=text):
            compare(a, b)


def test_a_deque_keeps_its_length():
    doubled = ranvier.tree.map_structure(
        lambda x: 2 * x, collections.deque([1, 2], maxlen=2)
    )
    assert doubled == collections.deque([2, 4]) and doubled.maxlen == 2


@pytest.mark.parametrize("leaves", [[1], [1, 2, 3]])
def test_the_number_of_leaves_is_told(leaves):
    with pytest.raises(ValueError, match=f"expected: 2, received: {len(leaves)}"):
        ranvier.tree.pack_sequence_as([0, 0], leaves)
    with pytest.raises(TypeError, match="iterable"):
        ranvier.tree.pack_sequence_as([0, 0], 1)
