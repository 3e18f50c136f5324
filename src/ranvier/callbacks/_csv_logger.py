"""CSVLogger: the metrics of every epoch in a table on disk."""

import collections.abc
import csv
import os

import numpy as np

from ranvier.callbacks._callback import Callback


class CSVLogger(Callback):
    """Writes the metrics of every epoch to a CSV file, a line an epoch.

    Every metric also has a column `val_...`, which says `NA` in epochs without
    validation.

    Args:
        filename: path of the file.
        separator: what stands between the columns.
        append: whether to continue an existing file rather than to replace it.

    Example:
        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "log.csv")
        >>> logger = CSVLogger(path)
        >>> logger.on_train_begin()
        >>> logger.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.75})
        >>> logger.on_train_end()
        >>> with open(path) as file:
        ...     file.read().split()
        ['epoch,loss,val_loss', '0,0.5,0.75']
    """

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.append_header = True
        self.writer = None
        self.keys = None
        self.csv_file = None

    def on_train_begin(self, logs=None):
        self._close()
        if self.append:
            is_filled = os.path.exists(self.filename) and os.path.getsize(self.filename)
            self.append_header = not is_filled
        self.csv_file = open(self.filename, "a" if self.append else "w", newline="")
        self.keys = None

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        if self.writer is None:
            self._start_table(logs)
        row = {key: _cell(logs.get(key, "NA")) for key in self.keys}
        self.writer.writerow({"epoch": epoch, **row})
        self.csv_file.flush()

    def _start_table(self, logs):
        self.keys = sorted(logs)
        # Validation may only come in a later epoch, when the header is written.
        if not any(key.startswith("val_") for key in self.keys):
            self.keys += [f"val_{key}" for key in self.keys]
        self.writer = csv.DictWriter(
            self.csv_file, fieldnames=["epoch", *self.keys], delimiter=self.sep
        )
        if self.append_header:
            self.writer.writeheader()

    def on_train_end(self, logs=None):
        self._close()

    def _close(self):
        if self.csv_file is not None:
            self.csv_file.close()
        self.csv_file = self.writer = None


def _cell(value):
    is_list = isinstance(value, collections.abc.Iterable) and np.ndim(value) > 0
    return f'"[{", ".join(map(str, value))}]"' if is_list else value
