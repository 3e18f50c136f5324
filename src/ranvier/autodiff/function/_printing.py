"""`print`: writes values of tensors, also from inside programs."""

import sys

import jax
import numpy as np

from ranvier.autodiff.function._values import put_together, take_apart
from ranvier.core import _tree
from ranvier.core._variable import Variable
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._tensor import Tensor, is_traced


def print_(
    *inputs, output_stream=None, summarize=3, sep=" ", end="\n", name=None
) -> None:
    """Prints values, each time a program gets there.

    Args:
        *inputs: tensors, variables, Python values, and structures of them.
        output_stream: a stream with `write`, a logging function, or `"file://"` and a
            path to append to; the error stream if None.
        summarize: how many entries to show at both ends of each axis; -1 for all.
        sep: text between values.
        end: text after the last one.
        name: accepted as in TensorFlow.

    Example:
        >>> import sys
        >>> import ranvier.tf as tf
        >>> tf.print("x:", tf.constant([1.5, 2.0]), output_stream=sys.stdout)
        x: [1.5 2]
    """
    values = [_tree.map_structure(_readable, value) for value in inputs]
    arrays: list = []
    template = take_apart(values, arrays)

    def write(*arrays):
        shown = put_together(template, [np.asarray(a) for a in arrays])
        text = sep.join(_text(value, summarize, top=True) for value in shown) + end
        _write(text, output_stream)

    if any(map(is_traced, arrays)):
        jax.debug.callback(write, *arrays, ordered=True)
    else:
        write(*arrays)


def _readable(value):
    return convert_to_tensor(value) if isinstance(value, Variable) else value


def _write(text, stream):
    if stream is None:
        stream = sys.stderr
    if isinstance(stream, str):
        if not stream.startswith("file://"):
            raise ValueError(
                "`output_stream` is a stream, a logging function, or 'file://' and a "
                f"path. Received: {stream!r}"
            )
        with open(stream.removeprefix("file://"), "a", encoding="utf-8") as file:
            file.write(text)
    elif callable(stream):
        stream(text.removesuffix("\n"))
    else:
        stream.write(text)
        stream.flush()


def _text(value, summarize, top=False):
    if isinstance(value, (Tensor, np.ndarray, np.generic)):
        array = value._host() if isinstance(value, Tensor) else np.asarray(value)
        return _array_text(array, summarize, 0)
    if isinstance(value, dict):
        items = [f"{k!r}: {_text(v, summarize)}" for k, v in value.items()]
        return "{" + ", ".join(items) + "}"
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        pairs = zip(value._fields, value, strict=True)
        inner = ", ".join(f"{k}={_text(v, summarize)}" for k, v in pairs)
        return f"{type(value).__name__}({inner})"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_text(v, summarize) for v in value)
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return str(value) if top else repr(value)


def _array_text(array, summarize, depth):
    if not array.ndim:
        return _entry(array[()])
    count = len(array)
    cut = summarize >= 0 and count > 2 * summarize
    rows = [*array[:summarize], *array[count - summarize :]] if cut else list(array)
    texts = [_array_text(np.asarray(r), summarize, depth + 1) for r in rows]
    if cut:
        texts.insert(summarize, "...")
    between = "\n" * (array.ndim - 1) + " " * (depth + 1) if array.ndim > 1 else " "
    return f"[{between.join(texts)}]"


def _entry(value):
    if isinstance(value, bytes):
        return f'"{value.decode("utf-8", "replace")}"'
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, np.floating):
        short, long = (15, 17) if value.dtype == np.float64 else (6, 9)
        text = f"{value:.{short}g}"
        return text if value.dtype.type(text) == value else f"{value:.{long}g}"
    return str(value)
