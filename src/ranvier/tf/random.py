"""`tf.random`: names only."""

from ranvier.tensors._random import normal, set_seed, truncated_normal, uniform

__all__ = ["normal", "set_seed", "truncated_normal", "uniform"]
