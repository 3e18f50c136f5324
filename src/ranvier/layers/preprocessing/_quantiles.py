"""A summary of a stream of numbers that tells its quantiles.

A summary is an array of two rows: values in ascending order, and how many numbers each
stands for. Summaries are merged and brought back to about `1 / epsilon` values by
reading evenly spaced shares from the interpolated distribution. The arithmetic is
that of Keras's Discretization, so that the same data give the same quantiles.
"""

import numpy as np

EMPTY = np.zeros((2, 0), np.float32)


def summarize(values, epsilon):
    """Returns the summary of an array: every so many-th of the sorted values."""
    values = np.sort(values, axis=None)
    step = max(values.size / (1.0 / epsilon), 1)
    chosen = values[int(step - 1) :: int(step)]
    return np.stack([chosen, np.full_like(chosen, step)])


def merge(first, second, epsilon):
    """Returns the summary of the numbers of two summaries."""
    both = np.concatenate((first, second), axis=1)
    return compress(both[:, np.argsort(both[0])], epsilon)


def compress(summary, epsilon):
    """Returns a summary with about `1 / epsilon` values."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    totals = summary[1].cumsum()
    reached = totals / totals[-1]
    values = np.interp(shares, reached, summary[0])
    counts = np.diff(np.interp(shares, reached, totals), prepend=0)
    return np.stack([values, counts]).astype(np.float32)


def boundaries(summary, bins):
    """Returns the `bins - 1` values that part a summary evenly."""
    return compress(summary, 1.0 / bins)[0, :-1]
