"""Files on disk, written whole or not at all."""

import contextlib
import os
import pathlib
import secrets
import shutil


@contextlib.contextmanager
def atomic_path(filepath):
    """Gives a path to write to; what is written there then takes the file's place.

    The new file lies in the same folder until it is complete and on disk. Whoever is
    killed before that leaves the old file as it was.

    Args:
        filepath: the file to write or replace.

    Raises:
        OSError: naming the file, if it cannot be written.

    Example:
        >>> import tempfile, pathlib
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "notes.txt"
        >>> with atomic_path(path) as temporary:
        ...     _ = temporary.write_text("all of it")
        >>> path.read_text()
        'all of it'
    """
    target = pathlib.Path(os.path.realpath(filepath))
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
        if target.exists():
            shutil.copymode(target, temporary)
        _sync(temporary)
        os.replace(temporary, target)
        _sync(target.parent)
    except OSError as error:
        if error.errno is None or temporary.name not in str(error):
            raise
        # Name the file that was asked for, not the one nobody has heard of.
        raise OSError(error.errno, os.strerror(error.errno), str(target)) from error
    finally:
        temporary.unlink(missing_ok=True)


def _sync(path):
    """Waits until a file or the entries of a folder are on disk."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:  # folders cannot be opened on Windows
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
