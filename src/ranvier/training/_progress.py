"""Progress: where a run of `fit` stands between two epochs."""

import sys


class Progress:
    """The place of a run, for callbacks that save it and take it up again.

    Args:
        passes: the `Passes` over the data.
        callbacks: the `CallbackList`.
        epoch: the epoch to begin with.

    Attributes:
        epoch: the epoch that comes next.
    """

    def __init__(self, passes, callbacks, epoch):
        self.epoch = epoch
        self._passes = passes
        self._callbacks = callbacks

    def get_state(self) -> dict:
        """Returns numbers, texts, lists and arrays."""
        return {
            "epoch": self.epoch,
            "is_over": self._passes.model.stop_training,
            "passes": self._passes.get_state(),
            "callbacks": self._callbacks.get_state(),
        }

    def set_state(self, state) -> None:
        """Takes up what `get_state` returned in another run."""
        # A run that was stopped has no epoch left.
        self.epoch = sys.maxsize if state["is_over"] else state["epoch"]
        self._passes.set_state(state["passes"])
        self._callbacks.set_state(state["callbacks"])
