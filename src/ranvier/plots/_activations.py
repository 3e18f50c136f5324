"""Activation functions and their slopes."""

import jax
import numpy as np

from ranvier import activations as functions
from ranvier.core import _tree
from ranvier.plots._axes import axes_for, pyplot


def activation(activation, low=-4.0, high=4.0, ax=None):
    """Draws an activation function and its derivative.

    Args:
        activation: name, function or layer.
        low: left end of the axis.
        high: right end.
        ax: matplotlib axes; new ones if None.

    Returns:
        The axes.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> activation("selu").get_title()
        'selu'
    """
    function = functions.get(activation)
    ax = axes_for(ax, figsize=(4.4, 3.3))
    z = np.linspace(low, high, 401, dtype="float32")
    slope = jax.vmap(jax.grad(lambda x: function(x[None])[0]))(z)
    ax.axhline(0, color="0.8", lw=0.8)
    ax.axvline(0, color="0.8", lw=0.8)
    ax.plot(z, np.asarray(function(z)), label="value")
    ax.plot(z, np.asarray(slope), "--", label="derivative")
    name = activation if isinstance(activation, str) else _name(function)
    ax.set(title=name, xlabel="z")
    ax.legend()
    return ax


def activations(names=("relu", "leaky_relu", "elu", "selu", "gelu", "silu")):
    """Draws several activation functions side by side.

    Args:
        names: names, functions or layers.

    Returns:
        The array of axes.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> [ax.get_title() for ax in activations(["relu", "mish"])]
        ['relu', 'mish']
    """
    names = _tree.flatten(names)
    columns = min(len(names), 3)
    rows = -(-len(names) // columns)
    _, axes = pyplot().subplots(
        rows,
        columns,
        figsize=(3.7 * columns, 2.9 * rows),
        squeeze=False,
        layout="constrained",
    )
    axes = axes.ravel()
    for ax, name in zip(axes, names, strict=False):
        activation(name, ax=ax)
    for ax in axes[len(names) :]:
        ax.set_axis_off()
    return axes[: len(names)]


def _name(function):
    return getattr(function, "__name__", type(function).__name__)
