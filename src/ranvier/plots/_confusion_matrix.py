"""Which classes are taken for which."""

import numpy as np

from ranvier.plots._axes import axes_for


def confusion_matrix(y_true, y_pred, labels=None, normalize=True, ax=None):
    """Draws how often each class is taken for each other.

    Args:
        y_true: labels, or one-hot rows.
        y_pred: predicted labels, or scores of the classes; a single column of
            probabilities counts as class 1 from one half on.
        labels: names of the classes; default: their numbers.
        normalize: whether cells show shares of the true class rather than counts.
        ax: matplotlib axes; new ones if None.

    Returns:
        The axes; the counts are their attribute `counts`.

    Raises:
        ValueError: for lengths that differ.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> ax = confusion_matrix([0, 0, 1], [0, 1, 1])
        >>> ax.counts.tolist()
        [[1, 1], [0, 1]]
    """
    true, predicted = _labels(y_true), _labels(y_pred)
    if len(true) != len(predicted):
        raise ValueError(
            "`y_true` and `y_pred` must have one length. Received: "
            f"{len(true)} and {len(predicted)}"
        )
    size = int(max(true.max(initial=0), predicted.max(initial=0))) + 1
    size = max(size, len(labels or ()))
    counts = np.zeros((size, size), dtype=int)
    np.add.at(counts, (true, predicted), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax = axes_for(ax, figsize=(1.5 + 0.55 * size, 1.2 + 0.5 * size))
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for i in range(size):
        for j in range(size):
            text = f"{shares[i, j]:.0%}" if normalize else f"{counts[i, j]}"
            if counts[i, j]:
                colour = "white" if shares[i, j] > 0.6 else "0.2"
                ax.text(
                    j, i, text, ha="center", va="center", color=colour, size="small"
                )
    names = [str(i) for i in range(size)] if labels is None else list(labels)
    turn = 45 if labels is not None else 0
    ax.set_xticks(range(size), names, rotation=turn, ha="right" if turn else "center")
    ax.set_yticks(range(size), names)
    ax.set(xlabel="predicted", ylabel="true")
    ax.counts = counts
    return ax


def _labels(y):
    y = np.asarray(y)
    if y.ndim > 1 and y.shape[-1] > 1:
        return y.argmax(axis=-1).ravel()
    y = y.ravel()
    if y.dtype.kind == "f" and not (y == np.round(y)).all():
        return (y >= 0.5).astype(int)
    return y.astype(int)
