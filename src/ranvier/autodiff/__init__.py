"""Differentiation of object code."""

from ranvier.autodiff._custom_gradient import custom_gradient
from ranvier.autodiff._gradients import value_and_gradients
from ranvier.autodiff._tape import GradientTape, UnconnectedGradients

__all__ = [
    "GradientTape",
    "UnconnectedGradients",
    "custom_gradient",
    "value_and_gradients",
]
