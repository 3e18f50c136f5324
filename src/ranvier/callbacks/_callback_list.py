"""CallbackList: several callbacks called as one."""

import inspect

from ranvier.callbacks._callback import Callback, listens_to_batches, overrides
from ranvier.callbacks._history import History
from ranvier.callbacks._logs import LazyLogs
from ranvier.callbacks._progbar_logger import ProgbarLogger
from ranvier.core import _tree

# The default train hooks call the older ones, so a callback with either listens.
_OLDER_HOOK = {
    "on_train_batch_begin": "on_batch_begin",
    "on_train_batch_end": "on_batch_end",
}


class CallbackList(Callback):
    """Calls the hooks of several callbacks, in their order.

    `fit` makes one by itself; it is useful in training loops of your own.

    Args:
        callbacks: a callback or a (nested) list of them.
        add_history: whether to add a `History` if there is none.
        add_progbar: whether to add a `ProgbarLogger` if there is none.
        model: the model that the callbacks are told about.
        **params: told to the callbacks: `verbose`, `epochs`, `steps`.

    Raises:
        TypeError: for something that is no callback.

    Example:
        >>> callbacks = CallbackList([History()], epochs=1, steps=10, verbose=0)
        >>> callbacks.on_train_begin()
        >>> callbacks.on_epoch_end(0, {"loss": 0.5})
        >>> callbacks.callbacks[0].history
        {'loss': [0.5]}
    """

    def __init__(
        self,
        callbacks=None,
        add_history=False,
        add_progbar=False,
        model=None,
        **params,
    ):
        super().__init__()
        self.callbacks = []
        self._listeners: dict[str, list] = {}
        if callbacks is not None:
            for callback in _tree.flatten(callbacks):
                self.append(callback)
        if add_history and self._find(History) is None:
            self.append(History())
        if add_progbar and self._find(ProgbarLogger) is None:
            self.append(ProgbarLogger())
        self.set_model(model)
        self.set_params(params)

    def append(self, callback):
        """Adds a callback at the end."""
        _check_callback(callback)
        self.callbacks.append(callback)
        self._listeners.clear()

    def _find(self, cls):
        found = [c for c in self.callbacks if isinstance(c, cls)]
        return found[-1] if found else None

    def set_params(self, params):
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model):
        if model is None:
            return
        self._model = model
        history = self._find(History)
        if history is not None:
            model.history = history
        for callback in self.callbacks:
            callback.set_model(model)

    # What the engine tells and asks.

    def set_batch_size(self, batch_size):
        """Tells the progress bar how many samples a step has, where that is known."""
        for callback in self.callbacks:
            if isinstance(callback, ProgbarLogger):
                callback.batch_size = batch_size

    def needs_steps(self, mode: str) -> bool:
        """Tells whether some callback must be called after every single batch.

        Args:
            mode: `"train"`, `"test"` or `"predict"`.
        """
        return any(_needs_batches(callback, mode) for callback in self.callbacks)

    def needs_batches(self, mode: str) -> bool:
        return self.needs_steps(mode)

    @property
    def stop_on_nonfinite(self) -> bool:
        """Whether some callback wants to stop at the first non-finite loss."""
        return any(getattr(c, "stop_on_nonfinite", False) for c in self.callbacks)

    def get_state(self) -> dict:
        return {
            "callbacks": [
                {"class_name": type(c).__name__, "state": c.get_state()}
                for c in self._own()
            ]
        }

    def set_state(self, state: dict) -> None:
        """Gives each callback the state of the earlier run's callback of its class.

        Callbacks of one class are matched in order; those without a match start anew.
        """
        waiting = list(state["callbacks"])
        for callback in self.callbacks:
            name = type(callback).__name__
            for entry in waiting:
                if entry["class_name"] == name:
                    callback.set_state(entry["state"])
                    waiting.remove(entry)
                    break

    def steps_until_due(self) -> int | None:
        """Returns the smallest number of steps that some callback asks for."""
        counts = [c.steps_until_due() for c in self._listeners_of("steps_until_due")]
        return min((count for count in counts if count is not None), default=None)

    @property
    def makes_backups(self) -> bool:
        """Whether some callback saves the state of training."""
        return bool(self._listeners_of("backup"))

    def restore(self, progress) -> None:
        for callback in self._own():
            callback.restore(progress)

    def backup(self, progress) -> None:
        for callback in self._listeners_of("backup"):
            callback.backup(progress)

    def clean_up(self) -> None:
        for callback in self._own():
            callback.clean_up()

    def _own(self):
        """Returns the callbacks of ranvier's class: others lack some methods."""
        return [c for c in self.callbacks if isinstance(c, Callback)]

    # Hooks.

    def _forward(self, hook, *args, logs):
        logs = LazyLogs(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(*args, logs)
        # A callback may have given itself a batch hook.
        self._listeners.clear()

    def _listeners_of(self, hook):
        """Returns the callbacks that do something in a hook."""
        found = self._listeners.get(hook)
        if found is None:
            hooks = (hook, _OLDER_HOOK.get(hook, hook))
            # Those not of ranvier's class lack some hooks.
            present = [c for c in self.callbacks if hasattr(c, hook)]
            found = [c for c in present if overrides(c, *hooks)]
            self._listeners[hook] = found
        return found

    def _forward_batch(self, hook, batch, logs):
        listeners = self._listeners_of(hook)
        if listeners:
            logs = LazyLogs(logs)
            for callback in listeners:
                getattr(callback, hook)(batch, logs=logs)

    def on_train_begin(self, logs=None):
        self._forward("on_train_begin", logs=logs)

    def on_train_end(self, logs=None):
        self._forward("on_train_end", logs=logs)

    def on_epoch_begin(self, epoch, logs=None):
        self._forward("on_epoch_begin", epoch, logs=logs)

    def on_epoch_end(self, epoch, logs=None):
        self._forward("on_epoch_end", epoch, logs=logs)

    def on_train_batch_begin(self, batch, logs=None):
        self._forward_batch("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        self._forward_batch("on_train_batch_end", batch, logs)

    def on_batch_begin(self, batch, logs=None):
        self._forward_batch("on_batch_begin", batch, logs)

    def on_batch_end(self, batch, logs=None):
        self._forward_batch("on_batch_end", batch, logs)

    def on_test_begin(self, logs=None):
        self._forward("on_test_begin", logs=logs)

    def on_test_end(self, logs=None):
        self._forward("on_test_end", logs=logs)

    def on_test_batch_begin(self, batch, logs=None):
        self._forward_batch("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch, logs=None):
        self._forward_batch("on_test_batch_end", batch, logs)

    def on_predict_begin(self, logs=None):
        self._forward("on_predict_begin", logs=logs)

    def on_predict_end(self, logs=None):
        self._forward("on_predict_end", logs=logs)

    def on_predict_batch_begin(self, batch, logs=None):
        self._forward_batch("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch, logs=None):
        self._forward_batch("on_predict_batch_end", batch, logs)

    def on_nonfinite_loss(self, batch):
        for callback in self.callbacks:
            if getattr(callback, "stop_on_nonfinite", False):
                callback.on_nonfinite_loss(batch)


def _needs_batches(callback, mode):
    if isinstance(callback, Callback):
        return callback.needs_batches(mode)
    # A callback written for Keras itself (a logging service's, say): by its looks.
    return listens_to_batches(callback, mode)


def _check_callback(callback):
    if inspect.isclass(callback):
        raise TypeError(
            "`callbacks` must hold instances, not classes. "
            f"Received: {callback.__name__}. Write {callback.__name__}(...)."
        )
    if not hasattr(callback, "set_model") or not hasattr(callback, "on_train_begin"):
        raise TypeError(
            "`callbacks` must be a `Callback` or a list of them. Received: "
            f"{callback!r} of type {type(callback).__name__}. A function can be "
            "wrapped: LambdaCallback(on_epoch_end=function)."
        )
