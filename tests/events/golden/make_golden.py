"""Writes golden.json: what TensorFlow writes for the calls in cases.py.

Run in an environment with TensorFlow and tensorboard.
"""

import json
import pathlib
import tempfile

import cases
import tensorflow as tf
from tensorflow.python.summary.summary_iterator import summary_iterator

golden = {}
for case in cases.CASES:
    with tempfile.TemporaryDirectory() as folder:
        cases.write(tf.summary, case, folder)
        (path,) = pathlib.Path(folder).iterdir()
        golden[case] = [cases.described(e) for e in summary_iterator(str(path))]
here = pathlib.Path(__file__).parent
lines = [f" {json.dumps(k)}: {json.dumps(v)}" for k, v in golden.items()]
(here / "golden.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
