"""`tf.nn`: names only."""

from ranvier.tensors._math import l2_normalize, log_softmax, softmax
from ranvier.tensors._math import sigmoid as sigmoid
from ranvier.tensors._nn import relu
from ranvier.tensors._shaping import moments

__all__ = ["l2_normalize", "log_softmax", "moments", "relu", "sigmoid", "softmax"]
