"""What a thread knows of functions that are being traced."""

import threading


class _State(threading.local):
    def __init__(self):
        # The traces that are open, outermost first.
        self.tracing: list = []


state = _State()
_settings = {"eagerly": False}


def executing_eagerly() -> bool:
    """Tells whether operations run at once: no function is being traced.

    Example:
        >>> import ranvier.tf as tf
        >>> @tf.function
        ... def f():
        ...     return tf.constant(tf.executing_eagerly())
        >>> tf.executing_eagerly(), bool(f())
        (True, False)
    """
    return not state.tracing


def run_functions_eagerly(run_eagerly) -> None:
    """Turns tracing off: functions run as plain Python, to be stepped through.

    Args:
        run_eagerly: whether functions run as plain Python.

    Example:
        >>> run_functions_eagerly(True)
        >>> functions_run_eagerly()
        True
        >>> run_functions_eagerly(False)
    """
    _settings["eagerly"] = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    """Tells whether functions run as plain Python."""
    return _settings["eagerly"]
