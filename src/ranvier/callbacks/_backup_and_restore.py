"""BackupAndRestore: a run that was killed goes on where it was."""

import contextlib
import os
import pathlib
import shutil
import warnings

from ranvier.callbacks._callback import Callback
from ranvier.callbacks._state_file import read_state, write_state
from ranvier.core._files import atomic_path
from ranvier.core._random_state import get_random_state, set_random_state
from ranvier.optimizers import Optimizer

_LATEST = "latest.npz"
_PREVIOUS = "previous.npz"


class BackupAndRestore(Callback):
    """Saves the state of training after each epoch, and takes it up in a new run.

    Run the same script again after a crash: `fit` goes on after the last epoch that
    was saved and ends with the same weights and the same history, bit by bit, as if
    nothing had happened. The backup holds weights, optimizers, states of random
    generators, the order of samples, the history, and the states of the other
    callbacks.

    Iterators and generators are read again from their beginning, up to the batch that
    comes next. What other objects keep for themselves is not saved; a `PyDataset` is
    told how many epochs have ended.

    Args:
        backup_dir: folder for the backup, of this run alone. It is made if missing.
        save_freq: `"epoch"`. Numbers of batches are not supported yet.
        double_checkpoint: keep the backup before the latest, too, for the case that
            the latest one cannot be read.
        delete_checkpoint: delete the backup when `fit` has come to its end.

    Raises:
        ValueError: for an empty `backup_dir` or another `save_freq`; in `fit`, if the
            backup is that of another model.
        NotImplementedError: for a number as `save_freq`.
        OSError: in `fit`, if a backup is damaged and there is none before it.

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
                f"`backup_dir` must name a folder. Received: backup_dir={backup_dir!r}"
            )
        if isinstance(save_freq, int) and not isinstance(save_freq, bool):
            raise NotImplementedError(
                "A run can be taken up at the beginning of an epoch only: use "
                f"save_freq='epoch'. Received: save_freq={save_freq}"
            )
        if save_freq != "epoch":
            raise ValueError(
                f"`save_freq` must be 'epoch'. Received: save_freq={save_freq!r}"
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._latest = pathlib.Path(self.backup_dir, _LATEST)
        self._previous = pathlib.Path(self.backup_dir, _PREVIOUS)

    def restore(self, progress):
        state = self._read()
        if state is None:
            return
        variables = self._variables()
        _check_shapes(state["variables"], variables, self.backup_dir)
        progress.set_state(state["progress"])
        for variable, value in zip(variables, state["variables"], strict=True):
            variable.assign(value)
        # The last thing: what was done so far may have drawn numbers.
        set_random_state(state["random"])

    def backup(self, progress):
        state = {
            "variables": [variable.numpy() for variable in self._variables()],
            "progress": progress.get_state(),
            "random": get_random_state(),
        }
        os.makedirs(self.backup_dir, exist_ok=True)
        if self.double_checkpoint and self._latest.exists():
            with atomic_path(self._previous) as temporary:
                shutil.copyfile(self._latest, temporary)
        write_state(self._latest, state)

    def on_train_end(self, logs=None):
        if self.delete_checkpoint:
            for path in (self._latest, self._previous):
                path.unlink(missing_ok=True)
                for left_over in path.parent.glob(f".{path.name}.*.tmp"):
                    left_over.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # other files are in it
                os.rmdir(self.backup_dir)

    def _variables(self):
        attributes = vars(self.model).values()
        optimizers = [value for value in attributes if isinstance(value, Optimizer)]
        return [
            *self.model.variables,
            *(v for optimizer in optimizers for v in optimizer.variables),
        ]

    def _read(self):
        """Returns the newest state that can be read, or None if there is none."""
        problem = None
        for path in (self._latest, self._previous):
            if not path.exists():
                continue
            try:
                state = read_state(path)
            except OSError as error:
                problem = error
                continue
            if problem is not None:
                warnings.warn(
                    f"{problem} The backup before it is taken up.", stacklevel=4
                )
            return state
        if problem is not None:
            problem.add_note("Delete it to begin anew.")
            raise problem
        return None


def _check_shapes(values, variables, folder):
    expected = [tuple(variable.shape) for variable in variables]
    found = [value.shape for value in values]
    if expected != found:
        differing = [(a, b) for a, b in zip(expected, found) if a != b]
        raise ValueError(
            f"The backup in '{folder}' is of another model: expected "
            f"{len(expected)} variables, found {len(found)}; the first shapes that "
            f"differ (expected, found): {differing[:1]}. Use another `backup_dir`, or "
            "delete this one to begin anew."
        )
