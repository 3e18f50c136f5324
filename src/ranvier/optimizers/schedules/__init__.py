"""Learning-rate schedules, by Keras's names, and two of our own."""

from ranvier.optimizers.schedules._cosine import CosineDecay, CosineDecayRestarts
from ranvier.optimizers.schedules._decays import (
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
from ranvier.optimizers.schedules._get import deserialize, serialize
from ranvier.optimizers.schedules._one_cycle import OneCycle
from ranvier.optimizers.schedules._schedule import LearningRateSchedule
from ranvier.optimizers.schedules._warm_up import WarmUp

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "OneCycle",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "WarmUp",
    "deserialize",
    "serialize",
]
