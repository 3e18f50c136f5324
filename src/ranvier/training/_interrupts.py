"""Ctrl-C during training: at once where that is safe, else a moment later."""

import contextlib
import signal
import threading


class _Deferred:
    """While open, an interrupt is remembered and raised on leaving."""

    def __init__(self):
        self.depth = 0
        self.pending = False

    def __enter__(self):
        self.depth += 1

    def __exit__(self, *exc):
        self.depth -= 1
        if self.pending and not self.depth:
            self.pending = False
            raise KeyboardInterrupt


deferred = _Deferred()


@contextlib.contextmanager
def handled():
    """Installs the handler that respects `deferred` (in the main thread only)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.getsignal(signal.SIGINT)
    if previous is not signal.default_int_handler:
        yield  # the application has its own way
        return

    def handler(number, frame):
        if deferred.depth:
            deferred.pending = True
        else:
            signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
