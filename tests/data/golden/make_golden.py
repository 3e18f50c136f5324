"""Writes `golden.json`: what tf.data gives for the cases.

Run with an interpreter that has TensorFlow: `python tests/data/golden/make_golden.py`.
"""

import inspect
import json
import os
import pathlib
import sys
import tempfile
import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))

import tensorflow as tf  # noqa: E402

from tests.data.golden import (  # noqa: E402
    experimental_cases,  # noqa: F401
    file_cases,
    odd_cases,  # noqa: F401
)
from tests.data.golden.cases import CASES  # noqa: E402
from tests.data.golden.record import record  # noqa: E402

tensorflow = types.SimpleNamespace(
    Dataset=tf.data.Dataset,
    data=tf.data,
    TensorSpec=tf.TensorSpec,
    RaggedTensorSpec=tf.RaggedTensorSpec,
    SparseTensorSpec=tf.SparseTensorSpec,
    dtype=tf.as_dtype,
    cast=lambda x, dtype: tf.cast(x, dtype),
    fill=lambda n: tf.fill([n], n),
    sum=tf.reduce_sum,
    length=lambda x: tf.shape(x)[0],
    strlen=tf.strings.length,
    to_number=tf.strings.to_number,
    ragged=tf.ragged.constant,
    sparse=tf.SparseTensor,
    folder=file_cases.make_files(tempfile.mkdtemp()),
    decode_csv=tf.io.decode_csv,
    decode_raw=tf.io.decode_raw,
    stack=tf.stack,
    base_name=lambda path: tf.strings.split(path, "/")[-1],
)


def signatures(cls):
    """Returns name, arguments and defaults of what is public in a class."""
    found = {}
    for name in sorted(dir(cls)):
        if name.startswith("_"):
            continue
        member = getattr(cls, name)
        if not callable(member):
            found[name] = None
            continue
        parameters = inspect.signature(member).parameters.values()
        found[name] = [
            [p.name, p.kind.name, "" if p.default is p.empty else str(p.default)]
            for p in parameters
        ]
    return found


def main():
    """Runs all cases."""
    golden = {"tensorflow": tf.__version__, "Dataset": signatures(tf.data.Dataset)}
    golden["data"] = [name for name in sorted(dir(tf.data)) if not name.startswith("_")]
    golden["cases"] = {name: record(tensorflow, run) for name, run in CASES.items()}
    lines = [
        f"{json.dumps(name)}: {json.dumps(value)}"
        for name, value in golden["cases"].items()
    ]
    cases = "{\n" + ",\n".join(lines) + "\n}"
    golden["cases"] = {}
    text = json.dumps(golden, indent=1).replace('"cases": {}', f'"cases": {cases}')
    (HERE / "golden.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
