"""Floor 7: what TensorBoard reads: writers of event files, and summaries for them."""

from ranvier.events._encodings import buckets_of
from ranvier.events._graph import graph, keras_model
from ranvier.events._hparams import (
    end_session,
    hparams,
    hparams_class,
    hparams_config,
)
from ranvier.events._state import (
    get_step,
    record_if,
    set_step,
    should_record_summaries,
    summary_scope,
    written_to,
)
from ranvier.events._summaries import (
    audio,
    histogram,
    image,
    scalar,
    text,
    write_buckets,
    write_scalars,
)
from ranvier.events._trace import trace_export, trace_off, trace_on
from ranvier.events._write import write, write_raw_pb
from ranvier.events._writer import (
    SummaryWriter,
    create_file_writer,
    create_noop_writer,
    flush,
)

__all__ = [
    "SummaryWriter",
    "audio",
    "buckets_of",
    "create_file_writer",
    "create_noop_writer",
    "end_session",
    "flush",
    "get_step",
    "graph",
    "histogram",
    "hparams",
    "hparams_class",
    "hparams_config",
    "image",
    "keras_model",
    "record_if",
    "scalar",
    "set_step",
    "should_record_summaries",
    "summary_scope",
    "text",
    "trace_export",
    "trace_off",
    "trace_on",
    "write",
    "write_buckets",
    "write_raw_pb",
    "write_scalars",
    "written_to",
]
