"""Values cut into rows, and rows into rows."""

import numpy as np

from ranvier.data.io import _features
from ranvier.tensors._errors import InvalidArgumentError


def splits_of(lengths):
    """Returns where rows of these lengths begin, and the end of the last."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def positions(lengths):
    """Returns the position of each value in its row."""
    starts = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) - np.repeat(starts, lengths)


class Rows:
    """A batch of values cut into rows at several levels.

    Args:
        values: the flat values.
        levels: row splits, from the outermost (a row for each example) to the
            innermost.
    """

    def __init__(self, values, levels):
        self.values = values
        self.levels = levels

    @classmethod
    def of_lengths(cls, values, lengths):
        """Returns rows of given lengths."""
        return cls(values, [splits_of(lengths)])

    def cut(self, partition, numbers, counts, key):
        """Cuts the items of every example into rows, by a feature of the example.

        Args:
            partition: tells what the numbers mean.
            numbers: the feature's values.
            counts: how many each example has.
            key: the feature that is cut, for messages.
        """
        outer, *inner = self.levels
        numbers = numbers.astype(np.int64)
        items = np.diff(outer)  # of each example
        examples = np.repeat(np.arange(len(items)), counts)
        if isinstance(partition, _features.ValueRowIds):
            rows = np.zeros(len(items), np.int64)
            np.maximum.at(rows, examples, numbers + 1)
            if not np.array_equal(counts, items) or (numbers < 0).any():
                raise _misfit(partition, key)
            first_row = splits_of(rows)[:-1]
            ids = numbers + np.repeat(first_row, counts)
            if (np.diff(ids) < 0).any():
                raise _misfit(partition, key)
            lengths = np.bincount(ids, minlength=rows.sum())
            return Rows(self.values, [splits_of(rows), splits_of(lengths), *inner])
        base = np.repeat(outer[:-1], counts)
        if isinstance(partition, _features.RowLengths):
            splits = splits_of(numbers)
        elif isinstance(partition, _features.RowStarts):
            splits = np.concatenate([numbers + base, outer[-1:]])
        else:
            if isinstance(partition, _features.RowSplits):
                # The first of each example's splits is always 0.
                given = counts > 0
                first = (np.cumsum(counts) - counts)[given]
                if (numbers[first] != 0).any():
                    raise _misfit(partition, key)
                numbers, base = np.delete(numbers, first), np.delete(base, first)
                counts = counts - given
            splits = np.concatenate([outer[:1], numbers + base])
        rows = splits_of(counts)
        # Rows of one example cover its items, no more and no less.
        covered = (np.diff(splits) >= 0).all() and splits[0] == 0
        if not covered or not np.array_equal(splits[rows], outer):
            raise _misfit(partition, key)
        return Rows(self.values, [rows, splits, *inner])

    def cut_evenly(self, length, key):
        """Cuts the items of every example into rows of one length."""
        outer, *inner = self.levels
        if length < 1 or (np.diff(outer) % length).any():
            raise _misfit(_features.UniformRowLength(length), key)
        if not inner:
            shape = (-1, length, *self.values.shape[1:])
            return Rows(self.values.reshape(shape), [outer // length])
        even = np.arange(0, outer[-1] + 1, length)
        return Rows(self.values, [outer // length, even, *inner])

    def only(self):
        """Returns the rows of the only example."""
        return Rows(self.values, self.levels[1:])

    def tensor(self, dtype):
        """Returns a ragged tensor, or the values if they are cut nowhere."""
        if not self.levels:
            return self.values
        from ranvier.tensors import RaggedTensor, as_dtype

        dtype = as_dtype(dtype).as_numpy_dtype
        levels = [level.astype(dtype) for level in self.levels]
        return RaggedTensor.from_nested_row_splits(self.values, levels, validate=False)


def _misfit(partition, key):
    return InvalidArgumentError(
        f"Feature {key}: {partition} does not cut the values of an example into rows."
    )
