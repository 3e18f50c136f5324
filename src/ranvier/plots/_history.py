"""Learning curves."""

import numpy as np

from ranvier.core._errors import unknown_name
from ranvier.plots._axes import pyplot

_PREFIXES = ("val_", "train_")


def history(history, metrics=None, axes=None):
    """Draws losses and metrics over the epochs.

    Values of the training are means over an epoch, so they are drawn half an epoch to
    the left of those of the validation, which is measured at its end. The best epoch of
    each validation curve is marked.

    Args:
        history: what `fit` returned, or a dictionary from names to values per epoch.
        metrics: names without `val_`; default: all of them.
        axes: matplotlib axes, one for each metric; new ones if None.

    Returns:
        The array of axes.

    Raises:
        ValueError: for a metric that was not recorded.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> axes = history({"loss": [3.0, 2.0], "val_loss": [3.1, 2.2]})
        >>> axes[0].get_ylabel()
        'loss'
    """
    logs = getattr(history, "history", history)
    epochs = np.asarray(getattr(history, "epoch", None) or range(_length(logs))) + 1
    names = list(dict.fromkeys(_bare(name, logs) for name in logs))
    for name in metrics or ():
        if name not in names:
            raise unknown_name("metric", name, names)
    names = list(metrics or names)
    if axes is None:
        columns = min(len(names), 3) or 1
        rows = -(-len(names) // columns) or 1
        _, axes = pyplot().subplots(
            rows,
            columns,
            figsize=(4.4 * columns, 3.3 * rows),
            squeeze=False,
            layout="constrained",
        )
    axes = np.asarray(axes).ravel()
    for ax, name in zip(axes, names, strict=False):
        _draw(ax, name, logs, epochs)
    for ax in axes[len(names) :]:
        ax.set_axis_off()
    return axes


def _draw(ax, name, logs, epochs):
    for key, label, shift in (
        (name, "training", 0.5 if f"val_{name}" in logs else 0.0),
        (f"train_{name}", "training, measured after", 0.0),
        (f"val_{name}", "validation", 0.0),
    ):
        values = np.asarray(logs.get(key, ()), dtype="float64")
        if not values.size:
            continue
        x = epochs[-len(values) :] - shift
        best = _best(name, values) if key.startswith("val_") else None
        if best is not None:
            label += f", best {values[best]:.4g}"
        style = "--" if key == name and shift else "-"
        (line,) = ax.plot(x, values, style, label=label, marker="." * (len(x) < 3))
        if best is not None:
            colour = line.get_color()
            ax.plot(x[best], values[best], "o", color=colour, fillstyle="none")
    ax.set(xlabel="epoch", ylabel=name)
    ax.grid(alpha=0.3)
    ax.legend()


def _best(name, values):
    """Returns the best epoch's place: highest for scores, lowest for losses."""
    if not np.isfinite(values).any():
        return None
    rises = any(word in name for word in ("acc", "auc", "precision", "recall", "score"))
    return int(np.nanargmax(values) if rises else np.nanargmin(values))


def _bare(name, logs):
    for prefix in _PREFIXES:
        if name.startswith(prefix) and name[len(prefix) :] in logs:
            return name[len(prefix) :]
    return name


def _length(logs):
    return max((len(values) for values in logs.values()), default=0)
