"""graph: the picture of TensorBoard's Graphs tab."""

from ranvier.events._model_graph import model_graph
from ranvier.events._protos import protos
from ranvier.events._state import holds, settings
from ranvier.events._write import record


def graph(graph_data):
    """Writes a graph for TensorBoard's Graphs tab.

    Args:
        graph_data: a `GraphDef` message, or a built model: then the operations of
            its forward pass are shown, nested by layer.

    Returns:
        Whether it was written: there must be a writer, and `record_if` may say no.

    Raises:
        ValueError: for something else.

    Example:
        >>> import tempfile
        >>> import ranvier
        >>> from ranvier import summary
        >>> model = ranvier.Sequential([ranvier.Input((4,)), ranvier.layers.Dense(1)])
        >>> with summary.create_file_writer(tempfile.mkdtemp()).as_default():
        ...     summary.graph(model)
        True
    """
    current = settings()
    if current.writer is None or not holds(current):
        return False
    message = graph_data
    if hasattr(graph_data, "as_graph_def"):
        message = graph_data.as_graph_def()
    elif hasattr(graph_data, "layers") and callable(graph_data):
        message = model_graph(graph_data)
    if type(message).__name__ != "GraphDef":
        raise ValueError(
            "Argument 'graph_data' is not a model and not a GraphDef. Received "
            f"graph_data={graph_data!r} of type {type(graph_data).__name__}."
        )
    event = protos().Event(graph_def=message.SerializeToString())
    current.writer.add(event)
    return True


def keras_model(name, model, step=0):
    """Writes the configuration of a model, which TensorBoard draws as nested layers.

    Args:
        name: name of the graph.
        model: a Functional or Sequential model.
        step: step of the entry.
    """
    metadata = protos().SummaryMetadata()
    metadata.plugin_data.plugin_name = "graph_keras_model"
    metadata.plugin_data.content = b"1"  # version of the plugin's data
    return record(name, model.to_json(), lambda text: text, step, metadata)
