"""From what `compile` is given for one output to a loss or metric object.

`"accuracy"` and `"crossentropy"` become the binary, sparse or categorical kind that
the shapes of targets and outputs tell.
"""

from ranvier import losses, metrics
from ranvier.core._naming import to_snake_case
from ranvier.losses import Loss
from ranvier.losses._loss import LossFunctionWrapper
from ranvier.metrics import Metric

_ACCURACY = ("accuracy", "acc")
_CROSSENTROPY = ("crossentropy", "ce")
# By the kind of targets: binary, sparse, categorical.
_KINDS_OF_LOSSES = (
    losses.binary_crossentropy,
    losses.sparse_categorical_crossentropy,
    losses.categorical_crossentropy,
)
_KINDS_OF_METRICS = {
    _ACCURACY: (
        metrics.BinaryAccuracy,
        metrics.SparseCategoricalAccuracy,
        metrics.CategoricalAccuracy,
    ),
    _CROSSENTROPY: (
        metrics.BinaryCrossentropy,
        metrics.SparseCategoricalCrossentropy,
        metrics.CategoricalCrossentropy,
    ),
}


def check_loss(identifier) -> None:
    """Raises if a string names no loss, before any shape is known.

    Raises:
        ValueError: with the nearest name.
    """
    if isinstance(identifier, str) and identifier.lower() not in _CROSSENTROPY:
        losses.get(identifier)


def check_metric(identifier) -> None:
    """Raises if a string names no metric, before any shape is known.

    Raises:
        ValueError: with the nearest name.
    """
    inferred = (*_ACCURACY, *_CROSSENTROPY)
    if isinstance(identifier, str) and identifier.lower() not in inferred:
        metrics.get(identifier)


def resolve_loss(identifier, y_true, y_pred) -> Loss:
    """Returns the loss that a name, function or object stands for."""
    if isinstance(identifier, str) and identifier.lower() in _CROSSENTROPY:
        found = _KINDS_OF_LOSSES[_kind(y_true, y_pred)]
    else:
        found = losses.get(identifier)
    if isinstance(found, Loss):
        return found
    name = identifier if isinstance(identifier, str) else _name_of(found)
    return LossFunctionWrapper(found, name=name)


def resolve_metric(identifier, y_true, y_pred) -> Metric:
    """Returns the metric that a name, function or object stands for."""
    if not isinstance(identifier, str):
        found = metrics.get(identifier)
        if isinstance(found, Metric):
            return found
        return metrics.MeanMetricWrapper(found, name=_name_of(found))
    for names, kinds in _KINDS_OF_METRICS.items():
        if identifier.lower() in names:
            return kinds[_kind(y_true, y_pred)](name=identifier)
    found = metrics.get(identifier)
    if not isinstance(found, Metric):
        return metrics.MeanMetricWrapper(found, name=identifier)
    found.name = identifier
    return found


def _kind(y_true, y_pred) -> int:
    """Returns 0 for binary targets, 1 for integer labels, 2 for one-hot rows."""
    if y_pred.shape[-1] == 1:
        return 0
    fewer_axes = len(y_true.shape) < len(y_pred.shape)
    one_column = len(y_true.shape) > 0 and y_true.shape[-1] == 1
    return 1 if fewer_axes or one_column else 2


def _name_of(obj):
    name = getattr(obj, "name", None)
    return name or to_snake_case(getattr(obj, "__name__", type(obj).__name__))
