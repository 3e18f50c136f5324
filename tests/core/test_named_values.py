"""`utils.Config` against Keras's."""

import keras
import pytest

import ranvier

CASES = {
    "attributes": lambda c: (c.rate, c["rate"], c.get("none"), c.get("none", 3)),
    "new ones": lambda c: (setattr(c, "b", 2), c.__setitem__("a", 3), c.as_dict())[-1],
    "order": lambda c: (list(c), list(c.keys()), list(c.values()), list(c.items())),
    "json": lambda c: c.to_json(),
    "repr": lambda c: repr(c),
    "size": lambda c: (len(c), "rate" in c, "x" in c),
    "pop": lambda c: (c.pop("rate"), c.pop("rate", 1), len(c)),
    "pop what is missing": lambda c: c.pop("x"),
    "delete": lambda c: (c.__delitem__("rate"), c.as_dict())[-1],
    "update": lambda c: (c.update({"rate": 5}, z=1), c.as_dict())[-1],
    "unknown attribute": lambda c: c.none,
    "unknown key": lambda c: c["none"],
    "frozen": lambda c: (c.frozen, c.freeze(), c.frozen, c.rate),
    "frozen attribute": lambda c: (c.freeze(), setattr(c, "rate", 1)),
    "frozen key": lambda c: (c.freeze(), c.__setitem__("rate", 1)),
    "frozen update": lambda c: (c.freeze(), c.update(a=1)),
    "frozen pop": lambda c: (c.freeze(), c.pop("rate")),
    "unfrozen": lambda c: (c.freeze(), c.unfreeze(), setattr(c, "rate", 1), c.rate),
}


def outcome(module, case):
    try:
        return CASES[case](module.utils.Config(rate=0.1, beta=[1, 2]))
    except (AttributeError, KeyError, ValueError) as error:
        return type(error)


@pytest.mark.parametrize("case", CASES)
def test_like_keras(case):
    assert outcome(ranvier, case) == outcome(keras, case)


def test_a_close_name_is_told():
    with pytest.raises(AttributeError, match="'rats'. Did you mean 'rate'"):
        _ = ranvier.utils.Config(rate=1).rats


def test_source_inputs():
    a, b = ranvier.Input((2,), name="a"), ranvier.Input((2,), name="b")
    x = ranvier.layers.Dense(2)(b) * a + b
    sources = ranvier.utils.get_source_inputs(x)
    assert [one.name for one in sources] == ["b", "a"]
    assert ranvier.utils.get_source_inputs(a) == [a]


@pytest.mark.parametrize("name", ["shape", "dtype", "sparse", "ragged"])
def test_symbolic_tensors_are_fixed(name):
    x = ranvier.KerasTensor((2, 3))
    with pytest.raises(AttributeError, match=f"`{name}` attribute.*is immutable"):
        setattr(x, name, None)
    for error in (TypeError, NotImplementedError):
        with pytest.raises(error, match="Iterating over a symbolic KerasTensor"):
            iter(x)
