"""`tf.summary`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.summary import (
    SummaryWriter,
    audio,
    create_file_writer,
    create_noop_writer,
    experimental,
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

__getattr__ = _absent("tf.summary")

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
