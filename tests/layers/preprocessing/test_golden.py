"""The layers on tables and text do what Keras's do (see `golden/`)."""

import json
import pathlib

import numpy as np
import pytest

from ranvier import layers
from tests.layers.preprocessing.golden.cases import ALL
from tests.layers.preprocessing.golden.run_case import run

GOLDEN = json.loads(
    pathlib.Path(__file__)
    .with_name("golden")
    .joinpath("golden.json")
    .read_text("utf-8")
)
# The device computes in 32 bits.
DTYPES = {"int64": "int32", "float64": "float32"}


def caught_as(error):
    """Returns the names of the builtins that catch an error."""
    kinds = [k for k in (ValueError, TypeError, RuntimeError) if isinstance(error, k)]
    if not kinds:
        raise error
    return [kind.__name__ for kind in kinds]


def assert_same_error(ours, theirs, given):
    if "error" in theirs:
        assert theirs["error"] in ours.get("error", []), given
    else:
        assert "error" not in ours, given


def label(index):
    case = ALL[index]
    arguments = ",".join(f"{k}={v}" for k, v in case["kwargs"].items())
    return f"{index}-{case['layer']}({arguments})"[:90]


def test_there_is_an_outcome_for_each_case():
    assert len(GOLDEN) == len(ALL)


@pytest.mark.parametrize("index", range(len(ALL)), ids=label)
def test_case(index):
    expected = GOLDEN[index]
    outcome = run(layers, ALL[index], caught_as)
    assert_same_error(outcome, expected, ALL[index])
    if "error" in expected:
        return
    for key in expected.keys() - {"outputs"}:
        assert json.loads(json.dumps(outcome[key])) == expected[key], key
    for ours, theirs, given in zip(
        outcome["outputs"], expected["outputs"], ALL[index]["inputs"], strict=True
    ):
        assert_same_error(ours, theirs, given)
        if "error" in theirs:
            continue
        assert ours["shape"] == theirs["shape"], given
        if any(isinstance(v, int) and v > 2**31 for v in ours["values"]):
            assert ours["dtype"] == theirs["dtype"]
        else:
            dtype = DTYPES.get(theirs["dtype"], theirs["dtype"])
            assert ours["dtype"] == dtype, given
        if ours["dtype"] == "float32":
            # Logarithms in 64 bits here, in 32 bits there.
            np.testing.assert_allclose(ours["values"], theirs["values"], rtol=3e-7)
        else:
            assert ours["values"] == theirs["values"], given
