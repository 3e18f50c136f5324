"""Logs: what hooks are told, a flat dictionary of Python numbers, sorted by name.

The engine's numbers live on the device, and reading them waits for it. A callback
that does not look at its logs must not make the host wait.
"""

import numpy as np


class LazyLogs(dict):
    """A dictionary of logs whose arrays become Python numbers at the first look.

    Args:
        logs: a dictionary, possibly nested, or None. Scalars become floats; larger
            arrays (outputs of `predict`) become NumPy arrays.

    Example:
        >>> import numpy as np
        >>> LazyLogs({"loss": np.float32(0.5), "accuracy": 1})
        {'accuracy': 1.0, 'loss': 0.5}
    """

    def __init__(self, logs=None):
        super().__init__(_flatten(logs or {}))
        self._is_read = False

    def _read(self):
        if not self._is_read:
            self._is_read = True
            for name, value in dict.items(self):
                self[name] = _to_python(value)

    def __reduce__(self):
        return dict, (dict(self),)


def _flatten(logs):
    # `dict.items`, so that logs that are lazy already stay unread.
    flat = {}
    for name, value in sorted(dict.items(logs)):
        if isinstance(value, dict):
            flat.update(_flatten(value))
        else:
            flat[name] = value
    return flat


def _to_python(value):
    if isinstance(value, float):
        return value
    if hasattr(value, "__array__"):
        value = np.asarray(value)
        if value.ndim:
            return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def _read_first(name):
    method = getattr(dict, name)

    def reading(self, *args, **kwargs):
        self._read()
        return method(self, *args, **kwargs)

    reading.__name__ = name
    reading.__doc__ = method.__doc__
    return reading


# Everything that hands out values. `__iter__` does not, but `dict(logs)` and `**logs`
# go through `__getitem__` only where `__iter__` is overridden.
for _name in (
    *("__getitem__", "__iter__", "__eq__", "__ne__", "__or__", "__ror__", "__repr__"),
    *("get", "items", "values", "pop", "popitem", "setdefault", "copy"),
):
    setattr(LazyLogs, _name, _read_first(_name))
