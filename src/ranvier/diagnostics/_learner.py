"""Two quick learners: do the targets follow from the inputs at all?

Ridge regression finds linear relations, nearest neighbours any that are smooth. Their
predictions on rows they did not see correlate with the targets if there is something
to learn; for targets that have nothing to do with the inputs the correlation is of the
order of one over the root of the number of rows.
"""

import numpy as np

_ROWS = 1500
_NEIGHBOURS = 10


class QuickLearner:
    """Learners on one set of inputs, for any number of targets.

    Args:
        x: inputs, `(rows, features)`.
        limit: the most features to look at; more are projected at random.
    """

    def __init__(self, x, limit=200):
        x = np.asarray(x, dtype="float64").reshape(len(x), -1)
        deviation = x.std(axis=0)
        x = (x[:, deviation > 0] - x.mean(axis=0)[deviation > 0]) / deviation[
            deviation > 0
        ]
        if x.shape[1] > limit:
            generator = np.random.Generator(np.random.Philox(0))
            x = x @ generator.normal(size=(x.shape[1], limit)) / np.sqrt(x.shape[1])
        self._x = x
        order = np.random.Generator(np.random.Philox(1)).permutation(len(x))
        split = len(x) * 2 // 3
        self._train, self._test = order[:split], order[split:]
        self._neighbours = None
        self._ridge = None

    @property
    def noise(self) -> float:
        """The correlation that chance alone may show, at three deviations."""
        return 3 / np.sqrt(max(len(self._test), 1))

    def correlation(self, y) -> float:
        """Returns the better learner's correlation with unseen targets.

        Args:
            y: targets, `(rows, columns)`.
        """
        y = np.asarray(y, dtype="float64").reshape(len(y), -1)
        if not self._x.shape[1] or not len(self._test):
            return 0.0
        mean = y[self._train].mean(axis=0)
        target = y[self._test] - y[self._test].mean(axis=0)
        return max(
            _correlation(predicted, target)
            for predicted in (self._linear(y - mean), self._nearest(y - mean))
        )

    def _linear(self, y):
        x, train, test = self._x, self._train, self._test
        if self._ridge is None:
            gram = x[train].T @ x[train]
            gram += np.eye(len(gram)) * (1e-2 * np.trace(gram) / len(gram) + 1e-9)
            self._ridge = np.linalg.solve(gram, x[train].T)
        return x[test] @ (self._ridge @ y[train])

    def _nearest(self, y):
        x, train, test = self._x, self._train, self._test
        if self._neighbours is None:
            squares = (x[train] ** 2).sum(axis=1)
            distances = squares - 2 * x[test] @ x[train].T
            count = min(_NEIGHBOURS, len(train) - 1)
            self._neighbours = np.argpartition(distances, count, axis=1)[:, :count]
        return y[train][self._neighbours].mean(axis=1)


def _correlation(predicted, target):
    predicted = predicted - predicted.mean(axis=0)
    scale = np.sqrt((predicted**2).sum() * (target**2).sum())
    return float((predicted * target).sum() / scale) if scale > 0 else 0.0


def rows_for_learning(samples):
    """Returns the indices of the rows that quick learners look at."""
    return np.unique(np.linspace(0, samples - 1, min(samples, _ROWS)).astype(int))
