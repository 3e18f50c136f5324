"""A model as boxes and arrows: what every picture of it is drawn from."""

import dataclasses

from ranvier.core import _tree
from ranvier.core._errors import NotBuiltError
from ranvier.layers import InputLayer
from ranvier.models._functional import Functional
from ranvier.models._op_names import class_of_op
from ranvier.models._sequential import Sequential
from ranvier.ops._dispatch import OpCall


@dataclasses.dataclass
class Box:
    """One layer or operation of a picture.

    Attributes:
        operation: what it stands for.
        groups: names of the nested models around it, from the outside in.
    """

    operation: object
    groups: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the layer."""
        return self.operation.name

    @property
    def kind(self) -> str:
        """Name of its class, or of the operation."""
        operation = self.operation
        if isinstance(operation, OpCall):
            op_class = class_of_op(operation.function.path)
            return op_class.name if op_class else operation.function.path
        return type(operation).__name__

    @property
    def activation(self) -> str | None:
        """Name of its activation, or None if it has none."""
        activation = getattr(self.operation, "activation", None)
        if activation is None:
            return None
        return getattr(activation, "__name__", None) or activation.name

    @property
    def input_shape(self) -> str | None:
        """Shapes of what it takes, or None for an input or where they are unknown."""
        if isinstance(self.operation, InputLayer):
            return None
        return self._shapes("input")

    @property
    def output_shape(self) -> str | None:
        """Shapes of what it gives."""
        return self._shapes("output")

    def _shapes(self, side):
        nodes = self.operation._inbound_nodes
        if not nodes:
            return "?"
        tensors = getattr(nodes[-1], f"{side}_tensors")
        if not tensors:
            return None
        shapes = [str(tuple(t.shape)) for t in tensors]
        return shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]"

    @property
    def dtype(self) -> str:
        """Dtypes of what it gives."""
        nodes = self.operation._inbound_nodes
        if not nodes:
            return "?"
        names = [t.dtype for t in nodes[-1].output_tensors]
        return ", ".join(dict.fromkeys(names))

    @property
    def trainable(self) -> bool | None:
        """Whether its weights may be trained; None if it has none."""
        if not getattr(self.operation, "weights", None):
            return None
        return bool(self.operation.trainable)


@dataclasses.dataclass
class Picture:
    """Boxes in the order of the calls, and arrows between them.

    Attributes:
        name: name of the model.
        boxes: list of `Box`es.
        arrows: pairs of places in `boxes`: from, to.
    """

    name: str
    boxes: list
    arrows: list

    def levels(self) -> list:
        """Returns the level of each box: one below the lowest box it depends on."""
        levels = [0] * len(self.boxes)
        for start, end in sorted(self.arrows, key=lambda arrow: arrow[1]):
            levels[end] = max(levels[end], levels[start] + 1)
        return levels


def picture_of(model, expand_nested=False) -> Picture:
    """Returns the boxes and arrows of a model.

    Args:
        model: a model; one that is no graph of layers is a single box.
        expand_nested: whether the layers of nested models have boxes of their own.

    Raises:
        ValueError: for a model that is not built.
    """
    if not model.built:
        raise NotBuiltError(
            f"Model '{model.name}' has not been built yet: it has no picture. Call "
            "`build()`, or call the model on a batch of data."
        )
    picture = Picture(model.name, [], [])
    graph = _graph_of(model)
    if graph is None:
        picture.boxes.append(Box(model, ()))
    else:
        _add(picture, graph, isinstance(model, Sequential), (), expand_nested)
    return picture


def _graph_of(model):
    if isinstance(model, Sequential):
        return model._functional
    return model if isinstance(model, Functional) else None


def _add(picture, graph, is_sequential, groups, expand_nested):
    """Adds a graph's boxes; returns the places of its first and its last ones."""
    own = {id(node) for node in graph._nodes}
    firsts, ends = {}, {}
    for operation in graph.operations:
        if isinstance(operation, InputLayer) and (is_sequential or groups):
            continue
        inner = _graph_of(operation) if expand_nested else None
        if inner is None:
            picture.boxes.append(Box(operation, groups))
            place = len(picture.boxes) - 1
            firsts[id(operation)] = ends[id(operation)] = [place]
        else:
            inside = (*groups, operation.name)
            nested = isinstance(operation, Sequential)
            firsts[id(operation)], ends[id(operation)] = _add(
                picture, inner, nested, inside, expand_nested
            )
    entries, exits = [], []
    for operation in graph.operations:
        if id(operation) not in firsts:
            continue
        sources = []
        for node in operation._inbound_nodes:
            if id(node) in own:
                sources += [t._keras_history.operation for t in node.input_tensors]
        known = [source for source in sources if id(source) in ends]
        for source in dict.fromkeys(known):
            for start in ends[id(source)]:
                for end in firsts[id(operation)]:
                    if (start, end) not in picture.arrows:
                        picture.arrows.append((start, end))
        if len(known) < len(sources) or not sources:
            entries += firsts[id(operation)]
    for tensor in _tree.flatten(graph.outputs):
        exits += ends.get(id(tensor._keras_history.operation), [])
    return entries, list(dict.fromkeys(exits))
