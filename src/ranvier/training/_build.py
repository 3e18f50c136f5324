"""From data to a model ready to run: shapes, variables, checks."""

from ranvier.core import _dtypes, _tree
from ranvier.layers._defaults import overrides
from ranvier.ops._symbolic import KerasTensor, infer_outputs
from ranvier.training._array_feed import ArrayFeed
from ranvier.training._step import call_model, compute_loss


def build_model(model, feed, mode):
    """Builds whatever is not built yet, from the shapes of a first batch.

    Raises:
        ValueError: if the data do not fit the model.
    """
    parts = [] if mode == "predict" else [model._compile_loss, model._compile_metrics]
    parts = [part for part in parts if part is not None and not part.built]
    is_built = all(layer.built for layer in model._flatten_layers())
    if parts or not is_built:
        # Layers are built for any batch size; errors of others tell the true one.
        symbol = _of_the_batch if is_built else _of_any_batch
        x, y, _ = (_tree.map_structure(symbol, part) for part in feed.first_batch())
        training = mode == "train"  # some layers change shapes in training only
        y_pred = infer_outputs(lambda x: call_model(model, x, training), (x,), {})
        model.built = True
        for part in parts:
            custom = overrides(type(model), "compute_loss")
            if custom and part is model._compile_loss:
                # Its outputs may be others than the model's.
                infer_outputs(
                    lambda x, y, y_pred: compute_loss(model, x, y, y_pred, None, False),
                    (x, y, y_pred),
                    {},
                )
            else:
                part.build(y, y_pred)
    if mode == "train":
        build_optimizer(model)


def build_optimizer(model):
    """Gives the optimizer slots for all trainable variables that have none."""
    if model.optimizer is not None and model.trainable_variables:
        model.optimizer.extend(model.trainable_variables)


def _of_the_batch(x):
    return None if x is None else KerasTensor(x.shape, dtype=_dtypes.dtype_of(x))


def _of_any_batch(x):
    if x is None:
        return None
    return KerasTensor((None, *x.shape[1:]), dtype=_dtypes.dtype_of(x))


def check_labels(model, feed) -> None:
    """Raises if integer labels are no classes of a sparse loss.

    Those of a stream are checked as they come.

    Raises:
        ValueError: naming the range found and the range allowed.
    """
    loss = model._compile_loss
    if loss is None or not loss.has_labels:
        return
    if isinstance(feed, ArrayFeed):
        loss.check_labels(feed.arrays[1])
    else:
        feed.check = loss.check_labels
