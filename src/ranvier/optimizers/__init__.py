"""Optimizers, by Keras's names."""

from ranvier.optimizers import schedules
from ranvier.optimizers._adadelta import Adadelta
from ranvier.optimizers._adafactor import Adafactor
from ranvier.optimizers._adagrad import Adagrad
from ranvier.optimizers._adam import Adam, AdamW
from ranvier.optimizers._adamax import Adamax
from ranvier.optimizers._ftrl import Ftrl
from ranvier.optimizers._get import deserialize, get, serialize
from ranvier.optimizers._lamb import Lamb
from ranvier.optimizers._lion import Lion
from ranvier.optimizers._loss_scale import LossScaleOptimizer
from ranvier.optimizers._multi import MultiOptimizer, OptimizerMap
from ranvier.optimizers._muon import Muon
from ranvier.optimizers._nadam import Nadam
from ranvier.optimizers._optimizer import Optimizer
from ranvier.optimizers._rmsprop import RMSprop
from ranvier.optimizers._schedule_free import ScheduleFreeAdamW
from ranvier.optimizers._sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "OptimizerMap",
    "RMSprop",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]
