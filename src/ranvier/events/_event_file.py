"""An event file: what TensorBoard reads, a file of records."""

import itertools
import os
import socket
import threading
import time

from ranvier.data.io._record_writer import TFRecordWriter
from ranvier.events._protos import protos

_VERSION = "brain.Event:2"
_WRITER = "ranvier.events"
_numbers = itertools.count()


class EventFile:
    """Writes events to a new file; safe to use from several threads.

    Events wait in memory until there are more than `max_queue`, or the last flush was
    long ago: what a killed process loses is at most that.

    Args:
        folder: where the file is made; created if it does not exist.
        max_queue: how many events may wait.
        flush_seconds: the longest time between two flushes.
        suffix: end of the file's name.
    """

    def __init__(self, folder, max_queue, flush_seconds, suffix):
        os.makedirs(folder, exist_ok=True)
        # The name says who wrote it when: TensorBoard reads files in that order.
        self.path = os.path.join(
            folder,
            f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}"
            f".{os.getpid()}.{next(_numbers)}{suffix}",
        )
        self._max_queue = max_queue
        self._flush_seconds = flush_seconds
        self._lock = threading.Lock()
        self._waiting = []
        self._flushed = time.monotonic()
        self._records = TFRecordWriter(self.path)
        source = protos().SourceMetadata(writer=_WRITER)
        self.add(protos().Event(file_version=_VERSION, source_metadata=source))
        self.flush()

    def add(self, event):
        """Adds an event; its time is now unless it has one."""
        if not event.wall_time:
            event.wall_time = time.time()
        with self._lock:
            self._waiting.append(event.SerializeToString())
            late = time.monotonic() - self._flushed > self._flush_seconds
            if len(self._waiting) > self._max_queue or late:
                self._flush()

    def flush(self):
        """Writes what waits."""
        with self._lock:
            self._flush()

    def _flush(self):
        self._flushed = time.monotonic()
        if self._waiting:
            for event in self._waiting:
                self._records.write(event)
            self._waiting.clear()
            self._records.flush()

    def close(self):
        """Writes what waits and closes the file."""
        with self._lock:
            self._flush()
            self._records.close()
