"""Losses by name or config."""

from ranvier.core import _registry
from ranvier.core._serialization import serialize_object

# Importing the modules registers their members.
from ranvier.losses import (  # noqa: F401
    _circle,
    _crossentropy,
    _ctc,
    _divergence,
    _focal,
    _generalized,
    _hinge,
    _overlap,
    _regression,
)
from ranvier.losses._loss import LossFunctionWrapper

_MODULE = "keras.losses"
_ABBREVIATIONS = {
    "bce": _crossentropy.binary_crossentropy,
    "kld": _divergence.kl_divergence,
    "mae": _regression.mean_absolute_error,
    "mape": _regression.mean_absolute_percentage_error,
    "mse": _regression.mean_squared_error,
    "msle": _regression.mean_squared_logarithmic_error,
}
_family = _registry.Family(
    "a loss",
    _MODULE,
    {
        **_registry.builtins_of(_MODULE),
        "LossFunctionWrapper": LossFunctionWrapper,
        **_ABBREVIATIONS,
        **{name.upper(): function for name, function in _ABBREVIATIONS.items()},
    },
)


def serialize(loss):
    """Returns the configuration of a loss as a dictionary.

    Args:
        loss: a loss object, or a registered function.

    Example:
        >>> from ranvier import losses
        >>> serialize(losses.MeanSquaredError())["class_name"]
        'MeanSquaredError'
    """
    return serialize_object(loss)


def deserialize(name, custom_objects=None):
    """Returns the loss that a name or a configuration describes.

    Args:
        name: a name, or a dictionary of `serialize`.
        custom_objects: `{name: class or function}` to look names up in first.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> deserialize({"class_name": "Huber", "config": {"delta": 2.0}}).delta
        2.0
    """
    with _registry.CustomObjectScope(custom_objects):
        return get(name)


def get(identifier):
    """Returns a loss for the argument of `compile`.

    Args:
        identifier: a name such as `"mse"` or `"MeanSquaredError"`, a configuration,
            a class, an object, a function of `y_true` and `y_pred`, or None.

    Returns:
        A function for the name of a function, an object for that of a class; None
        for None.

    Raises:
        ValueError: if it is none of these, or an unknown name.

    Example:
        >>> get("mse").__name__
        'mean_squared_error'
    """
    return _family.get(identifier)
