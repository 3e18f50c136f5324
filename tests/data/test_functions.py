"""Users' functions: strings, layers of their own, and random draws inside them."""

import json

import numpy as np
import pytest

import ranvier as rv
from ranvier.data import Dataset
from ranvier.data._functions import ElementFunction
from ranvier.data._purity import is_pure

COMPARISONS = {
    "equal": lambda s: s == "b",
    "equal, bytes": lambda s: s == b"b",
    "equal, reversed": lambda s: "b" == s,
    "unequal, negated": lambda s: not s != "b",
    "among": lambda s: s in ("b", "x"),
    "among, set": lambda s: s in {"b", "x"},
    "looked up": lambda s: {"b": True}.get(s, False),
    "branch": lambda s: bool(1 if s == "b" else 0),
    "as text": lambda s: s.decode() == "b",
    "as a string": lambda s: str(s) == "b'b'",
}


@pytest.mark.parametrize("traceable", [True, False])
@pytest.mark.parametrize("name", list(COMPARISONS))
def test_strings_are_compared_by_content(name, traceable, monkeypatch):
    if not traceable:
        monkeypatch.setattr(ElementFunction, "_traceable", False)
    ds, function = Dataset.from_tensor_slices(["a", "b", "é", ""]), COMPARISONS[name]
    assert [bool(x) for x in ds.map(function)] == [False, True, False, False]
    assert list(ds.filter(lambda s: np.bool_(function(s)))) == [b"b"]


def test_other_comparisons_of_strings():
    ds = Dataset.from_tensor_slices(["a", "b"])
    assert list(ds.filter(lambda s: s != "a")) == [b"b"]
    assert [x.tolist() for x in ds.batch(2).map(lambda s: s == "b")] == [[False, True]]
    rows = Dataset.zip(ds, ds.skip(1).repeat())
    assert [bool(x) for x in rows.map(lambda a, b: a == b)] == [False, True]
    assert [bool(x) for x in ds.map(lambda s: s == 3)] == [False, False]
    assert list(ds.take_while(lambda s: s == "a")) == [b"a"]
    found = ds.reduce(np.int32(0), lambda n, s: n + (s == "b"))
    assert int(found) == 1


def test_functions_return_plain_bytes():
    ds = Dataset.from_tensor_slices(["a", "b"])
    assert {type(s) for s in ds.map(lambda s: (s, len(s))[0])} == {bytes}
    (batch,) = ds.batch(2).map(lambda s: (s, len(s))[0])
    assert {type(s) for s in batch} == {bytes}


class Logging(rv.layers.Layer):
    """Has an effect outside."""

    seen = []

    def call(self, x):
        self.seen.append(1)
        return x


class Counting(rv.layers.Layer):
    """Gives another result on each call."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def call(self, x):
        self.calls += 1
        return x + self.calls


class Squaring(rv.layers.Layer):
    """May be traced."""

    def __init__(self):
        super().__init__()
        self.half = rv.layers.Rescaling(0.5)

    def call(self, x):
        return self.half(x) + self.square(x)

    def square(self, x):
        return rv.ops.square(x)


class Outer(rv.layers.Layer):
    """Has a part with an effect."""

    def __init__(self):
        super().__init__()
        self.inner = Logging()

    def call(self, x):
        return self.inner(x)


LAYERS = [
    (Squaring, True),
    (lambda: rv.layers.Rescaling(2.0), True),
    (lambda: rv.Sequential([rv.layers.Rescaling(2.0)]), True),
    (lambda: rv.layers.Lambda(lambda x: x + 1), True),
    (Logging, False),
    (Counting, False),
    (Outer, False),
    (lambda: rv.Sequential([rv.layers.Rescaling(2.0), Logging()]), False),
    (lambda: rv.layers.Lambda(lambda x: print(x)), False),
]


@pytest.mark.parametrize(("make", "expected"), LAYERS)
def test_layers_are_traced_only_if_their_code_is_pure(make, expected):
    layer = make()
    assert is_pure(layer) is expected
    assert is_pure(lambda x: layer(x)) is expected
    assert is_pure(layer.call) is expected


def test_a_layer_with_an_effect_is_called_for_each_element():
    Logging.seen.clear()
    assert len(list(Dataset.range(9).map(Logging()))) == 9
    assert len(Logging.seen) == 9
    assert [int(x) for x in Dataset.range(3).map(Counting())] == [1, 3, 5]


X = np.random.default_rng(0).uniform(size=(30, 4, 4, 1)).astype("float32")


def augmented(compiled=True, threads=None, seed=1):
    brightness = rv.layers.RandomBrightness(0.5, value_range=(0, 1), seed=seed)
    flip = rv.layers.RandomFlip(seed=seed + 1)

    def function(x):
        return flip(brightness(x, training=True), training=True)

    def slow(x):
        return str(function) and function(x)

    ds = Dataset.from_tensor_slices(X)
    return ds.map(function if compiled else slow, threads).batch(4).repeat(3)


def values(iterator):
    return np.concatenate(list(iterator))


def test_draws_follow_from_seed_pass_and_element():
    expected = values(augmented())
    np.testing.assert_array_equal(values(augmented()), expected)
    np.testing.assert_allclose(values(augmented(False)), expected, atol=1e-6)
    np.testing.assert_array_equal(
        values(augmented(False, threads=4)), values(augmented(False))
    )
    assert abs(values(augmented(seed=5)) - expected).max() > 0.1
    assert abs(expected[:30] - expected[30:60]).max() > 0.1
    looked_at = augmented()
    assert looked_at.element_spec.shape == (None, 4, 4, 1)
    np.testing.assert_array_equal(values(looked_at), expected)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("taken", [0, 3, 8, 20])
def test_draws_go_on_where_a_pass_was_stopped(compiled, taken):
    iterator = iter(augmented(compiled))
    found = [next(iterator) for _ in range(taken)]
    state = json.loads(json.dumps(iterator.get_state()))
    other = iter(augmented(compiled))
    other.set_state(state)
    np.testing.assert_array_equal(
        np.concatenate([*found, *other]), values(augmented(compiled))
    )


def test_looking_at_specs_leaves_orders_alone():
    def shuffled():
        ds = Dataset.range(20).shuffle(20, seed=1)
        return ds.map(lambda x: int(x) + 1)  # not compiled: specs are those of a result

    looked_at = shuffled()
    assert looked_at.element_spec.dtype == "int32"
    assert list(looked_at) == list(shuffled())
