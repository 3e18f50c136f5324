"""Hyperband: many trials for few epochs, the best of them for more.

A bracket begins with many trials and goes through rounds: each takes the best of the
round before for `factor` times as many epochs. Brackets differ by how many trials they
begin with: from many that get few epochs to few that get all.
"""

import math

from ranvier.tuner._oracle import Oracle
from ranvier.tuner._trial import TrialStatus
from ranvier.tuner._tuner import Tuner


class HyperbandOracle(Oracle):
    """Gives out the trials of brackets and rounds.

    A trial's values tell its place: `"tuner/epochs"`, up to which to train,
    `"tuner/initial_epoch"`, `"tuner/bracket"`, `"tuner/round"`, and from the second
    round on `"tuner/trial_id"`, the trial whose weights it takes up.

    Args:
        objective: name of a metric, an `Objective`, or a list of them.
        max_epochs: largest number of epochs of a model.
        factor: by how much rounds and brackets differ; at least 2.
        hyperband_iterations: how often all brackets are run.
        seed: seed of the search.
        hyperparameters: optional `HyperParameters` that fix or declare a part of the
            space in advance.
        allow_new_entries: whether `build` may ask for others than these.
        tune_new_entries: whether those are searched, too.
        max_retries_per_trial: how often a trial that failed is run again.
        max_consecutive_failed_trials: the search ends after so many in a row.

    Raises:
        ValueError: for a factor below 2.
    """

    def __init__(
        self,
        objective=None,
        max_epochs=100,
        factor=3,
        hyperband_iterations=1,
        seed=None,
        hyperparameters=None,
        allow_new_entries=True,
        tune_new_entries=True,
        max_retries_per_trial=0,
        max_consecutive_failed_trials=3,
    ):
        super().__init__(
            objective=objective,
            hyperparameters=hyperparameters,
            allow_new_entries=allow_new_entries,
            tune_new_entries=tune_new_entries,
            seed=seed,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
        )
        if factor < 2:
            raise ValueError(
                f"factor needs to be at least 2. Received: factor={factor}"
            )
        self.max_epochs = max_epochs
        self.min_epochs = 1
        self.factor = factor
        self.hyperband_iterations = hyperband_iterations or float("inf")
        self._current_iteration = 0
        self._current_bracket = self._get_num_brackets() - 1
        self._brackets = []
        self._start_new_bracket()

    # The schedule.

    def _get_num_brackets(self):
        brackets, epochs = 0, self.max_epochs
        while epochs >= self.min_epochs:
            epochs /= self.factor
            brackets += 1
        return brackets

    def _get_num_rounds(self, bracket_num):
        return bracket_num + 1

    def _get_size(self, bracket_num, round_num):
        """Returns the number of trials of a round; brackets cost about the same."""
        last = math.ceil(1 + math.log(self.max_epochs, self.factor)) / (bracket_num + 1)
        return math.ceil(last * self.factor ** (bracket_num - round_num))

    def _get_epochs(self, bracket_num, round_num):
        """Returns up to which epoch a round trains."""
        return math.ceil(self.max_epochs / self.factor ** (bracket_num - round_num))

    # The trials.

    def can_batch(self):
        return self._study.is_independent

    def populate_space(self, trial_id):
        self._brackets = [b for b in self._brackets if not self._is_complete(b)]
        for bracket in self._brackets:
            if len(bracket["rounds"][0]) < self._get_size(bracket["bracket_num"], 0):
                return self._random_trial(trial_id, bracket)
            for round_number in range(1, len(bracket["rounds"])):
                best = self._find_to_promote(bracket, round_number)
                if best is not None:
                    return self._promote(trial_id, bracket, round_number, best)
        is_last = self._current_iteration + 1 >= self.hyperband_iterations
        if self._current_bracket == 0 and is_last:
            return self._wait_or_stop()
        if self.ongoing_trials and self.is_batching:
            # One after another a bracket ends before the next begins.
            return {"status": TrialStatus.IDLE}
        self._current_bracket -= 1
        if self._current_bracket < 0:
            self._current_bracket = self._get_num_brackets() - 1
            self._current_iteration += 1
        self._start_new_bracket()
        return self._random_trial(trial_id, self._brackets[-1])

    def _start_new_bracket(self):
        number = self._current_bracket
        rounds = [[] for _ in range(self._get_num_rounds(number))]
        self._brackets.append({"bracket_num": number, "rounds": rounds})

    def _is_complete(self, bracket):
        last = len(bracket["rounds"]) - 1
        size = self._get_size(bracket["bracket_num"], last)
        return len(bracket["rounds"][last]) == size

    def _random_trial(self, trial_id, bracket):
        values = self._random_values()
        if values is None:
            return self._wait_or_stop()
        bracket["rounds"][0].append({"past_id": None, "id": trial_id})
        values.update(self._place(bracket, 0, 0))
        return {"status": TrialStatus.RUNNING, "values": values}

    def _find_to_promote(self, bracket, round_number):
        """Returns the best trial of the round before, if it is known by now.

        It is when more trials have ended than will be dropped.
        """
        number, rounds = bracket["bracket_num"], bracket["rounds"]
        taken = [info["past_id"] for info in rounds[round_number]]
        before = [
            self.trials[info["id"]]
            for info in rounds[round_number - 1]
            if info["id"] not in taken
        ]
        ended = [t for t in before if t.status == TrialStatus.COMPLETED]
        dropped = self._get_size(number, round_number - 1)
        dropped -= self._get_size(number, round_number)
        if len(ended) <= dropped:
            return None
        pick = max if self.objective.direction == "max" else min
        return pick(ended, key=lambda trial: trial.score)

    def _promote(self, trial_id, bracket, round_number, best):
        bracket["rounds"][round_number].append(
            {"past_id": best.trial_id, "id": trial_id}
        )
        values = {
            **best.hyperparameters.values,
            "tuner/trial_id": best.trial_id,
            **self._place(
                bracket,
                round_number,
                self._get_epochs(bracket["bracket_num"], round_number - 1),
            ),
        }
        return {"status": TrialStatus.RUNNING, "values": values}

    def _place(self, bracket, round_number, initial_epoch):
        return {
            "tuner/epochs": self._get_epochs(bracket["bracket_num"], round_number),
            "tuner/initial_epoch": initial_epoch,
            "tuner/bracket": self._current_bracket,
            "tuner/round": round_number,
        }

    def _wait_or_stop(self):
        waiting = TrialStatus.IDLE if self.ongoing_trials else TrialStatus.STOPPED
        return {"status": waiting}

    def _compute_values_hash(self, values):
        places = ("epochs", "initial_epoch", "bracket", "round")
        places = {f"tuner/{name}" for name in places}
        rest = {name: v for name, v in values.items() if name not in places}
        return super()._compute_values_hash(rest)

    # Files.

    def get_state(self):
        return {
            **super().get_state(),
            "hyperband_iterations": self.hyperband_iterations,
            "max_epochs": self.max_epochs,
            "min_epochs": self.min_epochs,
            "factor": self.factor,
            "brackets": self._brackets,
            "current_bracket": self._current_bracket,
            "current_iteration": self._current_iteration,
        }

    def set_state(self, state):
        super().set_state(state)
        self.hyperband_iterations = state["hyperband_iterations"]
        self.max_epochs = state["max_epochs"]
        self.min_epochs = state["min_epochs"]
        self.factor = state["factor"]
        self._brackets = state["brackets"]
        self._current_bracket = state["current_bracket"]
        self._current_iteration = state["current_iteration"]


class Hyperband(Tuner):
    """Trains many models for few epochs and goes on with the best.

    `search` needs no `epochs`: the algorithm sets them. Models of a later round take up
    weights and optimizer state of their best epoch in the round before.

    Args:
        hypermodel: a function `build(hp)`, a `HyperModel`, or its class.
        objective: name of a metric, an `Objective`, or a list of them, whose sum
            counts. Optional where `run_trial` or `fit` return a number to minimise.
        max_epochs: largest number of epochs of a model: somewhat more than the
            largest needs.
        factor: by how much rounds and brackets differ; at least 2.
        hyperband_iterations: how often all brackets are run; one takes about
            `max_epochs * log(max_epochs, factor) ** 2` epochs.
        seed: seed of the search: of the values, and of each trial's training.
        hyperparameters: optional `HyperParameters` that fix or declare a part of the
            space in advance.
        tune_new_entries: whether others that `build` asks for are searched, too.
        allow_new_entries: whether `build` may ask for others.
        max_retries_per_trial: how often a trial that failed is run again.
        max_consecutive_failed_trials: the search ends after so many in a row.
        **kwargs: as `Tuner`: `directory`, `project_name`, `overwrite`...

    Raises:
        ValueError: for a factor below 2.
    """

    def __init__(
        self,
        hypermodel=None,
        objective=None,
        max_epochs=100,
        factor=3,
        hyperband_iterations=1,
        seed=None,
        hyperparameters=None,
        tune_new_entries=True,
        allow_new_entries=True,
        max_retries_per_trial=0,
        max_consecutive_failed_trials=3,
        **kwargs,
    ):
        oracle = HyperbandOracle(
            objective,
            max_epochs=max_epochs,
            factor=factor,
            hyperband_iterations=hyperband_iterations,
            seed=seed,
            hyperparameters=hyperparameters,
            tune_new_entries=tune_new_entries,
            allow_new_entries=allow_new_entries,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
        )
        super().__init__(oracle=oracle, hypermodel=hypermodel, **kwargs)

    def _epochs_of(self, trial):
        values = trial.hyperparameters.values
        if "tuner/epochs" not in values:
            return {}
        return {
            "epochs": values["tuner/epochs"],
            "initial_epoch": values["tuner/initial_epoch"],
        }

    def _build_hypermodel(self, hp):
        model = super()._build_hypermodel(hp)
        if "tuner/trial_id" in hp.values:
            self._load_weights(model, hp.values["tuner/trial_id"])
        return model
