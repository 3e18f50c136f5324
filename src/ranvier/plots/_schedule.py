"""Learning-rate schedules over the steps."""

import numpy as np

from ranvier.plots._axes import axes_for


def schedule(schedule, steps, label=None, ax=None):
    """Draws a learning-rate schedule, and the momentum it brings if it does.

    Args:
        schedule: a `LearningRateSchedule`, or a function of the step.
        steps: number of steps.
        label: name in the legend; default: that of the class.
        ax: matplotlib axes; new ones if None.

    Returns:
        The axes.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> import ranvier as rv
        >>> decay = rv.optimizers.schedules.ExponentialDecay(0.1, 100, 0.5)
        >>> schedule(decay, 1000).get_ylabel()
        'learning rate'
    """
    ax = axes_for(ax, figsize=(4.8, 3.3))
    points = np.unique(np.linspace(0, max(steps - 1, 0), 500).astype(int))
    name = label or getattr(schedule, "__name__", type(schedule).__name__)
    rates = [float(np.asarray(schedule(int(step)))) for step in points]
    (line,) = ax.plot(points, rates, label=name)
    ax.set(xlabel="step", ylabel="learning rate")
    momentum = getattr(schedule, "momentum", None)
    if callable(momentum):
        twin = ax.twinx()
        values = [float(np.asarray(momentum(int(step)))) for step in points]
        twin.plot(points, values, "--", color=line.get_color(), alpha=0.6)
        twin.set_ylabel("momentum (dashed)")
    ax.legend()
    return ax
