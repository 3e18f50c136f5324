"""Calls of `tf.summary`, and how what they write is compared.

`write_all` is given TensorFlow's module, to make the golden file, or ranvier's.
"""

import base64
import io

import numpy as np

rng = np.random.default_rng(42)
WEIGHTS = rng.normal(size=(7, 5)).astype(np.float32)
PICTURES = rng.random((4, 3, 5, 3)).astype(np.float32) * 1.2 - 0.1
SOUNDS = (rng.random((4, 50, 2)).astype(np.float32) - 0.5) * 2.2
HALVES = (np.arange(-8, 9, dtype=np.float32) / 2**16).reshape(1, -1, 1)

CASES = {
    "scalar": lambda s: s.scalar("loss", 0.5, step=3),
    "scalar of an integer": lambda s: s.scalar("count", 7, step=0),
    "scalar of a boolean": lambda s: s.scalar("flag", True, step=0),
    "scalar of float64": lambda s: s.scalar("wide", np.float64(1 / 3), step=2**40),
    "scalar of float16": lambda s: s.scalar("half", np.float16(0.1), step=1),
    "scalar with description": lambda s: s.scalar("d", 1.0, 1, "what it *is*"),
    "scalar nested name": lambda s: s.scalar("a/b c", 1.0, step=1),
    "scalar nan": lambda s: s.scalar("nan", np.nan, step=1),
    "histogram": lambda s: s.histogram("weights", WEIGHTS, step=1),
    "histogram of 4": lambda s: s.histogram("weights", WEIGHTS, step=1, buckets=4),
    "histogram of 1": lambda s: s.histogram("weights", WEIGHTS, step=1, buckets=1),
    "histogram of none": lambda s: s.histogram("weights", WEIGHTS, 1, buckets=0),
    "histogram of one value": lambda s: s.histogram("same", np.full(5, 2.5), step=1),
    "histogram of nothing": lambda s: s.histogram("empty", np.zeros(0), step=1),
    "histogram of integers": lambda s: s.histogram("ints", [1, 2, 2, 9], step=1),
    "histogram of a list": lambda s: s.histogram("l", [[1.0, 2.0], [3.0, 4.5]], step=1),
    "histogram with nan": lambda s: s.histogram("n", [1.0, np.nan], step=1, buckets=2),
    "image": lambda s: s.image("pictures", PICTURES, step=1),
    "image of all": lambda s: s.image("pictures", PICTURES, step=1, max_outputs=9),
    "image of none": lambda s: s.image("pictures", PICTURES, step=1, max_outputs=0),
    "image grey": lambda s: s.image("grey", PICTURES[..., :1], step=1),
    "image opacity": lambda s: s.image("two", PICTURES[:1, ..., :2], step=1),
    "image float64": lambda s: s.image("wide", PICTURES[:1].astype(np.float64), step=1),
    "image float16": lambda s: s.image("half", PICTURES[:1].astype(np.float16), step=1),
    "image uint8": lambda s: s.image(
        "bytes", np.arange(24, dtype=np.uint8).reshape(1, 2, 3, 4) * 10, step=1
    ),
    "image int32": lambda s: s.image(
        "ints", np.arange(-3, 3, dtype=np.int32).reshape(1, 2, 3, 1) * 2**29, step=1
    ),
    "image int8": lambda s: s.image(
        "small", np.arange(-3, 3, dtype=np.int8).reshape(1, 2, 3, 1) * 40, step=1
    ),
    "image uint16": lambda s: s.image(
        "deep", np.arange(6, dtype=np.uint16).reshape(1, 2, 3, 1) * 13000, step=1
    ),
    "image list": lambda s: s.image("list", [PICTURES[0], PICTURES[1]], step=1),
    "audio": lambda s: s.audio("sounds", SOUNDS, 44100, step=1),
    "audio of one": lambda s: s.audio("sounds", SOUNDS, 8000, step=1, max_outputs=1),
    "audio of none": lambda s: s.audio("sounds", SOUNDS, 8000, step=1, max_outputs=0),
    "audio wav": lambda s: s.audio("sounds", SOUNDS[:1], 8000, 1, encoding="wav"),
    "audio halves": lambda s: s.audio("halves", HALVES, 48000, step=1),
    "audio described": lambda s: s.audio("x", SOUNDS[:1], 8000, 1, description="beep"),
    "text": lambda s: s.text("note", "hello *world*", step=1),
    "text of a list": lambda s: s.text("notes", ["one", "zwölf"], step=1),
    "text table": lambda s: s.text("table", [["a", "b"], ["c", "d"]], step=1),
    "text bytes": lambda s: s.text("bytes", b"raw", step=1),
    "text array": lambda s: s.text("array", np.array(["x", "y"]), step=1),
    "write": lambda s: s.write("raw", np.arange(3, dtype=np.int32), step=5),
    "write strings": lambda s: s.write("raw", ["a", "b"], step=5),
    "write function": lambda s: s.write("raw", lambda: np.float32(2), step=5),
    "default step": lambda s: _with_step(s),
    "scope": lambda s: _in_scope(s),
    "condition": lambda s: _with_conditions(s),
    "raw": lambda s: _raw(s),
    "nested writers": lambda s: _nested(s),
}


def _with_step(s):
    before = s.experimental.get_step()
    s.experimental.set_step(11)
    s.scalar("a", 1.0)
    s.scalar("b", 1.0, step=12)
    s.experimental.set_step(before)


def _in_scope(s):
    with s.experimental.summary_scope("outer") as (tag, _):
        s.write(tag, 1.0, step=1)
        s.scalar("inner", 1.0, step=1)


def _with_conditions(s):
    with s.record_if(False):
        s.scalar("never", 1.0, step=1)
        with s.record_if(lambda: True):
            s.scalar("inside", 1.0, step=1)
    for step in range(4):
        with s.record_if(lambda step=step: step % 2 == 0):
            s.scalar("even", float(step), step=step)


def _raw(s):
    from tensorboard.compat.proto.summary_pb2 import Summary

    summary = Summary(value=[Summary.Value(tag="simple", simple_value=2.0)])
    s.experimental.write_raw_pb(summary.SerializeToString(), step=4)


def _nested(s):
    with s.create_noop_writer().as_default():
        s.scalar("through", 1.0, step=1)


def write(summary, case, folder):
    """Makes one call with a writer into a folder."""
    writer = summary.create_file_writer(folder)
    with writer.as_default():
        CASES[case](summary)
    writer.close()


def described(event):
    """Returns what an event says as plain data, without its time."""
    from google.protobuf import json_format

    fields = json_format.MessageToDict(event, preserving_proto_field_name=True)
    fields.pop("wall_time", None)
    fields.pop("source_metadata", None)
    for value in fields.get("summary", {}).get("value", ()):
        tensor = value.get("tensor", {})
        if "string_val" in tensor:
            tensor["string_val"] = [_readable(text) for text in tensor["string_val"]]
    return fields


def _readable(text):
    data = base64.b64decode(text)
    if not data.startswith(b"\x89PNG"):
        return text
    from PIL import Image  # compressors differ: the pixels count

    return np.asarray(Image.open(io.BytesIO(data))).tolist()
