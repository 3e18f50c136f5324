"""Where a classifier of two features draws its lines."""

import numpy as np

from ranvier.plots._axes import axes_for


def decision_boundary(model, x, y=None, resolution=200, margin=0.1, ax=None):
    """Draws what a model says over the plane of two features.

    Args:
        model: anything with `predict`, or a function of `(rows, 2)` arrays. One output
            is the probability of class 1 (drawn in shades, with the line at one half);
            several outputs are scores of classes.
        x: `(samples, 2)`, which fixes the region drawn.
        y: labels of the samples, drawn as points; None for no points.
        resolution: points along each axis.
        margin: how much wider than the data the region is, as a share.
        ax: matplotlib axes; new ones if None.

    Returns:
        The axes.

    Raises:
        ValueError: for data of other than two features.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> import numpy as np
        >>> x = np.array([[0.0, 0.0], [1.0, 1.0]])
        >>> ax = decision_boundary(lambda rows: rows[:, :1] > 0.5, x, [0, 1])
    """
    x = np.asarray(x)
    if x.ndim != 2 or x.shape[1] != 2:
        raise ValueError(
            f"`x` must have two features, shape (samples, 2). Received: shape {x.shape}"
        )
    ax = axes_for(ax, figsize=(4.8, 3.8))
    low, high = x.min(axis=0), x.max(axis=0)
    pad = margin * np.where(high > low, high - low, 1)
    first, second = (
        np.linspace(a, b, resolution) for a, b in zip(low - pad, high + pad)
    )
    grid = np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2)
    scores = np.asarray(_predict(model, grid.astype("float32")), dtype="float64")
    scores = scores.reshape(len(grid), -1)
    square = (resolution, resolution)
    if scores.shape[1] == 1:
        values = scores[:, 0].reshape(square)
        ax.contourf(
            first, second, values, levels=np.linspace(0, 1, 11), cmap="RdBu_r",
            alpha=0.4, extend="both",
        )  # fmt: skip
        if values.min() < 0.5 < values.max():
            ax.contour(first, second, values, levels=[0.5], colors="0.2")
    else:
        classes = scores.argmax(axis=1).reshape(square)
        ax.pcolormesh(
            first, second, classes, cmap="tab10", vmin=0, vmax=9, alpha=0.3,
            shading="nearest", rasterized=True,
        )  # fmt: skip
    if y is not None:
        labels = np.asarray(y)
        labels = (
            labels.argmax(axis=1)
            if labels.ndim > 1 and labels.shape[1] > 1
            else labels.ravel()
        )
        binary = scores.shape[1] == 1
        ax.scatter(
            x[:, 0], x[:, 1], c=labels, s=14, edgecolors="white", linewidths=0.4,
            cmap="RdBu_r" if binary else "tab10", vmin=0, vmax=1 if binary else 9,
        )  # fmt: skip
    ax.set(xlabel="x[:, 0]", ylabel="x[:, 1]")
    return ax


def _predict(model, grid):
    if not hasattr(model, "predict"):
        return model(grid)
    if hasattr(model, "predict_proba"):
        p = np.asarray(model.predict_proba(grid))
        return p[:, 1] if p.shape[1] == 2 else p
    if hasattr(model, "compiled"):  # one of our models, which would draw a bar
        return model.predict(grid, batch_size=4096, verbose=0)
    return model.predict(grid)
