"""One step of training, testing and predicting, written with objects.

These functions run under a state scope: variables read and written here are the
program's state. A user's own `train_step` stands in the same place.
"""

import inspect

from ranvier.autodiff import value_and_gradients
from ranvier.core import _tree


def unpack(data):
    """Returns `(x, y, sample_weight)` from a batch of one to three parts.

    Raises:
        ValueError: if there are more parts.
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if len(data) > 3:
        raise ValueError(
            "Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, "
            f"sample_weight)`, found a tuple of {len(data)} parts."
        )
    return (*data, None, None)[:3]


def pack(x, y=None, sample_weight=None):
    """Returns a batch as Keras packs it: `x` alone, or a tuple without absent parts.

    Example:
        >>> pack(1, 2)
        (1, 2)
    """
    if y is None:
        return (x,) if isinstance(x, (list, tuple)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def train_step(model, data):
    """Forward pass, gradients, update, metrics; returns the logs."""
    x, y, sample_weight = unpack(data)

    def forward():
        y_pred = call_model(model, x, training=True)
        loss = compute_loss(model, x, y, y_pred, sample_weight, training=True)
        return model.optimizer.scale_loss(loss), (loss, y_pred)

    variables = model.trainable_variables
    if variables:
        _, (loss, y_pred), gradients = value_and_gradients(forward, variables)
    else:
        _, (loss, y_pred) = forward()
    track_loss(model, loss, x)
    if variables:
        model.optimizer.apply(gradients, variables)
    return model.compute_metrics(x, y, y_pred, sample_weight)


def test_step(model, data):
    """Forward pass in inference mode, loss and metrics; returns the logs."""
    x, y, sample_weight = unpack(data)
    y_pred = call_model(model, x, training=False)
    loss = compute_loss(model, x, y, y_pred, sample_weight, training=False)
    track_loss(model, loss, x)
    return model.compute_metrics(x, y, y_pred, sample_weight)


def predict_step(model, data):
    """Returns the outputs in inference mode."""
    x, _, _ = unpack(data)
    return call_model(model, x, training=False)


def call_model(model, x, training):
    """Calls a model, with `training` if its `call` takes it."""
    if model.call_has_training_argument:
        return model(x, training=training)
    return model(x)


def compute_loss(model, x, y, y_pred, sample_weight, training):
    """Calls the model's `compute_loss`, which users may override.

    Raises:
        ValueError: if that is no scalar.
    """
    given = {"x": x, "y": y, "y_pred": y_pred, "sample_weight": sample_weight}
    parameters = inspect.signature(model.compute_loss).parameters
    kinds = [parameter.kind for parameter in parameters.values()]
    if "training" in parameters or inspect.Parameter.VAR_KEYWORD in kinds:
        given["training"] = training
    loss = model.compute_loss(**given)
    if tuple(getattr(loss, "shape", ())) != ():
        raise ValueError(
            f"The loss of model '{model.name}' must be a scalar. Received shape "
            f"{tuple(loss.shape)}: reduce it, with `ops.mean` in `compute_loss`, or by "
            "the `reduction` of the losses given to `compile`."
        )
    return loss


def track_loss(model, loss, x):
    """Adds a batch's loss to the running mean, weighted by the batch's size."""
    size = next(leaf for leaf in _tree.flatten(x) if leaf is not None).shape[0]
    model._loss_tracker.update_state(loss, sample_weight=size)
