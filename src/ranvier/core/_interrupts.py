"""Signals during training: at once where that is safe, else a moment later."""

import contextlib
import functools
import signal
import sys
import threading


class _Deferred(threading.local):
    """While open, an interrupt is remembered and raised on leaving.

    Each thread has its own: signals arrive in the main one, which must not wait for
    what others do.
    """

    def __init__(self):
        self.depth = 0
        self.pending = None

    def __enter__(self):
        self.depth += 1

    def __exit__(self, *exc):
        self.depth -= 1
        if self.pending is not None and not self.depth:
            error, self.pending = self.pending, None
            raise error


deferred = _Deferred()

_MOMENT = 0.01  # seconds after which a signal is tried again

# The signal that a run is to end with, once it has saved its state.
_pending: list[int] = []


def is_pending() -> bool:
    """Tells whether a signal asked the run to end."""
    return bool(_pending)


def raise_pending() -> None:
    """Ends the run if a signal asked for it.

    Raises:
        KeyboardInterrupt: after Ctrl-C.
        SystemExit: after SIGTERM, with the usual status 143.
    """
    if _pending:
        raise _error_of(_pending.pop())


def _error_of(number):
    is_ctrl_c = number == signal.SIGINT
    error = KeyboardInterrupt() if is_ctrl_c else SystemExit(128 + number)
    error._signal = number
    return error


def _try_again(hook, dropped):
    """Sends a signal again whose error Python has dropped.

    It does so where the garbage collector, a destructor or a weak reference calls
    back, and JAX has such functions.
    """
    number = getattr(dropped.exc_value, "_signal", None)
    if number is None:
        hook(dropped)
    else:
        main = threading.main_thread().ident
        threading.Timer(_MOMENT, signal.pthread_kill, [main, number]).start()


class _Handler:
    """What is called in the main thread when a signal has come."""

    def __init__(self, politely):
        self.politely = politely

    def __call__(self, number, frame):
        if self.politely and not _pending:
            _pending.append(number)
        elif deferred.depth:
            deferred.pending = _error_of(number)
        else:
            raise _error_of(number)


@contextlib.contextmanager
def handled(politely=False):
    """Installs the handler that respects `deferred` (in the main thread only).

    Args:
        politely: whether a first Ctrl-C or SIGTERM waits for `raise_pending`, so that
            the state can be saved. A second one does not wait.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    # What the application handles in its own way stays as it is.
    usual: dict = {signal.SIGINT: signal.default_int_handler}
    if politely:
        usual[signal.SIGTERM] = signal.SIG_DFL
    before = {number: signal.getsignal(number) for number in usual}
    replaced = [
        number
        for number, there in before.items()
        if there == usual[number]
        or (isinstance(there, _Handler) and politely and not there.politely)
    ]
    for number in replaced:
        signal.signal(number, _Handler(politely))
    hook = sys.unraisablehook
    if replaced:
        sys.unraisablehook = functools.partial(_try_again, hook)
    ended = False
    try:
        yield
        ended = True
    finally:
        for number in replaced:
            signal.signal(number, before[number])
        if replaced:
            sys.unraisablehook = hook
        late = _pending.pop() if replaced and _pending else None
        if ended and late is not None:  # nothing was left to wait for it
            raise _error_of(late)
