"""The axes that a plot draws on."""

from ranvier.core import _errors


def axes_for(ax, **options):
    """Returns the axes given, or those of a new figure.

    Args:
        ax: matplotlib axes or None.
        **options: what a new figure is made with.

    Raises:
        ImportError: if matplotlib is missing.
    """
    if ax is not None:
        return ax
    return pyplot().subplots(**{"layout": "constrained", **options})[1]


def pyplot():
    """Returns `matplotlib.pyplot`.

    Raises:
        ImportError: naming the extra, if it is missing.
    """
    return _errors.require("matplotlib.pyplot", "plot")
