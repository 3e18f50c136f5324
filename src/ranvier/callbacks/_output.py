"""Where progress and messages go: the terminal, a plain file, or `logging`."""

import logging
import os
import sys

from ranvier.callbacks._notebook import in_notebook
from ranvier.core import _config

_logger = logging.getLogger("ranvier")


def is_live() -> bool:
    """Tells whether standard output can show a line that is redrawn in place."""
    if not _config.is_interactive_logging_enabled():
        return False
    isatty = getattr(sys.stdout, "isatty", None)
    return (
        (isatty is not None and isatty())
        # Notebooks and PyCharm's console redraw lines, though they are no terminals.
        or in_notebook()
        or "PYCHARM_HOSTED" in os.environ
    )


def print_message(message, line_break: bool = True) -> None:
    """Prints a message at once, or logs it where interactive logging is off.

    Args:
        message: anything; its `str` is printed.
        line_break: whether to end the line.
    """
    text = str(message)
    if not _config.is_interactive_logging_enabled():
        _logger.info(text.strip("\n"))
        return
    if line_break:
        text += "\n"
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "ascii"
        text = text.replace("━", "=").encode(encoding, errors="replace")
        sys.stdout.write(text.decode(encoding))
    sys.stdout.flush()
