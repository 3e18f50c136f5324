"""The stream feed: batches from Python, stacked into chunks for the program.

A chunk runs on the device while the batches of the next one are being read.
"""

import itertools
import time

import jax
import numpy as np

from ranvier.training._loop import Stepper, run_steps
from ranvier.training._programs import Program

# Steps that are handed to the device at once, and their size at most.
_CHUNK_STEPS = 32
_CHUNK_BYTES = 64 * 2**20
# How long to wait for the batches of a chunk, in seconds: slow sources must not make
# the progress bar stand still.
_CHUNK_SECONDS = 0.1


class StreamFeed:
    """Batches from Python: generators, iterables, `PyDataset`s, large arrays.

    Args:
        source: one of `_sources`.

    Attributes:
        check: called with the targets of each batch that is read, or None.
    """

    def __init__(self, source):
        self.source = source
        self.steps = source.steps
        self.check = None
        self._iterator = None
        self._first = None
        self._peeked = None

    def first_batch(self):
        """Returns the first batch without losing it for the first pass.

        Raises:
            ValueError: if there is none.
        """
        if self._first is None:
            iterator = iter(self.source.batches(0))
            self._first = next(iterator, None)
            if self._first is None:
                raise ValueError(
                    "The data source gave no batch at all: expected at least one."
                )
            self._peeked = itertools.chain([self._first], iterator)
        return self._first

    def begin_pass(self, index):
        """Starts pass number `index`."""
        if self._peeked is not None and not self.source.indexed:
            self._iterator = self._peeked
        else:  # asked again: its first batch may have changed with the epoch
            self._iterator = self.source.batches(index)
        self._peeked = None

    @property
    def seed(self):
        """The seed of the orders of the passes."""
        return self.source.seed

    def reseed(self, seed):
        """Sets the seed of the orders of the passes to come."""
        self.source.seed = seed
        if not self.source.once:
            self._peeked = None  # begun with another seed

    def begin_epoch(self):
        """Tells the source."""
        self.source.begin_epoch()

    def end_epoch(self):
        """Tells the source."""
        self.source.end_epoch()

    def batches(self):
        """Yields the batches of the pass that are left."""
        for batch in self._iterator or ():
            if self.check is not None:
                self.check(batch[1])
            yield batch

    def runner(self, model, mode, watch=False, stepwise=False):
        """Returns the compiled way to run steps; arguments as for `ArrayFeed`."""
        return _StreamRunner(self, model, mode, watch)


class _StreamRunner:
    def __init__(self, feed, model, mode, watch):
        self.feed = feed
        self.model = model
        self.mode = mode
        self.watch = watch
        self._next = None

    def refresh(self):
        """Takes up what callbacks have changed about the model: before an epoch."""
        self._programs = {}

    def begin_pass(self, index):
        self.feed.begin_pass(index)
        self._batches = self.feed.batches()
        self._next = None

    def skip(self, count):
        """Leaves out the next batches of the pass, by reading them."""
        while count > 0 and self.has_more():
            self._next = None
            count -= 1

    def has_more(self):
        """Tells whether the pass has another batch, by reading it."""
        if self._next is None:
            self._next = next(self._batches, None)
        return self._next is not None

    def run(self, count):
        """Runs up to `count` steps; returns how many were run, and their logs."""
        batches = self._collect(min(count, _CHUNK_STEPS))
        capacity = 1 if len(batches) == 1 else _CHUNK_STEPS
        chunk = jax.tree.map(lambda *parts: _stack(parts, capacity), *batches)
        if capacity not in self._programs:
            self._programs[capacity] = self.model.program(
                ("stream", self.mode, self.watch, capacity), self._build
            )
        ran, logs = self._programs[capacity](chunk, np.int32(0), np.int32(len(batches)))
        return int(ran) if self.watch else len(batches), logs

    def _collect(self, limit):
        """Returns up to `limit` batches of one shape."""
        batches, shapes, size = [], None, 0
        deadline = time.perf_counter() + _CHUNK_SECONDS
        while len(batches) < limit and size <= _CHUNK_BYTES and self.has_more():
            arrays = jax.tree.leaves(self._next)
            found = [(a.shape, a.dtype) for a in arrays]
            if shapes not in (None, found):
                break
            shapes = found
            size += sum(a.nbytes for a in arrays)
            batches.append(self._next)
            self._next = None
            if time.perf_counter() > deadline:
                break
        return batches

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
