"""Every: something that is due after every so many training batches."""


class Every:
    """Counts training batches, over the borders of epochs.

    Args:
        count: how many batches make one due, or None: never due.

    Example:
        >>> every = Every(2)
        >>> [every.is_due(batch) for batch in (0, 1, 2)]
        [False, True, False]
        >>> every.is_due(0)  # a new epoch
        True
    """

    def __init__(self, count):
        self.count = count
        self._seen = 0  # since it was last due
        self._last = None

    @property
    def left(self):
        """How many more batches there are until it is due, or None."""
        return None if self.count is None else max(self.count - self._seen, 1)

    def is_due(self, batch) -> bool:
        """Tells, after a batch, whether it is due now.

        Args:
            batch: index of the batch in its epoch; some may have been left out.
        """
        if self.count is None:
            return False
        is_new_epoch = self._last is None or batch <= self._last
        self._seen += batch + 1 if is_new_epoch else batch - self._last
        self._last = batch
        if self._seen < self.count:
            return False
        self._seen = 0
        return True

    def get_state(self) -> list:
        """Returns the counts."""
        return [self._seen, self._last]

    def set_state(self, state) -> None:
        """Takes over the counts of another run."""
        self._seen, self._last = state
