"""From data to a model ready to run: feeds, shapes, checks."""

import inspect

import jax
import numpy as np

from ranvier.core import _dtypes, _tree
from ranvier.core._seeds import make_default_seed
from ranvier.ops._symbolic import KerasTensor, infer_outputs
from ranvier.training._arrays import (
    check_batch_size,
    count_samples,
    to_arrays,
    weights_of_classes,
)
from ranvier.training._feeds import (
    ArrayFeed,
    IterableSource,
    StreamedArrays,
    StreamFeed,
    fits_device,
)
from ranvier.training._step import call_model, unpack


def is_array_data(x) -> bool:
    """Tells whether `x` is arrays rather than an iterable of batches."""
    if isinstance(x, (np.ndarray, jax.Array, list, tuple, dict)):
        return True
    if hasattr(x, "__next__") or hasattr(x, "on_epoch_end"):
        return False
    return any(hasattr(x, name) for name in ("to_numpy", "__array__", "toarray"))


def make_feed(
    x,
    y=None,
    sample_weight=None,
    class_weight=None,
    batch_size=None,
    shuffle=False,
    steps=None,
    batch_argument="batch_size",
):
    """Returns the feed for what a user passed as data.

    Raises:
        ValueError: for data that cannot be used, naming the argument.
    """
    if isinstance(x, (ArrayFeed, StreamFeed)):
        return x
    if x is None:
        raise ValueError("`x` is None: expected arrays or an iterable of batches.")
    if is_array_data(x):
        batch_size = check_batch_size(batch_size, batch_argument)
        arrays = (
            to_arrays(x, "x"),
            to_arrays(y, "y"),
            to_arrays(sample_weight, "sample_weight"),
        )
        count_samples(x=arrays[0], y=arrays[1], sample_weight=arrays[2])
        if class_weight is not None:
            arrays = weigh(arrays, class_weight)
        seed = make_default_seed() if shuffle else 0
        if fits_device(arrays):
            return ArrayFeed(arrays, batch_size, shuffle, seed)
        return StreamFeed(StreamedArrays(arrays, batch_size, shuffle, seed))
    for argument, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                f"When `x` is an iterable of batches ({type(x).__name__}), "
                f"`{argument}` must be part of the batches. Received: "
                f"{argument}={type(value).__name__}."
            )
    if not hasattr(x, "__iter__") and not hasattr(x, "__getitem__"):
        raise ValueError(
            f"Unrecognized data type: x={x} (of type {type(x)}). Expected arrays, data "
            "frames, lists or dictionaries of them, or an iterable of batches."
        )
    prepare = None
    if class_weight is not None:
        prepare = lambda batch: weigh(batch, class_weight)  # noqa: E731
    return StreamFeed(IterableSource(x, steps=_known_steps(x, steps), weigh=prepare))


def _known_steps(x, steps):
    # A finite source tells its own length; `steps` only bounds an epoch.
    return None if hasattr(x, "__len__") else steps and None


def weigh(batch, class_weight):
    """Returns a batch whose sample weights include those of the classes."""
    x, y, sample_weight = batch
    weights = weights_of_classes(y, class_weight)
    if sample_weight is not None:
        weights = weights * np.asarray(sample_weight)
    return x, y, weights


def build_model(model, feed, mode):
    """Builds whatever is not built yet, from the shapes of a first batch.

    Raises:
        ValueError: if the data do not fit the model.
    """
    loss, metrics = model._compile_loss, model._compile_metrics
    ready = all(layer.built for layer in model._flatten_layers())
    if mode != "predict":
        ready = ready and (loss is None or loss.built)
        ready = ready and (metrics is None or metrics.built)
    if not ready:
        x, y, sample_weight = (
            _tree.map_structure(_symbol, part) for part in feed.first_batch()
        )
        if isinstance(x, (list, tuple)) or not _tree.is_nested(x):
            x = _as_given(x)
        y_pred = infer_outputs(lambda inputs: call_model(model, inputs, False), (x,), {})
        model.built = True
        if mode != "predict":
            if loss is not None and not loss.built:
                if y is None:
                    raise ValueError(
                        "Targets are missing: the model was compiled with a loss, but "
                        "the data hold no `y`."
                    )
                loss.build(y, y_pred)
                _check_targets(loss, y, y_pred)
            if metrics is not None and not metrics.built:
                metrics.build(y, y_pred)
    if mode == "train" and model.optimizer is not None and model.trainable_variables:
        # Also where it is built: layers may have been unfrozen since.
        model.optimizer.extend(model.trainable_variables)


def _as_given(x):
    return x


def _symbol(x):
    if x is None:
        return None
    if x.dtype.kind in "OSU":
        return x
    return KerasTensor((None, *x.shape[1:]), dtype=_dtypes.dtype_of(x))


def _check_targets(loss, y, y_pred):
    """Traces the loss on shapes alone, so that a misfit is told before training."""
    infer_outputs(
        lambda a, b: [
            term(target, output)
            for (i, term, _, _) in loss.terms
            for target, output in [
                (loss._targets(a, b, loss.wanted)[i], _tree.flatten(b)[i])
            ]
        ],
        (y, y_pred),
        {},
    )
    loss.classes = {
        i: _tree.flatten(y_pred)[i].shape[-1]
        for i, term, _, _ in loss.terms
        if "sparse_categorical" in _name_of_loss(term)
        and getattr(term, "ignore_class", None) is None
        and _fn_kwargs(term).get("ignore_class") is None
    }


def _name_of_loss(term):
    function = getattr(term, "fn", None)
    return getattr(function, "__name__", "")


def _fn_kwargs(term):
    return getattr(term, "_fn_kwargs", {})


def check_labels(model, feed) -> None:
    """Raises if integer labels are no classes of a sparse loss.

    Raises:
        ValueError: naming the range found and the range allowed.
    """
    classes = getattr(model._compile_loss, "classes", None)
    if not classes or not isinstance(feed, ArrayFeed):
        return
    y = feed.arrays[1]
    names = model._compile_loss
    structure = [None] * len(names.wanted)
    targets = names._targets(y, structure if len(structure) > 1 else None, names.wanted)
    for i, count in classes.items():
        labels = np.asarray(targets[i])
        low, high = labels.min(), labels.max()
        if low < 0 or high >= count:
            raise ValueError(
                f"Labels for the sparse loss of output {i} must be integers in "
                f"[0, {count - 1}], since the output has {count} classes. Received "
                f"labels from {low} to {high}."
            )


def signature_has(function, name) -> bool:
    """Tells whether a function takes an argument of this name."""
    return name in inspect.signature(function).parameters


__all__ = [
    "build_model",
    "check_labels",
    "is_array_data",
    "make_feed",
    "signature_has",
    "unpack",
]
