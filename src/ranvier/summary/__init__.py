"""Summaries for TensorBoard: TensorFlow's `tf.summary`. Names only."""

from ranvier.events import (
    SummaryWriter,
    audio,
    create_file_writer,
    create_noop_writer,
    flush,
    graph,
    histogram,
    hparams,
    hparams_config,
    image,
    record_if,
    scalar,
    should_record_summaries,
    text,
    trace_export,
    trace_off,
    trace_on,
    write,
)
from ranvier.events import hparams_class as _hparams_class
from ranvier.summary import experimental

__all__ = [
    "SummaryWriter",
    "audio",
    "create_file_writer",
    "create_noop_writer",
    "experimental",
    "flush",
    "graph",
    "histogram",
    "hparams",
    "hparams_config",
    "image",
    "record_if",
    "scalar",
    "should_record_summaries",
    "text",
    "trace_export",
    "trace_off",
    "trace_on",
    "write",
]


def __getattr__(name):
    # HParam, Metric, Discrete, IntInterval, RealInterval: TensorBoard's own classes.
    return _hparams_class(name)
