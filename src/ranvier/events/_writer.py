"""Writers: where summaries go."""

import abc
import contextlib
import os

from ranvier.data.io._values import to_numpy
from ranvier.events._event_file import EventFile
from ranvier.events._state import settings

_QUEUE, _MILLISECONDS, _SUFFIX = 10, 120_000, ".v2"


class _Default:
    """Makes a writer the default one of this thread, for a `with` block."""

    def __init__(self, writer, step):
        self._writer = writer
        self._step = step
        self._before = None

    def __enter__(self):
        current = settings()
        self._before = current.writer, current.step
        current.writer = self._writer
        if self._step is not None:
            current.step = self._step
        return self._writer

    def __exit__(self, *exception):
        current = settings()
        current.writer.flush()
        current.writer, step = self._before
        if self._step is not None:
            current.step = step
        return False


class SummaryWriter(abc.ABC):
    """What `create_file_writer` and `create_noop_writer` return."""

    def as_default(self, step=None):
        """Returns a context in which summaries of this thread go to this writer.

        Args:
            step: the default step inside; None leaves it as it is.
        """
        return _Default(self, step)

    def set_as_default(self, step=None):
        """Lets summaries of this thread go to this writer from now on.

        Args:
            step: the default step from now on; None leaves it as it is.
        """
        self.as_default(step).__enter__()

    @abc.abstractmethod
    def add(self, event):
        """Writes an event."""

    @abc.abstractmethod
    def init(self):
        """Accepted as in TensorFlow; a writer is ready once it is made."""

    @abc.abstractmethod
    def flush(self):
        """Writes to disk what waits in memory."""

    @abc.abstractmethod
    def close(self):
        """Writes what waits, and closes the file."""


class _FileWriter(SummaryWriter):
    def __init__(self, logdir, max_queue, flush_millis, suffix):
        self.logdir = logdir
        self._file = EventFile(logdir, max_queue, flush_millis / 1000, suffix)
        self._closed = False
        self.has_programs = False  # that write to it when they run

    def _require_open(self):
        if self._closed:
            raise RuntimeError(
                f"SummaryWriter {self!r} is already closed. Make another one with "
                "create_file_writer."
            )

    def as_default(self, step=None):
        self._require_open()
        return super().as_default(step)

    def init(self):
        self._require_open()

    def add(self, event):
        self._require_open()
        self._file.add(event)

    def expect_programs(self):
        """Tells the writer that running programs may still have something to write."""
        self.has_programs = True

    def _await_programs(self):
        if self.has_programs:
            import jax

            jax.effects_barrier()

    def flush(self):
        if not self._closed:
            self._await_programs()
            self._file.flush()

    def close(self):
        if not self._closed:
            self._await_programs()
            self._file.close()
            self._closed = True

    def __repr__(self):
        return f"<SummaryWriter of {self._file.path!r}>"


class _NoopWriter(SummaryWriter):
    # As in TensorFlow it does not become the default: an outer writer stays.
    def as_default(self, step=None):
        return contextlib.nullcontext()

    def set_as_default(self, step=None):
        pass

    def add(self, event):
        pass

    def init(self):
        pass

    def flush(self):
        pass

    def close(self):
        pass


def create_file_writer(
    logdir,
    max_queue=None,
    flush_millis=None,
    filename_suffix=None,
    name=None,
    experimental_trackable=False,
    experimental_mesh=None,
):
    """Returns a writer of summaries to a new event file, which TensorBoard reads.

    Args:
        logdir: the folder; created if it does not exist. TensorBoard shows each folder
            as a run.
        max_queue: how many summaries may wait in memory, 10 by default.
        flush_millis: longest time in milliseconds between flushes, 120,000 by default.
        filename_suffix: end of the file's name, `".v2"` by default.
        name: ignored.
        experimental_trackable: ignored.
        experimental_mesh: ignored.

    Raises:
        ValueError: if `logdir` is None.
        MissingExtraError: if the package `tensorboard` is not installed.

    Example:
        >>> import tempfile
        >>> from ranvier import summary
        >>> writer = create_file_writer(tempfile.mkdtemp())
        >>> with writer.as_default():
        ...     summary.scalar("loss", 0.5, step=1)
        True
        >>> writer.close()
    """
    if logdir is None:
        raise ValueError(
            "Argument `logdir` cannot be None. Give the folder to write to, such as "
            'create_file_writer("logs").'
        )
    return _FileWriter(
        _text(logdir),
        int(_QUEUE if max_queue is None else max_queue),
        int(_MILLISECONDS if flush_millis is None else flush_millis),
        _SUFFIX if filename_suffix is None else _text(filename_suffix),
    )


def _text(value):
    value = to_numpy(value)
    if hasattr(value, "item"):
        value = value.item()
    return os.fsdecode(value)


def create_noop_writer():
    """Returns a writer that writes nothing, for code that wants one.

    Example:
        >>> from ranvier import summary
        >>> with create_noop_writer().as_default():
        ...     summary.scalar("loss", 0.5, step=1)
        False
    """
    return _NoopWriter()


def flush(writer=None, name=None):
    """Writes to disk what waits in memory.

    Args:
        writer: a writer; the default one if None. Without any, nothing happens.
        name: ignored.

    Raises:
        ValueError: if it is no writer.
    """
    writer = settings().writer if writer is None else writer
    if writer is None:
        return
    if not isinstance(writer, SummaryWriter):
        raise ValueError(
            f"Invalid argument to flush(): {writer!r}. Expected what "
            "create_file_writer returned."
        )
    writer.flush()
