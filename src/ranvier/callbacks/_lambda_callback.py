"""LambdaCallback: a callback made of functions."""

from ranvier.callbacks._callback import Callback
from ranvier.core import _errors
from ranvier.core._arguments import require

_HOOKS = tuple(name for name in vars(Callback) if name.startswith("on_"))


class LambdaCallback(Callback):
    """Calls functions of yours at the moments named by the arguments.

    Functions of batches are called with `(batch, logs=logs)`, those of epochs with
    `(epoch, logs)`, the others with `(logs)`.

    Args:
        on_epoch_begin: called at the beginning of every epoch.
        on_epoch_end: called at the end of every epoch.
        on_train_begin: called at the beginning of training.
        on_train_end: called at the end of training.
        on_train_batch_begin: called before every training batch.
        on_train_batch_end: called after every training batch.
        **kwargs: functions for any other hook of `Callback`, by its name; what has
            another name becomes an attribute.

    Raises:
        TypeError: for a name that begins like a hook, `on_`, and is none.

    Example:
        >>> show = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs))
        >>> show.on_epoch_end(0, {"loss": 0.5})
        0 {'loss': 0.5}
    """

    def __init__(
        self,
        on_epoch_begin=None,
        on_epoch_end=None,
        on_train_begin=None,
        on_train_end=None,
        on_train_batch_begin=None,
        on_train_batch_end=None,
        **kwargs,
    ):
        super().__init__()
        functions = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in functions.items():
            if name not in _HOOKS and not name.startswith("on_"):
                setattr(self, name, function)
                continue
            if name not in _HOOKS:
                raise TypeError(
                    f"LambdaCallback received `{name}`, which is no hook of Callback."
                    f"{_errors.close_names(name, _HOOKS)}"
                )
            if function is not None:
                require("a function", callable, {name: function})
                setattr(self, name, function)
