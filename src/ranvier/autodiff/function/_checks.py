"""Checks inside programs: one that fails is told when the program has ended."""

import jax
import numpy as np

from ranvier.autodiff.function import _failures
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._tensor import Tensor, is_traced


def check(condition, data, error=InvalidArgumentError, summarize=None) -> None:
    """Raises an error unless a condition holds.

    Args:
        condition: a tensor of truth values; all must hold.
        data: what to tell: texts and tensors.
        error: the class of the error.
        summarize: how many entries of each tensor to show; 3 if None, all if -1.
    """
    condition = convert_to_tensor(condition)
    values = [x if isinstance(x, str) else convert_to_tensor(x) for x in data]
    traced = [v for v in values if isinstance(v, Tensor) and is_traced(v._value)]
    if not is_traced(condition._value) and not traced:
        if not np.all(condition._host()):
            raise error(_text(values, summarize))
        return

    def tell(holds, *arrays):
        if np.all(holds):
            return
        arrays = iter(arrays)
        shown = [
            Tensor(np.asarray(next(arrays))) if in_ else v
            for v, in_ in zip(values, is_in, strict=True)
        ]
        _failures.note(error(_text(shown, summarize)))

    is_in = [any(v is other for other in traced) for v in values]
    jax.debug.callback(tell, condition._device(), *[v._device() for v in traced])


def _text(values, summarize):
    parts = []
    for value in values:
        if isinstance(value, Tensor):
            array = value._host()
            flat = [
                x.decode() if isinstance(x, bytes) else str(x)
                for x in array.reshape(-1)
            ]
            limit = 3 if summarize is None else summarize
            if limit >= 0 and len(flat) > limit:
                flat = [*flat[:limit], "..."]
            value = f"[{' '.join(flat)}]" if array.ndim else flat[0]
        parts.append(value)
    return " ".join(parts)
