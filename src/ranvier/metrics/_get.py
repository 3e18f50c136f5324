"""Metrics by name or config."""

import inspect

from ranvier.core import _naming, _registry
from ranvier.core._serialization import serialize_object

# Importing the modules registers their members.
from ranvier.metrics import (  # noqa: F401
    _accuracy,
    _auc,
    _confusion,
    _correlation,
    _f_score,
    _from_losses,
    _iou,
    _operating_point,
    _r2,
    _reduction,
    _regression,
)

_MODULE = "keras.metrics"
_CLASSES = {
    name: member
    for name, member in _registry.builtins_of(_MODULE).items()
    if inspect.isclass(member)
}
_ABBREVIATIONS = {
    "bce": "BinaryCrossentropy",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "mse": "MeanSquaredError",
    "msle": "MeanSquaredLogarithmicError",
}
_family = _registry.Family(
    "a metric",
    _MODULE,
    {
        **_CLASSES,
        **{_naming.to_snake_case(name): cls for name, cls in _CLASSES.items()},
        **{short: _CLASSES[name] for short, name in _ABBREVIATIONS.items()},
        **{short.upper(): _CLASSES[name] for short, name in _ABBREVIATIONS.items()},
    },
)


def serialize(metric):
    """Returns the configuration of a metric as a dictionary.

    Args:
        metric: a metric object, or a registered function.

    Example:
        >>> from ranvier import metrics
        >>> serialize(metrics.Mean())["class_name"]
        'Mean'
    """
    return serialize_object(metric)


def deserialize(config, custom_objects=None):
    """Returns the metric that a configuration describes.

    Args:
        config: a dictionary of `serialize`, or a name.
        custom_objects: `{name: class or function}` to look names up in first.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> deserialize({"class_name": "Mean", "config": {"name": "m"}}).name
        'm'
    """
    with _registry.CustomObjectScope(custom_objects):
        return get(config)


def get(identifier):
    """Returns a metric for the argument of `compile`.

    Args:
        identifier: a name such as `"mae"` or `"AUC"`, a configuration, a class, an
            object, a function of `y_true` and `y_pred`, or None.

    Returns:
        A metric object for a name; a function as it is; None for None.

    Raises:
        ValueError: if it is none of these, or an unknown name.

    Example:
        >>> get("mae").name
        'mean_absolute_error'
    """
    return _family.get(identifier)
