"""Bayesian optimisation: a Gaussian process guesses where the objective is good."""

import warnings

import numpy as np

from ranvier.core import _errors
from ranvier.tuner._fixed import Fixed
from ranvier.tuner._hyperparameters import HyperParameters
from ranvier.tuner._oracle import Oracle
from ranvier.tuner._trial import TrialStatus
from ranvier.tuner._tuner import Tuner

# Points that the acquisition function is looked up at, and those it is refined from.
_CANDIDATES = 2000
_REFINED = 10


class BayesianOptimizationOracle(Oracle):
    """Minimises the lower confidence bound of a Gaussian process.

    The process has a Matern 5/2 kernel over the hyperparameters as probabilities, so
    that logarithmic scales are respected.

    Args:
        objective: name of a metric, an `Objective`, or a list of them.
        max_trials: largest number of trials.
        num_initial_points: number of random trials to begin with; None for three times
            the number of hyperparameters.
        alpha: variance of the noise of the objective, once that is normalised.
        beta: how many standard deviations below the mean count: more explores more.
        seed: seed of the search.
        hyperparameters: optional `HyperParameters` that fix or declare a part of the
            space in advance.
        allow_new_entries: whether `build` may ask for others than these.
        tune_new_entries: whether those are searched, too.
        max_retries_per_trial: how often a trial that failed is run again.
        max_consecutive_failed_trials: the search ends after so many in a row.

    Raises:
        ImportError: if scikit-learn is not installed.
    """

    def __init__(
        self,
        objective=None,
        max_trials=10,
        num_initial_points=None,
        alpha=1e-4,
        beta=2.6,
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
        self.num_initial_points = num_initial_points
        self.alpha = alpha
        self.beta = beta
        self.gpr = self._make_gpr()

    def _make_gpr(self):
        processes = _errors.require("sklearn.gaussian_process", "tuner")
        return processes.GaussianProcessRegressor(
            kernel=processes.kernels.Matern(nu=2.5),
            n_restarts_optimizer=5,
            normalize_y=True,
            alpha=self.alpha,
            random_state=self.seed,
        )

    def can_batch(self):
        return self._study.is_independent

    def populate_space(self, trial_id):
        if self._study.has_sampler:
            return self._random_trial()
        space = self._searched_space()
        points = self.num_initial_points or max(3 * len(self.hyperparameters.space), 3)
        done = [t for t in self.trials.values() if t.status == TrialStatus.COMPLETED]
        if len(done) < points or not space:
            will_be_done = len(done) + len(self.ongoing_trials)
            if self.is_batching and self.ongoing_trials and will_be_done >= points:
                return {"status": TrialStatus.IDLE}  # their results decide
            return self._random_trial()
        if self.is_batching and self.ongoing_trials:
            return {"status": TrialStatus.IDLE}
        values = self._values_at(self._best_guess(done))
        return {"status": TrialStatus.RUNNING, "values": values}

    def _random_trial(self):
        values = self._random_values()
        status = TrialStatus.STOPPED if values is None else TrialStatus.RUNNING
        return {"status": status, "values": values}

    def _searched_space(self):
        return [hp for hp in self.hyperparameters.space if not isinstance(hp, Fixed)]

    def _best_guess(self, done):
        """Returns the point with the lowest confidence bound."""
        self._fit(done)
        rng = np.random.default_rng([self.seed, len(self.trials)])
        points = rng.uniform(size=(_CANDIDATES, len(self._searched_space())))
        order = np.argsort(self._bound(points))[:_REFINED]
        found = [self._refine(points[i]) for i in order]
        best = min(found, key=lambda point: self._bound(point[None])[0])
        # Rounding, so that the last bits of the scores do not show.
        return np.round(best, 3)

    def _fit(self, done):
        sign = -1 if self.objective.direction == "max" else 1
        x = np.array([self._vector_of(trial) for trial in done])
        y = sign * np.nan_to_num([float(t.score) for t in done], posinf=0, neginf=0)
        with warnings.catch_warnings():
            # A length scale at its limit is a fact about the data, not a mistake.
            exceptions = _errors.require("sklearn.exceptions", "tuner")
            warnings.simplefilter("ignore", exceptions.ConvergenceWarning)
            self.gpr.fit(x, y)
            ongoing = list(self.ongoing_trials.values())
            if ongoing:
                # Taken to come out a little worse than expected, so that the same
                # point is not chosen again meanwhile.
                waiting = np.array([self._vector_of(trial) for trial in ongoing])
                mean, deviation = self.gpr.predict(waiting, return_std=True)
                self.gpr.fit(
                    np.concatenate([x, waiting]), np.concatenate([y, mean + deviation])
                )

    def _bound(self, points):
        mean, deviation = self.gpr.predict(points, return_std=True)
        return mean - self.beta * deviation

    def _refine(self, point):
        optimize = _errors.require("scipy.optimize", "tuner")
        found = optimize.minimize(
            lambda x: float(self._bound(x[None])[0]),
            x0=point,
            bounds=[(0, 1)] * len(point),
            method="L-BFGS-B",
            options={"maxiter": 20},
        )
        return found.x

    def _vector_of(self, trial):
        """Returns a trial's values as probabilities; defaults where it has none."""
        hps = trial.hyperparameters
        return [
            hp.value_to_prob(
                hps.values[hp.name]
                if hp.name in hps.values and hps.is_active(hp)
                else hp.default
            )
            for hp in self._searched_space()
        ]

    def _values_at(self, point):
        """Returns the values of active hyperparameters at a point."""
        probabilities = iter(point.tolist())
        hps = HyperParameters()
        for hp in self.hyperparameters.space:
            hps.merge([hp])
            is_fixed = isinstance(hp, Fixed)
            value = hp.value if is_fixed else hp.prob_to_value(next(probabilities))
            if hps.is_active(hp):
                hps.values[hp.name] = value
        return hps.values

    def get_state(self):
        return {
            **super().get_state(),
            "num_initial_points": self.num_initial_points,
            "alpha": self.alpha,
            "beta": self.beta,
        }

    def set_state(self, state):
        super().set_state(state)
        self.num_initial_points = state["num_initial_points"]
        self.alpha = state["alpha"]
        self.beta = state["beta"]
        self.gpr = self._make_gpr()


class BayesianOptimization(Tuner):
    """Chooses values where a Gaussian process expects the best.

    Args:
        hypermodel: a function `build(hp)`, a `HyperModel`, or its class.
        objective: name of a metric, an `Objective`, or a list of them, whose sum
            counts. Optional where `run_trial` or `fit` return a number to minimise.
        max_trials: largest number of trials.
        num_initial_points: number of random trials to begin with; None for three times
            the number of hyperparameters.
        alpha: variance of the noise of the objective, once that is normalised.
        beta: how many standard deviations below the mean count: more explores more.
        seed: seed of the search: of the values, and of each trial's training.
        hyperparameters: optional `HyperParameters` that fix or declare a part of the
            space in advance.
        tune_new_entries: whether others that `build` asks for are searched, too.
        allow_new_entries: whether `build` may ask for others.
        max_retries_per_trial: how often a trial that failed is run again.
        max_consecutive_failed_trials: the search ends after so many in a row.
        **kwargs: as `Tuner`: `directory`, `project_name`, `overwrite`...

    Raises:
        ImportError: if scikit-learn is not installed.

    Example:
        >>> class Square(BayesianOptimization):
        ...     def run_trial(self, trial, **kwargs):
        ...         return trial.hyperparameters.Float("x", -1.0, 3.0) ** 2
        >>> search = Square(max_trials=12, seed=1)
        >>> search.search(verbose=0)
        >>> abs(search.get_best_hyperparameters()[0].get("x")) < 0.1
        True
    """

    def __init__(
        self,
        hypermodel=None,
        objective=None,
        max_trials=10,
        num_initial_points=None,
        alpha=1e-4,
        beta=2.6,
        seed=None,
        hyperparameters=None,
        tune_new_entries=True,
        allow_new_entries=True,
        max_retries_per_trial=0,
        max_consecutive_failed_trials=3,
        **kwargs,
    ):
        oracle = BayesianOptimizationOracle(
            objective=objective,
            max_trials=max_trials,
            num_initial_points=num_initial_points,
            alpha=alpha,
            beta=beta,
            seed=seed,
            hyperparameters=hyperparameters,
            tune_new_entries=tune_new_entries,
            allow_new_entries=allow_new_entries,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
        )
        super().__init__(oracle=oracle, hypermodel=hypermodel, **kwargs)
