"""The training data seen again after each epoch, without dropout and noise.

The loss that `fit` logs is a mean over an epoch in which the weights changed, taken
with dropout and noise on: it does not compare with the validation loss. This one does.
"""

import numbers

import jax
import numpy as np

from ranvier.callbacks import CallbackList
from ranvier.training._array_feed import ArrayFeed
from ranvier.training._arrays import to_arrays
from ranvier.training._evaluate import Evaluation
from ranvier.training._feeds import is_array_data, make_feed
from ranvier.training._sources import IterableSource
from ranvier.training._stream_feed import StreamFeed


def make_retrospect(model, feed, x, y, sample_weight, batch_size, train_eval):
    """Returns the `Evaluation` behind `fit(train_eval=...)`.

    Args:
        model: the model that is trained.
        feed: the feed of its training data.
        x: what the user passed as inputs.
        y: what the user passed as targets.
        sample_weight: what the user passed as sample weights. Class weights are left
            out, as they are in the validation.
        batch_size: samples in a batch, 32 if None.
        train_eval: True for all samples, or the number of samples.

    Raises:
        ValueError: for another `train_eval`, or data that can be read only once.
    """
    whole = train_eval is True
    if not whole and (
        isinstance(train_eval, bool)
        or not isinstance(train_eval, numbers.Integral)
        or train_eval < 1
    ):
        raise ValueError(
            "`train_eval` must be a bool, or the number of training samples to "
            f"evaluate on. Received: train_eval={train_eval}"
        )
    if is_array_data(x):
        # What is on the device already is used from there.
        arrays = feed.arrays[:2] if isinstance(feed, ArrayFeed) else (x, y)
        arrays = (*arrays, sample_weight)
        if not whole and train_eval < feed.samples:
            arrays = _sample(arrays, feed.samples, train_eval)
        again = make_feed(*arrays, batch_size=batch_size, model=model)
    elif not whole:
        raise ValueError(
            "`train_eval` as a number of samples needs arrays to choose them from. "
            f"Received: train_eval={train_eval} with x of type {type(x).__name__}. Use "
            "`train_eval=True`."
        )
    elif hasattr(x, "__next__"):
        raise ValueError(
            "`train_eval=True` reads the training data twice an epoch, but "
            f"{type(x).__name__} can be read only once. Pass a dataset, a `PyDataset` "
            "or arrays."
        )
    else:
        again = StreamFeed(IterableSource(x, tell=False, model=model))
    # No callbacks: those that listen to tests expect the validation.
    return Evaluation(model, again, CallbackList(model=model))


def _sample(arrays, samples, count):
    """Returns `count` rows, the same ones in every run."""
    rows = np.random.Generator(np.random.Philox(0)).permutation(samples)[:count]
    rows.sort()
    arrays = [
        to_arrays(a, name) for a, name in zip(arrays, ("x", "y", "sample_weight"))
    ]
    return jax.tree.map(lambda a: a[rows], arrays)
