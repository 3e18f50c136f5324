"""Weights: how they are distributed, and what the units of the first layer look for."""

import math

import numpy as np

from ranvier.plots._axes import pyplot


def weights(model, shape=None, count=36, axes=None):
    """Draws the weights of a model or layer.

    Args:
        model: a built model or layer.
        shape: None for histograms of all weights; `(height, width)` to draw the weights
            of the units of the first matrix as pictures of the inputs.
        count: the most units to draw.
        axes: matplotlib axes, one for each drawing; new ones if None.

    Returns:
        The array of axes.

    Raises:
        ValueError: if there are no weights, or `shape` does not fit the inputs.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> import ranvier as rv
        >>> model = rv.Sequential([rv.Input((4,)), rv.layers.Dense(2, name="dense")])
        >>> [ax.get_title() for ax in weights(model)]
        ['dense/kernel', 'dense/bias']
    """
    variables = [
        v for v in model.weights if np.issubdtype(v.numpy().dtype, np.floating)
    ]
    if not variables:
        raise ValueError(
            f"'{model.name}' has no weights to draw: build it, or call it on data."
        )
    if shape is None:
        drawings = [(_title(v), v.numpy()) for v in variables]
        draw = _histogram
    else:
        drawings = _pictures(variables, shape, count)
        draw = _picture
    if axes is None:
        columns = min(len(drawings), 6 if shape else 4)
        rows = math.ceil(len(drawings) / columns)
        size = (1.3, 1.3) if shape else (2.9, 2.3)
        _, axes = pyplot().subplots(
            rows,
            columns,
            figsize=(size[0] * columns, size[1] * rows),
            squeeze=False,
            layout="constrained",
        )
    axes = np.asarray(axes).ravel()
    for ax, (title, values) in zip(axes, drawings, strict=False):
        draw(ax, title, values)
    for ax in axes[len(drawings) :]:
        ax.set_axis_off()
    return axes[: len(drawings)]


def _title(variable):
    return "/".join(variable.path.split("/")[-2:])


def _histogram(ax, title, values):
    ax.hist(values.ravel(), bins=40)
    ax.set_title(title, fontsize="small")
    ax.set_yticks([])


def _pictures(variables, shape, count):
    kernel = next((v.numpy() for v in variables if len(v.shape) == 2), None)
    if kernel is None or kernel.shape[0] != math.prod(shape):
        found = "none" if kernel is None else f"one for {kernel.shape[0]} inputs"
        raise ValueError(
            f"`shape` {tuple(shape)} needs a first matrix for {math.prod(shape)} "
            f"inputs; found {found}."
        )
    return [
        (str(i), kernel[:, i].reshape(shape))
        for i in range(min(count, kernel.shape[1]))
    ]


def _picture(ax, title, values):
    limit = np.abs(values).max() or 1.0
    ax.imshow(values, cmap="RdBu", vmin=-limit, vmax=limit)
    ax.set_title(title, fontsize="x-small")
    ax.set_xticks([])
    ax.set_yticks([])
