"""StableHLO programs in archives: the program, its weights, its signature.

The program is what `jax.export` serialises, a flatbuffer around StableHLO bytecode.
Its weights are arguments rather than constants, so that they stay readable arrays.
Before anything is made of a program that anybody may have written, its flatbuffer is
compared with the signature, and its calls of native code with a list.
"""

import hashlib
import json
import re

import jax
import numpy as np

from ranvier._version import __version__
from ranvier.core import _tree
from ranvier.core._errors import require
from ranvier.saving import _safetensors, _safety
from ranvier.saving._signature import Signature

SIGNATURE = "signature.json"
PROGRAM = "program.jax_export"
WEIGHTS = "weights.safetensors"
_FORMAT = "ranvier.stablehlo"

# Functions that programs may call: JAX's own, without access to anything outside.
_NATIVE = re.compile(
    r"Sharding|shape_assertion|(lapack|cusolver|hipsolver)_\w+_ffi"
    r"|(cu|hip)_(threefry2x32_ffi|lu_pivots_to_permutation)"
    r"|Eigh|Qr|LuDecomposition|ProductOfElementaryHouseholderReflectors"
    r"|stablehlo\.dynamic_(reduce_window|rng_bit_generator|top_k)|mhlo\.\w+"
)
# Sizes like `2*batch - 1` or `floordiv(batch, 2)`. Powers of sums are left out: to
# multiply them out may take for ever.
_SIZE = re.compile(r"(?!.*\)\^)[\w\s()+*^,-]{0,200}")


class StableHLOModel:
    """A StableHLO program as a function of arrays.

    Attributes:
        signature: names, shapes, dtypes and structure of inputs and outputs.
        platforms: the kinds of devices it was made for.
    """

    def __init__(self, exported, weights, signature):
        self.signature = signature
        self.platforms = exported.platforms
        self._weights = tuple(jax.device_put(weights))
        self._call = jax.jit(exported.call)

    def __call__(self, *inputs):
        """Computes the outputs."""
        arrays = self.signature.flatten_arguments(inputs)
        outputs = self._call(self._weights, tuple(arrays))
        return _tree.pack_sequence_as(self.signature.outputs, list(outputs))


def write_stablehlo(archive, program: bytes, weights: dict, signature) -> None:
    """Writes the parts of an exported model.

    Args:
        archive: a zip archive open for writing.
        program: what `jax.export` serialised; a function of `(weights, inputs)`, both
            flat tuples, to a flat tuple.
        weights: arrays by name.
        signature: the `Signature`.
    """
    description = {
        "format": _FORMAT,
        "version": 1,
        "ranvier_version": __version__,
        "jax_version": jax.__version__,
        "sha256": hashlib.sha256(program).hexdigest(),
        "weights": list(weights),
        **signature.to_json(),
    }
    archive.writestr(SIGNATURE, json.dumps(description, indent=1))
    archive.writestr(PROGRAM, program)
    with archive.open(WEIGHTS, "w", force_zip64=True) as file:
        _safetensors.write_stream(file, weights, {"format": "np"})


def load_stablehlo(path) -> StableHLOModel:
    """Returns the model of an archive of `write_stablehlo`."""
    require("flatbuffers", "stablehlo")
    with _safety.open_archive(path) as archive:
        text = _safety.read_member(archive, SIGNATURE)
        description = _safety.parse_json(text, f"'{SIGNATURE}'")
        if not isinstance(description, dict) or description.get("format") != _FORMAT:
            raise ValueError(f"'{SIGNATURE}' does not describe a StableHLO program.")
        if description.get("version") != 1:
            raise ValueError(
                f"It has version {description.get('version')!r:.20} of the format; "
                "this release of ranvier reads version 1."
            )
        signature = Signature.from_json(description)
        program = _safety.read_member(archive, PROGRAM)
        data = np.frombuffer(_safety.read_member(archive, WEIGHTS), np.uint8)
    # The parser of StableHLO is not made for damaged input, and may end the process.
    if hashlib.sha256(program).hexdigest() != description.get("sha256"):
        raise ValueError(f"'{PROGRAM}' is damaged: its digest is not that of the file.")
    arrays, _ = _safetensors.parse_tensors(data)
    names = description.get("weights")
    texts = isinstance(names, list) and all(isinstance(name, str) for name in names)
    if not texts or sorted(names) != sorted(arrays):
        raise ValueError(f"'{SIGNATURE}' and '{WEIGHTS}' name other weights.")
    weights = [arrays[name] for name in names]
    return StableHLOModel(
        _read_program(program, weights, signature), weights, signature
    )


def _read_program(program, weights, signature):
    expected = (
        [_describe(array.dtype, array.shape) for array in weights]
        + [_describe(i.dtype, i.shape) for i in _tree.flatten(signature.inputs)],
        [_describe(o.dtype, o.shape) for o in _tree.flatten(signature.outputs)],
    )
    try:
        _check_flatbuffer(program, len(weights), *map(len, expected))
        exported = jax.export.deserialize(bytearray(program))
        found = [
            [_describe(aval.dtype, aval.shape) for aval in avals]
            for avals in (exported.in_avals, exported.out_avals)
        ]
        native = native_calls(exported.mlir_module())
    except Exception as error:  # anything may come of broken bytes
        raise ValueError(f"'{PROGRAM}' cannot be read: {error}") from error
    if found != list(expected):
        raise ValueError(
            f"'{PROGRAM}' and '{SIGNATURE}' have different inputs or outputs: "
            f"{found!s:.300} and {expected!s:.300}."
        )
    if native:
        raise ValueError(
            f"'{PROGRAM}' calls {native[0]:.80}, which is none of the functions that "
            "exported models need. It is refused."
        )
    return exported


def native_calls(module: str) -> list:
    """Returns what a StableHLO module calls or sends that loaded files must not."""
    found = re.findall(r'custom_call"?\s*@?"?([^\s"(]*)', module)
    refused = [name for name in found if not _NATIVE.fullmatch(name)]
    return refused + re.findall(r"stablehlo\.(?:infeed|outfeed|send|recv)\b", module)


def _describe(dtype, shape):
    return str(dtype), tuple(map(str, shape))


def _check_flatbuffer(program, weights, arguments, results):
    """Raises unless the flatbuffer has the shape of those that ranvier writes.

    Its trees might name one subtree many times over, so that a few bytes unfold into
    more than any memory.
    """
    from jax._src.export import serialization_generated as generated

    exported = generated.Exported.GetRootAsExported(bytearray(program))
    inputs = exported.InTree()
    _check_node(inputs, "tuple", 2)
    _check_node(inputs.Children(1), "dict", 0)
    _check_node(inputs.Children(0), "tuple", 2)
    _check_leaves(inputs.Children(0).Children(0), weights)
    _check_leaves(inputs.Children(0).Children(1), arguments - weights)
    _check_leaves(exported.OutTree(), results)
    lists = ("UniqueNamedShardings", "UniqueAbstractMeshes", "DisabledChecks")
    lists += ("OrderedEffects", "UnorderedEffects")
    if exported.Vjp() or any(getattr(exported, f"{name}Length")() for name in lists):
        raise ValueError("it has parts that exported models do not need")
    for kind in ("UniqueAvals", "InAvals", "OutAvals"):
        for i in range(getattr(exported, f"{kind}Length")()):
            aval = getattr(exported, kind)(i)
            for j in range(aval.ShapeLength()):
                if not _SIZE.fullmatch(aval.Shape(j).decode()):
                    raise ValueError(f"it has a size {aval.Shape(j)!r:.80}")


def _check_leaves(tree, count):
    _check_node(tree, "tuple", count)
    for i in range(count):
        _check_node(tree.Children(i), "leaf", 0)


def _check_node(tree, kind, children):
    from jax._src.export.serialization_generated import PyTreeDefKind

    if tree.Kind() != getattr(PyTreeDefKind, kind) or tree.ChildrenLength() != children:
        raise ValueError(f"it has no {kind} of {children} where one is expected")
