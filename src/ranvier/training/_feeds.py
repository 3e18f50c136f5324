"""Feeds: how data reaches a program.

An *array feed* keeps whole arrays on the device; a program gathers the batches in the
order of the epoch. A *stream feed* takes batches from Python, stacks them into chunks
and hands a chunk to the program while the next one is being read.

Both offer the same to the loop in `_fit`: `begin_pass`, and `run(count)`, which runs
up to `count` further steps and returns how many were run, and their logs.
"""

import itertools
import os
import time

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core import _tree
from ranvier.training._arrays import count_samples, to_arrays
from ranvier.training._loop import Stepper, pack, run_steps
from ranvier.training._programs import Program

# Steps of a stream that are handed to the device at once, and their size at most.
_CHUNK_STEPS = 32
_CHUNK_BYTES = 64 * 2**20


class ArrayFeed:
    """Batches gathered on the device from whole arrays.

    Args:
        arrays: `(x, y, sample_weight)`, structures of arrays of one length.
        batch_size: samples in a batch; the last batch of a pass may be smaller.
        shuffle: True, False, or `"batch"` (shuffle whole batches).
        seed: the order of each pass follows from it.
    """

    def __init__(self, arrays, batch_size, shuffle=False, seed=0):
        self.samples = count_samples(x=arrays[0], y=arrays[1], sample_weight=arrays[2])
        self.batch_size = min(batch_size, self.samples)
        self.shuffle = shuffle
        self.seed = seed
        self.steps = -(-self.samples // batch_size)
        self.arrays = jax.tree.map(jax.numpy.asarray, arrays)
        self._order = None

    def first_batch(self):
        """Returns the first batch, for building a model by its shapes."""
        return jax.tree.map(lambda a: a[: self.batch_size], self.arrays)

    def begin_pass(self, index):
        """Fixes the order of pass number `index` over the data."""
        if self.shuffle:
            order = epoch_order(
                self.samples, self.batch_size, self.shuffle, self.seed, index
            )
            self._order = jnp.asarray(order)

    def runner(self, model, mode, watch=False, stepwise=False):
        """Returns the compiled way to run steps of a mode over this feed.

        Args:
            model: the model.
            mode: `"train"` or `"test"`.
            watch: stop after a step that leaves a loss that is not finite.
            stepwise: steps will be run one at a time.
        """
        if stepwise:
            return _ArrayStepRunner(self, model, mode)
        return _ArrayRunner(self, model, mode, watch)

    def signature(self):
        """What a program over this feed depends on, besides the arrays' shapes."""
        return self.samples, self.batch_size, bool(self.shuffle)

    def batch_at(self, arrays, order, i):
        """Returns batch `i`, in a program."""
        start = i * self.batch_size

        def sliced(a):
            return jax.lax.dynamic_slice_in_dim(a, start, self.batch_size)

        if order is None:
            return jax.tree.map(sliced, arrays)
        rows = sliced(order)
        return jax.tree.map(
            lambda a: a.at[rows].get(mode="promise_in_bounds"), arrays
        )

    def tail(self, arrays, order):
        """Returns `(index, function giving the smaller last batch)`, or None."""
        full, rest = divmod(self.samples, self.batch_size)
        start = full * self.batch_size

        def batch():
            if order is None:
                return jax.tree.map(lambda a: a[start:], arrays)
            rows = order[start:]
            return jax.tree.map(
                lambda a: a.at[rows].get(mode="promise_in_bounds"), arrays
            )

        return (full, batch) if rest else None


def epoch_order(samples, batch_size, shuffle, seed, index):
    """Returns the order of samples in one pass, a function of seed and index.

    Drawn by NumPy: a counter-based generator makes it as reproducible as a draw in
    the program, and sorting on the device would cost a small net a third of its epoch.
    """
    generator = np.random.Generator(np.random.Philox(key=[seed % 2**64, index]))
    if shuffle == "batch":
        full = samples // batch_size
        blocks = np.arange(full * batch_size, dtype=np.int32).reshape(full, -1)
        rest = np.arange(full * batch_size, samples, dtype=np.int32)
        return np.concatenate([generator.permutation(blocks).ravel(), rest])
    return generator.permutation(samples).astype(np.int32)


class _ArrayRunner:
    def __init__(self, feed, model, mode, watch):
        self.feed = feed
        self.watch = watch
        self.position = 0
        self._program = model.program(
            ("array", mode, watch, feed.signature()),
            lambda: self._build(model, mode),
        )

    def _build(self, model, mode):
        feed, watch = self.feed, self.watch
        stepper = Stepper(model, mode)

        def function(arrays, order, start, stop):
            return run_steps(
                stepper,
                program.variables,
                lambda i: feed.batch_at(arrays, order, i),
                start,
                stop,
                tail=feed.tail(arrays, order),
                watch=watch,
            )

        program = Program(function, model.state_variables(mode))
        return program

    def begin_pass(self, index):
        self.feed.begin_pass(index)
        self.position = 0

    @property
    def remaining(self):
        return self.feed.steps - self.position

    def run(self, count):
        start = self.position
        stop = min(start + count, self.feed.steps)
        ran, logs = self._program(
            self.feed.arrays, self.feed._order, np.int32(start), np.int32(stop)
        )
        ran = int(ran) if self.watch else stop - start
        self.position += ran
        return ran, logs


class _ArrayStepRunner:
    """Runs single steps: a program without a loop costs less to call."""

    def __init__(self, feed, model, mode):
        self.feed = feed
        self.model = model
        self.mode = mode
        self.position = 0
        self._full = feed.samples // feed.batch_size
        self._program = self._program_for("step", feed.batch_at)

    def _program_for(self, name, batch):
        def build():
            stepper = Stepper(self.model, self.mode)

            def function(arrays, order, i):
                return stepper.results(stepper(batch(arrays, order, i)))

            return Program(function, self.model.state_variables(self.mode))

        return self.model.program((name, self.mode, self.feed.signature()), build)

    def begin_pass(self, index):
        self.feed.begin_pass(index)
        self.position = 0

    @property
    def remaining(self):
        return self.feed.steps - self.position

    def run(self, count):
        program = self._program
        if self.position == self._full:
            program = self._program_for(
                "last step", lambda arrays, order, i: self.feed.tail(arrays, order)[1]()
            )
        logs = program(self.feed.arrays, self.feed._order, np.int32(self.position))
        self.position += 1
        return 1, logs


class StreamFeed:
    """Batches from Python: generators, iterables, `PyDataset`s, datasets.

    Args:
        source: an object with `batches()` giving an iterator of one pass over
            `(x, y, sample_weight)` batches, and `steps` (an int, or None if unknown).
        prepare: applied to each batch.
    """

    def __init__(self, source):
        self.source = source
        self.steps = source.steps
        self.batch_size = None
        self._iterator = None
        self._first = None

    def first_batch(self):
        """Returns the first batch without losing it for the first pass."""
        if self._first is None:
            iterator = iter(self.source.batches(0))
            first = next(iterator, None)
            if first is None:
                raise ValueError(
                    "The data source gave no batch at all: expected at least one."
                )
            self._first = itertools.chain([first], iterator)
            self._peeked = first
        return self._peeked

    def begin_pass(self, index):
        """Starts pass number `index`."""
        if self._first is not None:
            self._iterator, self._first = iter(self._first), None
        else:
            self._iterator = iter(self.source.batches(index))

    def runner(self, model, mode, watch=False, stepwise=False):
        """Returns the compiled way to run steps of a mode over this feed."""
        return _StreamRunner(self, model, mode, watch)


class _StreamRunner:
    def __init__(self, feed, model, mode, watch):
        self.feed = feed
        self.model = model
        self.mode = mode
        self.watch = watch
        self.position = 0
        self._pending = None
        self._exhausted = False

    def begin_pass(self, index):
        self.feed.begin_pass(index)
        self.position = 0
        self._pending = None
        self._exhausted = False

    @property
    def remaining(self):
        if self._exhausted:
            return 0
        if self.feed.steps is None:
            return None
        return max(self.feed.steps - self.position, 0)

    def _next(self):
        if self._pending is not None:
            batch, self._pending = self._pending, None
            return batch
        return next(self.feed._iterator, None)

    def _collect(self, limit):
        """Returns up to `limit` batches of one shape."""
        batches, shapes, size = [], None, 0
        started = time.perf_counter()
        while len(batches) < limit:
            batch = self._next()
            if batch is None:
                self._exhausted = True
                break
            found = [(a.shape, a.dtype) for a in jax.tree.leaves(batch)]
            if shapes is not None and found != shapes:
                self._pending = batch
                break
            shapes = found
            batches.append(batch)
            size += sum(a.nbytes for a in jax.tree.leaves(batch))
            if size > _CHUNK_BYTES or time.perf_counter() - started > 0.1:
                break
        return batches

    def run(self, count):
        batches = self._collect(min(count, _CHUNK_STEPS))
        if not batches:
            return 0, None
        capacity = 1 if len(batches) == 1 else _CHUNK_STEPS
        chunk = jax.tree.map(lambda *parts: _stack(parts, capacity), *batches)
        program = self.model.program(
            ("stream", self.mode, self.watch, capacity), self._build
        )
        ran, logs = program(chunk, np.int32(0), np.int32(len(batches)))
        ran = int(ran) if self.watch else len(batches)
        self.position += ran
        return ran, logs

    def _build(self):
        stepper = Stepper(self.model, self.mode)
        watch = self.watch

        def function(chunk, start, stop):
            return run_steps(
                stepper,
                program.variables,
                lambda i: jax.tree.map(lambda a: a[i], chunk),
                start,
                stop,
                watch=watch,
            )

        program = Program(function, self.model.state_variables(self.mode))
        return program


def _stack(parts, capacity):
    """Stacks batches into a buffer of fixed capacity, so that one program serves."""
    buffer = np.zeros((capacity, *parts[0].shape), parts[0].dtype)
    for i, part in enumerate(parts):
        buffer[i] = part
    return buffer


class EagerRunner:
    """Runs steps one by one in Python (`run_eagerly=True`)."""

    def __init__(self, feed, model, mode, watch=False):
        self.feed = feed
        self.model = model
        self.watch = watch
        self.stepper = Stepper(model, mode)
        self.position = 0

    def begin_pass(self, index):
        self.feed.begin_pass(index)
        self.position = 0
        if isinstance(self.feed, ArrayFeed):
            self._batches = self._array_batches()
        else:
            self._batches = self.feed._iterator

    def _array_batches(self):
        feed = self.feed
        order = np.arange(feed.samples) if feed._order is None else feed._order
        for start in range(0, feed.samples, feed.batch_size):
            rows = order[start : start + feed.batch_size]
            yield jax.tree.map(lambda a, rows=rows: a[rows], feed.arrays)

    @property
    def remaining(self):
        return None if self.feed.steps is None else self.feed.steps - self.position

    def run(self, count):
        batch = next(self._batches, None)
        if batch is None:
            return 0, None
        batch = jax.tree.map(jnp.asarray, batch)
        logs = self.stepper.step(pack(batch))
        self.position += 1
        return 1, self.stepper.results(logs)


class StreamedArrays:
    """Arrays too large for the device, cut into batches on the host.

    Gives the same batches in the same order as an `ArrayFeed`.
    """

    def __init__(self, arrays, batch_size, shuffle, seed):
        self.samples = count_samples(x=arrays[0], y=arrays[1], sample_weight=arrays[2])
        self.arrays = arrays
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.steps = -(-self.samples // batch_size)

    def batches(self, index):
        """Yields the batches of one pass."""
        order = None
        if self.shuffle:
            order = epoch_order(
                self.samples, self.batch_size, self.shuffle, self.seed, index
            )
        for start in range(0, self.samples, self.batch_size):
            stop = min(start + self.batch_size, self.samples)
            rows = slice(start, stop) if order is None else order[start:stop]
            yield jax.tree.map(lambda a, rows=rows: np.asarray(a[rows]), self.arrays)


class IterableSource:
    """Batches of an iterable, a generator, or a `PyDataset`.

    Args:
        data: what the user passed.
        steps: the number of batches of a pass, where the user said so.
        class_weight: weights by class, or None.
    """

    def __init__(self, data, steps=None, weigh=None):
        self.data = data
        self.weigh = weigh
        self.once = hasattr(data, "__next__")
        self.indexed = hasattr(data, "__getitem__") and hasattr(data, "on_epoch_end")
        self.steps = steps
        if steps is None:
            self.steps = _length(data)
        self._iterator = data if self.once else None

    def batches(self, index):
        """Yields the batches of one pass."""
        if self.indexed:
            for i in self._indices():
                yield self._batch(self.data[i], i)
            self.data.on_epoch_end()
            return
        iterator = self._iterator if self.once else iter(self.data)
        for i, item in enumerate(iterator):
            yield self._batch(item, i)

    def _indices(self):
        count = itertools.count() if self.steps is None else range(self.steps)
        order = getattr(self.data, "batch_order", None)
        return count if order is None else order(count)

    def _batch(self, item, i):
        from ranvier.training._step import unpack

        x, y, sample_weight = unpack(item)
        batch = (
            to_arrays(x, "x"),
            to_arrays(y, "y"),
            to_arrays(sample_weight, "sample_weight"),
        )
        try:
            count_samples(x=batch[0], y=batch[1], sample_weight=batch[2])
        except ValueError as error:
            error.add_note(f"In batch {i} of the data source.")
            raise
        return self.weigh(batch) if self.weigh else batch


def _length(data):
    for ask in (getattr(data, "num_batches", None), len):
        try:
            value = ask if isinstance(ask, int) else ask(data) if ask is len else None
        except TypeError:
            continue
        if value is not None:
            return value
    return None


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


def leaves(structure):
    """Returns the arrays of a structure, without the absent ones."""
    return [leaf for leaf in _tree.flatten(structure) if leaf is not None]
