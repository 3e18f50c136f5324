"""Writes tensorboard.json: what Keras's callback writes on TensorFlow.

Run in an environment with TensorFlow, Keras and tensorboard.
"""

import json
import os
import pathlib
import tempfile

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorboard_runs
from tensorflow.python.summary.summary_iterator import summary_iterator

golden = {}
for name, run in tensorboard_runs.RUNS.items():
    with tempfile.TemporaryDirectory() as logs:
        run(keras, logs)
        golden[name] = [
            tensorboard_runs.described(path.parent.name, value, event.step)
            for path in sorted(pathlib.Path(logs).rglob("events.out.tfevents.*"))
            for event in summary_iterator(str(path))
            for value in event.summary.value
        ]
lines = [f" {json.dumps(k)}: {json.dumps(v)}" for k, v in golden.items()]
here = pathlib.Path(__file__).parent
(here / "tensorboard.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
