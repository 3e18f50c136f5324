"""All trials of a search as one table."""

import os

from ranvier.core import _errors
from ranvier.core._files import atomic_path


def results_rows(oracle) -> list:
    """Returns a dictionary for each trial: values, score, status and metrics."""
    rows = []
    for trial in oracle.trials.values():
        row = {"trial_id": trial.trial_id, **trial.hyperparameters.values}
        row |= {"score": trial.score, "status": trial.status}
        row |= {"best_step": trial.best_step if trial.score is not None else None}
        for name in trial.metrics.metrics:
            row.setdefault(name, float(trial.metrics.get_last_value(name)))
        rows.append(row)
    return rows


def results_dataframe(oracle):
    """Returns the trials as a pandas `DataFrame`, the best first.

    Raises:
        ImportError: without pandas.
    """
    pandas = _errors.require("pandas", "tuner")
    rows = results_rows(oracle)
    frame = pandas.DataFrame(rows, columns=_columns(oracle, rows))
    if frame.empty:
        return frame
    is_max = oracle.objective.direction == "max"
    frame = frame.sort_values("score", ascending=not is_max, kind="stable")
    return frame.set_index("trial_id")


def write_csv(oracle, path) -> None:
    """Writes the trials as a CSV file, in the order they began."""
    import csv

    rows = results_rows(oracle)
    names = _columns(oracle, rows)
    with atomic_path(os.fspath(path)) as temporary:
        with open(temporary, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)


def _columns(oracle, rows) -> list:
    """Returns the names in all rows, all hyperparameters ahead of the results."""
    values = [name for t in oracle.trials.values() for name in t.hyperparameters.values]
    names = ["trial_id", *values] if rows else []
    return list(dict.fromkeys(names + [name for row in rows for name in row]))
