"""HParams: the hyperparameters of a run, for TensorBoard's HParams tab."""

import os

from ranvier.callbacks._callback import Callback


class HParams(Callback):
    """Writes the hyperparameters of a run, and when it began and ended.

    Args:
        writer: the folder of the run, the same as that of `TensorBoard`; or a writer
            of `summary.create_file_writer`.
        hparams: dictionary from a name to a number, text or boolean.
        trial_id: name of the trial; runs with one name are repetitions.

    Raises:
        TypeError: if a value is of another type.

    Example:
        >>> import tempfile
        >>> logs = tempfile.mkdtemp()
        >>> callbacks = [HParams(logs, {"learning_rate": 0.1, "units": 30})]
    """

    def __init__(self, writer, hparams, trial_id=None):
        super().__init__()
        self.hparams = dict(hparams)
        self.trial_id = trial_id
        self._target = writer
        self._writer = None
        self._succeeded = False

    def __getstate__(self):
        return {**self.__dict__, "_model": None, "_writer": None}

    def on_train_begin(self, logs=None):
        from ranvier import events  # loaded only where somebody wants TensorBoard

        is_folder = isinstance(self._target, (str, bytes, os.PathLike))
        self._succeeded = False
        self._writer = (
            events.create_file_writer(self._target) if is_folder else self._target
        )
        with self._writer.as_default():
            events.hparams(self.hparams, self.trial_id)

    def on_train_end(self, logs=None):
        self._succeeded = True
        self.clean_up()

    def clean_up(self):
        if self._writer is None:
            return
        from ranvier import events

        with self._writer.as_default():
            events.end_session(self._succeeded)
        if self._writer is not self._target:
            self._writer.close()
        self._writer = None
