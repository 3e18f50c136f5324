"""The pictures of a report."""

import numpy as np


def draw(report, plt):
    """Returns a figure with four panels: signal, gradients, units, losses."""
    figure, axes = plt.subplots(2, 2, figsize=(10, 7), layout="constrained")
    layers = [layer for layer in report.layers if layer.is_step]
    names = [layer.name for layer in layers]
    _bars(
        axes[0, 0],
        names,
        [layer.varying for layer in layers],
        "deviation of the outputs over the samples",
        log=True,
    )
    trained = [layer for layer in layers if layer.gradient is not None]
    _bars(
        axes[0, 1],
        [layer.name for layer in trained],
        [layer.gradient for layer in trained],
        "gradient (root mean square)",
        log=True,
    )
    _shares(axes[1, 0], names, layers)
    _losses(axes[1, 1], report)
    figure.suptitle(f"Diagnosis of '{report.model}'")
    return figure


def _bars(ax, names, values, title, log):
    values = np.nan_to_num(np.array(values, dtype="float64"), posinf=0, neginf=0)
    ax.bar(range(len(names)), values, color="C0")
    if log and (values > 0).any():
        ax.set_yscale("log")
    ax.set_title(title)
    _name_bars(ax, names)


def _name_bars(ax, names):
    step = max(1, len(names) // 12)
    places = range(0, len(names), step)
    ax.set_xticks(list(places), [names[i] for i in places], rotation=45, ha="right")


def _shares(ax, names, layers):
    for shift, (name, colour) in enumerate(
        (("dead", "C3"), ("saturated", "C1"), ("constant", "C7"))
    ):
        values = [getattr(layer, name) or 0 for layer in layers]
        places = np.arange(len(names)) + 0.27 * (shift - 1)
        ax.bar(places, values, width=0.27, color=colour, label=name)
    ax.set_ylim(0, 1)
    ax.set_title("share of units")
    ax.legend()
    _name_bars(ax, names)


def _losses(ax, report):
    if report.history.get("loss"):
        for name in ("loss", "train_loss", "val_loss"):
            values = report.history.get(name)
            if values:
                ax.plot(range(1, len(values) + 1), values, label=name)
        ax.set(title="losses", xlabel="epoch")
        ax.legend()
    elif report.losses is not None:
        ax.plot(report.losses)
        ax.set(title="loss of further steps, on a copy", xlabel="step")
    else:
        ax.set_axis_off()
