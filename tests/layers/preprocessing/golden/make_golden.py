"""Writes `golden.json`: what Keras, on TensorFlow, makes of the cases.

Run it with keras 3.15.1 and tensorflow installed: `python make_golden.py`.
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorflow as tf
from cases import ALL
from feature_spaces import DATA, ROW, SPACES
from run_case import run


def error_name(error):
    """Returns the class that stands for an error outside of TensorFlow."""
    if isinstance(error, (ValueError, TypeError, RuntimeError)):
        return type(error).__name__
    if isinstance(error, tf.errors.UnimplementedError):
        return "TypeError"  # a cast of numbers to strings
    if isinstance(error, tf.errors.OpError):
        return "ValueError"
    return type(error).__name__


outcomes = [run(keras.layers, case, error_name) for case in ALL]
# A line for each case, so that changes can be read.
lines = ",\n".join(json.dumps(outcome, ensure_ascii=False) for outcome in outcomes)
path = pathlib.Path(__file__).with_name("golden.json")
path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
print(len(outcomes), "cases,", sum("error" in o for o in outcomes), "with an error")

spaces = {}
for name, make in SPACES.items():
    space = keras.utils.FeatureSpace(**make(keras.utils.FeatureSpace))
    space.adapt(DATA)
    arrays = {key: tf.constant(value) for key, value in DATA.items()}
    row = {key: tf.constant(value) for key, value in ROW.items()}
    spaces[name] = {
        "batch": keras.tree.map_structure(lambda x: x.numpy().tolist(), space(arrays)),
        "row": keras.tree.map_structure(lambda x: x.numpy().tolist(), space(row)),
        "config": sorted(space.get_config()),
    }
path.with_name("feature_space.json").write_text(json.dumps(spaces) + "\n")
