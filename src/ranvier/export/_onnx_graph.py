"""An ONNX graph under construction: nodes, names, shapes."""

import ast
import dataclasses
import math

import numpy as np

from ranvier.export._onnx_values import Value, constant, is_static, joint_shape

# Constants are not spread out beyond this size.
_LARGE = 2**20

# Most arithmetic of onnxruntime knows these types; others are computed in wider ones.
_COMPUTED = ("float32", "float64", "int32", "int64")
_WIDER = {"uint32": "int64", "uint64": "int64"}


class Graph:
    """Nodes and constants, in the order of computation.

    Args:
        onnx: the `onnx` package.
        parent: the graph that contains this one, as the body of a loop.
    """

    def __init__(self, onnx, parent=None):
        self.onnx = onnx
        self.nodes: list = []
        self.arrays: dict[str, np.ndarray] = {}
        self.place = parent.place if parent else ""
        self._taken: set[str] = parent._taken if parent else set()
        self._counts: dict[str, int] = parent._counts if parent else {}
        # Names of constants, by value if small, else by identity.
        self._names: dict = dict(parent._names) if parent else {}
        self._sizes: dict = dict(parent._sizes) if parent else {}

    # Names.

    def take_name(self, stem) -> str:
        """Returns a name that nothing else has."""
        name = stem
        while name in self._taken:
            self._counts[stem] = self._counts.get(stem, 0) + 1
            name = f"{stem}_{self._counts[stem]}"
        self._taken.add(name)
        return name

    def name_of(self, value) -> str:
        """Returns a value's name, giving constants one."""
        if value.name:
            return value.name
        array = value.array
        small = array.size <= 64
        key = (value.dtype, array.shape, array.tobytes()) if small else id(array)
        if key not in self._names:
            stem = "/".join(filter(None, (self.place, "constant")))
            self._names[key] = name = self.take_name(stem)
            self.arrays[name] = array  # which also keeps its id its own
        return self._names[key]

    def add_weight(self, name, array) -> Value:
        """Adds a constant that has a name."""
        value = dataclasses.replace(constant(array), name=self.take_name(name))
        self.arrays[value.name] = value.array
        return value

    def add_input(self, name, shape, dtype) -> Value:
        """Adds an input; its symbolic sizes are known from then on."""
        value = Value(tuple(shape), dtype, name=self.take_name(name))
        for axis, size in enumerate(shape):
            if str(size).isidentifier() and str(size) not in self._sizes:
                self._sizes[str(size)] = self.node(
                    "Shape", [value], (1,), "int64", start=axis, end=axis + 1
                )
        return value

    # Nodes.

    def node(self, op, inputs, shape, dtype, **attributes) -> Value:
        """Adds a node of one output."""
        return self.nodes_of(op, inputs, [(shape, dtype)], **attributes)[0]

    def nodes_of(self, op, inputs, outputs, **attributes) -> list[Value]:
        """Adds a node of several outputs, given as pairs `(shape, dtype)`."""
        stem = "/".join(filter(None, (self.place, op)))
        names = [self.take_name(stem) for _ in outputs]
        inputs = [self.name_of(x) if isinstance(x, Value) else x for x in inputs]
        self.nodes.append(
            self.onnx.helper.make_node(op, inputs, names, name=names[0], **attributes)
        )
        return [
            Value(tuple(shape), dtype, name=name)
            for name, (shape, dtype) in zip(names, outputs, strict=True)
        ]

    def cast(self, value, dtype) -> Value:
        """Returns a value in another dtype."""
        if value.dtype == dtype:
            return value
        if value.array is not None:
            return constant(value.array, dtype)
        to = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return self.node("Cast", [value], value.shape, dtype, to=to)

    def compute(self, op, values, shape=None, dtype=None, **attributes) -> Value:
        """Adds arithmetic, in a dtype that it is available in.

        Args:
            op: the ONNX operator.
            values: its operands, of one dtype.
            shape: the result's; default: that the operands broadcast to.
            dtype: the result's; default: that of the operands.
            **attributes: those of the operator.
        """
        given = values[0].dtype
        known = given in _COMPUTED
        wide = given if known else _WIDER.get(given, "int32")
        values = [self.cast(value, wide) for value in values]
        if shape is None:
            shape = joint_shape(*(value.shape for value in values))
        result = self.node(op, values, shape, dtype or wide, **attributes)
        return result if dtype else self.cast(result, given)

    def select(self, condition, a, b, shape) -> Value:
        """Returns `a` where a condition holds, else `b`."""
        given = a.dtype
        known = given in (*_COMPUTED, "uint8")
        wide = given if known else _WIDER.get(given, "int32")
        inputs = [condition, self.cast(a, wide), self.cast(b, wide)]
        return self.cast(self.node("Where", inputs, shape, wide), given)

    # Shapes.

    def vector(self, sizes) -> Value:
        """Returns sizes as a tensor."""
        sizes = list(sizes)
        if is_static(sizes):
            return constant(np.array(sizes, np.int64))
        if len(sizes) == 1:
            return self._size(sizes[0])
        parts = [self._size(size) for size in sizes]
        return self.node("Concat", parts, (len(sizes),), "int64", axis=0)

    def scalar(self, size) -> Value:
        """Returns a size as a tensor without axes."""
        return self.node("Squeeze", [self.vector([size])], (), "int64")

    def _size(self, size) -> Value:
        if isinstance(size, int):
            return constant(np.array([size], np.int64))
        text = str(size)
        if text not in self._sizes:
            # Symbolic sizes are polynomials in JAX's notation.
            tree = ast.parse(text.replace("^", "**"), mode="eval")
            self._sizes[text] = self._evaluate(tree.body)
        return self._sizes[text]

    def _evaluate(self, tree) -> Value:
        if isinstance(tree, ast.Constant):
            return self._size(tree.value)
        if isinstance(tree, ast.Name):
            return self._sizes[tree.id]
        if isinstance(tree, ast.UnaryOp):
            return self._calculate("Neg", self._evaluate(tree.operand))
        if isinstance(tree, ast.BinOp):
            op = {ast.Add: "Add", ast.Sub: "Sub", ast.Mult: "Mul", ast.Pow: "Pow"}
            sides = self._evaluate(tree.left), self._evaluate(tree.right)
            return self._calculate(op[type(tree.op)], *sides)
        function = tree.func.id
        a, b = (self._evaluate(argument) for argument in tree.args)
        if function in ("max", "min"):
            return self._calculate(function.title(), a, b)
        rest = self._calculate("Mod", a, b)
        if function == "mod":
            return rest
        return self._calculate("Div", self._calculate("Sub", a, rest), b)  # floordiv

    def _calculate(self, op, *values):
        return self.node(op, values, (1,), "int64")

    def align(self, value, rank) -> Value:
        """Returns a value with the leading axes that it lacks, of one entry."""
        return self.reshape(value, (1,) * (rank - len(value.shape)) + value.shape)

    def expand(self, value, shape) -> Value:
        """Returns a value spread out to a whole shape."""
        if value.shape == tuple(shape):
            return value
        if value.array is not None and is_static(shape) and math.prod(shape) <= _LARGE:
            return constant(np.broadcast_to(value.array, shape))
        return self.node("Expand", [value, self.vector(shape)], shape, value.dtype)

    def reshape(self, value, shape) -> Value:
        """Returns a whole value in another shape."""
        shape = tuple(shape)
        if value.shape == shape:
            return value
        if value.array is not None and is_static(shape):
            return constant(value.array.reshape(shape))
        unknown = [size for size in shape if not isinstance(size, int)]
        if len(unknown) == 1 and 0 not in shape:
            target = [size if isinstance(size, int) else -1 for size in shape]
            target = constant(np.array(target, np.int64))
        else:
            target = self.vector(shape)
        return self.node("Reshape", [value, target], shape, value.dtype, allowzero=1)

    def transpose(self, value, permutation) -> Value:
        """Returns a value with its axes in another order."""
        permutation = [int(axis) for axis in permutation]
        if permutation == list(range(len(value.shape))):
            return value
        if value.array is not None:
            return constant(value.array.transpose(permutation))
        shape = [value.shape[axis] for axis in permutation]
        return self.node("Transpose", [value], shape, value.dtype, perm=permutation)

    def slice(self, value, starts, ends, axes, steps=None) -> Value:
        """Returns a part of a value; ends may be symbolic, or -2**63 for "before 0"."""
        shape = list(value.shape)
        steps = [1] * len(starts) if steps is None else list(steps)
        for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
            if step > 0:
                shape[axis] = (end - start + step - 1) // step
        inputs = [value, self.vector(starts), self.vector(ends)]
        inputs += [self.vector(axes), self.vector(steps)]
        return self.node("Slice", inputs, shape, value.dtype)

    # Results.

    def name_output(self, value, name) -> Value:
        """Returns a value under a name that was taken before."""
        self.nodes.append(
            self.onnx.helper.make_node("Identity", [self.name_of(value)], [name], name)
        )
        return dataclasses.replace(value, array=None, name=name)

    def describe(self, value):
        """Returns name, dtype and shape of a value, as ONNX has them."""
        shape = [d if isinstance(d, int) else str(d) for d in value.shape]
        dtype = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(value.dtype))
        return self.onnx.helper.make_tensor_value_info(value.name, dtype, shape)

    def to_proto(self, name, inputs, outputs):
        """Returns the graph with what its outputs need.

        Args:
            name: the graph's name.
            inputs: `ValueInfoProto`s.
            outputs: `ValueInfoProto`s; their names are those of nodes.
        """
        needed = {output.name for output in outputs}
        nodes = []
        for node in reversed(self.nodes):
            if needed.intersection(node.output):
                nodes.append(node)
                needed.update(_read_by(node))
        arrays = [
            self.onnx.numpy_helper.from_array(array, name)
            for name, array in self.arrays.items()
            if name in needed
        ]
        return self.onnx.helper.make_graph(nodes[::-1], name, inputs, outputs, arrays)


def _read_by(node):
    """Yields the names that a node reads, in the bodies of loops too."""
    yield from node.input
    for attribute in node.attribute:
        for inner in attribute.g.node:
            yield from _read_by(inner)
        yield from (output.name for output in attribute.g.output)
