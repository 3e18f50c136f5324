"""The stream feed: batches from Python, stacked into chunks for the program.

A chunk runs on the device while the batches of the next one are being read.
"""

import itertools
import time

import jax
import numpy as np

from ranvier.core._programs import Program
from ranvier.training._loop import Stepper, run_steps
from ranvier.training._sources import skip

# Steps that are handed to the device at once, and their size at most.
_CHUNK_STEPS = 32
_CHUNK_BYTES = 8 * 2**20
# Batches that are stacked already cost nothing to collect. Long chunks spare the waits
# for Python's lock, which a thread that reads ahead holds for milliseconds at a time.
_GROUP_STEPS = 256
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
        self.once = source.once
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
            if hasattr(iterator, "take") and iterator.has_more():
                self._first, self._peeked = iterator.peek(), iterator
                return self._first
            self._first = next(iterator, None)
            if self._first is None:
                raise ValueError(
                    "The data source gave no batch at all: expected at least one."
                )
            self._peeked = itertools.chain([self._first], iterator)
        return self._first

    def begin_pass(self, index, start=0, state=None):
        """Starts pass number `index`.

        Args:
            index: the order follows from it, where there is one.
            start: number of batches to leave out.
            state: what the data and their iterator told of their state. It stands in
                place of `start` where it says enough.
        """
        has_state = state is not None and any(v is not None for v in state.values())
        if self._peeked is not None and not self.source.indexed and not has_state:
            self._iterator = self._peeked
            skip(self._iterator, start)
        else:  # asked again: its first batch may have changed with the epoch
            self._iterator = self.source.batches(index, start, state)
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

    def extent(self) -> dict:
        """Returns the sizes that batches depend on, as far as they are known."""
        return self.source.extent()

    def get_state(self, is_ahead=False) -> dict:
        """Returns what the data and the iterator over them tell of their state.

        Args:
            is_ahead: whether a batch was read that is not used yet.
        """
        return self.source.get_state(is_ahead)

    def take_up(self, epochs, state):
        """Brings the data to where some epochs have left them.

        Args:
            epochs: number of epochs.
            state: what the data told of their state, or None.
        """
        if state is None:
            for _ in range(epochs):
                self.begin_epoch()
                self.end_epoch()
        else:
            self.source.data.set_state(state)
            self._peeked = None

    def groups(self):
        """Returns an iterator over the pass that hands out stacked batches, or None."""
        return self._iterator if hasattr(self._iterator, "take") else None

    def batches(self):
        """Yields the batches of the pass that are left."""
        for batch in self._iterator or ():
            if self.check is not None:
                self.check(batch[1])
            yield batch

    def runner(self, model, mode, watch=False, stepwise=False):
        """Returns the compiled way to run steps; arguments as for `ArrayFeed`."""
        return _StreamRunner(self, model, mode, watch, stepwise)


class _StreamRunner:
    def __init__(self, feed, model, mode, watch, stepwise):
        self.feed = feed
        self.model = model
        self.mode = mode
        self.watch = watch
        self._longest = 1 if stepwise else _CHUNK_STEPS
        self._next = None

    def refresh(self):
        """Takes up what callbacks have changed about the model: before an epoch."""
        self._programs = {}

    def begin_pass(self, index, start=0, state=None):
        self.feed.begin_pass(index, start, state)
        self._batches = self.feed.batches()
        self._groups = self.feed.groups()
        self._next = None

    @property
    def is_ahead(self):
        """Whether a batch was read that is not used yet."""
        return self._next is not None

    def has_more(self):
        """Tells whether the pass has another batch, by reading it."""
        if self._groups is not None:
            return self._groups.has_more()
        if self._next is None:
            self._next = next(self._batches, None)
        return self._next is not None

    def run(self, count):
        """Runs up to `count` steps; returns how many were run, and their logs."""
        # By the size of a batch, not by how many are there in time: the same program,
        # and the same bits, in each run.
        following = self._next if self._groups is None else self._groups.peek()
        size = sum(a.nbytes for a in jax.tree.leaves(following))
        longest = self._longest
        if self._groups is not None and longest > 1:
            longest = _GROUP_STEPS
        capacity = min(max(_CHUNK_BYTES // max(size, 1), 1), longest)
        if self._groups is not None:
            chunk, steps = self._take(min(count, capacity), capacity)
        else:
            batches = self._collect(min(count, capacity))
            chunk = jax.tree.map(lambda *parts: _stack(parts, capacity), *batches)
            steps = len(batches)
        if capacity not in self._programs:
            self._programs[capacity] = self.model.program(
                ("stream", self.mode, self.watch, capacity), self._build
            )
        ran, logs = self._programs[capacity](chunk, np.int32(0), np.int32(steps))
        return int(ran) if self.watch else steps, logs

    def _take(self, limit, capacity):
        """Returns a chunk of stacked batches, and how many."""
        chunk, steps = self._groups.take(limit)
        if self.feed.check is not None:
            self.feed.check(jax.tree.map(_rows, chunk[1]))
        return jax.tree.map(lambda a: _filled(a, capacity), chunk), steps

    def _collect(self, limit):
        """Returns up to `limit` batches of one shape."""
        batches, shapes = [], None
        deadline = time.perf_counter() + _CHUNK_SECONDS
        while len(batches) < limit and self.has_more():
            arrays = jax.tree.leaves(self._next)
            found = [(a.shape, a.dtype) for a in arrays]
            if shapes not in (None, found):
                break
            shapes = found
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


def _rows(stacked):
    """Returns stacked batches as one batch."""
    return stacked.reshape(-1, *stacked.shape[2:])


def _filled(stacked, capacity):
    """Returns stacked batches in a buffer of fixed capacity."""
    if len(stacked) == capacity:
        return stacked
    buffer = np.zeros((capacity, *stacked.shape[1:]), stacked.dtype)
    buffer[: len(stacked)] = stacked
    return buffer


def _stack(parts, capacity):
    """Stacks batches into a buffer of fixed capacity, so that one program serves."""
    buffer = np.zeros((capacity, *parts[0].shape), parts[0].dtype)
    for i, part in enumerate(parts):
        buffer[i] = part
    return buffer
