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


class Sketch:
    """Quantiles of a stream within `epsilon`, however many parts it comes in.

    The arithmetic above drifts with every merge. Here numbers are kept in sorted runs
    of one length; two runs of one level become one of the next, every second number
    being kept (Manku, Rajagopalan & Lindsay, 1998). A level adds an error of
    `epsilon / 16` at most, and `n` numbers need `log2(n * epsilon / 16)` levels.

    Args:
        epsilon: the precision of the shares.
    """

    def __init__(self, epsilon):
        self._length = max(2, 2 * int(np.ceil(8.0 / epsilon)))
        self._runs: list = []  # by level; a number of level i stands for 2**i
        self._rest = np.zeros(0, np.float32)
        self._keeps_odd: list = []
        self.count = 0

    def add(self, values):
        """Takes in the numbers of an array."""
        self.count += values.size
        values = np.concatenate([self._rest, values.reshape(-1)])
        whole = len(values) // self._length * self._length
        for run in np.sort(values[:whole].reshape(-1, self._length), axis=1):
            self._push(run)
        self._rest = values[whole:]

    def _push(self, run):
        level = 0
        while level < len(self._runs) and self._runs[level] is not None:
            both = np.sort(np.concatenate([self._runs[level], run]))
            run = both[int(self._keeps_odd[level]) :: 2]
            self._keeps_odd[level] = not self._keeps_odd[level]
            self._runs[level] = None
            level += 1
        if level == len(self._runs):
            self._runs.append(None)
            self._keeps_odd.append(False)
        self._runs[level] = run

    def _points(self):
        """Returns the numbers kept, ascending, and the sums of what they stand for."""
        runs = [(self._rest, 1)]
        runs += [(r, 2**i) for i, r in enumerate(self._runs) if r is not None]
        values = np.concatenate([run for run, _ in runs])
        weights = np.concatenate([np.full(len(run), weight) for run, weight in runs])
        order = np.argsort(values, kind="stable")
        return values[order], weights[order].cumsum()

    def boundaries(self, bins):
        """Returns the `bins - 1` values that part the numbers evenly."""
        values, totals = self._points()
        wanted = np.arange(1, bins) / bins * self.count
        return values[np.searchsorted(totals, wanted)]

    def confirms(self, boundaries, tolerance):
        """Tells whether boundaries part the numbers evenly, within a share."""
        bins = len(boundaries) + 1
        values, totals = self._points()
        totals = np.concatenate([[0], totals]) / self.count
        below = totals[np.searchsorted(values, boundaries, side="left")]
        up_to = totals[np.searchsorted(values, boundaries, side="right")]
        wanted = np.arange(1, bins) / bins
        slack = tolerance + 1.0 / self.count
        return bool(np.all((below - slack <= wanted) & (wanted <= up_to + slack)))
