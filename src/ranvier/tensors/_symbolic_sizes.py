"""Sizes inside programs, as tensors that shapes can be made of.

A size is known while a program is traced, or it is a symbol of JAX. Either way it must
stay one when Python's arithmetic makes other sizes of it.
"""

import operator

import jax.numpy as jnp
import numpy as np

from ranvier.tensors._operators import Tensor


def is_symbol(size) -> bool:
    """Tells whether a size is a symbol of JAX: not known while a program is traced."""
    return type(size).__name__ == "_DimExpr"


class SizeTensor(Tensor):
    """What `tf.shape` gives where sizes are symbols: a vector, or one of its entries.

    Args:
        sizes: a tuple of sizes, or one size.
        dtype: the dtype.
    """

    def __init__(self, sizes, dtype="int32"):
        self.sizes = sizes
        if not any(map(is_symbol, sizes if isinstance(sizes, tuple) else (sizes,))):
            value = np.asarray(sizes)
        elif isinstance(sizes, tuple):
            value = jnp.stack(list(map(jnp.asarray, sizes)))
        else:
            value = jnp.asarray(sizes)
        super().__init__(value.astype(dtype))

    def __getitem__(self, key):
        if isinstance(key, (int, slice)) and isinstance(self.sizes, tuple):
            return SizeTensor(self.sizes[key], self.dtype.name)
        return super().__getitem__(key)

    __hash__ = Tensor.__hash__


def _arithmetic(name, compute):
    plain = getattr(Tensor, name)

    def method(self, other):
        size = getattr(other, "sizes", other)
        if isinstance(self.sizes, tuple) or not (type(size) is int or is_symbol(size)):
            return plain(self, other)
        return SizeTensor(compute(self.sizes, size), self.dtype.name)

    return method


for _name in ("add", "sub", "mul", "floordiv", "mod"):
    _compute = getattr(operator, _name)
    for _form, _ordered in (
        (f"__{_name}__", _compute),
        (f"__r{_name}__", lambda a, b, compute=_compute: compute(b, a)),
    ):
        setattr(SizeTensor, _form, _arithmetic(_form, _ordered))
