"""What a search shows while it runs: one table in a terminal, lines elsewhere."""

import contextlib
import time

from ranvier.callbacks._output import is_live, print_message
from ranvier.tuner._stateful import Stateful
from ranvier.tuner._trial import TrialStatus

# Trials shown below the best one; more would not fit beside a shell's prompt.
_RUNNING_SHOWN = 6


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
        self._ended_before = 0
        self._started = {}
        self._epochs = {}  # of trials that run: the last epoch and its logs
        self._heard_epochs = False
        self._live = None

    def get_state(self):
        return {"elapsed": round(self.elapsed(), 3)}

    def set_state(self, state):
        self._elapsed_before = state.get("elapsed", 0.0)

    def elapsed(self) -> float:
        """Returns the seconds the search took so far, interruptions left out."""
        if self._search_started is None:
            return self._elapsed_before
        return self._elapsed_before + time.perf_counter() - self._search_started

    @contextlib.contextmanager
    def searching(self):
        """Shows the search while the block runs."""
        self._search_started = time.perf_counter()
        self._ended_before = len(self.oracle.end_order)
        try:
            if self.verbose == 1 and is_live():
                from rich.live import Live

                # Redrawn by a thread: time goes on while a trial trains.
                with Live(get_renderable=self.table, refresh_per_second=4) as live:
                    self._live = live
                    yield
            else:
                yield
        finally:
            self._live = None
            self._elapsed_before = self.elapsed()
            self._search_started = None

    def on_trial_begin(self, trial):
        """A run of a trial begins."""
        self._started[trial.trial_id] = time.perf_counter()

    def on_epoch_end(self, trial, epoch, logs):
        """An epoch of a trial's training has ended."""
        self._heard_epochs = True
        self._epochs[trial.trial_id] = epoch, logs

    def on_trial_end(self, trial):
        """A run of a trial has ended."""
        self._epochs.pop(trial.trial_id, None)
        if self._live is None and self.verbose:
            print_message(self.line(trial))
        self._started.pop(trial.trial_id, None)

    # What is shown.

    def line(self, trial) -> str:
        """Returns one line about a trial that has ended."""
        started = self._started.get(trial.trial_id)
        took = ""
        if started is not None:
            took = f" in {format_duration(time.perf_counter() - started)}"
        text = f"Trial {self._count()} ({trial.trial_id}): {self._result(trial, took)}"
        best = self._best()
        if best is not None:
            text += f"; best {format_value(best.score)} ({best.trial_id})"
        return f"{text}; {format_values(trial.hyperparameters.values)}"

    def table(self):
        """Returns the table: trials done, the best, what runs now, time left."""
        from rich.table import Table

        oracle = self.oracle
        failed = sum(
            oracle.trials[i].status == TrialStatus.FAILED for i in oracle.end_order
        )
        title = f"{self._count()} trials"
        title += f", {failed} failed" if failed else ""
        title += f", {format_duration(self.elapsed())}"
        left = self._time_left()
        title += f", about {format_duration(left)} left" if left is not None else ""
        table = Table(title=title, title_justify="left", expand=False)
        table.add_column("")
        table.add_column("trial")
        table.add_column("epoch", justify="right")
        table.add_column(oracle.objective.name, justify="right")
        table.add_column("values", overflow="fold")
        best = self._best()
        if best is not None:
            score, values = format_value(best.score), best.hyperparameters.values
            epoch = str(best.best_step + 1) if self._heard_epochs else ""
            table.add_row("best", best.trial_id, epoch, score, format_values(values))
        running = list(oracle.ongoing_trials.values())
        for trial in running[:_RUNNING_SHOWN]:
            values = format_values(trial.hyperparameters.values)
            table.add_row("runs", trial.trial_id, *self._progress(trial), values)
        if len(running) > _RUNNING_SHOWN:
            table.add_row("", "", "", "", f"and {len(running) - _RUNNING_SHOWN} more")
        return table

    def _progress(self, trial):
        """Returns epoch and objective of a trial that runs, as texts."""
        epoch, logs = self._epochs.get(trial.trial_id, (-1, {}))
        objective = self.oracle.objective
        has_value = objective.has_value(logs)
        value = format_value(float(objective.get_value(logs))) if has_value else ""
        return str(epoch + 1) if epoch >= 0 else "", value

    def _count(self):
        done, limit = len(self.oracle.end_order), self.oracle.max_trials
        return f"{done}/{limit}" if limit else str(done)

    def _result(self, trial, took):
        if trial.status == TrialStatus.COMPLETED:
            return f"{self.oracle.objective.name} {format_value(trial.score)}{took}"
        reason = (trial.message or "").strip().splitlines() or [""]
        return f"{trial.status.lower()}{took}: {reason[-1]}"

    def _best(self):
        best = self.oracle.get_best_trials(1)
        return best[0] if best and best[0].score is not None else None

    def _time_left(self):
        """Returns a guess in seconds, or None before there is a basis for one."""
        if self._search_started is None or not self.oracle.max_trials:
            return None
        done = len(self.oracle.end_order)
        here = done - self._ended_before
        if not here or done >= self.oracle.max_trials:
            return None
        passed = time.perf_counter() - self._search_started
        return passed / here * (self.oracle.max_trials - done)


def format_values(values) -> str:
    """Returns values by name as `units=32 rate=0.01`."""
    shown = [f"{name}={format_value(value)}" for name, value in values.items()]
    return " ".join(shown) or "default configuration"


def format_value(value) -> str:
    """Returns a number with five digits, anything else as it is."""
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def format_duration(seconds) -> str:
    """Returns a duration for people."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"
