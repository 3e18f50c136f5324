"""Event files say what TensorFlow's say for the same calls, field by field."""

import base64
import json
import pathlib

import numpy as np
import pytest

from ranvier.tf import summary
from tests.events.golden import cases
from tests.events.reading import events_of

GOLDEN = json.loads((pathlib.Path(__file__).parent / "golden/golden.json").read_text())


def test_golden_values_are_there_for_all_cases():
    assert GOLDEN.keys() == cases.CASES.keys()


@pytest.mark.parametrize("case", cases.CASES)
def test_events_are_tensorflows(case, tmp_path):
    cases.write(summary, case, tmp_path)
    ours = [cases.described(event) for event in events_of(tmp_path)]
    theirs = GOLDEN[case]
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs):
        assert _without_numbers(mine) == _without_numbers(other)
        for a, b in zip(_numbers(mine), _numbers(other)):
            np.testing.assert_allclose(a, b, rtol=1e-15)


def _tensors(event):
    for value in event.get("summary", {}).get("value", ()):
        if "tensor" in value:
            yield value["tensor"]


def _numbers(event):
    """Yields the edges and counts of histograms, which differ in the last bit."""
    for tensor in _tensors(event):
        if tensor["dtype"] == "DT_DOUBLE":
            content = tensor.get("tensor_content", "")
            yield np.frombuffer(base64.b64decode(content))


def _without_numbers(event):
    event = json.loads(json.dumps(event))
    for tensor in _tensors(event):
        if tensor["dtype"] == "DT_DOUBLE":
            tensor.pop("tensor_content", None)
    return event
