"""Journal: the files of an oracle, and what they say after a kill.

A trial's own file is written before the oracle's, when it begins and when it ends. So
whatever moment a search is killed at, the two files together say which trials are done;
`reload` settles the rest.
"""

import collections
import glob
import os

from ranvier.tuner import _project
from ranvier.tuner._hyperparameters import HyperParameters
from ranvier.tuner._stateful import Stateful
from ranvier.tuner._synchronized import synchronized
from ranvier.tuner._trial import Trial, TrialStatus


class Journal(Stateful):
    """Mixin of `Oracle`: its state in files, and back."""

    def get_state(self):
        # Trials have files of their own.
        return {
            "ongoing_trials": {
                tuner_id: trial.trial_id
                for tuner_id, trial in self.ongoing_trials.items()
            },
            "hyperparameters": self.hyperparameters.get_config(),
            "start_order": self.start_order,
            "end_order": self.end_order,
            "run_times": dict(self._run_times),
            "retry_queue": self._retry_queue,
            "seed": self.seed,
            "seed_state": self._seed_state,
            "tried_so_far": sorted(self._tried_so_far),
            "id_to_hash": self._id_to_hash,
            "display": self._display.get_state(),
        }

    def set_state(self, state):
        self.ongoing_trials = {
            tuner_id: self.trials[trial_id]
            for tuner_id, trial_id in state["ongoing_trials"].items()
        }
        self.hyperparameters = HyperParameters.from_config(state["hyperparameters"])
        self.start_order = state["start_order"]
        self.end_order = state["end_order"]
        self._run_times = collections.Counter(state["run_times"])
        self._retry_queue = state["retry_queue"]
        self.seed = state["seed"]
        self._seed_state = state["seed_state"]
        self._tried_so_far = set(state["tried_so_far"])
        self._id_to_hash = dict(state["id_to_hash"])
        self._display.set_state(state["display"])

    def _set_project_dir(self, directory, project_name):
        self._directory, self._project_name = directory, project_name

    @property
    def _project_dir(self):
        return _project.make_folder(self._directory, self._project_name)

    def _get_oracle_fname(self):
        return os.path.join(self._project_dir, "oracle.json")

    def _get_trial_dir(self, trial_id):
        return _project.make_folder(self._project_dir, f"trial_{trial_id}")

    def _save_trial(self, trial):
        trial.save(os.path.join(self._get_trial_dir(trial.trial_id), "trial.json"))

    def save(self, fname=None):
        """Writes the oracle's own file (trials have theirs)."""
        return super().save(fname or self._get_oracle_fname())

    @synchronized
    def reload(self, fname=None):
        """Takes up the project's files, and settles what a kill left open.

        Raises:
            RuntimeError: if they are those of another search.
        """
        pattern = os.path.join(glob.escape(self._project_dir), "trial_*", "trial.json")
        found = [Trial.load(path) for path in sorted(glob.glob(pattern))]
        self.trials = {trial.trial_id: trial for trial in found}
        try:
            super().reload(fname or self._get_oracle_fname())
            # A trial whose beginning the oracle did not come to save has not run.
            self.trials = {i: self.trials[i] for i in self.start_order}
        except KeyError as error:
            raise RuntimeError(
                "Error reloading `Oracle` from existing project. If you did not mean "
                "to reload from an existing project, change the `project_name` or pass "
                "`overwrite=True` when creating the `Tuner`. Found existing project "
                f"at: {self._project_dir}"
            ) from error
        interrupted, self.ongoing_trials = self.ongoing_trials, {}
        for trial in interrupted.values():
            if trial.status == TrialStatus.RUNNING:
                self._retry_queue.append(trial.trial_id)
            else:  # it had ended: only the oracle's file did not say so yet
                self._settle(trial)
        self._retry_queue.sort()
        self._study.reset()

    def _settle(self, trial):
        """Ends a trial for whose end the oracle's file came too late."""
        self._learn_space(trial)
        self._record_values(trial)
        self._run_times[trial.trial_id] += 1
        if trial.status == TrialStatus.INVALID:
            self._retry_queue.append(trial.trial_id)
        else:
            self.end_order.append(trial.trial_id)
        self._after_trial(trial)
