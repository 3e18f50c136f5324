"""A line of progress in a notebook: HTML that is redrawn in place, no widget."""

import html
import sys


def in_notebook() -> bool:
    """Tells whether standard output goes to a notebook's page."""
    return type(sys.stdout).__module__.startswith("ipykernel")


class NotebookLine:
    """One output of a cell, which is replaced when it changes."""

    def __init__(self):
        self._display = None

    def draw(self, label, count, done, target, rest):
        """Shows the line.

        Args:
            label: what stands in front, such as the epoch.
            count: steps in words, `3/10`.
            done: number of steps done.
            target: number of steps expected, or None.
            rest: time and metrics.
        """
        bar = f'<progress value="{done}" max="{target}"></progress> ' if target else ""
        words = [html.escape(part) for part in (label, count, rest)]
        data = {
            "text/html": '<div style="font-family: monospace; white-space: pre-wrap">'
            f"{words[0]} {bar}{words[1]} {words[2]}</div>",
            "text/plain": " ".join(filter(None, (label, count, rest))),
        }
        if self._display is None:
            from IPython.display import display

            self._display = display(data, raw=True, display_id=True)
        else:
            self._display.update(data, raw=True)
