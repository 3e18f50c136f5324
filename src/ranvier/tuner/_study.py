"""The optuna study behind a search: its samplers and pruners under KerasTuner's names.

A study is made when somebody needs it: a sampler, a pruner, or `tuner.study`. From
then on it mirrors the trials. It lives in memory; after a reload it is made again from
the trials' files.
"""

import contextlib
import warnings

from ranvier.core import _errors
from ranvier.tuner._boolean import Boolean
from ranvier.tuner._choice import Choice
from ranvier.tuner._fixed import Fixed
from ranvier.tuner._hyperparameters import HyperParameters
from ranvier.tuner._int import Int
from ranvier.tuner._trial import TrialStatus

# Samplers that do not look at results.
_INDEPENDENT = ("RandomSampler", "QMCSampler")


class Study:
    """Mirrors the trials of an oracle in an optuna study.

    Args:
        oracle: the oracle.
    """

    def __init__(self, oracle):
        self.sampler = None
        self.pruner = None
        self.pruned = set()  # ids of trials
        self._oracle = oracle
        self._study = None
        self._drawn = None  # an optuna trial whose values nobody has taken yet
        self._live = {}  # optuna trials by our ids
        self._is_exhausted = False

    @property
    def has_sampler(self) -> bool:
        """Whether values come from an optuna sampler."""
        return self.sampler is not None

    @property
    def is_independent(self) -> bool:
        """Whether neither a sampler nor a pruner looks at other trials."""
        sampler = type(self.sampler).__name__
        draws_alone = self.sampler is None or sampler in _INDEPENDENT
        return draws_alone and self.pruner is None

    def study(self):
        """Returns the optuna study."""
        if self._study is None:
            self._study = self._make()
        return self._study

    def reset(self):
        """Forgets the study; it is made again from the trials when needed."""
        self._study = self._drawn = None
        self._live = {}

    def _make(self):
        optuna = _errors.require("optuna", "tuner")
        oracle = self._oracle
        with _quiet(optuna):
            study = optuna.create_study(
                study_name=oracle._project_name,
                sampler=self.sampler,
                pruner=self.pruner,
                direction=f"{oracle.objective.direction}imize",
            )
        # Samplers that have tried all they have say so by this method.
        study.stop = self._on_exhausted
        for trial_id in oracle.end_order:
            study.add_trial(_frozen(optuna, oracle.trials[trial_id]))
        return study

    def _on_exhausted(self):
        self._is_exhausted = True

    def draw(self, space):
        """Returns values of the active hyperparameters of a space, or None.

        None means that the sampler has nothing left to try.
        """
        optuna = _errors.require("optuna", "tuner")
        if self._drawn is not None:  # what was drawn last had been tried before
            self.study().tell(self._drawn, state=optuna.trial.TrialState.FAIL)
        if self._is_exhausted:
            self._drawn = None
            return None
        with _quiet(optuna):
            self._drawn = self.study().ask()
            return _suggest(self._drawn, space)

    def begin(self, trial):
        """Takes a trial that begins into the study."""
        if self._study is None and self.pruner is None and not self.has_sampler:
            return
        live, self._drawn = self._drawn, None
        if live is None:
            optuna = _errors.require("optuna", "tuner")
            hps = trial.hyperparameters
            with _quiet(optuna):
                names = _parameter_names(hps.space)
                self.study().enqueue_trial(
                    {
                        names[i]: _to_parameter(hp, hps.values[hp.name])
                        for i, hp in enumerate(hps.space)
                        if hp.name in hps.values and hps.is_active(hp)
                    }
                )
                live = self.study().ask()
                _suggest(live, hps.space)
        live.set_user_attr("trial_id", trial.trial_id)
        self._live[trial.trial_id] = live

    def report(self, trial, step, value) -> bool:
        """Tells the pruner how a trial fares after an epoch.

        Returns:
            Whether the trial should end here.
        """
        live = self._live.get(trial.trial_id)
        if self.pruner is None or live is None or value != value:
            return False
        known = self._oracle.trials[trial.trial_id]
        known.reports[step] = float(value)
        live.report(float(value), step)
        if live.should_prune():
            self.pruned.add(trial.trial_id)
            return True
        return False

    def end(self, trial):
        """Takes the end of a trial into the study."""
        if self._study is None:
            return
        optuna = _errors.require("optuna", "tuner")
        live = self._live.pop(trial.trial_id, None)
        if live is None:
            self._study.add_trial(_frozen(optuna, trial))
        elif trial.trial_id in self.pruned:
            self._study.tell(live, state=optuna.trial.TrialState.PRUNED)
        elif trial.status == TrialStatus.COMPLETED:
            self._study.tell(live, float(trial.score))
        else:
            self._study.tell(live, state=optuna.trial.TrialState.FAIL)


def _suggest(live, space):
    """Asks an optuna trial for the active hyperparameters; returns their values."""
    hps = HyperParameters()
    names = _parameter_names(space)
    for i, hp in enumerate(space):
        hps.merge([hp])
        if not hps.is_active(hp):
            continue
        if isinstance(hp, Fixed):
            hps.values[hp.name] = hp.value
        else:
            parameter = _ask(live, names[i], _distribution(hp))
            hps.values[hp.name] = _from_parameter(hp, parameter)
    return hps.values


def _ask(live, name, distribution):
    if not hasattr(distribution, "low"):
        return live.suggest_categorical(name, distribution.choices)
    limits = (name, distribution.low, distribution.high)
    kind = live.suggest_int if isinstance(distribution.low, int) else live.suggest_float
    if distribution.log:
        return kind(*limits, log=True)
    return kind(*limits, step=distribution.step)


def _parameter_names(space):
    """Returns the name of each hyperparameter in the study.

    Of several with one name (under different conditions), each gets its conditions
    added: optuna wants the same choices under the same name.
    """
    names = [hp.name for hp in space]
    return [
        name
        if names.count(name) == 1
        else f"{name} {[f'{c.name} in {c.values}' for c in hp.conditions]}"
        for name, hp in zip(names, space)
    ]


def _distribution(hp):
    from optuna import distributions

    if isinstance(hp, Choice):
        return distributions.CategoricalDistribution(hp.values)
    if isinstance(hp, Boolean):
        return distributions.CategoricalDistribution((True, False))
    if _is_ladder(hp):
        return distributions.CategoricalDistribution(tuple(hp.values))
    low, high = hp.min_value, hp.max_value
    is_log = hp.sampling != "linear"
    if isinstance(hp, Int):
        step = 1 if is_log else hp.step
        high = low + (high - low) // step * step
        return distributions.IntDistribution(low, high, log=is_log, step=step)
    if hp.step is not None:
        high = low + (hp._count_values() - 1) * hp.step
    return distributions.FloatDistribution(low, high, log=is_log, step=hp.step)


def _is_ladder(hp):
    return hp.step is not None and hp.sampling != "linear"


def _is_reversed(hp):
    return getattr(hp, "sampling", None) == "reverse_log" and not _is_ladder(hp)


def _from_parameter(hp, parameter):
    # optuna has no reverse logarithmic scale: what it sees is the mirror image.
    return hp.min_value + hp.max_value - parameter if _is_reversed(hp) else parameter


def _to_parameter(hp, value):
    return hp.min_value + hp.max_value - value if _is_reversed(hp) else value


def _frozen(optuna, trial):
    """Returns a trial that has ended as one of optuna's."""
    hps = trial.hyperparameters
    names = _parameter_names(hps.space)
    parameters, distributions = {}, {}
    for i, hp in enumerate(hps.space):
        active = hp.name in hps.values and hps.is_active(hp)
        if not isinstance(hp, Fixed) and active:
            parameters[names[i]] = _to_parameter(hp, hps.values[hp.name])
            distributions[names[i]] = _distribution(hp)
    done = trial.status == TrialStatus.COMPLETED
    states = optuna.trial.TrialState
    return optuna.trial.create_trial(
        state=states.COMPLETE if done else states.FAIL,
        value=float(trial.score) if done else None,
        params=parameters,
        distributions=distributions,
        intermediate_values=trial.reports,
        user_attrs={"trial_id": trial.trial_id},
    )


@contextlib.contextmanager
def _quiet(optuna):
    """Keeps optuna from announcing a study, and its own methods as experimental."""
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(max(verbosity, optuna.logging.WARNING))
    try:
        with warnings.catch_warnings():
            experimental = optuna.exceptions.ExperimentalWarning
            warnings.simplefilter("ignore", experimental)
            yield
    finally:
        optuna.logging.set_verbosity(verbosity)
