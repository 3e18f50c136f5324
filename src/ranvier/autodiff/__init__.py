"""Differentiation of object code."""

from ranvier.autodiff._gradients import value_and_gradients

__all__ = ["value_and_gradients"]
