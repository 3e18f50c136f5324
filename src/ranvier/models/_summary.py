"""`Model.summary`: a table of the layers, and the sizes of what a model holds."""

import math
import re
import shutil

import numpy as np
import rich.console
import rich.table
from rich.markup import escape

from ranvier.callbacks._output import print_message
from ranvier.core import _config, _tree
from ranvier.layers._layer import Layer
from ranvier.models._functional import Functional
from ranvier.models._op_names import class_of_op
from ranvier.ops._dispatch import OpCall

_NAME, _NUMBER, _UNKNOWN, _YES, _NO = (f"color({n})" for n in (33, 34, 45, 34, 9))


def print_summary(
    model,
    line_length=None,
    positions=None,
    print_fn=None,
    expand_nested=False,
    show_trainable=False,
    layer_range=None,
):
    """Prints a table of a model's layers and the number of its parameters.

    Args:
        model: the model.
        line_length: width of the table; by default what the terminal has room for.
        positions: where the columns end, as shares of the width, or in characters.
        print_fn: called once with the whole text, instead of printing it.
        expand_nested: whether the layers of nested models have rows of their own.
        show_trainable: whether a column tells which layers are trained.
        layer_range: `[first, last]`: names, or patterns of names, of the layers
            between which rows are shown.

    Raises:
        ValueError: for a `layer_range` that matches nothing, or too narrow a table.
    """
    chain = _is_chain(model)
    columns = [("Layer (type)", "left"), ("Output Shape", "left"), ("Param #", "right")]
    width = 88
    positions = positions or ([0.45, 0.8, 1.0] if chain else [0.3, 0.56, 0.74, 1.0])
    if not chain:
        columns.append(("Connected to", "left"))
        width = 108
    if show_trainable:
        columns.append(("Trainable", "center"))
        positions = [*(position * 0.9 for position in positions), positions[-1]]
        width += 12
    width = line_length or min(width, shutil.get_terminal_size().columns - 4)
    table = rich.table.Table(width=width, show_lines=True)
    for (name, justify), size in zip(
        columns, _column_widths(positions, width), strict=True
    ):
        table.add_column(name, justify=justify, width=size)

    own = {id(node) for node in model._nodes} if isinstance(model, Functional) else ()
    layers = model.operations if isinstance(model, Functional) else model.layers
    for layer, depth in _rows(_in_range(layers, layer_range), expand_nested):
        row = [_title(layer, depth), _output_shape(layer), _count(layer)]
        if not chain:
            row.append(_connections(layer, own))
        if show_trainable:
            row.append(_is_trained(layer))
        table.add_row(*row)
    text = [f'[bold]Model: "{escape(model.name)}"[/]', table, *_totals(model)]
    _print(text, width, print_fn)


def _print(lines, width, print_fn):
    if print_fn is None and not _config.is_interactive_logging_enabled():
        print_fn = print_message
    if print_fn is None:
        console = rich.console.Console(highlight=False)
        console.width = max(width, console.width)
        for line in lines:
            console.print(line)
        return
    console = rich.console.Console(
        highlight=False, force_terminal=False, color_system=None, width=max(width, 80)
    )
    with console.capture() as capture:
        for line in lines:
            console.print(line)
    print_fn(capture.get())


# What is shown.


def _is_chain(model):
    """Tells whether each layer just takes the output of the one before."""
    if not isinstance(model, Functional):
        return True
    nodes = model._nodes
    distinct = {id(node.operation) for node in nodes}
    depths = {model._node_depths[id(node)] for node in nodes}
    single = all(len(node.input_tensors) <= 1 for node in nodes)
    return single and len(distinct) == len(depths) == len(nodes)


def _column_widths(positions, width):
    if positions[-1] <= 1:
        positions = [position * width for position in positions]
    ends = [int(position) for position in positions]
    widths = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    if min(widths) < 4:
        raise ValueError(
            f"A summary of {width} characters has no room for {len(widths)} columns. "
            "Choose a larger `line_length`."
        )
    return widths


def _in_range(layers, layer_range):
    if layer_range is None:
        return layers
    if len(layer_range) != 2 or not all(isinstance(n, str) for n in layer_range):
        raise ValueError(
            "`layer_range` must be two names of layers, the first and the last. "
            f"Received: layer_range={layer_range}"
        )
    first, last = (
        [i for i, layer in enumerate(layers) if re.match(pattern, layer.name)]
        for pattern in layer_range
    )
    if not first or not last:
        raise ValueError(
            f"`layer_range={layer_range}` does not match the names of the layers: "
            f"{[layer.name for layer in layers]}."
        )
    if min(first) > max(last):
        first, last = last, first
    return layers[min(first) : max(last) + 1]


def _rows(layers, expand_nested, depth=0):
    """Yields layers with how deep they are nested."""
    for layer in layers:
        yield layer, depth
        if expand_nested and hasattr(layer, "layers"):
            yield from _rows(layer.layers, expand_nested, depth + 1)


# Cells.


def _title(layer, depth):
    kind = type(layer).__name__
    if isinstance(layer, OpCall):
        op_class = class_of_op(layer.function.path)
        kind = op_class.name if op_class else layer.function.path
    indent = "   " * depth + "└ " if depth else ""
    return f"{indent}{escape(layer.name)} ([{_NAME}]{escape(kind)}[/])"


def _number(value):
    return f"[{_NUMBER}]{value}[/]"


def _shape(shape):
    sizes = (f"[{_UNKNOWN}]None[/]" if d is None else _number(d) for d in shape)
    return f"({', '.join(sizes)})"


def _output_shape(layer):
    if layer._inbound_nodes:
        shapes = [tensor.shape for tensor in layer._inbound_nodes[-1].output_tensors]
    else:
        shapes = _shapes_from_build(layer)
    if shapes is None:
        return "?"
    shown = _tree.map_shape_structure(_shape, shapes)
    flat = _tree.flatten(shown)
    return flat[0] if len(flat) == 1 else str(shown).replace("'", "")


def _shapes_from_build(layer):
    """Returns the output shapes of a layer that was built, but never put in a graph."""
    try:
        if hasattr(layer, "output_shape"):
            return layer.output_shape
        if not layer._build_shapes:
            return None
        return layer.compute_output_shape(*layer._build_shapes.values())
    except Exception:  # a user's layer may compute only on real data
        return None


def _count(layer):
    if not isinstance(layer, Layer):
        return _number(0)
    if not layer.built and (type(layer).build is not Layer.build or layer._layers):
        return f"{_number(0)} (unbuilt)"
    return _number(f"{_entries(layer.weights):,}")


def _connections(layer, own):
    parts = [
        f"{escape(operation.name)}[{_number(node_index)}][{_number(tensor_index)}]"
        for node in layer._inbound_nodes
        if id(node) in own
        for operation, node_index, tensor_index in (
            tensor._keras_history for tensor in node.input_tensors
        )
    ]
    return ", ".join(parts) or "-"


def _is_trained(layer):
    if not getattr(layer, "weights", None):
        return "[bold]-[/]"
    letter, color = ("Y", _YES) if layer.trainable else ("N", _NO)
    return f"[bold][{color}]{letter}[/][/]"


# Totals.


def _totals(model):
    """Yields the lines below the table."""
    parts = {
        "Trainable params": model.trainable_weights,
        "Non-trainable params": model.non_trainable_weights,
    }
    if model.compiled and getattr(model.optimizer, "built", False):
        parts["Optimizer params"] = model.optimizer.variables
    parts = {"Total params": [v for group in parts.values() for v in group], **parts}
    for name, variables in parts.items():
        size = readable_size(sum(v.size * _itemsize(v) for v in variables))
        yield f"[bold] {name}: [/]{_number(f'{_entries(variables):,}')} ({size})"


def _entries(variables):
    return sum(math.prod(v.shape) for v in variables)


def _itemsize(variable):
    return np.dtype(variable.value.dtype).itemsize


def readable_size(count: float) -> str:
    """Returns a number of bytes with a unit.

    Example:
        >>> readable_size(2048)
        '2.00 KB'
    """
    units = ["B", "KB", "MB", "GB", "TB", "PB"]
    while count >= 1024 and len(units) > 1:
        count /= 1024
        units.pop(0)
    return f"{count:.2f} {units[0]}"
