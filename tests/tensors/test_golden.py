"""Results of expressions against those that TensorFlow has written down."""

import json
import pathlib

import numpy as np
import pytest

from tests.tensors.golden import cases, describe, face_cases

GOLDEN = pathlib.Path(__file__).parent / "golden"

EXPECTED = {
    **json.loads((GOLDEN / "golden.json").read_text()),
    **json.loads((GOLDEN / "face.json").read_text()),
}
CASES = [*cases.cases(), *cases.cases(face_cases.GROUPS)]
# Where ranvier means to differ: expression and reason.
DIFFERENT = {
    'tf.constant(1.)=="a"': "TypeError there, InvalidArgumentError (a TypeError) here",
    "tf.ragged.constant([[1, 2], [3, 4]]) + tf.constant([10, 20])": (
        "refused there; rows of one length take a vector here"
    ),
    "len(v)": "TypeError there; the number of rows here",
    "after(v, v[0].assign_add([1., 1., 1.]))": "only `assign` there",
    "after(v, v[0].assign_sub([1., 1., 1.]))": "only `assign` there",
    "v.__setitem__(0, 1.)": "no such method there; as a statement, TypeError in both",
    "len(rt)": "TypeError there; the number of rows here",
    "42.0 * s": "TypeError there; computed here",
    "-s": "TypeError there; computed here",
    'tf.image.resize(img, [7, 9], method="bicubic")': (
        "weights from a table of 1,024 entries there, computed here: 2e-5 apart"
    ),
    "tf.string.as_datatype_enum": "an enumeration there, an integer here",
}


def same(ours, theirs):
    """Compares two descriptions; numbers to six digits, as float32 allows."""
    if theirs["kind"] == "error":
        # Any class of the error that TensorFlow raises may be caught here too.
        return ours["kind"] == "error" and theirs["value"][0] in ours["value"]
    if ours.keys() != theirs.keys():
        return False
    return all(
        entries_same(ours[key], theirs[key]) if key == "value" else ours[key] == value
        for key, value in theirs.items()
    )


def entries_same(ours, theirs):
    if isinstance(theirs, dict) and "kind" in theirs:
        return isinstance(ours, dict) and same(ours, theirs)
    if isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(
            entries_same(ours[k], theirs[k]) for k in theirs
        )
    if isinstance(theirs, list):
        return (
            isinstance(ours, list)
            and len(ours) == len(theirs)
            and all(map(entries_same, ours, theirs))
        )
    if isinstance(theirs, float) and isinstance(ours, (int, float)):
        return bool(np.isclose(ours, theirs, rtol=1e-5, atol=1e-6, equal_nan=True))
    return ours == theirs


def evaluate(setup, expression):
    import ranvier.tf as tf

    names = {"tf": tf, "np": np}
    exec(setup, names)
    try:
        return describe.describe(eval(expression, names))
    except Exception as error:
        return describe.describe_error(error)


@pytest.mark.parametrize(
    ("group", "setup", "expression"),
    [pytest.param(*case, id=f"{case[0]}: {case[2]}") for case in CASES],
)
def test_golden(group, setup, expression):
    if expression in DIFFERENT:
        pytest.skip(DIFFERENT[expression])
    ours, theirs = evaluate(setup, expression), EXPECTED[group][expression]
    assert same(ours, theirs), f"\n  here:  {ours}\n  there: {theirs}"
