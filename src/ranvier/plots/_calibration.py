"""Are probabilities what they say?"""

import numpy as np

from ranvier.plots._axes import axes_for


def calibration(y_true, probabilities, bins=10, label=None, ax=None):
    """Draws how often predictions come true against how sure they are.

    The expected calibration error, the mean distance of the bars from the diagonal
    weighted by their number of predictions, stands in the legend (Guo et al., 2017).

    Args:
        y_true: labels, or one-hot rows.
        probabilities: probabilities of class 1, or of all classes (the largest is
            taken); or what `model.predict(x, mc_samples=...)` returned.
        bins: number of bins.
        label: name in the legend.
        ax: matplotlib axes; new ones if None.

    Returns:
        The axes; the error is their attribute `calibration_error`.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> ax = calibration([1, 1, 0, 0], [0.9, 0.9, 0.1, 0.1])
        >>> round(ax.calibration_error, 3)
        0.1
    """
    if not isinstance(probabilities, np.ndarray):  # a prediction that has a mean
        mean = getattr(probabilities, "mean", None)
        probabilities = probabilities if mean is None or callable(mean) else mean
    p = np.asarray(probabilities, dtype="float64")
    y = np.asarray(y_true)
    if y.ndim > 1 and y.shape[-1] > 1:
        y = y.argmax(axis=-1)
    y = y.ravel().astype(int)
    if p.ndim > 1 and p.shape[-1] > 1:
        hits = p.argmax(axis=-1) == y
        sure = p.max(axis=-1)
    else:
        sure, hits = p.ravel(), y == 1
    if len(sure) != len(hits):
        raise ValueError(
            "`y_true` and `probabilities` must have one length. Received: "
            f"{len(hits)} and {len(sure)}"
        )
    place = np.clip((sure * bins).astype(int), 0, bins - 1)
    number = np.bincount(place, minlength=bins)
    filled = number > 0
    mean = np.bincount(place, sure, bins)[filled] / number[filled]
    rate = np.bincount(place, hits, bins)[filled] / number[filled]
    error = float((np.abs(mean - rate) * number[filled]).sum() / max(number.sum(), 1))
    new = ax is None
    ax = axes_for(ax, figsize=(4.4, 3.8))
    if new:
        ax.plot([0, 1], [0, 1], color="0.7", lw=1, label="perfectly calibrated")
    words = f"{label}: " if label else ""
    ax.plot(mean, rate, "o-", label=f"{words}error {error:.3f}")
    ax.set(xlabel="predicted probability", ylabel="how often it was right")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.legend()
    ax.calibration_error = error
    return ax
