"""TensorBoard's messages, imported when something is written."""

import functools
import types

from ranvier.core._errors import require


@functools.cache
def protos():
    """Returns the classes of messages that event files are made of.

    Raises:
        MissingExtraError: if the package `tensorboard` is not installed.
    """
    require("tensorboard", "tensorboard")
    from tensorboard.compat.proto.event_pb2 import Event, SessionLog, SourceMetadata
    from tensorboard.compat.proto.graph_pb2 import GraphDef
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.compat.proto.tensor_pb2 import TensorProto

    return types.SimpleNamespace(
        Event=Event,
        GraphDef=GraphDef,
        SessionLog=SessionLog,
        SourceMetadata=SourceMetadata,
        Summary=Summary,
        SummaryMetadata=SummaryMetadata,
        TensorProto=TensorProto,
    )


@functools.cache
def plugin_metadata(plugin: str, description: str | None = None, **settings):
    """Returns the message that tells which plugin of TensorBoard shows a series.

    Args:
        plugin: `"scalar"`, `"histogram"`, `"image"`, `"audio"` or `"text"`.
        description: shown beside the series; Markdown.
        **settings: what the plugin's own function takes.
    """
    require("tensorboard", "tensorboard")
    module = require(f"tensorboard.plugins.{plugin}.metadata", "tensorboard")
    made = module.create_summary_metadata(
        display_name=None, description=description, **settings
    )
    # TensorFlow leaves out what TensorBoard knows from the plugin's name.
    message = protos().SummaryMetadata()
    message.CopyFrom(made)
    return message
