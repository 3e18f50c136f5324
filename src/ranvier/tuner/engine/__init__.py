"""KerasTuner's places of the classes that tuners are made of."""

from ranvier.tuner.engine import (
    base_tuner,
    hypermodel,
    hyperparameters,
    metrics_tracking,
    oracle,
    trial,
    tuner,
)

__all__ = [
    "base_tuner",
    "hypermodel",
    "hyperparameters",
    "metrics_tracking",
    "oracle",
    "trial",
    "tuner",
]
