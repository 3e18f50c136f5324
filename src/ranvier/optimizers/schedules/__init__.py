"""Learning-rate schedules, by Keras's names."""

from ranvier.optimizers.schedules._schedule import LearningRateSchedule

__all__ = ["LearningRateSchedule"]
