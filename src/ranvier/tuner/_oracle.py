"""Oracle: which trial comes next, and the book of all trials.

An algorithm overrides `populate_space`. Everything else is kept here: retries, limits,
and what was tried.
"""

import collections
import hashlib
import itertools
import random
import traceback

import numpy as np

from ranvier.callbacks._output import print_message
from ranvier.tuner._hyperparameters import HyperParameters
from ranvier.tuner._journal import Journal
from ranvier.tuner._objective import create_objective
from ranvier.tuner._progress import Display
from ranvier.tuner._study import Study
from ranvier.tuner._synchronized import synchronized
from ranvier.tuner._trial import Trial, TrialStatus

# So many draws that were all tried before mean that nothing is left to try.
_MAX_COLLISIONS = 20


class Oracle(Journal):
    """Base of search algorithms: override `populate_space`.

    Args:
        objective: name of a metric, an `Objective`, or a list of them, whose sum
            counts. Optional where `run_trial` or `fit` return a number to minimise.
        max_trials: largest number of trials; None for no limit.
        hyperparameters: optional `HyperParameters` that fix or declare a part of the
            space in advance.
        allow_new_entries: whether `build` may ask for others than these.
        tune_new_entries: whether those are searched, too, or keep their defaults.
        seed: seed of the search: of the values, and of each trial's training.
        max_retries_per_trial: how often a trial that failed is run again.
        max_consecutive_failed_trials: the search ends after so many in a row.

    Raises:
        ValueError: for an objective of unknown direction, or a closed space without
            `hyperparameters`.
    """

    def __init__(
        self,
        objective=None,
        max_trials=None,
        hyperparameters=None,
        allow_new_entries=True,
        tune_new_entries=True,
        seed=None,
        max_retries_per_trial=0,
        max_consecutive_failed_trials=3,
    ):
        if not hyperparameters:
            for name, allowed in (
                ("tune_new_entries", tune_new_entries),
                ("allow_new_entries", allow_new_entries),
            ):
                if not allowed:
                    raise ValueError(
                        f"If you set `{name}=False`, you must specify the search space "
                        "via the `hyperparameters` argument."
                    )
        self.objective = create_objective(objective)
        self.max_trials = max_trials
        self.hyperparameters = hyperparameters or HyperParameters()
        self.allow_new_entries = allow_new_entries
        self.tune_new_entries = tune_new_entries
        self.max_retries_per_trial = max_retries_per_trial
        self.max_consecutive_failed_trials = max_consecutive_failed_trials
        self.seed = seed or random.randint(1, 10000)

        self.trials = {}
        self.ongoing_trials = {}  # by the id of the tuner that runs them
        self.start_order = []
        self.end_order = []
        self.tuner_ids = set()
        self._run_times = collections.Counter()
        self._retry_queue = []
        self._seed_state = self.seed
        self._tried_so_far = set()
        self._id_to_hash = {}
        self._directory = self._project_name = None
        # Whether one tuner asks for several trials that do not depend on each other.
        self.is_batching = False
        self._study = Study(self)
        self._display = Display(self)

    @property
    def directory(self):
        """The folder of projects, once a tuner has set it."""
        return self._directory

    @property
    def project_name(self):
        """The name of this search's folder there, once a tuner has set it."""
        return self._project_name

    @property
    def verbose(self):
        """How much the search prints: 0 for nothing."""
        return self._display.verbose

    @verbose.setter
    def verbose(self, value):
        self._display.verbose = 1 if value == "auto" else value

    # The algorithm.

    def populate_space(self, trial_id):
        """Chooses the values of a trial. Override it.

        Args:
            trial_id: the id of the trial.

        Returns:
            A dictionary with `"status"`, and `"values"` by name if that is
            `"RUNNING"`. `"IDLE"` asks to come again later, `"STOPPED"` ends the search.
        """
        raise NotImplementedError

    def can_batch(self) -> bool:
        """Tells whether several trials may be asked for before one has ended.

        That is so where their values are the same as one after another:
        `populate_space` then answers `"IDLE"` where results are needed first.
        """
        return False

    def score_trial(self, trial):
        """Sets score and best step of a completed trial; may be overridden."""
        trial.score = float(trial.metrics.get_best_value(self.objective.name))
        trial.best_step = trial.metrics.get_best_step(self.objective.name)

    def _random_values(self):
        """Draws values that were not tried yet; None if there seem to be none left.

        They come from the optuna sampler, if there is one.
        """
        for _ in range(_MAX_COLLISIONS + 1):
            if self._study.has_sampler:
                values = self._study.draw(self.hyperparameters.space)
            else:
                values = self._draw()
            if values is None or not self._duplicate(values):
                return values
        return None

    def _draw(self):
        hps = HyperParameters()
        for hp in self.hyperparameters.space:
            hps.merge([hp])
            if hps.is_active(hp):
                hps.values[hp.name] = hp.random_sample(self._seed_state)
                self._seed_state += 1
        return hps.values

    # The life of a trial.

    @synchronized
    def create_trial(self, tuner_id):
        """Returns the next trial for a tuner to run.

        Args:
            tuner_id: who asks. While its trial is not ended, it gets the same again.

        Returns:
            A trial, whose `status` may also be `"IDLE"` or `"STOPPED"`.
        """
        if tuner_id in self.ongoing_trials:
            return self.ongoing_trials[tuner_id]
        self.tuner_ids.add(tuner_id)
        if self._retry_queue:
            trial = self.trials[self._retry_queue.pop(0)]
            trial.status = TrialStatus.RUNNING
            trial.message = None
            trial.metrics = type(trial.metrics)()
            self.ongoing_trials[tuner_id] = trial
            self._save_trial(trial)
            self.save()
            self._display.on_trial_begin(trial)
            return trial

        trial_id = f"{len(self.trials):0{len(str(self.max_trials))}d}"
        if self.max_trials and len(self.trials) >= self.max_trials:
            answer = {"status": TrialStatus.STOPPED}
        else:
            answer = self.populate_space(trial_id)
        hps = self.hyperparameters.copy()
        hps.values = answer.get("values") or {}
        trial = Trial(hps, trial_id=trial_id, status=answer["status"])
        if trial.status == TrialStatus.RUNNING:
            self._record_values(trial)
            self.ongoing_trials[tuner_id] = trial
            self.trials[trial_id] = trial
            self.start_order.append(trial_id)
            self._study.begin(trial)
            self._save_trial(trial)
            self.save()
            self._display.on_trial_begin(trial)
        if trial.status == TrialStatus.STOPPED:
            self.tuner_ids.discard(tuner_id)
        return trial

    @synchronized
    def trial_is_built(self, trial):
        """Takes up what `build` of a trial has asked for, before the trial has run.

        A tuner that runs several trials at once builds them one by one, so that each
        sees the space that it would have seen after the ones before it.
        """
        self.update_space(trial.hyperparameters)
        self._record_values(trial)

    @synchronized
    def update_trial(self, trial_id, metrics, step=0):
        """Records measured values.

        Args:
            trial_id: id of the trial.
            metrics: dictionary from names to numbers; the objective must be there.
            step: the step they belong to, for example the epoch.

        Raises:
            ValueError: if the objective is missing.
            KeyError: for a trial that this oracle does not know.
        """
        trial = self.get_trial(trial_id)
        self._check_objective_found(metrics)
        for name, value in metrics.items():
            if not trial.metrics.exists(name):
                trial.metrics.register(name, direction=self._direction_of(name))
            trial.metrics.update(name, value, step=step)
        return trial

    def _hear_epoch(self, trial, execution, epoch, logs):
        """Takes notice of an epoch; returns whether the trial should end with it."""
        self._display.on_epoch_end(trial, epoch, logs)
        return execution == 0 and self._prune(trial, epoch, logs)

    @synchronized
    def _prune(self, trial, epoch, logs):
        """Reports an epoch to the pruner; returns whether the trial should end."""
        if self._study.pruner is None or not self.objective.has_value(logs):
            return False
        value = self.objective.get_value(logs)
        if not self._study.report(trial, epoch, value):
            return False
        trial.message = f"Pruned after epoch {epoch + 1}."
        return True

    def _check_objective_found(self, metrics):
        missing = [name for name in self.objective.names() if name not in metrics]
        if self.objective.name in metrics:
            return
        if missing:
            raise ValueError(
                "Objective value missing in metrics reported to the Oracle, expected: "
                f"{missing}, found: {', '.join(metrics)}"
            )

    def _direction_of(self, name):
        if name == self.objective.name:
            return self.objective.direction
        return getattr(self.objective, "name_to_direction", {}).get(name)

    @synchronized
    def end_trial(self, trial=None, status=None, *, trial_id=None):
        """Takes a trial back: it is completed, tried again, or failed.

        Args:
            trial: the trial, its `status` `"COMPLETED"`, `"INVALID"` (a run failed) or
                `"FAILED"` (no run will help). Or its id, as in KerasTuner 1.0.
            status: with an id, the status; None for `"COMPLETED"`.
            trial_id: the id, in place of `trial`.

        Raises:
            RuntimeError: if too many trials in a row failed.
            KeyError: for a trial that this oracle does not know.
        """
        trial = trial if trial_id is None else trial_id
        known = self.get_trial(getattr(trial, "trial_id", trial))
        if trial is not known and not isinstance(trial, Trial):  # an id
            trial = known
            trial.status = status or TrialStatus.COMPLETED
        known.hyperparameters = trial.hyperparameters
        known.status, known.message = trial.status, trial.message
        trial = known

        self._learn_space(trial)
        if trial.status == TrialStatus.COMPLETED:
            self.score_trial(trial)
            if np.isnan(trial.score):
                trial.status = TrialStatus.INVALID
                trial.message = f"The objective `{self.objective.name}` is NaN."
        self._record_values(trial)
        self._run_times[trial.trial_id] += 1
        is_over = not self._retry(trial)
        if is_over:
            self.end_order.append(trial.trial_id)
            self._study.end(trial)
        for tuner_id, ongoing in list(self.ongoing_trials.items()):
            if ongoing.trial_id == trial.trial_id:
                del self.ongoing_trials[tuner_id]
        self._after_trial(trial)
        self._save_trial(trial)
        self.save()
        self._display.on_trial_end(trial)
        if is_over:
            self._check_consecutive_failures(trial)

    def _after_trial(self, trial):
        """What an algorithm does when a trial has run, before that is saved."""

    def _learn_space(self, trial):
        try:
            self.update_space(trial.hyperparameters)
        except RuntimeError:
            if trial.status == TrialStatus.COMPLETED:
                raise
            trial.message = trial.message or traceback.format_exc()

    def _retry(self, trial):
        """Puts a trial in the queue of those to be run again, if it may be."""
        if trial.status != TrialStatus.INVALID:
            return False
        times = self._run_times[trial.trial_id]
        left = self.max_retries_per_trial + 1 - times
        if left <= 0:
            trial.status = TrialStatus.FAILED
            return False
        if self.verbose:
            print_message(
                f"Trial {trial.trial_id} failed {times} times. {left} retries left."
            )
        self._retry_queue.append(trial.trial_id)
        return True

    def _check_consecutive_failures(self, trial):
        """Raises if a trial that has ended is one of too many in a row that failed.

        The row is that of the beginnings: several may run at a time.
        """
        limit = self.max_consecutive_failed_trials
        place = self.start_order.index(trial.trial_id)
        before = reversed(self.start_order[: place + 1])
        after = self.start_order[place + 1 :]
        failed = [*self._failed_in_a_row(before), *self._failed_in_a_row(after)]
        if trial.status == TrialStatus.FAILED and len(failed) >= limit > 0:
            raise RuntimeError(
                "Number of consecutive failures exceeded the limit of "
                f"{limit}. The last one, trial {trial.trial_id}, said:\n"
                f"{trial.message or ''}"
            )

    def _failed_in_a_row(self, trial_ids):
        return itertools.takewhile(
            lambda i: self.trials[i].status == TrialStatus.FAILED, trial_ids
        )

    # The space, and what was tried.

    def get_space(self):
        """Returns a copy of the space known so far."""
        return self.hyperparameters.copy()

    def update_space(self, hyperparameters):
        """Adds what a trial has asked for to the space.

        Args:
            hyperparameters: the `HyperParameters` of the trial.

        Raises:
            RuntimeError: for new entries, if those are not allowed.
        """
        known = self.hyperparameters
        new = [
            hp
            for hp in hyperparameters.space
            if not known._exists(hp.name, hp.conditions)
        ]
        if new and not self.allow_new_entries:
            raise RuntimeError(
                f"`allow_new_entries` is `False`, but found new entries {new}"
            )
        if self.tune_new_entries:
            known.merge(new)

    def _duplicate(self, values):
        return self._compute_values_hash(values) in self._tried_so_far

    def _record_values(self, trial):
        """Remembers the values; a trial may have met new hyperparameters since."""
        trial.hyperparameters.ensure_active_values()
        new = self._compute_values_hash(trial.hyperparameters.values)
        old = self._id_to_hash.get(trial.trial_id)
        if old != new:
            self._tried_so_far.discard(old)
            self._id_to_hash[trial.trial_id] = new
        self._tried_so_far.add(new)

    def _compute_values_hash(self, values):
        text = "".join(f"{name}={values[name]}" for name in sorted(values))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    # Looking.

    def get_trial(self, trial_id):
        """Returns a trial by its id.

        Raises:
            KeyError: if there is none.
        """
        if trial_id not in self.trials:
            raise KeyError(
                f"There is no trial {trial_id!r}. Those there are: {list(self.trials)}"
            )
        return self.trials[trial_id]

    def get_best_trials(self, num_trials=1):
        """Returns the best trials, the best first.

        Args:
            num_trials: how many. Where fewer are completed, others follow.
        """
        done = [t for t in self.trials.values() if t.status == TrialStatus.COMPLETED]
        done.sort(key=lambda t: t.score, reverse=self.objective.direction == "max")
        if len(done) < num_trials:
            done += [t for t in self.trials.values() if t not in done]
        return done[:num_trials]

    def remaining_trials(self):
        """Returns how many trials are left, or None if there is no limit."""
        return self.max_trials - len(self.trials) if self.max_trials else None
