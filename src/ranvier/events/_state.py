"""What summaries go by: the default writer, the step, and whether to record.

Each thread has its own.
"""

import contextlib
import re
import threading

from ranvier.core import _naming
from ranvier.events._raw import raw
from ranvier.tensors._tensor import is_traced


class _State(threading.local):
    def __init__(self):
        self.current = Settings()


class Settings:
    """The defaults of one thread.

    A program that is traced keeps its thread's settings: when it runs, its summaries
    go by what they are then.
    """

    def __init__(self):
        self.writer = None
        self.step = None
        self.condition = None


_state = _State()


def settings() -> Settings:
    """Returns the settings of this thread."""
    return _state.current


def get_step():
    """Returns the default step of this thread, or None."""
    step = settings().step
    return step() if callable(step) else step


def set_step(step):
    """Sets the default step of this thread.

    Args:
        step: an integer, a variable that is read whenever something is written, or
            None.

    Example:
        >>> set_step(7)
        >>> get_step()
        7
        >>> set_step(None)
    """
    settings().step = step


@contextlib.contextmanager
def record_if(condition):
    """Records summaries inside only where a condition holds.

    Args:
        condition: a boolean, or a function without arguments that returns one and is
            called for each summary.

    Example:
        >>> with record_if(False):
        ...     should_record_summaries()
        False
    """
    current = settings()
    before, current.condition = current.condition, condition
    try:
        yield
    finally:
        current.condition = before


def should_record_summaries() -> bool:
    """Tells whether a summary would be recorded now: there must be a writer.

    Inside a program the answer may be a traced boolean, where the condition of
    `record_if` is.
    """
    current = settings()
    return False if current.writer is None else holds(current)


def holds(current):
    """Returns the condition of `record_if`, True where there is none."""
    condition = current.condition() if callable(current.condition) else None
    if condition is None:
        condition = current.condition
    if condition is None:
        return True
    condition = raw(condition)
    return condition if is_traced(condition) else bool(condition)


@contextlib.contextmanager
def written_to(writer, step=None, condition=None):
    """Lets summaries inside go to a writer, without a flush at the end.

    Args:
        writer: the writer.
        step: the default step, or a function that returns it.
        condition: as in `record_if`.
    """
    current = settings()
    before = current.writer, current.step, current.condition
    current.writer, current.step, current.condition = writer, step, condition
    try:
        yield
    finally:
        current.writer, current.step, current.condition = before


@contextlib.contextmanager
def summary_scope(name, default_name="summary", values=None):
    """A name scope for a summary of several parts.

    Args:
        name: name of the summary.
        default_name: taken where `name` is empty.
        values: ignored.

    Yields:
        `(tag, scope)`: what the summary is called in TensorBoard, and the scope's
        name, which ends in `/`.

    Example:
        >>> with summary_scope("loss") as (tag, scope):
        ...     tag, scope
        ('loss', 'loss/')
    """
    name = name or default_name
    outer = _naming.current_path()
    tag = f"{outer}/{name}" if outer else name
    legal = re.sub(r"[^A-Za-z0-9_.\\\-/]", "", name) or default_name
    with contextlib.ExitStack() as scopes:
        for part in filter(None, legal.split("/")):
            scopes.enter_context(_naming.name_scope(part))
        yield tag, f"{_naming.current_path()}/"
