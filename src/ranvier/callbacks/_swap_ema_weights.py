"""SwapEMAWeights: evaluate with the moving averages of the weights."""

from ranvier.callbacks._callback import Callback


class SwapEMAWeights(Callback):
    """Puts the optimizer's averaged weights into the model for every evaluation.

    The optimizer keeps exponential moving averages of the weights if it was made with
    `use_ema=True`. They take the place of the weights during an evaluation or a
    prediction.

    Args:
        swap_on_epoch: whether they also stay in the model from the end of an epoch to
            the beginning of the next, so that callbacks after this one (such as
            `ModelCheckpoint`) see them.

    Raises:
        ValueError: if the optimizer keeps no averages.

    Example:
        >>> import numpy as np, ranvier
        >>> model = ranvier.Sequential([ranvier.layers.Dense(1)])
        >>> model.compile(ranvier.optimizers.SGD(use_ema=True), loss="mse")
        >>> x, y = np.ones((8, 2)), np.ones(8)
        >>> history = model.fit(
        ...     x, y, validation_data=(x, y), verbose=0, callbacks=[SwapEMAWeights()]
        ... )
    """

    def __init__(self, swap_on_epoch=False):
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._kept = None  # the weights themselves, while the averages stand in

    def get_state(self):
        # With `swap_on_epoch` a backup finds the averages in the model.
        return {"kept": None if self._kept is None else [v for _, v in self._kept]}

    def set_state(self, state):
        if state["kept"] is not None:
            weights = [weight for weight, _ in self._pairs()]
            self._kept = list(zip(weights, state["kept"], strict=True))

    def on_epoch_begin(self, epoch, logs=None):
        if self.swap_on_epoch:
            self._put_back()

    def on_epoch_end(self, epoch, logs=None):
        if self.swap_on_epoch:
            self._put_averages()

    def on_train_end(self, logs=None):
        # A `fit` with averages ends with them in the model.
        self._kept = None

    def on_test_begin(self, logs=None):
        self._put_averages()

    def on_test_end(self, logs=None):
        self._put_back()

    def on_predict_begin(self, logs=None):
        self._put_averages()

    def on_predict_end(self, logs=None):
        self._put_back()

    def _put_averages(self):
        if self._kept is None:
            pairs = self._pairs()
            self._kept = [(weight, weight.value) for weight, _ in pairs]
            for weight, average in pairs:
                weight.assign(average.value)

    def _put_back(self):
        if self._kept is not None:
            for weight, value in self._kept:
                weight.assign(value)
            self._kept = None

    def _pairs(self):
        optimizer = self.model.optimizer
        pairs = optimizer.averages()
        if not pairs:
            raise ValueError(
                "SwapEMAWeights must be used with an optimizer that keeps moving "
                "averages, so when `use_ema=True` is set, and has trained. Received: "
                f"{optimizer!r}"
            )
        return pairs
