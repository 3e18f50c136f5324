"""Random search: independent draws."""

from ranvier.tuner._oracle import Oracle
from ranvier.tuner._trial import TrialStatus
from ranvier.tuner._tuner import Tuner


class RandomSearchOracle(Oracle):
    """Draws values at random, none twice.

    Args:
        objective: name of a metric, an `Objective`, or a list of them.
        max_trials: largest number of trials; fewer if nothing is left to try.
        seed: seed of the search.
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
        max_trials=10,
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

    def can_batch(self):
        return self._study.is_independent

    def populate_space(self, trial_id):
        values = self._random_values()
        if values is None:
            return {"status": TrialStatus.STOPPED, "values": None}
        return {"status": TrialStatus.RUNNING, "values": values}


class RandomSearch(Tuner):
    """Tries values drawn at random.

    Args:
        hypermodel: a function `build(hp)`, a `HyperModel`, or its class.
        objective: name of a metric, an `Objective`, or a list of them, whose sum
            counts. Optional where `run_trial` or `fit` return a number to minimise.
        max_trials: largest number of trials; fewer if nothing is left to try.
        seed: seed of the search: of the values, and of each trial's training.
        hyperparameters: optional `HyperParameters` that fix or declare a part of the
            space in advance.
        tune_new_entries: whether others that `build` asks for are searched, too.
        allow_new_entries: whether `build` may ask for others.
        max_retries_per_trial: how often a trial that failed is run again.
        max_consecutive_failed_trials: the search ends after so many in a row.
        **kwargs: as `Tuner`: `directory`, `project_name`, `overwrite`...

    Example:
        >>> import numpy as np, ranvier as rv
        >>> def build(hp):
        ...     model = rv.Sequential(
        ...         [rv.layers.Dense(hp.Int("units", 2, 8), "relu"), rv.layers.Dense(1)]
        ...     )
        ...     model.compile(rv.optimizers.Adam(hp.Choice("rate", [0.01, 0.1])), "mse")
        ...     return model
        >>> search = RandomSearch(build, "val_loss", max_trials=3, seed=1)
        >>> x = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
        >>> y = x[:, :1] * x[:, 1:]
        >>> search.search(x, y, validation_split=0.25, epochs=2, verbose=0)
        >>> sorted(search.get_best_hyperparameters()[0].values)
        ['rate', 'units']
    """

    def __init__(
        self,
        hypermodel=None,
        objective=None,
        max_trials=10,
        seed=None,
        hyperparameters=None,
        tune_new_entries=True,
        allow_new_entries=True,
        max_retries_per_trial=0,
        max_consecutive_failed_trials=3,
        **kwargs,
    ):
        self.seed = seed
        oracle = RandomSearchOracle(
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
