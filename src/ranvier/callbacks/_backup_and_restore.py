"""BackupAndRestore: a run that was killed goes on where it was."""

import collections
import contextlib
import os
import pathlib
import warnings

from ranvier.callbacks._callback import Callback
from ranvier.callbacks._every import Every
from ranvier.callbacks._output import print_message
from ranvier.callbacks._state_file import read_state, write_state
from ranvier.core._files import atomic_path

_LATEST = "latest.backup"
_PREVIOUS = "previous.backup"

# How many runs of `fit` with a folder have come to their end in this process.
_ended: collections.Counter = collections.Counter()


class BackupAndRestore(Callback):
    """Saves the state of training now and then, and takes it up in a new run.

    Run the same script again after a crash: `fit` goes on from the last backup and
    ends with the same weights and the same history, bit by bit, as if nothing had
    happened. The backup holds weights, optimizers, metrics, states of random
    generators, the order of samples, the history, and the states of the other
    callbacks. It is written beside the one before it, and takes its place when it is
    complete and on disk.

    Ctrl-C and SIGTERM end `fit` after the step that is running, with a backup; a
    second one ends it at once, without.

    Iterators and generators are read again from their beginning, up to the batch that
    comes next, unless they have `get_state()` and `set_state(state)`. What other
    objects keep for themselves is not saved.

    Args:
        backup_dir: folder for the backup, of this run alone. It is made if missing.
        save_freq: `"epoch"`, or a number of batches, also in the middle of an epoch.
            `False`: only on Ctrl-C or SIGTERM.
        double_checkpoint: keep the backup before the latest, too, for the case that
            the latest one is damaged later.
        delete_checkpoint: delete the backup when `fit` has come to its end.

    Raises:
        ValueError: for an empty `backup_dir` or another `save_freq`; in `fit`, if the
            backup is that of another model or of other data.
        OSError: in `fit`, if the folder cannot be made, or if a backup is damaged and
            there is none before it.

    Where a backup cannot be written (a full disk), a warning says so, the last good one
    stays, and training goes on.

    Example:
        >>> import numpy as np, ranvier, tempfile
        >>> model = ranvier.Sequential([ranvier.layers.Dense(1)])
        >>> model.compile("adam", "mse")
        >>> folder = tempfile.mkdtemp()
        >>> history = model.fit(
        ...     np.ones((8, 2)), np.ones(8), epochs=3, verbose=0,
        ...     callbacks=[BackupAndRestore(folder)],
        ... )
    """

    batch_granularity = "chunk"

    def __init__(
        self,
        backup_dir,
        save_freq="epoch",
        double_checkpoint=False,
        delete_checkpoint=True,
    ):
        super().__init__()
        if not backup_dir:
            raise ValueError(
                "Empty `backup_dir`: it must name a folder. "
                f"Received: backup_dir={backup_dir!r}"
            )
        is_count = isinstance(save_freq, int) and save_freq > 0
        if not (save_freq == "epoch" or save_freq is False or is_count):
            raise ValueError(
                f"Invalid value for argument `save_freq`. Received: {save_freq!r}. "
                "Expected 'epoch', a positive number of batches, or False."
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._latest = pathlib.Path(self.backup_dir, _LATEST)
        self._previous = pathlib.Path(self.backup_dir, _PREVIOUS)
        self._every = Every(save_freq if is_count else None)
        self._is_due = False
        self._saved = None  # the place of the newest good backup, in words
        self._is_running = False

    def get_state(self):
        return {"batches": self._every.get_state()}

    def set_state(self, state):
        self._every.set_state(state["batches"])

    def on_train_begin(self, logs=None):
        self._is_running = True
        self._is_due = False
        self._saved = None
        os.makedirs(self.backup_dir, exist_ok=True)
        self._delete_left_overs()

    def restore(self, progress):
        state = self._read()
        if state is None:
            return
        try:
            progress.set_state(state["progress"])
        except ValueError as error:
            error.add_note(
                f"The backup is in '{self.backup_dir}'. Use another `backup_dir`, or "
                "delete this one to begin anew."
            )
            raise
        self._saved = state["place"]
        if state["fits_before"] > _ended[self._folder()]:
            warnings.warn(
                f"The backup in '{self.backup_dir}' is of `fit` number "
                f"{state['fits_before'] + 1} with this folder in one process, but this "
                "is an earlier one. Give each its own folder, with "
                "`delete_checkpoint=False`.",
                stacklevel=4,
            )
        if (self.params or {}).get("verbose"):
            print_message(f"Going on after {self._saved}, from '{self.backup_dir}'.")

    def _read(self):
        """Returns the newest state that can be read, or None if there is none."""
        problem = None
        for path in (self._latest, self._previous):
            if not path.exists():
                continue
            try:
                state = read_state(path)
            except OSError as error:
                problem = problem or error
                continue
            if path == self._previous:
                # The next backup must not put a damaged one in the place of this one.
                os.replace(self._previous, self._latest)
                warnings.warn(
                    f"{problem or f'The file {self._latest} is missing.'} The backup "
                    f"before it is taken up, that after {state['place']}.",
                    stacklevel=5,
                )
            return state
        if problem is not None:
            problem.add_note("Delete it to begin anew.")
            raise problem
        return None

    def steps_until_due(self):
        return self._every.left

    def on_train_batch_end(self, batch, logs=None):
        self._is_due = self._every.is_due(batch) or self._is_due

    def backup(self, progress):
        at_epoch_end = self.save_freq == "epoch" and not progress.in_epoch
        if at_epoch_end or self._is_due or progress.is_ending:
            self._is_due = False
            self._save(progress)

    def _save(self, progress):
        place = str(progress)
        state = {
            "place": place,
            "fits_before": _ended[self._folder()],
            "progress": progress.get_state(),
        }
        try:
            os.makedirs(self.backup_dir, exist_ok=True)
            with atomic_path(self._latest) as temporary:
                write_state(temporary, state)
                if self.double_checkpoint and self._latest.exists():
                    os.replace(self._latest, self._previous)
        except OSError as error:
            last = f"that after {self._saved}" if self._saved else "none"
            warnings.warn(
                f"The backup after {place} could not be written: {error}. Training "
                f"goes on; the last good backup is {last}.",
                stacklevel=5,
            )
        else:
            self._saved = place

    def on_train_end(self, logs=None):
        self._is_running = False
        _ended[self._folder()] += 1
        if self.delete_checkpoint:
            for path in (self._previous, self._latest):
                path.unlink(missing_ok=True)
            self._delete_left_overs()
            with contextlib.suppress(OSError):  # other files are in it
                os.rmdir(self.backup_dir)

    def _folder(self):
        return os.path.realpath(self.backup_dir)

    def _delete_left_overs(self):
        """Deletes what a run left that was killed while it wrote."""
        for left_over in pathlib.Path(self.backup_dir).glob(f".{_LATEST}.*.tmp"):
            left_over.unlink(missing_ok=True)

    def clean_up(self):
        if self._is_running and self._saved:
            self._is_running = False
            print_message(
                f"\nTraining ended early. The state after {self._saved} is saved in "
                f"'{self.backup_dir}': run the same script again to go on."
            )
