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

        self._start = 0  # of what this run writes

    def get_state(self):
        # The lines, too: a new run empties the file before it takes up the old one.
        with open(self.filename, newline="") as file:
            file.seek(self._start)
            lines = file.read()
        return {
            "start": self._start,
            "lines": lines,
            "keys": self.keys,
            "append_header": self.append_header,
        }

    def set_state(self, state):
        self._start = min(state["start"], os.path.getsize(self.filename))
        self.csv_file.seek(self._start)
        self.csv_file.truncate()
        self.csv_file.write(state["lines"])
        self.csv_file.flush()
        self.append_header = state["append_header"]
        self.keys = state["keys"]
        self.writer = None if self.keys is None else self._make_writer()

    def on_train_begin(self, logs=None):
        self._close()
        exists = os.path.exists(self.filename)
        self._start = os.path.getsize(self.filename) if self.append and exists else 0
        if self.append:
            self.append_header = not self._start
        # For reading, too: a file opened to append could not be cut.
        mode = "r+" if self.append and exists else "w"
        self.csv_file = open(self.filename, mode, newline="")
        self.csv_file.seek(self._start)
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
        self.writer = self._make_writer()
        if self.append_header:
            self.writer.writeheader()

    def _make_writer(self):
        names = ["epoch", *self.keys]
        return csv.DictWriter(self.csv_file, fieldnames=names, delimiter=self.sep)

    def on_train_end(self, logs=None):
        self._close()

    def clean_up(self):
        self._close()

    def _close(self):
        if self.csv_file is not None:
            self.csv_file.close()
        self.csv_file = self.writer = None


def _cell(value):
    is_list = isinstance(value, collections.abc.Iterable) and np.ndim(value) > 0
    return f'"[{", ".join(map(str, value))}]"' if is_list else value
