"""How much a file may ask for when it is loaded."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Limits:
    """Bounds that hold for every file, whoever wrote it.

    Attributes:
        config_bytes: size of a text (a config, the list of shards), and of an
            attribute in HDF5 files.
        depth: how deeply lists and dictionaries in a text may be nested.
        free_bytes: up to this size compressed data may grow as it likes.
        expansion: beyond it, data may be so many times as large as what is stored.
        nan: whether numbers in a config may be infinite or not numbers. Arrays, and
            the arguments of calls in functional models, always may.
    """

    config_bytes: int = 32 * 2**20
    depth: int = 100
    free_bytes: int = 64 * 2**20
    expansion: int = 100
    nan: bool = False


_current = Limits()


def get_limits() -> Limits:
    """Returns the limits that hold now.

    Example:
        >>> get_limits().depth
        100
    """
    return _current


class set_limits:
    """Changes how much a file may ask for when it is loaded.

    For the rest of the process, or for a `with` block.

    Args:
        **changes: `config_bytes`, `depth`, `free_bytes`, `expansion`, `nan`: see
            `Limits`.

    Raises:
        TypeError: for another name.
        ValueError: for a number below one.

    Example:
        >>> with set_limits(config_bytes=2**30):
        ...     get_limits().config_bytes
        1073741824
        >>> get_limits().config_bytes
        33554432
    """

    def __init__(self, **changes):
        global _current
        known = {field.name for field in dataclasses.fields(Limits)}
        for name, value in changes.items():
            if name not in known:
                raise TypeError(
                    f"There is no limit '{name}'. Expected some of {sorted(known)}."
                )
            if name != "nan" and not value >= 1:
                raise ValueError(
                    f"A limit must be at least one. Received: {name}={value}"
                )
        self._outer = _current
        _current = dataclasses.replace(_current, **changes)

    def __enter__(self):
        return _current

    def __exit__(self, *exc):
        global _current
        _current = self._outer
