"""What a search shows while it runs: a table in a terminal, lines elsewhere."""

import time

from ranvier.callbacks._output import print_message
from ranvier.tuner._stateful import Stateful
from ranvier.tuner._trial import TrialStatus


class Display(Stateful):
    """Follows the trials of an oracle.

    Args:
        oracle: the oracle.
        verbose: 0 for nothing, 1 for a table or lines, 2 for lines in any case.
    """

    def __init__(self, oracle, verbose=1):
        self.oracle = oracle
        self.verbose = verbose
        self._elapsed_before = 0.0  # in runs of this search that were interrupted
        self._search_started = None
        self._started = {}
        self._ended = 0

    def get_state(self):
        return {"elapsed": round(self.elapsed(), 3)}

    def set_state(self, state):
        self._elapsed_before = state.get("elapsed", 0.0)

    def elapsed(self) -> float:
        """Returns the seconds the search took so far, interruptions left out."""
        if self._search_started is None:
            return self._elapsed_before
        return self._elapsed_before + time.perf_counter() - self._search_started

    def on_search_begin(self):
        """The search begins or goes on."""
        self._search_started = time.perf_counter()

    def on_search_end(self):
        """The search ends, also by an error."""
        self._elapsed_before = self.elapsed()
        self._search_started = None

    def on_trial_begin(self, trial):
        """A run of a trial begins."""
        if self._search_started is None:
            self.on_search_begin()
        self._started[trial.trial_id] = time.perf_counter()

    def on_trial_end(self, trial):
        """A run of a trial has ended."""
        if self.verbose:
            print_message(self.line(trial))

    def line(self, trial) -> str:
        """Returns one line about a trial that has ended."""
        oracle = self.oracle
        started = self._started.pop(trial.trial_id, None)
        done = len(oracle.end_order)
        of = f"/{oracle.max_trials}" if oracle.max_trials else ""
        text = f"Trial {done}{of} ({trial.trial_id}): "
        if trial.status == TrialStatus.COMPLETED:
            text += f"{oracle.objective.name} {format_value(trial.score)}"
        else:
            reason = (trial.message or "").strip().splitlines() or [""]
            text += f"{trial.status.lower()}: {reason[-1]}"
        if started is not None:
            text += f" in {format_duration(time.perf_counter() - started)}"
        best = oracle.get_best_trials(1)
        if best and best[0].score is not None:
            text += f"; best {format_value(best[0].score)} ({best[0].trial_id})"
        return f"{text}; {format_values(trial.hyperparameters.values)}"


def format_values(values) -> str:
    """Returns values by name as `units=32 rate=0.01`."""
    shown = [f"{name}={format_value(value)}" for name, value in values.items()]
    return " ".join(shown) or "default configuration"


def format_value(value) -> str:
    """Returns a number with five digits, anything else as it is."""
    if isinstance(value, (int, str)):
        return str(value)
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def format_duration(seconds) -> str:
    """Returns a duration for people."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"
