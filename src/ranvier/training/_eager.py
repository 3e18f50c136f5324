"""Steps run one by one in Python, for debugging (`run_eagerly=True`)."""

import jax
import jax.numpy as jnp

from ranvier.training._loop import Stepper


class EagerRunner:
    """Runs steps of a mode over a feed without compiling them.

    Args:
        feed: an `ArrayFeed` or `StreamFeed`.
        model: the model.
        mode: `"train"` or `"test"`.
    """

    def __init__(self, feed, model, mode):
        self.feed = feed
        self._stepper = Stepper(model, mode)
        self._next = None

    def refresh(self):
        """Nothing to do: nothing was compiled."""

    def begin_pass(self, index, start=0, state=None):
        """Starts pass number `index`, from a batch or from a state of the data on."""
        self.feed.begin_pass(index, start, state)
        self._batches = iter(self.feed.batches())
        self._next = None

    @property
    def is_ahead(self):
        """Whether a batch was read that is not used yet."""
        return self._next is not None

    def has_more(self):
        """Tells whether the pass has another batch, by reading it."""
        if self._next is None:
            self._next = next(self._batches, None)
        return self._next is not None

    def run(self, count):
        """Runs one step, whatever `count` is; returns 1 and the logs."""
        batch, self._next = jax.tree.map(jnp.asarray, self._next), None
        return 1, self._stepper.run_once(batch)
