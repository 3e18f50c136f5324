"""What `run_trial` and `fit` may return, and the metrics that follow from it."""

import math
import numbers

import numpy as np

from ranvier.callbacks import History
from ranvier.core import _errors
from ranvier.tuner._objective import DefaultObjective, MultiObjective
from ranvier.tuner.errors import FatalTypeError, FatalValueError


def validate_trial_results(results, objective, where):
    """Raises unless results contain the objective.

    Args:
        results: a number, a dictionary of metrics, a `History`, or a list of these.
        objective: the `Objective` of the search.
        where: the function that returned them, for the error.

    Raises:
        FatalTypeError: for results of another type, or that no objective names.
        FatalValueError: if the objective is not among the metrics.
    """
    if isinstance(results, list):
        for result in results:
            validate_trial_results(result, objective, where)
        return
    if _is_number(results):
        return
    if results is None:
        raise FatalTypeError(
            f"The return value of {where} is None. Did you forget to return the "
            "metrics?"
        )
    if not isinstance(results, (dict, History)):
        raise FatalTypeError(
            f"Expected the return value of {where} to be one of float, dict, History, "
            f"or a list of one of these types. Received: {results!r} of type "
            f"{type(results).__name__}."
        )
    metrics = results if isinstance(results, dict) else results.history
    if isinstance(objective, DefaultObjective) and objective.name not in metrics:
        raise FatalTypeError(
            f"Expected the return value of {where} to be a single float when "
            "`objective` is left unspecified. Received: "
            f"{type(results).__name__} with {', '.join(metrics) or 'nothing'}."
        )
    missing = [name for name in objective.names() if name not in metrics]
    if missing and objective.name not in metrics:
        raise FatalValueError(
            f"In what {where} returned the specified objective `{missing[0]}` is no "
            "metric."
            f"{_errors.close_names(missing[0], metrics)} Available: "
            f"{', '.join(metrics) or 'nothing'}." + _hint(missing[0], metrics)
        )


def _hint(name, metrics):
    if name.startswith("val_") and not any(m.startswith("val_") for m in metrics):
        return " For metrics of a validation, pass `validation_data` to `search`."
    return ""


def convert_to_metrics_dict(results, objective) -> dict:
    """Returns results as metrics by name: of the best epoch, averaged over runs."""
    if isinstance(results, list):
        return average_metrics_dicts(
            [convert_to_metrics_dict(result, objective) for result in results]
        )
    if _is_number(results):
        return {objective.name: float(results)}
    if isinstance(results, History):
        logs = _logs_of_epoch(results, get_best_step(results, objective))
    else:
        logs = dict(results)
    if isinstance(objective, MultiObjective) and objective.name not in logs:
        logs[objective.name] = objective.get_value(logs)
    return logs


def get_best_step(results, objective) -> int:
    """Returns the epoch with the best objective, the mean one of several runs."""
    if isinstance(results, list):
        return int(np.mean([get_best_step(result, objective) for result in results]))
    if not isinstance(results, History):
        return 0
    best, best_value = 0, math.nan
    for epoch in range(_count_epochs(results)):
        logs = _logs_of_epoch(results, epoch)
        if not objective.has_value(logs):
            continue
        value = objective.get_value(logs)
        if math.isnan(best_value) or objective.better_than(value, best_value):
            best, best_value = epoch, value
    return best


def average_metrics_dicts(dicts) -> dict:
    """Returns the mean of each metric over dictionaries of metrics."""
    values = {}
    for metrics in dicts:
        for name, value in metrics.items():
            values.setdefault(name, []).append(value)
    return {name: np.mean(numbers) for name, numbers in values.items()}


def _is_number(value):
    if isinstance(value, (numbers.Real, np.number)):  # also a boolean: 0 or 1
        return True
    return getattr(value, "shape", None) == () and np.issubdtype(
        np.asarray(value).dtype, np.number
    )


def _count_epochs(history):
    return max(map(len, history.history.values()), default=0)


def _logs_of_epoch(history, epoch):
    # With `validation_freq` some metrics have fewer values than there are epochs.
    return {
        name: values[epoch]
        for name, values in history.history.items()
        if epoch < len(values)
    }
