"""Long blocks of CSV lines, which pyarrow reads, give what short ones give."""

import numpy as np
import pytest

from ranvier.data import io
from ranvier.data.io import _csv
from ranvier.tensors._errors import InvalidArgumentError

RNG = np.random.default_rng(0)
DEFAULTS = [np.float32(0), np.float64(0), np.float32(1)]


def number():
    value = float(RNG.normal() * 10.0 ** RNG.integers(-45, 40))
    forms = [repr(value), f"{value:.3e}", str(RNG.integers(10**9)), f"{value:.9g}"]
    return forms[RNG.integers(len(forms))]


def test_values_are_those_of_short_blocks(monkeypatch):
    lines = [",".join(number() for _ in DEFAULTS) for _ in range(1000)]
    assert _csv._numbers_by_arrow([line.encode() for line in lines], DEFAULTS)
    long = io.decode_csv(lines, DEFAULTS)
    monkeypatch.setattr(_csv, "_MANY", 10**9)
    for a, b in zip(long, io.decode_csv(lines, DEFAULTS)):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("last", "message"),
    [
        ("1,2,3", "Expect 2 fields but have 3 in record 300"),
        ("", "Expect 2 fields but have 0 in record 300"),
        ("1,x", "Field 1 in record 300 is not a valid float: x"),
        ("1,2.3.4", "Field 1 in record 300 is not a valid float: 2.3.4"),
        ("1,-", "Field 1 in record 300 is not a valid float: -"),
        ("1,+", "Field 1 in record 300 is not a valid float"),
    ],
)
def test_errors_are_those_of_short_blocks(last, message):
    with pytest.raises(InvalidArgumentError, match=message):
        io.decode_csv([*["1,2"] * 300, last], [0.0, 5.0])


def test_empty_fields_take_the_default():
    first, second = io.decode_csv([*["1,2"] * 300, "1,"], [0.0, 5.0])
    assert (first[-1], second[-1]) == (1, 5)
