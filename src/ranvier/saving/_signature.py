"""What an exported model takes and gives: names, shapes, dtypes, and how they nest."""

import dataclasses

import jax
import numpy as np

from ranvier.core import _dtypes, _tree

_DEEPEST = 32


@dataclasses.dataclass(frozen=True)
class TensorInfo:
    """One input or output of an exported model.

    Attributes:
        name: its name.
        shape: sizes; a text stands for a size that may vary, equal texts for equal
            sizes.
        dtype: name of the dtype.

    Example:
        >>> TensorInfo("x", ("batch", 4), "float32").shape
        ('batch', 4)
    """

    name: str
    shape: tuple
    dtype: str


@dataclasses.dataclass(frozen=True)
class Signature:
    """The inputs and outputs of an exported model.

    Attributes:
        inputs: tuple with a structure of `TensorInfo` for each argument of a call.
        outputs: structure of `TensorInfo`.
    """

    inputs: tuple
    outputs: object

    def to_json(self) -> dict:
        """Returns the signature as JSON values."""
        return {"inputs": _encode(self.inputs), "outputs": _encode(self.outputs)}

    @classmethod
    def from_json(cls, value) -> "Signature":
        """Returns the signature of `to_json`.

        Raises:
            ValueError: naming what is wrong.
        """
        if not isinstance(value, dict):
            raise ValueError(f"The signature is no dictionary: {value!r:.100}")
        inputs = _decode(value.get("inputs"), "inputs")
        if not isinstance(inputs, tuple):
            raise ValueError("The signature's `inputs` are no tuple of arguments.")
        return cls(inputs, _decode(value.get("outputs"), "outputs"))

    def flatten_arguments(self, args) -> list:
        """Returns the arrays of a call in order, each of the dtype declared.

        Raises:
            ValueError: naming the input that is missing, of another shape or no number.
        """
        if len(args) != len(self.inputs):
            raise ValueError(
                f"The exported model takes {len(self.inputs)} arguments. Received: "
                f"{len(args)}. Its inputs: {self.describe()}"
            )
        try:
            arrays = [
                array
                for expected, given in zip(self.inputs, args, strict=True)
                for array in _in_order(expected, given)
            ]
        except ValueError as error:
            raise ValueError(f"{error} Its inputs: {self.describe()}") from error
        sizes: dict = {}
        return [
            _fit(info, array, sizes)
            for info, array in zip(_tree.flatten(self.inputs), arrays, strict=True)
        ]

    def describe(self) -> str:
        """Returns the inputs as text."""
        shown = _tree.map_structure(
            lambda info: f"{info.name}: {info.dtype}{list(info.shape)}", self.inputs
        )
        return ", ".join(map(str, shown))


def _encode(structure):
    if isinstance(structure, TensorInfo):
        return dataclasses.asdict(structure)
    if isinstance(structure, dict):
        return {"dict": [[key, _encode(value)] for key, value in structure.items()]}
    kind = "tuple" if isinstance(structure, tuple) else "list"
    return {kind: [_encode(value) for value in structure]}


def _decode(value, where, depth=0):
    if depth > _DEEPEST:
        raise ValueError(f"The signature nests too deeply at {where[:50]}...")
    if not isinstance(value, dict):
        raise ValueError(f"The signature has no dictionary at {where}.")
    if set(value) == {"name", "shape", "dtype"}:
        return _decode_tensor(value, where)
    [(kind, items)] = value.items() if len(value) == 1 else [(None, None)]
    if kind not in ("tuple", "list", "dict") or not isinstance(items, list):
        raise ValueError(f"The signature has neither tensor nor structure at {where}.")
    if kind == "dict":
        if not all(
            isinstance(pair, list)
            and len(pair) == 2
            and isinstance(pair[0], (str, int))
            for pair in items
        ):
            raise ValueError(f"The signature has no pairs at {where}.")
        return {k: _decode(v, f"{where}[{k!r:.50}]", depth + 1) for k, v in items}
    decoded = [_decode(v, f"{where}[{i}]", depth + 1) for i, v in enumerate(items)]
    return tuple(decoded) if kind == "tuple" else decoded


def _decode_tensor(value, where):
    name, shape, dtype = value["name"], value["shape"], value["dtype"]
    good = isinstance(name, str) and isinstance(shape, list) and isinstance(dtype, str)
    if not good or dtype not in _dtypes.ALLOWED_DTYPES - {"string"}:
        raise ValueError(f"The signature has no name, shape and dtype at {where}.")
    for size in shape:
        if not isinstance(size, str) and (type(size) is not int or size < 0):
            raise ValueError(f"The signature has the shape {shape!r:.100} at {where}.")
    return TensorInfo(name, tuple(shape), dtype)


def _in_order(expected, given):
    """Returns the leaves of an argument in the order of the signature."""
    if isinstance(expected, TensorInfo):
        # Lists of numbers are arrays too.
        return [given]
    kinds = dict if isinstance(expected, dict) else (list, tuple)
    if not isinstance(given, kinds):
        kind = "dictionary" if kinds is dict else "list or tuple"
        raise ValueError(f"Expected a {kind}, received {type(given).__name__}.")
    if len(given) != len(expected):
        raise ValueError(f"Expected {len(expected)} entries, received {len(given)}.")
    if isinstance(expected, dict):
        missing = [key for key in expected if key not in given]
        if missing:
            raise ValueError(f"The key {missing[0]!r} is missing.")
    keys = [path[0] for path, _ in _tree.flatten_with_path(expected)]
    return [
        leaf
        for key in dict.fromkeys(keys)
        for leaf in _in_order(expected[key], given[key])
    ]


def _fit(info, array, sizes):
    if not isinstance(array, jax.Array):
        array = np.asarray(array)
        if array.dtype.kind not in "biufcV":
            raise ValueError(
                f"The input '{info.name}' should hold numbers of dtype {info.dtype}. "
                f"Received dtype {array.dtype}."
            )
    shape = tuple(array.shape)
    fits = len(shape) == len(info.shape)
    for known, size in zip(info.shape, shape):
        expected = sizes.setdefault(known, size) if isinstance(known, str) else known
        fits = fits and expected == size
    if not fits:
        known = {name: size for name, size in sizes.items() if name in info.shape}
        raise ValueError(
            f"The input '{info.name}' should have the shape {info.shape}"
            + (f" with {known}" if known else "")
            + f". Received shape {shape}."
        )
    # JAX's arrays have 32 bits; NumPy's take the dtype declared.
    known = isinstance(array, np.ndarray)
    dtype = np.dtype(info.dtype)
    return array.astype(dtype if known else jax.dtypes.canonicalize_dtype(dtype))
