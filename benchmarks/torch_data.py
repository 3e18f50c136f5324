"""The pipelines for PyTorch: datasets behind a `DataLoader`, as its guide advises.

All read in the process itself: handing batches of 32 rows over from others takes longer
than reading them (measured with `num_workers=2`: three to ten times as long).
"""

import random
from pathlib import Path

import numpy as np
import torch
from torch.utils import data


def in_memory(x, y, batch_size):
    """Rows in memory, picked batch by batch: faster than automatic batching."""
    rows = data.TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
    order = data.BatchSampler(data.RandomSampler(rows), batch_size, drop_last=False)
    return data.DataLoader(rows, sampler=order, batch_size=None)


def lines(folder, buffer, batch_size):
    """Rows of CSV files, line by line."""
    return data.DataLoader(Lines(folder, buffer), batch_size)


def blocks(folder, buffer, batch_size):
    """Rows of CSV files, in batches."""
    return data.DataLoader(Blocks(folder, buffer, batch_size), batch_size=None)


def images(path, labels, shape, batch_size):
    """Images of a file, shuffled as a whole."""
    return data.DataLoader(Images(path, labels, shape), batch_size, shuffle=True)


class Lines(data.IterableDataset):
    """The lines of CSV files as pairs of tensors, shuffled through a buffer."""

    def __init__(self, folder, buffer):
        self.paths = sorted(Path(folder).glob("*.csv"))
        self.buffer = buffer

    def __iter__(self):
        held = []
        for row in self.rows():
            if len(held) < self.buffer:
                held.append(row)
                continue
            i = random.randrange(self.buffer)
            held[i], row = row, held[i]
            yield row
        random.shuffle(held)
        yield from held

    def rows(self):
        mean, scale = torch.zeros(()), torch.ones(())
        for path in random.sample(self.paths, len(self.paths)):
            with path.open() as file:
                next(file)
                for line in file:
                    row = torch.tensor([float(field) for field in line.split(",")])
                    yield (row[:-1] - mean) / scale, row[-1:]


class Blocks(Lines):
    """The same in batches, cut from shuffled blocks of rows that NumPy reads."""

    def __init__(self, folder, buffer, batch_size):
        super().__init__(folder, buffer)
        self.batch_size = batch_size

    def __iter__(self):
        for path in random.sample(self.paths, len(self.paths)):
            rows = np.loadtxt(path, np.float32, delimiter=",", skiprows=1)
            for start in range(0, len(rows), self.buffer):
                block = torch.from_numpy(rows[start : start + self.buffer])
                block = block[torch.randperm(len(block))]
                for batch in block.split(self.batch_size):
                    yield batch[:, :-1], batch[:, -1:]


class Images(data.Dataset):
    """Images as bytes in one file, mapped into memory, and their labels."""

    def __init__(self, path, labels, shape):
        self.bytes = np.memmap(path, np.uint8, "r").reshape(len(labels), -1)
        self.labels = torch.from_numpy(labels).long()
        self.shape = shape

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        image = torch.frombuffer(self.bytes[index].tobytes(), dtype=torch.uint8)
        return image.reshape(self.shape), self.labels[index]
