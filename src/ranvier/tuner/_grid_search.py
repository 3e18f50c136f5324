"""Grid search: every combination, the last hyperparameter changing fastest."""

import functools

from ranvier.tuner._oracle import Oracle
from ranvier.tuner._trial import TrialStatus
from ranvier.tuner._tuner import Tuner


class GridSearchOracle(Oracle):
    """Tries all combinations in order, the defaults first.

    The order is a list of the trials, each with the combination after the one before
    it. A trial may meet hyperparameters that nobody knew; their combinations then
    follow right after it.

    Args:
        objective: name of a metric, an `Objective`, or a list of them.
        max_trials: largest number of trials; None for all combinations.
        seed: seed of the trials' training.
        hyperparameters: optional `HyperParameters` that fix or declare a part of the
            space in advance.
        allow_new_entries: whether `build` may ask for others than these.
        tune_new_entries: whether those are searched, too.
        max_retries_per_trial: how often a trial that failed is run again.
        max_consecutive_failed_trials: the search ends after so many in a row.
    """

    def __init__(
        self,
        objective=None,
        max_trials=None,
        seed=None,
        hyperparameters=None,
        allow_new_entries=True,
        tune_new_entries=True,
        max_retries_per_trial=0,
        max_consecutive_failed_trials=3,
    ):
        super().__init__(
            objective=objective,
            max_trials=max_trials,
            hyperparameters=hyperparameters,
            allow_new_entries=allow_new_entries,
            tune_new_entries=tune_new_entries,
            seed=seed,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
        )
        self._ordered_ids = []  # trials in the order of their combinations
        self._populate_next = []  # trials whose next combination is to be tried

    def can_batch(self):
        return self._study.is_independent

    def populate_space(self, trial_id):
        if not self.start_order:
            self._ordered_ids.append(trial_id)
            self._populate_next.append(trial_id)
            hps = self.get_space()
            values = {hp.name: hp.default for hp in hps.space if hps.is_active(hp)}
            return {"status": TrialStatus.RUNNING, "values": values}
        while self._populate_next:
            previous = self._populate_next.pop(0)
            values = self._next_combination(self._values_of(previous))
            place = self._ordered_ids.index(previous) + 1
            if values is None or self._is_reached(values, place):
                continue
            self._ordered_ids.insert(place, trial_id)
            return {"status": TrialStatus.RUNNING, "values": values}
        # A trial that runs may still meet new hyperparameters.
        waiting = TrialStatus.IDLE if self.ongoing_trials else TrialStatus.STOPPED
        return {"status": waiting, "values": None}

    def trial_is_built(self, trial):
        super().trial_is_built(trial)
        self._populate_next.append(trial.trial_id)

    def _after_trial(self, trial):
        self._populate_next.append(trial.trial_id)

    def _values_of(self, trial_id):
        return self.trials[trial_id].hyperparameters.values

    def _is_reached(self, values, place):
        """Tells whether a combination is that of the trial at a place, or after it."""
        if place == len(self._ordered_ids):
            return False
        return self._compare(values, self._values_of(self._ordered_ids[place])) >= 0

    def _compare(self, a, b):
        """Returns -1, 0 or 1: which of two combinations comes first."""
        for hp in self.hyperparameters.space:
            # A parent decides before what depends on it is reached.
            if hp.name in a and a[hp.name] != b.get(hp.name):
                values = _ordered_values(hp)
                first = values.index(a[hp.name]) < values.index(b[hp.name])
                return -1 if first else 1
        return 0

    def _next_combination(self, values):
        """Returns the combination after one, or None after the last."""
        hps = self.get_space()
        hps.values = dict(values)
        # From the end, so that what depends on a parent changes before it does.
        for hp in reversed(hps.space):
            possible = _ordered_values(hp)
            if hps.is_active(hp):
                current = hps.values.get(hp.name, hp.default)
                if current != possible[-1]:
                    following = possible.index(current) + 1
                    hps.values[hp.name] = possible[following]
                    hps.ensure_active_values()
                    return hps.values
            hps.values[hp.name] = hp.default
        return None

    def get_state(self):
        return {
            **super().get_state(),
            "ordered_ids": self._ordered_ids,
            "populate_next": self._populate_next,
        }

    def set_state(self, state):
        super().set_state(state)
        self._ordered_ids = state.get("ordered_ids")
        self._populate_next = state.get("populate_next")
        if self._ordered_ids is None:  # KerasTuner does not save them
            by_values = functools.cmp_to_key(
                lambda a, b: self._compare(self._values_of(a), self._values_of(b))
            )
            self._ordered_ids = sorted(self.start_order, key=by_values)
            self._populate_next = list(self.start_order)


def _ordered_values(hp):
    """Returns the values of a hyperparameter, the default first."""
    return [hp.default, *(value for value in hp.values if value != hp.default)]


class GridSearch(Tuner):
    """Tries all combinations of values.

    Of a `Float` without `step`, and of an `Int` on a logarithmic scale without one,
    ten values are tried besides the default.

    Args:
        hypermodel: a function `build(hp)`, a `HyperModel`, or its class.
        objective: name of a metric, an `Objective`, or a list of them, whose sum
            counts. Optional where `run_trial` or `fit` return a number to minimise.
        max_trials: largest number of trials; None for all combinations.
        seed: seed of the trials' training.
        hyperparameters: optional `HyperParameters` that fix or declare a part of the
            space in advance.
        tune_new_entries: whether others that `build` asks for are searched, too.
        allow_new_entries: whether `build` may ask for others.
        max_retries_per_trial: how often a trial that failed is run again.
        max_consecutive_failed_trials: the search ends after so many in a row.
        **kwargs: as `Tuner`: `directory`, `project_name`, `overwrite`...

    Example:
        >>> class Square(GridSearch):
        ...     def run_trial(self, trial, **kwargs):
        ...         return trial.hyperparameters.Int("x", -2, 2, default=1) ** 2
        >>> search = Square()
        >>> search.search(verbose=0)
        >>> len(search.oracle.trials), search.get_best_hyperparameters()[0].values
        (5, {'x': 0})
    """

    def __init__(
        self,
        hypermodel=None,
        objective=None,
        max_trials=None,
        seed=None,
        hyperparameters=None,
        tune_new_entries=True,
        allow_new_entries=True,
        max_retries_per_trial=0,
        max_consecutive_failed_trials=3,
        **kwargs,
    ):
        self.seed = seed
        oracle = GridSearchOracle(
            objective=objective,
            max_trials=max_trials,
            seed=seed,
            hyperparameters=hyperparameters,
            tune_new_entries=tune_new_entries,
            allow_new_entries=allow_new_entries,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
        )
        super().__init__(oracle, hypermodel, **kwargs)
