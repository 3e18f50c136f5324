"""Tensors as arguments of JAX's own functions: `jnp.sum(tensor)`, `jax.jit(f)(tensor)`.

JAX has no public way to tell it about a class of array-like values.
"""

from jax._src import core, dtypes

from ranvier.tensors._tensor import Tensor

core.pytype_aval_mappings[Tensor] = lambda tensor: core.typeof(tensor._device())
dtypes.register_canonicalize_value_handler(Tensor, lambda tensor: tensor._device())
