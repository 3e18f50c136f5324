"""Whether a metric should be large or small, by its name."""

import functools

from ranvier import losses, metrics
from ranvier.core import _registry
from ranvier.core._naming import to_snake_case

_DIRECTIONS = {"up": "max", "down": "min"}
# Names of logs, and the counts, which do not tell by themselves.
_BY_NAME = {
    "loss": "min",
    "crossentropy": "min",
    "ce": "min",
    "acc": "max",
    "TruePositives": "max",
    "TrueNegatives": "max",
    "FalsePositives": "min",
    "FalseNegatives": "min",
}


def infer_metric_direction(metric):
    """Returns `"min"` or `"max"` for a metric, or None where that is unknown.

    Args:
        metric: a metric, a loss, a function, or a name as in the logs: `val_` in
            front is left out.

    Example:
        >>> infer_metric_direction("val_accuracy")
        'max'
    """
    if isinstance(metric, str):
        name = metric.removeprefix("val_").removeprefix("weighted_")
        return _known_directions().get(name) or _direction_of_custom(name)
    own = _DIRECTIONS.get(getattr(metric, "_direction", None))
    if isinstance(metric, losses.Loss):
        own = "min"
    return own or _known_directions().get(
        getattr(metric, "__name__", type(metric).__name__)
    )


@functools.cache
def _known_directions():
    """Returns `{name: direction}` of all that is built in."""
    found = dict.fromkeys(_registry.builtins_of("keras.losses"), "min")
    for name, metric in _registry.builtins_of("keras.metrics").items():
        direction = _DIRECTIONS.get(getattr(metric, "_direction", None))
        if direction:
            found[name] = direction
            found[to_snake_case(name)] = direction
    for name, direction in _BY_NAME.items():
        found[name] = found[to_snake_case(name)] = direction
    return found


def _direction_of_custom(name):
    """Returns the direction of an abbreviation or of what a user registered."""
    for family in (metrics, losses):
        try:
            found = family.get(name)
        except (ValueError, TypeError):
            continue
        own = _DIRECTIONS.get(getattr(found, "_direction", None))
        return own or ("min" if family is losses else None)
    return None
