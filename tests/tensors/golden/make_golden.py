"""Writes what TensorFlow makes of the cases to JSON files. Run it with TensorFlow:

python tests/tensors/golden/make_golden.py
"""

import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# TensorFlow's values must not change with its optional libraries.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

sys.path.insert(0, str(pathlib.Path(__file__).parents[3]))

import numpy as np
import tensorflow as tf

from tests.tensors.golden import face_cases
from tests.tensors.golden.cases import GROUPS, cases
from tests.tensors.golden.describe import describe, describe_error


def write(name, groups):
    results = {}
    for group, setup, expression in cases(groups):
        names = {"tf": tf, "np": np, "keras": tf.keras}
        exec(setup, names)
        try:
            result = describe(eval(expression, names))
        except Exception as error:
            result = describe_error(error)
        results.setdefault(group, {})[expression] = result
    path = pathlib.Path(__file__).parent / name
    with path.open("w") as file:
        file.write("{\n")
        for i, (group, entries) in enumerate(results.items()):
            file.write(f"{json.dumps(group)}: {{\n")
            lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in entries.items()]
            file.write(",\n".join(lines))
            file.write("}" + (",\n" if i < len(results) - 1 else "\n"))
        file.write("}\n")


if __name__ == "__main__":
    write("golden.json", GROUPS)
    write("face.json", face_cases.GROUPS)
