"""PyDataset: batches by index, made by a user's class."""


class PyDataset:
    """Base of data sources that return batch number `i`.

    Subclasses define `__getitem__(index)`, which returns `(x, y)` or
    `(x, y, sample_weight)`, and `num_batches` or `__len__`.

    Args:
        workers: threads that prepare batches ahead.
        use_multiprocessing: accepted as in Keras; threads are used.
        max_queue_size: batches prepared ahead at most.

    Example:
        >>> import numpy as np
        >>> class Ones(PyDataset):
        ...     def __len__(self):
        ...         return 3
        ...     def __getitem__(self, index):
        ...         return np.ones((4, 2)), np.ones((4, 1))
        >>> Ones().num_batches
        3
    """

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    @property
    def num_batches(self):
        """The number of batches of one pass, or None if there is no end."""
        if hasattr(self, "__len__"):
            return self.__len__()
        raise NotImplementedError(
            "You need to implement the `num_batches` property or `__len__`: "
            f"{type(self).__name__} has neither."
        )

    def __getitem__(self, index):
        raise NotImplementedError

    def on_epoch_begin(self):
        """Called before each pass."""

    def on_epoch_end(self):
        """Called after each pass."""
