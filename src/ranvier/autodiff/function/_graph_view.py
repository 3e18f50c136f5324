"""The graph of a concrete function, as TensorFlow shows it: operations and tensors.

The view is made of the traced program, for people to look at; nothing runs it.
"""

import functools
import re

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._shape import TensorShape

# Operations of programs by the names that TensorFlow has for them: type and name.
_NAMES = {
    "abs": "Abs",
    "add": "AddV2 add",
    "add_any": "AddV2 add",
    "and": "LogicalAnd",
    "argmax": "ArgMax",
    "argmin": "ArgMin",
    "broadcast_in_dim": "BroadcastTo",
    "clamp": "ClipByValue clip_by_value",
    "concatenate": "ConcatV2 concat",
    "cond": "If cond",
    "conv_general_dilated": "Conv2D",
    "convert_element_type": "Cast",
    "cumsum": "Cumsum",
    "debug_callback": "PrintV2",
    "div": "RealDiv truediv",
    "dot_general": "MatMul",
    "eq": "Equal",
    "exp": "Exp",
    "floor": "Floor",
    "gather": "GatherV2",
    "ge": "GreaterEqual",
    "gt": "Greater",
    "integer_pow": "Pow pow",
    "iota": "Range range",
    "le": "LessEqual",
    "log": "Log",
    "logistic": "Sigmoid",
    "log1p": "Log1p",
    "lt": "Less",
    "max": "Maximum",
    "min": "Minimum",
    "mul": "Mul mul",
    "ne": "NotEqual",
    "neg": "Neg",
    "not": "LogicalNot",
    "or": "LogicalOr",
    "pad": "Pad",
    "pow": "Pow pow",
    "random_bits": "RandomUniform",
    "reduce_and": "All",
    "reduce_max": "Max",
    "reduce_min": "Min",
    "reduce_or": "Any",
    "reduce_prod": "Prod",
    "reduce_sum": "Sum",
    "rem": "Mod",
    "reshape": "Reshape",
    "rev": "ReverseV2",
    "round": "Round",
    "rsqrt": "Rsqrt",
    "scan": "While while",
    "scatter": "TensorScatterUpdate",
    "scatter-add": "TensorScatterAdd",
    "select_n": "SelectV2",
    "sign": "Sign",
    "slice": "StridedSlice strided_slice",
    "sort": "SortV2",
    "sqrt": "Sqrt",
    "square": "Square",
    "squeeze": "Squeeze",
    "stop_gradient": "StopGradient",
    "sub": "Sub sub",
    "switch": "Case",
    "tanh": "Tanh",
    "transpose": "Transpose",
    "while": "While while",
}
# Functions that are one operation there.
_WHOLE = {
    "elu": "Elu",
    "log_softmax": "LogSoftmax",
    "relu": "Relu",
    "relu6": "Relu6",
    "selu": "Selu",
    "softmax": "Softmax",
    "softplus": "Softplus",
}
_SECOND_OPERAND = ("x", "y")


class GraphTensor:
    """A result of an operation of a graph.

    Args:
        op: the operation.
        number: which of its results.
        shape: the shape, or None for a variable's handle.
        dtype: the dtype.
    """

    def __init__(self, op, number, shape, dtype):
        self.op = op
        self.value_index = number
        self.shape = TensorShape(shape)
        self.dtype = dtype

    @property
    def name(self) -> str:
        """The operation's name and the result's number."""
        return f"{self.op.name}:{self.value_index}"

    @property
    def graph(self):
        """The graph."""
        return self.op.graph

    def get_shape(self):
        """Returns the shape."""
        return self.shape

    def __repr__(self):
        dtype = getattr(self.dtype, "name", self.dtype)
        return f"<tf.Tensor {self.name!r} shape={self.shape} dtype={dtype}>"

    def __str__(self):
        dtype = getattr(self.dtype, "name", self.dtype)
        return f'Tensor("{self.name}", shape={self.shape}, dtype={dtype})'


class Operation:
    """An operation of a graph.

    Args:
        graph: the graph.
        name: its name.
        kind: its type.
        inputs: tensors.
    """

    def __init__(self, graph, name, kind, inputs):
        self.graph = graph
        self.name = name
        self.type = kind
        self.inputs = tuple(inputs)
        self.outputs: list = []
        self.control_inputs: list = []

    def __repr__(self):
        return f"<tf.Operation {self.name!r} type={self.type}>"


class Graph:
    """The operations of a concrete function, in the order of the program.

    Args:
        traced: the `Traced` program.
        names: for each argument its name, and the id of a variable; None for tensors.
        shapes: the shapes of the arguments' tensors.
    """

    def __init__(self, traced, names, shapes):
        self._operations: dict = {}
        self._traced = traced
        self._tensors: dict = {}
        self._handles: dict = {}
        jaxpr = traced.jaxpr
        self.inputs, self.outputs, self.captures = [], [], []
        variables = iter(zip(jaxpr.invars, shapes, strict=True))
        for name, key in names:
            if key is None:
                variable, shape = next(variables)
                dtype = as_dtype(variable.aval.dtype)
                [tensor] = self._add(name, "Placeholder", [], [(shape, dtype)])
                self._tensors[variable] = tensor
            else:
                tensor = self._handles[key] = self._placeholder(name)
            self.inputs.append(tensor)
        self._add_state()
        self._add_equations(jaxpr)
        self._add_writes(jaxpr)
        for out in jaxpr.outvars[: traced.count]:
            aval = out.aval
            self.outputs += self._add(
                "Identity",
                "Identity",
                [self._tensor(out, "Identity", 0)],
                [(aval.shape, as_dtype(aval.dtype))],
            )

    # Making.

    def _unused(self, name):
        unique, number = name, 0
        while unique in self._operations:
            number += 1
            unique = f"{name}_{number}"
        return unique

    def _add(self, name, kind, inputs, outputs):
        """Adds an operation; returns its tensors."""
        unique = self._unused(name)
        op = Operation(self, unique, kind, inputs)
        op.outputs = [GraphTensor(op, i, *out) for i, out in enumerate(outputs)]
        self._operations[unique] = op
        return op.outputs

    def _placeholder(self, name):
        return self._add(name, "Placeholder", [], [((), "resource")])[0]

    def _add_state(self):
        """Adds the variables that are read."""
        traced, jaxpr = self._traced, self._traced.jaxpr
        self._variable_of = {}
        for variable, place in zip(
            traced.variables, traced._variable_places, strict=True
        ):
            self._variable_of[jaxpr.constvars[place]] = variable
        for place, constant in enumerate(traced.constants):
            binder = jaxpr.constvars[place]
            if binder not in self._variable_of and not isinstance(
                constant, jax.core.Tracer
            ):
                self._tensors[binder] = self._constant("Const", binder.aval)

    def _constant(self, name, aval):
        return self._add(
            name, "Const", [], [(aval.shape, as_dtype(np.dtype(aval.dtype)))]
        )[0]

    def _handle(self, variable, operation):
        """Returns the tensor that stands for a variable itself."""
        handle = self._handles.get(id(variable))
        if handle is None:
            handle = self._handles[id(variable)] = self._placeholder(
                f"{operation}/resource"
            )
            self.captures.append(handle)
        return handle

    def _tensor(self, atom, name, number):
        """Returns the tensor of an input of an equation."""
        if isinstance(atom, Literal):
            place = _SECOND_OPERAND[number] if number < 2 else f"arg{number}"
            return self._constant(f"{name}/{place}", atom.aval)
        tensor = self._tensors.get(atom)
        if tensor is None:
            tensor = self._tensors[atom] = self._read(atom)
        return tensor

    def _read(self, atom):
        out = [(atom.aval.shape, as_dtype(atom.aval.dtype))]
        variable = self._variable_of.get(atom)
        if variable is None:
            return self._add("Placeholder", "Placeholder", [], out)[0]
        handle = self._handle(variable, "ReadVariableOp")
        return self._add("ReadVariableOp", "ReadVariableOp", [handle], out)[0]

    def _add_equations(self, jaxpr):
        adds = self._assigned_sums()
        for equation in jaxpr.eqns:
            self._add_equation(equation, adds)

    def _assigned_sums(self):
        """Returns sums that are nothing but a variable's new value: `assign_add`."""
        traced, jaxpr = self._traced, self._traced.jaxpr
        new = dict(zip(jaxpr.outvars[traced.count :], traced.written, strict=True))
        kinds = {"add": "AssignAddVariableOp", "sub": "AssignSubVariableOp"}
        found = {}
        for equation in jaxpr.eqns:
            variable = new.get(equation.outvars[0]) if equation.outvars else None
            kind = kinds.get(equation.primitive.name)
            if variable is not None and kind:
                first = equation.invars[0]
                if not isinstance(first, Literal):
                    if self._variable_of.get(first) is variable:
                        found[equation.outvars[0]] = kind, variable
        return found

    def _add_equation(self, equation, adds):
        primitive = equation.primitive.name
        inner, name = _inner(equation)
        if inner is not None and name not in _WHOLE:
            self._inline(equation, inner, adds)
            return
        outputs = equation.outvars
        if outputs and outputs[0] in adds:
            kind, variable = adds[outputs[0]]
            delta = self._tensor(equation.invars[1], kind, 0)
            handle = self._handle(variable, kind)
            self._add(kind, kind, [handle, delta], [])
            self._tensors.pop(outputs[0], None)
            self._variable_of[outputs[0]] = variable
            return
        if inner is not None:
            kind = short = _WHOLE[name]
        elif primitive == "random_wrap" or primitive == "random_unwrap":
            self._tensors[outputs[0]] = self._tensor(equation.invars[0], primitive, 0)
            return
        else:
            kind, _, short = _NAMES.get(primitive, _camel(primitive)).partition(" ")
            if kind in ("While", "If") and not self._traced.written:
                kind = "Stateless" + kind
        short = short or kind
        made_name = self._unused(short)
        operands = equation.invars
        if primitive == "pow" and isinstance(operands[1], Literal):
            base, exponent = operands  # TensorFlow has both of one dtype
            aval = exponent.aval.update(dtype=base.aval.dtype)
            operands = base, Literal(exponent.val, aval)
        inputs = [self._tensor(x, made_name, i) for i, x in enumerate(operands)]
        if primitive == "integer_pow":
            aval = equation.invars[0].aval
            inputs.append(self._constant(f"{made_name}/y", aval))
        made = [(v.aval.shape, _dtype_of(v.aval)) for v in outputs]
        for variable, tensor in zip(
            outputs, self._add(short, kind, inputs, made), strict=True
        ):
            self._tensors[variable] = tensor

    def _inline(self, equation, inner, adds):
        closed = isinstance(inner, ClosedJaxpr)
        jaxpr = inner.jaxpr if closed else inner
        for inside, outside in zip(jaxpr.invars, equation.invars, strict=True):
            if isinstance(outside, Literal):
                self._tensors[inside] = self._constant("Const", outside.aval)
            elif outside in self._variable_of and outside not in self._tensors:
                self._variable_of[inside] = self._variable_of[outside]
                self._tensors.pop(inside, None)
            else:
                self._tensors[inside] = self._tensor(outside, "", 0)
        for binder in jaxpr.constvars:
            self._tensors[binder] = self._constant("Const", binder.aval)
        for nested in jaxpr.eqns:
            self._add_equation(nested, adds)
        for inside, outside in zip(jaxpr.outvars, equation.outvars, strict=True):
            self._tensors[outside] = self._tensor(inside, "Const", 0)

    def _add_writes(self, jaxpr):
        traced = self._traced
        for out, variable in zip(
            jaxpr.outvars[traced.count :], traced.written, strict=True
        ):
            if not isinstance(out, Literal) and self._variable_of.get(out) is variable:
                continue  # assigned by a sum
            kind = "AssignVariableOp"
            value = self._tensor(out, kind, 0)
            self._add(kind, kind, [self._handle(variable, kind), value], [])

    # Looking.

    def get_operations(self) -> list:
        """Returns the operations."""
        return list(self._operations.values())

    def get_operation_by_name(self, name):
        """Returns an operation.

        Raises:
            KeyError: if there is none of this name.
        """
        try:
            return self._operations[name]
        except KeyError:
            raise KeyError(
                f"The name {name!r} refers to an Operation not in the graph. It has "
                f"{list(self._operations)}."
            ) from None

    def get_tensor_by_name(self, name):
        """Returns a tensor, named `operation:number`.

        Raises:
            KeyError: if there is none of this name.
            ValueError: for a name without a number.
        """
        operation, colon, number = name.partition(":")
        if not colon or not number.isdigit():
            raise ValueError(
                f"The name {name!r} looks like an (invalid) Operation name, not a "
                "Tensor. Tensor names must be of the form '<op_name>:<output_index>'."
            )
        op = self._operations.get(operation)
        if op is None or int(number) >= len(op.outputs):
            raise KeyError(
                f"The name {name!r} refers to a Tensor which does not exist. The graph "
                f"has the operations {list(self._operations)}."
            )
        return op.outputs[int(number)]

    def as_graph_element(self, obj, allow_tensor=True, allow_operation=True):
        """Returns the operation or tensor of a name."""
        if ":" in obj:
            return self.get_tensor_by_name(obj)
        return self.get_operation_by_name(obj)


def _inner(equation):
    """Returns the program inside a call, and the function's name; or None twice."""
    if equation.primitive.name in ("jit", "pjit", "custom_jvp_call", "custom_vjp_call"):
        for value in equation.params.values():
            if isinstance(value, (ClosedJaxpr, Jaxpr)):
                return value, equation.params.get("name")
    return None, None


def _dtype_of(aval):
    try:
        return as_dtype(np.dtype(aval.dtype))
    except TypeError:
        return "resource"  # a random key


@functools.cache
def _camel(name):
    return "".join(part.capitalize() for part in re.split(r"[_\-]", name))


# The signature, as the message TensorFlow keeps.


class ArgumentDef:
    """Name and type of an input or output.

    Args:
        name: the name.
        dtype: the type's name in TensorFlow's messages.
    """

    def __init__(self, name, dtype):
        self.name = name
        self.type_name = dtype

    def __repr__(self):
        return f'name: "{self.name}"\ntype: {self.type_name}\n'


class SignatureDef:
    """Name, inputs and outputs of a function.

    Args:
        name: the name.
        inputs: `ArgumentDef`s.
        outputs: `ArgumentDef`s.
    """

    def __init__(self, name, inputs, outputs):
        self.name = name
        self.input_arg = inputs
        self.output_arg = outputs

    def __repr__(self):
        lines = [f'name: "{self.name}"']
        for label in ("input_arg", "output_arg"):
            for argument in getattr(self, label):
                text = repr(argument).rstrip().replace("\n", "\n  ")
                lines.append(f"{label} {{\n  {text}\n}}")
        return "\n".join(lines) + "\n"


class FunctionDef:
    """A function as TensorFlow's messages have it.

    Args:
        signature: a `SignatureDef`.
        graph: the `Graph`.
    """

    def __init__(self, signature, graph):
        self.signature = signature
        self.node_def = graph.get_operations()


_TYPES = {
    "float16": "DT_HALF",
    "bfloat16": "DT_BFLOAT16",
    "float32": "DT_FLOAT",
    "float64": "DT_DOUBLE",
    "resource": "DT_RESOURCE",
}


def function_def(name, graph):
    """Returns the message of a function.

    Args:
        name: the function's name.
        graph: its graph.
    """

    def argument(tensor):
        dtype = getattr(tensor.dtype, "name", tensor.dtype)
        kind = _TYPES.get(dtype, f"DT_{dtype.upper()}")
        name = tensor.op.name.lower().replace("/", "_")
        return ArgumentDef(name, kind)

    inputs = [argument(t) for t in (*graph.inputs, *graph.captures)]
    outputs = [argument(t) for t in graph.outputs]
    return FunctionDef(SignatureDef(name, inputs, outputs), graph)
