"""A model's inference as a pure function of weights and inputs of unknown sizes."""

import contextlib
import functools
import itertools
import re
import warnings

import jax
import numpy as np
from jax.errors import InconclusiveDimensionOperation, JAXTypeError

from ranvier.core import _dtypes, _tree
from ranvier.core._scope import StateScope
from ranvier.layers import InputSpec
from ranvier.layers._shapes import map_shapes
from ranvier.layers.preprocessing._host_layer import HostLayer
from ranvier.ops._symbolic import KerasTensor
from ranvier.saving._signature import Signature, TensorInfo


class InferenceFunction:
    """What a model computes with `training=False`: `f(weights, inputs) -> outputs`.

    All three are flat tuples of arrays.

    Args:
        model: a built model.
        input_signature: see `export_model`.

    Attributes:
        name: the model's name.
        weights: arrays by name: all that the computation reads.
        arguments: `(weights, inputs)` as `jax.ShapeDtypeStruct`, with symbolic sizes
            where they may vary.
        signature: its `Signature`.

    Raises:
        ValueError: if the inputs are unknown, no numbers, or cannot have unknown sizes.
    """

    def __init__(self, model, input_signature=None):
        self.name = model.name
        self.__name__ = re.sub(r"\W", "_", model.name)  # what traces call it
        self._model = model
        _refuse_host_layers(model)
        self._specs = input_specs(model, input_signature)
        names = _input_names(self._specs)
        inputs, outputs, scope = self._trace_shapes(names)
        _warn_of_writes(model, scope)
        self._variables = list(scope.strays.values())
        self.weights = _by_name(self._variables)
        weights = [
            jax.ShapeDtypeStruct(w.shape, w.dtype) for w in self.weights.values()
        ]
        self.arguments = tuple(weights), inputs
        infos = [_info(*pair) for pair in zip(names, inputs, strict=True)]
        self.signature = Signature(
            tuple(_tree.pack_sequence_as(self._specs, infos)),
            _output_infos(model, outputs, names),
        )

    def __call__(self, weights, inputs):
        outputs = self._run(zip(self._variables, weights, strict=True), inputs)[0]
        return tuple(_tree.flatten(outputs))

    def _run(self, pairs, inputs):
        arguments = _tree.pack_sequence_as(self._specs, list(inputs))
        scope = StateScope(pairs, note_strays=True)
        with scope, _layers_in_name_stacks(self._model):
            return self._model(*arguments, training=False), scope

    def _trace_shapes(self, names):
        """Returns symbolic inputs and outputs, and the scope of the trace."""
        candidates = _symbolic_inputs(_tree.flatten(self._specs))
        for inputs in candidates:
            box = []

            def function(*arrays, box=box):
                outputs, scope = self._run((), arrays)
                _check_outputs(self.name, outputs)
                box.append((outputs, scope))
                return _tree.flatten(outputs)

            try:
                flat = jax.eval_shape(function, *inputs)
            except Exception as error:
                if inputs is candidates[-1]:
                    raise _explained(self.name, names, inputs, error) from error
            else:
                outputs, scope = box[0]
                return inputs, _tree.pack_sequence_as(outputs, flat), scope


# Inputs.


def _refuse_host_layers(model):
    found = [
        layer.name
        for layer in model._flatten_layers(include_self=False)
        if isinstance(layer, HostLayer)
    ]
    if found:
        raise ValueError(
            f"The layers {found} of the model '{model.name}' work in NumPy, on strings "
            "or 64-bit integers, ahead of programs. Export the part of the model after "
            "them, and give it what they return."
        )


def input_specs(model, signature=None) -> list:
    """Returns the `InputSpec`s of a model's call, a structure for each argument."""
    if signature is None:
        signature = _own_signature(model)
    elif not isinstance(signature, (list, tuple)):
        signature = [signature]
    return [_tree.map_structure(_to_spec, argument) for argument in signature]


def _own_signature(model):
    if not model.built:
        raise ValueError(
            f"The model '{model.name}' is not built: call it on some data, or give "
            "`input_signature`."
        )
    # Not `getattr`: a Sequential without a graph has no inputs.
    if hasattr(model, "inputs"):
        return [model.input]
    if not model._build_shapes:
        raise ValueError(
            f"The inputs of the model '{model.name}' are not known: it has never been "
            "called. Call it on some data, or give `input_signature`."
        )

    def spec(shape):
        return InputSpec(shape=(None, *shape[1:]), dtype=model.input_dtype)

    return [map_shapes(spec, shape) for shape in model._build_shapes.values()]


def _to_spec(x):
    if isinstance(x, InputSpec):
        shape, dtype, name = x.shape, x.dtype, x.name
        if shape is None or dtype is None:
            raise ValueError(
                "An `InputSpec` of an input signature needs `shape` and `dtype`. "
                f"Received: {x}"
            )
    elif hasattr(x, "shape") and hasattr(x, "dtype"):
        known = isinstance(x, (KerasTensor, jax.Array, np.ndarray))
        shape = (None, *x.shape[1:]) if known and len(x.shape) else tuple(x.shape)
        name = x.name if isinstance(x, KerasTensor) else getattr(x, "name", None)
        dtype = _dtypes.standardize_dtype(x.dtype)
        if getattr(x, "sparse", False) or getattr(x, "ragged", False):
            raise ValueError(f"The input '{name}' is sparse or ragged; arrays fit.")
    else:
        raise TypeError(
            "An input signature is made of `InputSpec`s, symbolic tensors and arrays. "
            f"Received: {x!r} of type {type(x).__name__}"
        )
    if dtype == "string":
        raise ValueError(
            f"The input '{name}' takes strings. Programs compute with numbers: export "
            "the part of the model behind the layers that turn strings into numbers."
        )
    return InputSpec(shape=shape, dtype=dtype, name=name)


def _input_names(specs) -> list:
    names: list[str] = []
    for spec in _tree.flatten(specs):
        names.append(_unused(spec.name or f"input_{len(names)}", names))
    return names


def _symbolic_inputs(specs) -> list:
    """Returns the ways to read the unknown sizes of inputs, the most general first.

    The first sizes are one size, that of the batch. Further ones differ; if the model
    does not allow that, they are equal where they stand at the same axis.
    """
    axes = [
        axis
        for spec in specs
        for axis, size in enumerate(spec.shape)
        if size is None and axis > 0
    ]
    numbers = itertools.count(1)
    readings = [lambda axis: f"size_{next(numbers)}"]
    if len(axes) > len(set(axes)):
        readings.append(lambda axis: f"size_of_axis_{axis}")
    scope = jax.export.SymbolicScope()
    return [
        tuple(_symbolic(spec, name_of, scope) for spec in specs) for name_of in readings
    ]


def _symbolic(spec, name_of, scope):
    sizes = [
        str(size) if size is not None else name_of(axis) if axis else "batch"
        for axis, size in enumerate(spec.shape)
    ]
    shape = jax.export.symbolic_shape(",".join(sizes), scope=scope)
    return jax.ShapeDtypeStruct(shape, jax.dtypes.canonicalize_dtype(spec.dtype))


def _explained(name, names, inputs, error):
    """Returns an error of a trace, or one that tells of unknown sizes behind it."""
    sizes = [size for x in inputs for size in x.shape if not isinstance(size, int)]
    needs_values = isinstance(error, (JAXTypeError, InconclusiveDimensionOperation))
    # What takes a size for a number says so in words only.
    if not sizes or not (needs_values or "_DimExpr" in str(error)):
        return error
    shapes = {n: str(x.shape) for n, x in zip(names, inputs, strict=True)}
    notes = [note for note in getattr(error, "__notes__", ()) if "In layer" in note]
    reason = " ".join([str(error).partition("\n")[0], *notes])
    return ValueError(
        f"The model '{name}' cannot be exported for inputs of the shapes {shapes}: "
        f"{reason} If it needs the true sizes, fix them: `export(..., "
        "input_signature=[ranvier.InputSpec(shape=(32, 4), dtype='float32')])`."
    )


# Outputs and weights.


def _check_outputs(name, outputs):
    for path, x in _tree.flatten_with_path(outputs):
        if not isinstance(x, jax.Array):
            where = "".join(f"[{key!r}]" for key in path)
            raise ValueError(
                f"The outputs of the model '{name}' should be arrays. Found a "
                f"{type(x).__name__} at outputs{where}."
            )


def _output_infos(model, outputs, taken):
    flat = _tree.flatten(outputs)
    known = getattr(model, "output_names", None)
    if known is None or len(known) != len(flat):
        known = [f"output_{i}" for i in range(len(flat))]
    names: list[str] = []
    for name in known:
        names.append(_unused(name, [*taken, *names]))
    infos = [_info(*pair) for pair in zip(names, flat, strict=True)]
    return _tree.pack_sequence_as(outputs, infos)


def _info(name, array):
    shape = tuple(d if isinstance(d, int) else str(d) for d in array.shape)
    return TensorInfo(name, shape, str(array.dtype))


def _by_name(variables) -> dict:
    arrays: dict = {}
    for variable in variables:
        arrays[_unused(variable.path, arrays)] = variable.numpy()
    return arrays


def _unused(name, taken):
    candidates = (f"{name}_{i}" if i else name for i in itertools.count())
    return next(candidate for candidate in candidates if candidate not in taken)


def _warn_of_writes(model, scope):
    if scope.written:
        paths = sorted(variable.path for variable in scope.written.values())
        warnings.warn(
            f"The model '{model.name}' changes variables in inference: {paths}. An "
            "exported model has no state: every call begins with the values of now, "
            "random numbers included.",
            stacklevel=6,
        )


# Layers in traces.


@contextlib.contextmanager
def _layers_in_name_stacks(model):
    """Lets the equations of a trace know the layers that they come from."""
    layers = [
        layer
        for layer in model._flatten_layers(include_self=False)
        if "call" not in vars(layer)
    ]
    for layer in layers:
        # In the instance's dictionary: attributes of layers are tracked.
        vars(layer)["call"] = _named_call(layer)
    try:
        yield
    finally:
        for layer in layers:
            vars(layer).pop("call", None)


def _named_call(layer):
    call = layer.call

    @functools.wraps(call)
    def named(*args, **kwargs):
        with jax.named_scope(re.sub(r"[^\w.-]", "_", layer.name)):
            return call(*args, **kwargs)

    return named
