"""Progbar: a progress bar with the time per step and the metrics.

On a terminal the line is redrawn in place, in a notebook as HTML. Elsewhere (a file,
a pipe) it is written once, when it is complete, without control characters.
"""

import shutil
import time

import numpy as np

from ranvier.callbacks._notebook import NotebookLine, in_notebook
from ranvier.callbacks._output import is_live, print_message

_BOLD, _GREEN, _GREY, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


class Progbar:
    """Displays how far a loop is, how long a step takes, and its metrics.

    Args:
        target: number of steps expected, or None if unknown.
        width: width of the bar in characters.
        verbose: 0 silent, 1 a bar, 2 one line at the end.
        interval: seconds between two redraws, at least.
        stateful_metrics: names of metrics shown as they are; the others are averaged
            over the steps. By default all are averaged.
        stateless_metrics: names of metrics to average; the others are shown as they
            are. Give one of the two lists at most.
        unit_name: what is counted, `"step"` or `"sample"`.

    Raises:
        ValueError: if both lists are given.

    Example:
        >>> bar = Progbar(100, verbose=2)
        >>> for step in range(100):
        ...     bar.update(step + 1, [("loss", 0.5)])  # doctest: +ELLIPSIS
        100/100 - 0s - ...s/step - loss: 0.5000
    """

    def __init__(
        self,
        target,
        width=20,
        verbose=1,
        interval=0.05,
        stateful_metrics=None,
        stateless_metrics=None,
        unit_name="step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Only one of `stateful_metrics` and `stateless_metrics` can be given. "
                "Received: "
                f"stateful_metrics={stateful_metrics} and "
                f"stateless_metrics={stateless_metrics}"
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self.stateless_metrics = (
            None if stateless_metrics is None else set(stateless_metrics)
        )
        self._live = is_live()
        self._page = NotebookLine() if self._live and in_notebook() else None
        self.label = ""  # stands in front, in a notebook or a file
        self.samples_per_step = None
        self._seen = 0
        self._sums: dict[str, tuple] = {}  # name -> (sum, count)
        self._start = self._last_draw = time.time()
        self._after_first_step = None
        self._drawn_width = 0

    def add(self, n, values=None):
        """Goes `n` steps further; see `update`."""
        self.update(self._seen + n, values)

    def due(self) -> bool:
        """Tells whether an update now would redraw the bar."""
        waited = time.time() - self._last_draw
        return self.verbose == 1 and self._live and waited >= self.interval

    def update(self, current, values=None, finalize=None):
        """Shows that `current` steps are done.

        Args:
            current: number of steps done.
            values: list of pairs `(name, value)`, the value being that of the last
                step, or of the whole where `finalize` holds.
            finalize: whether this is the last update; by default, whether `current`
                reaches the target.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or ():
            self._record(name, value, current, finalize)
        self._seen = current
        now = time.time()
        per_step = self._seconds_per_step(current, now)
        clock = f"{now - self._start:.0f}s"
        time_of_step = f"{_format_time(per_step)}/{self.unit_name}"
        info = time_of_step + self._metrics()
        if self.verbose == 1 and self._live:
            if not finalize and self.target:
                clock = _format_eta(per_step * (self.target - current))
            if finalize or self.due():
                info = time_of_step + self._samples(per_step) + self._metrics()
                self._draw(current, clock, info, finalize)
        elif self.verbose == 1 and finalize:
            label = f"{self.label} - " if self.label else ""
            print_message(f"{label}{self._head(current, clock, _no_style)} {info}")
        elif self.verbose == 2 and finalize:
            print_message(f"{self._count(current)} - {clock} - {info}")

    @property
    def is_one_line(self) -> bool:
        """Whether all there is to say, the epoch included, is in one line."""
        return self.verbose == 1 and (not self._live or self._page is not None)

    def _record(self, name, value, current, finalize):
        if self.stateless_metrics is None:
            averaged = name not in self.stateful_metrics
        else:
            averaged = name in self.stateless_metrics
        if not averaged or finalize:
            self._sums[name] = (value, 1)
            return
        steps = max(current - self._seen, 1)
        total, count = self._sums.get(name, (0, 0))
        self._sums[name] = (total + value * steps, count + steps)

    def _seconds_per_step(self, current, now):
        # A first step that was seen alone is left out: it includes compilation.
        if not current:
            return 0
        if self._after_first_step is not None and current > 1:
            seconds = (now - self._after_first_step) / (current - 1)
        else:
            seconds = (now - self._start) / current
        if current == 1:
            self._after_first_step = now
        return seconds

    def _samples(self, seconds_per_step):
        if not self.samples_per_step or not seconds_per_step:
            return ""
        return f" - {_format_rate(self.samples_per_step / seconds_per_step)} samples/s"

    def _draw(self, current, clock, info, finalize):
        if self._page is not None:
            self._last_draw = time.time()
            count, rest = self._count(current), f"{clock} {info}"
            self._page.draw(self.label, count, current, self.target, rest)
            return
        width = len(self._head(current, clock, _no_style)) + 1
        if not finalize:
            # A line longer than the terminal cannot be redrawn in place.
            info = info[: max(shutil.get_terminal_size().columns - width - 1, 0)]
        width += len(info)
        padding = " " * (self._drawn_width - width)
        line = f"\r{self._head(current, clock, _ansi_style)} {info}{padding}"
        print_message(line, line_break=finalize)
        self._drawn_width = width
        self._last_draw = time.time()

    def _head(self, current, clock, style):
        parts = [style(_BOLD, self._count(current))]
        if self.target:
            done = min(int(self.width * current / self.target), self.width)
            parts.append(
                style(_GREEN, "━" * done) + style(_GREY, "━" * (self.width - done))
            )
        parts.append(style(_BOLD, clock))
        return " ".join(parts)

    def _count(self, current):
        if not self.target:
            return f"{current:7d}/Unknown"
        return f"{current:{len(str(self.target))}d}/{self.target}"

    def _metrics(self):
        return "".join(
            f" - {name}: {_format_value(total, count)}"
            for name, (total, count) in self._sums.items()
        )


def _ansi_style(style, text):
    return f"{style}{text}{_PLAIN}" if text else ""


def _no_style(style, text):
    return " " * len(text) if style == _GREY else text


def _format_time(seconds):
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.0f}ms"
    return f"{seconds * 1e6:.0f}us"


def _format_rate(rate):
    letter = ""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if rate >= size:
            rate, letter = rate / size, unit
            break
    digits = 0 if rate >= 100 else 1
    return f"{rate:.{digits}f}{letter}"


def _format_eta(seconds):
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}" if minutes else f"{rest}s"


def _format_value(total, count):
    mean = (total if isinstance(total, float) else np.mean(total)) / max(count, 1)
    return f"{mean:.4f}" if abs(mean) > 1e-3 else f"{mean:.4e}"
