"""Every case of `cases.py` gives what TensorFlow gave, or gives."""

import gzip
import json

import numpy as np
import pytest

from ranvier import tensors
from ranvier.data import io
from tests.data.io.cases import GOLDEN, cases
from tests.data.io.comparing import outcome


class _Ours:
    """The functions, messages and SparseTensor in one namespace."""

    SparseTensor = tensors.SparseTensor

    def __getattr__(self, name):
        return getattr(io, name)


CASES = cases(_Ours())
GROUPS = sorted({name.partition(":")[0] for name in CASES})
# Where TensorFlow's result is no example to follow.
DIFFERENT = {
    **{
        f"image: decode_{kind} webp-{picture}": "four axes for a still picture"
        for kind in ("png", "jpeg", "bmp", "gif")
        for picture in ("lossless, 0", "alpha, 0", "lossless")
    },
    **{
        f"image: {name}": "opacity 2 ** bits - 1 of 255"
        for bits in (1, 2, 4)
        for name in (
            f"decode_png png-{bits}-bit, 4",
            f"decode_png png-{bits}-bit, 4, uint16",
            f"decode_image png-{bits}-bit, 4",
        )
    },
    "image: encode_jpeg float32 (4, 5, 3)": "casts arrays before it checks them",
    **{
        f"raw: {dtype}, padded": "unsupported there"
        for dtype in ("float16", "complex64", "complex128", "bool")
    },
    "csv: columns []": "an IndexError there; all columns here",
    "example: unusual, two pieces": "it forgets all pieces but the first",
    "example: unusual, two pieces, in a batch": "likewise",
}


def golden():
    return json.loads(gzip.decompress((GOLDEN / "golden.json.gz").read_bytes()))


def raised(call):
    """Returns the names of the classes of the error that a call raises."""
    try:
        call()
    except Exception as error:
        return [cls.__name__ for cls in type(error).__mro__]
    return []


def equal(ours, theirs, tolerance):
    """Compares plain results; `tolerance` allows for whole numbers that differ."""
    if isinstance(theirs, dict) and "values" in theirs:
        same = ours.get("dtype") == theirs["dtype"] and ours["shape"] == theirs["shape"]
        if not same or theirs["dtype"] == "string":
            return same and ours["values"] == theirs["values"]
        a, b = np.array(ours["values"]), np.array(theirs["values"])
        if tolerance and a.size:
            return np.abs(1.0 * a - b).max() <= tolerance * scale_of(theirs)
        return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(theirs, dict):
        return theirs.keys() == ours.keys() and all(
            equal(ours[k], theirs[k], tolerance) for k in theirs
        )
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(
            equal(a, b, tolerance) for a, b in zip(ours, theirs)
        )
    return ours == theirs


def scale_of(result):
    """Returns how much a step between two of 256 levels is."""
    return {"uint8": 1, "uint16": 257, "int32": 2**23}.get(result["dtype"], 1 / 255)


def tolerance_of(name):
    # Decoders may round the cosine transform and colours differently.
    if "accurate" in name or "both ways" in name:
        return 1
    # By default TensorFlow takes a transform that is fast and far less exact.
    return 12 if any(word in name for word in ("jpeg", "ratio", "crop")) else 0


def differences(group, results):
    found = {}
    for name, call in CASES.items():
        if not name.startswith(f"{group}:") or name in DIFFERENT:
            continue
        theirs = results[name]
        if isinstance(theirs, dict) and "error" in theirs:
            if theirs["error"] not in raised(call):
                found[name] = theirs, outcome(call)
        elif not equal(outcome(call), theirs, tolerance_of(name)):
            found[name] = theirs, outcome(call)
    return found


@pytest.mark.parametrize("group", GROUPS)
def test_golden(group):
    found = differences(group, golden())
    assert not found, "\n".join(f"{k}: {v}" for k, v in found.items())


@pytest.mark.tensorflow
@pytest.mark.parametrize("group", GROUPS)
def test_live(group):
    pytest.importorskip("tensorflow")
    from tests.data.io.golden.make_golden import tensorflow_io

    theirs = cases(tensorflow_io())
    results = {
        name: outcome(call)
        for name, call in theirs.items()
        if name.startswith(f"{group}:")
    }
    found = differences(group, results)
    assert not found, "\n".join(f"{k}: {v}" for k, v in found.items())
