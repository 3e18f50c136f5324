"""BatchProfiler: records some batches with JAX's profiler."""

import warnings

import jax

_RANGE = (
    "profile_batch must be a non-negative integer or 2-tuple of positive integers. A "
    "pair of positive integers signifies a range of batches to profile. Found: {}"
)


class BatchProfiler:
    """Records batches `first` to `last`, counted from 1 over all epochs.

    Args:
        profile_batch: a number, a pair of them, or the same as text, `"2,5"`; 0 for
            no batch.

    Raises:
        ValueError: if it is something else.
    """

    def __init__(self, profile_batch):
        self.first, self.last = _limits(profile_batch)
        self._runs = False

    def steps_until_due(self, done):
        """Returns how many batches may follow at once after `done` ones, or None."""
        if self._runs:
            return max(self.last - done, 1)
        return self.first - 1 - done if done + 1 < self.first else None

    def start_if_due(self, batch, folder):
        """Starts to record before the first batch."""
        if batch != self.first or self._runs:
            return
        try:
            jax.profiler.start_trace(folder)
            self._runs = True
        except Exception as error:  # somebody else records: training goes on
            warnings.warn(f"Failed to start profiler: {error}", stacklevel=2)

    def stop_if_due(self, batch):
        """Writes the recording after the last batch."""
        if batch >= self.last:
            self.stop()

    def stop(self):
        """Writes the recording, if there is one."""
        if not self._runs:
            return
        self._runs = False
        try:
            jax.profiler.stop_trace()
        except Exception as error:
            warnings.warn(f"Failed to stop profiler: {error}", stacklevel=2)

    def __getstate__(self):
        return {"first": self.first, "last": self.last, "_runs": False}


def _limits(given):
    limits = given
    try:
        if isinstance(given, str):
            limits = [int(part) for part in given.split(",")]
            if len(limits) == 1:
                limits = limits[0]
        if isinstance(limits, int):
            limits = (limits, limits)
        first, last = limits
        if 0 <= first <= last:
            return int(first), int(last)
    except (TypeError, ValueError):
        pass
    raise ValueError(_RANGE.format(given))
