"""`tf.random.experimental`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.tensors._stateless import (
    Algorithm,
    Generator,
    create_rng_state,
    get_global_generator,
    set_global_generator,
    stateless_shuffle,
)
from ranvier.tensors._stateless import fold_in as stateless_fold_in
from ranvier.tensors._stateless import split as stateless_split

__getattr__ = _absent("tf.random.experimental")

__all__ = [
    "Algorithm",
    "Generator",
    "create_rng_state",
    "get_global_generator",
    "set_global_generator",
    "stateless_fold_in",
    "stateless_shuffle",
    "stateless_split",
]
