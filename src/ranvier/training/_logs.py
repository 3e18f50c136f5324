"""Logs: results of metrics, fetched from the device when somebody looks."""

import numpy as np


def to_python(value):
    """Returns a float for a scalar array, a NumPy array for a larger one."""
    if hasattr(value, "shape"):
        array = np.asarray(value)
        return float(array) if array.ndim == 0 else array
    return value


class LazyLogs(dict):
    """A dictionary whose arrays become Python numbers at the first look.

    A callback on every batch that does not read its logs does not make the host wait
    for the device.
    """

    def _fetch(self):
        if self.__dict__.get("_fetched"):
            return
        self.__dict__["_fetched"] = True
        for key, value in dict.items(self):
            dict.__setitem__(self, key, to_python(value))

    def __getitem__(self, key):
        self._fetch()
        return dict.__getitem__(self, key)

    def get(self, key, default=None):
        self._fetch()
        return dict.get(self, key, default)

    def items(self):
        self._fetch()
        return dict.items(self)

    def values(self):
        self._fetch()
        return dict.values(self)

    def copy(self):
        self._fetch()
        return dict(dict.items(self))

    def __eq__(self, other):
        self._fetch()
        return dict.__eq__(self, other)

    __hash__ = None

    def __repr__(self):
        self._fetch()
        return dict.__repr__(self)
