"""The array feed: whole arrays on the device, batches gathered inside the program."""

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core._programs import Program
from ranvier.training._arrays import count_samples
from ranvier.training._loop import Stepper, run_steps


class ArrayFeed:
    """Batches gathered on the device from whole arrays.

    Args:
        arrays: `(x, y, sample_weight)`, structures of arrays of one length.
        batch_size: samples in a batch; the last batch of a pass may be smaller.
        shuffle: True, False, or `"batch"` (shuffle whole batches).
        seed: the order of each pass follows from it.
    """

    once = False

    def __init__(self, arrays, batch_size, shuffle=False, seed=0):
        self.samples = count_samples(x=arrays[0], y=arrays[1], sample_weight=arrays[2])
        self.batch_size = min(batch_size, self.samples)
        self.shuffle = shuffle
        self.seed = seed
        self.steps = -(-self.samples // batch_size)
        self.arrays = jax.tree.map(jnp.asarray, arrays)
        self._order = None
        self._start = 0

    def first_batch(self):
        """Returns the first batch, for building a model by its shapes."""
        return jax.tree.map(lambda a: a[: self.batch_size], self.arrays)

    def begin_pass(self, index, start=0, state=None):
        """Fixes the order of pass number `index` over the data, from a batch on."""
        self._start = start
        if self.shuffle:
            order = epoch_order(
                self.samples, self.batch_size, self.shuffle, self.seed, index
            )
            self._order = jnp.asarray(order)

    def reseed(self, seed):
        """Sets the seed of the orders of the passes to come."""
        self.seed = seed

    def begin_epoch(self):
        """Nothing to do here; streams tell their source."""

    end_epoch = begin_epoch

    def extent(self) -> dict:
        """Returns the sizes that batches depend on."""
        return {"samples": self.samples, "batch_size": self.batch_size}

    def get_state(self, is_ahead=False) -> dict:
        """Arrays have no state of their own."""
        return {}

    def take_up(self, epochs, state):
        """Nothing to do: arrays do not change."""

    def batches(self):
        """Yields the batches of the pass one by one (for steps run in Python)."""
        first = self._start * self.batch_size
        for start in range(first, self.samples, self.batch_size):
            rows = slice(start, start + self.batch_size)
            rows = rows if self._order is None else self._order[rows]
            yield jax.tree.map(lambda a, rows=rows: a[rows], self.arrays)

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

    # Inside a program.

    def signature(self):
        """What a program over this feed depends on, besides the arrays' shapes."""
        return self.samples, self.batch_size, bool(self.shuffle)

    def batch_at(self, arrays, order, i):
        """Returns batch `i`."""
        start = i * self.batch_size

        def sliced(a):
            return jax.lax.dynamic_slice_in_dim(a, start, self.batch_size)

        if order is None:
            return jax.tree.map(sliced, arrays)
        return _gather(arrays, sliced(order))

    def tail(self, arrays, order):
        """Returns `(index, function giving the smaller last batch)`, or None."""
        full, rest = divmod(self.samples, self.batch_size)
        start = full * self.batch_size

        def batch():
            if order is None:
                return jax.tree.map(lambda a: a[start:], arrays)
            return _gather(arrays, order[start:])

        return (full, batch) if rest else None


def _gather(arrays, rows):
    return jax.tree.map(lambda a: a.at[rows].get(mode="promise_in_bounds"), arrays)


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
    is_ahead = False

    def __init__(self, feed, model, mode, watch):
        self.feed = feed
        self.model = model
        self.mode = mode
        self.watch = watch
        self.position = 0

    def refresh(self):
        """Takes up what callbacks have changed about the model: before an epoch."""
        self._program = self.model.program(
            ("array", self.mode, self.watch, self.feed.signature()), self._build
        )

    def _build(self):
        feed, watch = self.feed, self.watch
        stepper = Stepper(self.model, self.mode)

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

        program = Program(function, self.model.state_variables(self.mode))
        return program

    def begin_pass(self, index, start=0, state=None):
        self.feed.begin_pass(index, start)
        self.position = start

    def has_more(self):
        """Tells whether the pass has another batch."""
        return self.position < self.feed.steps

    def run(self, count):
        """Runs up to `count` steps; returns how many were run, and their logs."""
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

    is_ahead = False

    def __init__(self, feed, model, mode):
        self.feed = feed
        self.model = model
        self.mode = mode
        self.position = 0
        self._full = feed.samples // feed.batch_size

    def refresh(self):
        """Takes up what callbacks have changed about the model: before an epoch."""
        self._program = self._program_for("step", self.feed.batch_at)

    def _program_for(self, name, batch):
        def build():
            stepper = Stepper(self.model, self.mode)

            def function(arrays, order, i):
                return stepper.run_once(batch(arrays, order, i))

            return Program(function, self.model.state_variables(self.mode))

        return self.model.program((name, self.mode, self.feed.signature()), build)

    def begin_pass(self, index, start=0, state=None):
        self.feed.begin_pass(index, start)
        self.position = start

    def has_more(self):
        """Tells whether the pass has another batch."""
        return self.position < self.feed.steps

    def run(self, count):
        """Runs one step, whatever `count` is; returns 1 and the logs."""
        program = self._program
        if self.position == self._full:
            program = self._program_for(
                "last step", lambda arrays, order, i: self.feed.tail(arrays, order)[1]()
            )
        logs = program(self.feed.arrays, self.feed._order, np.int32(self.position))
        self.position += 1
        return 1, logs
