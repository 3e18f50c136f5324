"""Layers that learn from data before training: `adapt`, in one streaming pass."""

import itertools


class Adaptable:
    """Mixin: `adapt` in terms of `reset_state`, `update_state`, `finalize_state`."""

    def adapt(self, data, steps=None):
        """Learns from data; forgets those of an earlier call.

        Args:
            data: an array or list, or an iterable of batches: a dataset, a generator.
                Of batches `(x, y)`, `x` counts.
            steps: number of batches to read of an iterable.
        """
        self.reset_state()
        if self._is_iterable_of_batches(data):
            for batch in itertools.islice(data, steps):
                self.update_state(batch[0] if isinstance(batch, tuple) else batch)
        else:
            self.update_state(self._prepare_whole(data))
        self.finalize_state()

    def _is_iterable_of_batches(self, data):
        whole = ("__array__", "to_numpy", "row_splits", "dense_shape")
        if isinstance(data, (str, bytes, list, tuple)):
            return False
        return hasattr(data, "__iter__") and not any(hasattr(data, n) for n in whole)

    def _prepare_whole(self, data):
        return data

    def update_state(self, data):
        """Takes in one batch."""
        raise NotImplementedError

    def finalize_state(self):
        """Draws the conclusion from all batches."""
        raise NotImplementedError

    def reset_state(self):
        """Forgets all batches."""
        raise NotImplementedError
