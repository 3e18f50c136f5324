"""Optimizers, by Keras's names."""

from ranvier.optimizers import schedules
from ranvier.optimizers._adam import Adam, AdamW
from ranvier.optimizers._get import deserialize, get, serialize
from ranvier.optimizers._optimizer import Optimizer
from ranvier.optimizers._rmsprop import RMSprop
from ranvier.optimizers._sgd import SGD

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]
