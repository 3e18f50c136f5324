"""Differentiation of object code."""

import typing

from ranvier.autodiff._gradients import value_and_gradients
from ranvier.core._later import imported_later

if typing.TYPE_CHECKING:
    from ranvier.autodiff._custom_gradient import custom_gradient
    from ranvier.autodiff._forward import ForwardAccumulator
    from ranvier.autodiff._tape import GradientTape, UnconnectedGradients

# `fit` does without them.
__getattr__, __dir__ = imported_later(
    __name__,
    {
        "ForwardAccumulator": "._forward",
        "GradientTape": "._tape",
        "UnconnectedGradients": "._tape",
        "custom_gradient": "._custom_gradient",
    },
)

__all__ = [
    "ForwardAccumulator",
    "GradientTape",
    "UnconnectedGradients",
    "custom_gradient",
    "value_and_gradients",
]
