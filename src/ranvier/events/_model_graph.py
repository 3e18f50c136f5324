"""The operations of a model's forward pass as a `GraphDef`, nested by layer."""

import collections

import jax

from ranvier.core import _naming
from ranvier.core._scope import StateScope
from ranvier.events._protos import protos

# Stands for the unknown size of a batch; an axis that long is shown as unknown.
_UNKNOWN = 7919
# Programs inside programs that are drawn as their parts.
_INNER = ("jaxpr", "call_jaxpr", "fun_jaxpr")
_LOOPS = ("scan", "while", "cond")


def model_graph(model):
    """Returns the graph of a model that knows its inputs.

    Raises:
        ValueError: if it does not, as it is not built or defined by a `call`.
    """
    inputs = getattr(model, "inputs", None)
    if not inputs:
        raise ValueError(
            f"The inputs of model '{model.name}' are not known, so its graph cannot be "
            "drawn. Use a Functional model, or a Sequential one with an Input."
        )
    variables = list(model.variables)
    shapes = [
        jax.ShapeDtypeStruct(
            tuple(_UNKNOWN if size is None else size for size in tensor.shape),
            tensor.dtype,
        )
        for tensor in inputs
    ]

    def forward(values, tensors):
        with StateScope(zip(variables, values, strict=True)):
            tensors = jax.tree.unflatten(jax.tree.structure(model.input), tensors)
            return model(tensors, training=False)

    with _naming.marked_in_programs():
        closed = jax.make_jaxpr(forward)([v.value for v in variables], shapes)
    # Weights stand in the box of their layer, which is in that of the model.
    inside = f"{model.name}/"
    names = [("Variable", inside + v.path.removeprefix(inside)) for v in variables]
    names += [("Placeholder", tensor.name) for tensor in inputs]
    return _Drawing().draw(closed.jaxpr, names)


class _Drawing:
    """A graph in the making."""

    def __init__(self):
        self.graph = protos().GraphDef()
        self.graph.versions.producer = 1
        self._taken = collections.Counter()
        self._nodes = {}  # of each variable of the program

    def draw(self, jaxpr, names):
        """Draws a program whose inputs have these operations and names."""
        for variable, (kind, name) in zip(jaxpr.invars, names, strict=True):
            self._nodes[variable] = self._add(name, kind, [], variable.aval)
        self._draw_equations(jaxpr, "")
        for variable in jaxpr.outvars:
            self._add("output", "Identity", [self._source(variable)], variable.aval)
        return self.graph

    def _draw_equations(self, jaxpr, scope):
        for equation in jaxpr.eqns:
            here = "/".join(filter(None, (scope, str(equation.source_info.name_stack))))
            kind = equation.primitive.name
            inner = self._inner(equation)
            if inner is not None and kind not in _LOOPS:
                self._draw_inner(equation, inner, here)
                continue
            sources = [self._source(variable) for variable in equation.invars]
            aval = equation.outvars[0].aval if equation.outvars else None
            name = f"{here}/{kind}" if here else kind
            node = self._add(name, kind, sources, aval)
            for variable in equation.outvars:
                self._nodes[variable] = node

    @staticmethod
    def _inner(equation):
        for name in _INNER:
            if name in equation.params:
                program = equation.params[name]
                return getattr(program, "jaxpr", program)
        return None

    def _draw_inner(self, equation, inner, scope):
        name = str(equation.params.get("name", "")).strip("_")
        if name:
            scope = f"{scope}/{name}" if scope else name
        for outer, variable in zip(equation.invars, inner.invars):
            self._nodes[variable] = self._source(outer)
        self._draw_equations(inner, scope)
        for outer, variable in zip(equation.outvars, inner.outvars):
            self._nodes[outer] = self._source(variable)

    def _source(self, variable):
        """Returns the name of the node that a value comes from; None for constants."""
        if hasattr(variable, "val"):  # written in the program
            return None
        return self._nodes.get(variable)

    def _add(self, name, kind, sources, aval):
        """Adds a node; returns its name."""
        count = self._taken[name]
        self._taken[name] += 1
        name = f"{name}_{count}" if count else name
        node = self.graph.node.add(name=name, op=kind)
        node.input.extend(source for source in sources if source is not None)
        shape = node.attr["_output_shapes"].list.shape.add()
        for size in getattr(aval, "shape", ()):
            shape.dim.add(size=-1 if size == _UNKNOWN else size)
        return name
