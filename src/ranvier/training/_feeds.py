"""Feeds: how data reaches a program.

An *array feed* keeps whole arrays on the device; a program gathers the batches in the
order of the epoch. A *stream feed* takes batches from Python, stacks them into chunks
and hands a chunk to the program while the next one is being read.

The runners of both offer the same to the loop around them: `begin_pass(index)`,
`has_more()`, and `run(count)`, which runs up to `count` further steps.
"""

import functools
import os

import jax
import numpy as np

from ranvier.core._seeds import make_default_seed
from ranvier.training._array_feed import ArrayFeed
from ranvier.training._arrays import (
    check_batch_size,
    count_samples,
    to_arrays,
    weights_of_classes,
)
from ranvier.training._host import run_host_part
from ranvier.training._sources import IterableSource, StreamedArrays
from ranvier.training._stream_feed import StreamFeed

WHOLE = 2**31 - 1  # a batch size that no array exceeds


def is_array_data(x) -> bool:
    """Tells whether `x` is arrays rather than an iterable of batches."""
    if isinstance(x, (np.ndarray, jax.Array, list, tuple, dict)):
        return True
    if hasattr(x, "__next__") or hasattr(x, "on_epoch_end"):
        return False
    kinds = ("to_numpy", "__array__", "toarray", "todense", "dense_shape")
    return any(hasattr(x, name) for name in kinds)


def make_feed(
    x,
    y=None,
    sample_weight=None,
    class_weight=None,
    batch_size=None,
    shuffle=False,
    batch_argument="batch_size",
    steps=None,
    model=None,
):
    """Returns the feed for what a user passed as data.

    Args:
        x: inputs, or an iterable of batches.
        y: targets, or None.
        sample_weight: weights, or None.
        class_weight: dictionary from class to weight, or None.
        batch_size: samples in a batch; if None, such that `steps` batches hold all
            samples, or 32.
        shuffle: True, False, or `"batch"`.
        batch_argument: what an error calls the batch size.
        steps: number of batches in an epoch, where the user gave it.
        model: whose layers on strings are run on the inputs.

    Raises:
        ValueError: for data that cannot be used, naming the argument.
    """
    if x is None:
        raise ValueError("`x` is None: expected arrays or an iterable of batches.")
    given = batch_size
    batch_size = check_batch_size(batch_size, batch_argument)
    seed = make_default_seed() if shuffle else 0
    if not is_array_data(x):
        _check_iterable(x, y=y, sample_weight=sample_weight)
        weigh = None
        if class_weight is not None:
            weigh = functools.partial(_weigh, class_weight=class_weight)
        if hasattr(x, "_data_node"):  # a `Dataset`
            return _dataset_feed(x, weigh, model, steps)
        source = IterableSource(x, weigh, bool(shuffle), seed, model=model)
        return StreamFeed(source)
    arrays = (
        to_arrays(run_host_part(model, x), "x"),
        to_arrays(y, "y"),
        to_arrays(sample_weight, "sample_weight"),
    )
    samples = count_samples(x=arrays[0], y=arrays[1], sample_weight=arrays[2])
    if given is None and steps:
        batch_size = -(-samples // steps)
    if class_weight is not None:
        arrays = _weigh(arrays, class_weight)
    if fits_device(arrays):
        return ArrayFeed(arrays, batch_size, shuffle, seed)
    return StreamFeed(StreamedArrays(arrays, batch_size, shuffle, seed))


def _dataset_feed(dataset, weigh, model, steps):
    """Returns the feed of a dataset: an array feed for arrays that fit the device."""
    # Imported when used: datasets are much code that many runs do without.
    from ranvier.training._dataset_source import DatasetSource, in_memory

    whole = in_memory(dataset, model)
    if whole is None or not fits_device(whole[0]):
        return StreamFeed(DatasetSource(dataset, weigh, model, steps))
    arrays, batch_size, shuffle, seed = whole
    return ArrayFeed(weigh(arrays) if weigh else arrays, batch_size, shuffle, seed)


def _check_iterable(x, **others):
    for argument, value in others.items():
        if value is not None:
            raise ValueError(
                f"When `x` is an iterable of batches ({type(x).__name__}), "
                f"`{argument}` must be part of the batches. Received: "
                f"{argument}={type(value).__name__}."
            )
    if isinstance(x, str) or not (hasattr(x, "__iter__") or hasattr(x, "__getitem__")):
        raise ValueError(
            f"Unrecognized data type: x={x} (of type {type(x)}). Expected arrays, data "
            "frames, lists or dictionaries of them, or an iterable of batches."
        )


def _weigh(batch, class_weight):
    """Returns a batch whose sample weights include those of the classes."""
    x, y, sample_weight = batch
    weights = weights_of_classes(y, class_weight)
    if sample_weight is not None:
        weights = weights * np.asarray(sample_weight)
    return x, y, weights


def fits_device(arrays) -> bool:
    """Tells whether arrays should be kept whole on the device.

    The budget is `RANVIER_DEVICE_BUDGET` bytes where set, else 60% of an
    accelerator's memory; on CPU arrays are used where they are.
    """
    size = sum(a.nbytes for a in jax.tree.leaves(arrays))
    budget = os.environ.get("RANVIER_DEVICE_BUDGET")
    if budget:
        return size <= int(budget)
    device = jax.devices()[0]
    if device.platform == "cpu":
        return True
    stats = device.memory_stats() or {}
    return size <= 0.6 * stats.get("bytes_limit", float("inf"))
