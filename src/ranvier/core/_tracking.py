"""Tracking of attributes: lists and dictionaries that tell their owner what is added.

A layer finds its variables and sub-layers by what is assigned to its attributes,
also inside lists and dictionaries. The containers here are ordinary ones that hand
every value put in to a callback first.
"""


class TrackedList(list):
    """A list that hands each new item to `track`."""

    def __init__(self, values, track):
        self._track = track
        super().__init__(track(value) for value in values)

    def append(self, value):
        super().append(self._track(value))

    def insert(self, index, value):
        super().insert(index, self._track(value))

    def extend(self, values):
        super().extend(self._track(value) for value in values)

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            super().__setitem__(index, [self._track(v) for v in value])
        else:
            super().__setitem__(index, self._track(value))

    def __iadd__(self, values):
        self.extend(values)
        return self

    def __reduce__(self):
        return (list, (list(self),))


class TrackedDict(dict):
    """A dictionary that hands each new value to `track`."""

    def __init__(self, values, track):
        self._track = track
        super().__init__((key, track(value)) for key, value in values.items())

    def __setitem__(self, key, value):
        super().__setitem__(key, self._track(value))

    def update(self, *args, **kwargs):
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def __reduce__(self):
        return (dict, (dict(self),))


def tracked(value, track):
    """Returns `value` with its containers made tracking ones.

    Args:
        value: anything.
        track: called with every leaf; its result is ignored.
    """

    def visit(item):
        if type(item) is list:
            return TrackedList(item, visit)
        if type(item) is dict:
            return TrackedDict(item, visit)
        if isinstance(item, TrackedList):
            return TrackedList(list(item), visit)
        if isinstance(item, TrackedDict):
            return TrackedDict(dict(item), visit)
        if type(item) is tuple or hasattr(item, "_fields"):
            items = [visit(entry) for entry in item]
            return type(item)(*items) if hasattr(item, "_fields") else tuple(items)
        track(item)
        return item

    return visit(value)
