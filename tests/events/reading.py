"""Reading event files in tests."""

import pathlib

from tensorboard.compat.proto.event_pb2 import Event

from ranvier.data.io._records import read_records


def events_of(folder):
    """Returns the events of all files in a folder, in order."""
    paths = sorted(pathlib.Path(folder).glob("events.out.tfevents.*"))
    return [
        Event.FromString(record)
        for path in paths
        for records in read_records(path)
        for record in records
    ]


def values_of(folder):
    """Returns `(tag, step, value)` for every summary in a folder."""
    return [
        (value.tag, event.step, value)
        for event in events_of(folder)
        for value in event.summary.value
    ]
