"""Concrete functions: one trace of a Python function, to call and to look at."""

import jax
import numpy as np

from ranvier.autodiff.function import _capture, _graph_view, _sizes
from ranvier.autodiff.function._program import Program
from ranvier.autodiff.function._signature import Call, spec_of_argument
from ranvier.autodiff.function._state import state as tracing_state
from ranvier.autodiff.function._values import (
    Slot,
    as_tensors,
    put_together,
    take_apart,
)
from ranvier.core import _naming, _tree
from ranvier.core._variable import Variable
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._shape import TensorShape
from ranvier.tensors._specs import TensorSpec, TypeSpec
from ranvier.tensors._tensor import Tensor


class ConcreteFunction:
    """A Python function traced for one signature.

    Made by `Function.get_concrete_function`.

    Args:
        owner: the `Function`.
        call: the `Call` it is traced for: arrays, or types of arrays whose sizes may
            be None.
        args: the arguments, with defaults filled in.
        kwargs: keyword arguments.
        arrays: the arrays of the first call, or None if there is none yet.
        allow_new: whether `tf.Variable`s may be made.
    """

    def __init__(self, owner, call, args, kwargs, arrays, allow_new):
        self._owner = owner
        self._signature = call
        self._args, self._kwargs = args, kwargs
        self._arguments = _template(args, kwargs)
        self._structs = [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in call.arrays]
        self._is_open = any(None in s.shape for s in self._structs)
        self._symbolic = None
        self._programs: dict = {}
        self._program = None
        if not self._is_open:
            self._traced = self._trace(self._structs, allow_new)
            self._program = Program(self._traced, call.variables)
            return
        try:
            self._symbolic = _sizes.with_symbols(self._structs, arrays)
            self._traced = self._trace(self._symbolic, allow_new)
        except Exception:
            # Some code asks for sizes as numbers: then there is a trace for each.
            self._symbolic = None
            sizes = arrays or _sizes.examples(self._structs)
            self._traced = self._trace_for(sizes, allow_new)

    # Tracing.

    def _trace(self, structs, allow_new=False):
        box = []

        def body(*arrays):
            args, kwargs = self._fill(arrays)
            result = as_tensors(self._owner._run_python(args, kwargs))
            outputs: list = []
            box.append(take_apart(result, outputs))
            return outputs

        tracing_state.tracing.append(self)
        try:
            traced = _capture.trace(body, structs, allow_new)
        finally:
            tracing_state.tracing.pop()
        self._result = box[0]
        return traced

    def note_host(self, iterated):
        """Called for each data set that the function loops over."""
        sources = getattr(iterated, "sources", (iterated,))
        known = self._signature.hosts
        if known and not all(any(s is k for k in known) for s in sources):
            # One made of an argument, perhaps: another argument needs a new trace.
            self._owner._hosts_by_identity = True

    def _trace_for(self, arrays, allow_new=False):
        """Traces for sizes that are numbers."""
        structs = [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in arrays]
        return self._trace(structs, allow_new)

    def _fill(self, arrays):
        """Returns `(args, kwargs)` around arrays."""

        names = iter([name for name, key in self._input_names() if key is None])

        def leaf(value):
            if type(value) is not Slot:
                return value
            tensor = Tensor(arrays[value.number])
            tensor._graph_name = f"{next(names)}:0"
            return tensor

        return _tree.map_structure(leaf, self._arguments)

    def _program_for(self, arrays):
        """Returns the program for the sizes of a call."""
        if self._program is not None:
            return self._program
        key = tuple([tuple(a.shape) for a in arrays])
        program = self._programs.get(key)
        if program is None:
            traced = self._traced_for(arrays)
            program = self._programs[key] = Program(traced, self._signature.variables)
        return program

    def _traced_for(self, arrays):
        sizes = None
        if self._symbolic is not None:
            sizes = _sizes.sizes_of(self._symbolic, arrays)
        if sizes is None:
            return self._trace_for(arrays)
        try:
            structs = [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in arrays]
            return _sizes.specialize(self._traced, structs, sizes)
        except Exception:
            return self._trace_for(arrays)

    # Calling.

    def _run(self, call):
        """Runs the program for a call that fits the signature."""
        program = self._program_for(call.arrays)
        hosts = ()
        if call.hosts:
            hosts = list(zip(self._signature.hosts, call.hosts, strict=True))
        outputs = program(call.arrays, call.variables, hosts)
        if type(self._result) is Slot:
            return Tensor(outputs[self._result.number])
        return put_together(self._result, outputs)

    def __call__(self, *args, **kwargs):
        """Runs the program on tensors of the signature it was traced for.

        Arguments that were Python values at the trace may be left out.

        Raises:
            TypeError: for arguments that do not fit the signature.
            InvalidArgumentError: for tensors of another dtype.
        """
        call = Call()
        given = self._as_tensors(self._bind(args, kwargs))
        call.key = tuple([call.add(value) for value in given])
        expected = self._structs
        if len(call.arrays) != len(expected):
            raise TypeError(
                f"Binding inputs to tf.function failed: the signature has "
                f"{len(expected)} tensors, the call {len(call.arrays)}. Signature: "
                f"{self._pretty_arguments()}"
            )
        for number, (array, struct) in enumerate(
            zip(call.arrays, expected, strict=True)
        ):
            if array.dtype != struct.dtype:
                raise InvalidArgumentError(
                    f"cannot compute {self._name} as input #{number}(zero-based) was "
                    f"expected to be a {struct.dtype} tensor but is a {array.dtype} "
                    "tensor"
                )
        if not self._is_open and any(
            tuple(a.shape) != tuple(s.shape)
            for a, s in zip(call.arrays, expected, strict=True)
        ):
            # As in TensorFlow the program is one for all shapes: trace it for these.
            return self._for_shapes(call)
        return self._run(call)

    def _for_shapes(self, call):
        key = tuple([tuple(a.shape) for a in call.arrays])
        program = self._programs.get(key)
        if program is None:
            traced = self._trace_for(call.arrays)
            program = self._programs[key] = Program(traced, self._signature.variables)
        return put_together(self._result, program(call.arrays, call.variables))

    def _as_tensors(self, given):
        """Returns arguments with tensors for Python numbers in a tensor's place."""
        expected = [*self._args, *self._kwargs.values()]
        if len(expected) != len(given):
            return given
        return [
            convert_to_tensor(value, example.dtype)
            if isinstance(example, (Tensor, TensorSpec, np.ndarray, jax.Array))
            and isinstance(value, (bool, int, float, list))
            else value
            for value, example in zip(given, expected, strict=True)
        ]

    def _bind(self, args, kwargs):
        """Returns the arguments in order, Python values filled in."""
        parameters = self._owner._parameters
        try:
            args, kwargs = parameters.bind(args, kwargs)
            return [*args, *kwargs.values()]
        except TypeError:
            tensors = [a for a in self._args if _has_tensors(a)]
            if kwargs or len(args) != len(tensors):
                raise
            return list(args)

    # Looking inside.

    @property
    def _name(self):
        return f"__inference_{self._owner._name}_{self._number}"

    @property
    def _number(self):
        if not hasattr(self, "_own_number"):
            self._own_number = _naming.auto_name(f"__function_{self._owner._name}")
            self._own_number = self._own_number.rpartition("_")[2]
            if not self._own_number.isdigit():
                self._own_number = "0"
        return self._own_number

    @property
    def name(self) -> bytes:
        """The name of the function in the graph."""
        return self._name.encode()

    @property
    def graph(self):
        """The graph: operations and tensors, to look at."""
        if not hasattr(self, "_graph"):
            shapes = [s.shape for s in self._structs]
            names = self._input_names()
            self._graph = _graph_view.Graph(self._traced, names, shapes)
        return self._graph

    def _input_names(self):
        """Returns `(name, id of a variable or None)` for each input."""
        found, seen = [], set()
        parameters = self._owner._parameters
        named = [(parameters.name_of(i), a) for i, a in enumerate(self._args)]
        kinds = (Tensor, TensorSpec, np.ndarray, np.generic, jax.Array)
        for name, value in [*named, *self._kwargs.items()]:
            for leaf in _tree.flatten(value):
                if isinstance(leaf, Variable):
                    if id(leaf) not in seen:
                        seen.add(id(leaf))
                        found.append((name, id(leaf)))
                elif isinstance(leaf, kinds):
                    given = leaf.name if isinstance(leaf, TensorSpec) else None
                    found.append((given or name, None))
        return found

    @property
    def function_def(self):
        """The function as TensorFlow's message has it: name, inputs and outputs."""
        return _graph_view.function_def(self._name, self.graph)

    @property
    def inputs(self) -> list:
        """The graph's tensors for the arguments and for what is captured."""
        return [*self.graph.inputs, *self.graph.captures]

    @property
    def outputs(self) -> list:
        """The graph's tensors for the results."""
        return list(self.graph.outputs)

    @property
    def structured_outputs(self):
        """The graph's tensors for the results, in their structure."""
        outputs = self.graph.outputs

        def leaf(value):
            return outputs[value.number] if type(value) is Slot else value

        return _tree.map_structure(leaf, self._result)

    @property
    def structured_input_signature(self):
        """Specs of the arguments: `(args, kwargs)`."""
        parameters = self._owner._parameters
        args = [
            _named(spec_of_argument(a), parameters.name_of(i))
            for i, a in enumerate(self._args)
        ]
        kwargs = {k: _named(spec_of_argument(v), k) for k, v in self._kwargs.items()}
        return tuple(args), kwargs

    @property
    def output_shapes(self):
        """The shapes of the results."""
        return self._of_outputs(lambda aval: TensorShape(aval.shape))

    @property
    def output_dtypes(self):
        """The dtypes of the results."""
        return self._of_outputs(lambda aval: TensorSpec((), aval.dtype).dtype)

    def _of_outputs(self, function):
        types = self._traced.out_types

        def leaf(value):
            return function(types[value.number]) if type(value) is Slot else value

        return _tree.map_structure(leaf, self._result)

    @property
    def variables(self) -> tuple:
        """The variables that are read or written, but for arguments."""
        passed = set(map(id, self._signature.variables))
        found = {id(v): v for v in (*self._traced.variables, *self._traced.written)}
        return tuple(v for key, v in found.items() if key not in passed)

    @property
    def trainable_variables(self) -> tuple:
        """The trainable ones of `variables`."""
        return tuple(v for v in self.variables if v._trainable)

    @property
    def captured_inputs(self) -> list:
        """The variables that the function captures."""
        return list(self.variables)

    @property
    def function_type(self):
        """The signature as text."""
        return self._pretty()

    def pretty_printed_signature(self, verbose=True) -> str:
        """Returns the signature as text.

        Args:
            verbose: accepted as in TensorFlow.
        """
        return self._pretty()

    def _pretty(self):
        captures = "\n".join(
            f"  {i}: {TensorSpec(v._shape, 'float32')!r}".replace(
                "dtype=tf.float32", "dtype=tf.resource"
            )
            for i, v in enumerate(self.variables)
        )
        return (
            f"Input Parameters:\n{self._pretty_arguments()}\nOutput Type:\n"
            f"  {self._pretty_result()}\nCaptures:\n{captures or '  None'}"
        )

    def _pretty_arguments(self):
        lines = [
            f"  {name} ({kind}): {_pretty_type(spec_of_argument(value))}"
            for name, kind, value in self._owner._parameters.described(
                self._args, self._kwargs
            )
        ]
        return "\n".join(lines) or "  None"

    def _pretty_result(self):
        types = self._traced.out_types

        def leaf(value):
            if type(value) is not Slot:
                return value
            aval = types[value.number]
            return TensorSpec(aval.shape, aval.dtype)

        return _pretty_type(_tree.map_structure(leaf, self._result))

    def __repr__(self):
        arguments = ", ".join(
            f"{name}: {_pretty_type(spec_of_argument(value))}"
            for name, _, value in self._owner._parameters.described(
                self._args, self._kwargs
            )
        )
        return (
            f"<ConcreteFunction ({arguments}) -> {self._pretty_result()} "
            f"at {hex(id(self)).upper().replace('X', 'x', 1)}>"
        )

    def __str__(self):
        return f"ConcreteFunction {self._pretty()}"


def _pretty_type(spec) -> str:
    """Writes the type of an argument or result as TensorFlow does."""
    if isinstance(spec, TypeSpec):
        return repr(spec)
    if isinstance(spec, dict):
        items = [f"[{k!r}, {_pretty_type(v)}]" for k, v in spec.items()]
        return f"Dict[{', '.join(items)}]"
    if isinstance(spec, (list, tuple)):
        kind = "List" if isinstance(spec, list) else "Tuple"
        return f"{kind}[{', '.join(map(_pretty_type, spec))}]"
    if isinstance(spec, (bool, int, float, complex, str, bytes, type(None))):
        return f"Literal[{spec!r}]"
    return f"<{type(spec).__name__}>"


def _named(spec, name):
    def leaf(value):
        if isinstance(value, TensorSpec):
            return TensorSpec(value.shape, value.dtype, value.name or name)
        return value

    return _tree.map_structure(leaf, spec)


def _has_tensors(value):
    kinds = (Tensor, Variable, TypeSpec, np.ndarray, np.generic, jax.Array)
    return any(isinstance(leaf, kinds) for leaf in _tree.flatten(value))


def _template(args, kwargs):
    """Returns the arguments with slots in place of tensors and their specs."""
    counter = []

    def leaf(value):
        kinds = (Tensor, TensorSpec, np.ndarray, np.generic, jax.Array)
        if isinstance(value, kinds):
            counter.append(value)
            return Slot(len(counter) - 1)
        return value

    return _tree.map_structure(leaf, (list(args), kwargs))
