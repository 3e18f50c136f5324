"""BaseTuner: asks an oracle for trials, runs them, and reports how they went."""

import os
import shutil
import time
import traceback
import warnings

from ranvier.callbacks._output import print_message
from ranvier.core import _interrupts
from ranvier.tuner import _project, _results, _table
from ranvier.tuner._hypermodel import get_hypermodel
from ranvier.tuner._oracle import Oracle
from ranvier.tuner._stateful import Stateful, load_json, save_json
from ranvier.tuner._trial import TrialStatus
from ranvier.tuner.errors import FailedTrialError, FatalError


def check_oracle(oracle) -> None:
    """Raises a `ValueError` for something else than an oracle."""
    if not isinstance(oracle, Oracle):
        raise ValueError(
            "Expected `oracle` argument to be an instance of `Oracle`. Received: "
            f"oracle={oracle!r} (of type {type(oracle).__name__})."
        )


class BaseTuner(Stateful):
    """Base of all tuners, for models of any kind: override `run_trial`.

    Args:
        oracle: the search algorithm, an `Oracle`.
        hypermodel: a function `build(hp)`, a `HyperModel`, or its class.
        directory: folder of projects; the current one if None.
        project_name: name of this search's folder in it.
        overwrite: whether a search of that name is deleted; else it is gone on with.
        **kwargs: `logger`, accepted and not used.

    Raises:
        ValueError: for something else than an oracle, or unknown arguments.
        OSError: if the folder cannot be written.
    """

    def __init__(
        self,
        oracle,
        hypermodel=None,
        directory=None,
        project_name=None,
        overwrite=False,
        **kwargs,
    ):
        check_oracle(oracle)
        self.logger = kwargs.pop("logger", None)
        if self.logger is not None:
            warnings.warn(
                "The `logger` argument of tuners is no longer supported and will be "
                "ignored.",
                DeprecationWarning,
                stacklevel=2,
            )
        if kwargs:
            raise ValueError(
                f"Unrecognized arguments {list(kwargs)} for `BaseTuner.__init__()`."
            )
        self.oracle = oracle
        self.hypermodel = get_hypermodel(hypermodel)
        self.directory = "." if directory is None else directory
        self.project_name = project_name or "untitled_project"
        self.oracle._set_project_dir(self.directory, self.project_name)
        self.tuner_id = "tuner0"
        self._written = None

        if overwrite and os.path.exists(self.project_dir):
            shutil.rmtree(self.project_dir)
        _project.check_writable(self.project_dir)
        # The oracle's file is the first that a search writes.
        if os.path.exists(self.oracle._get_oracle_fname()):
            print_message(f"Reloading Tuner from {self._get_tuner_fname()}")
            self.reload()
        else:
            self._populate_initial_space()

    # The space.

    def _populate_initial_space(self):
        """Finds the space by building: once, and again for each condition met."""
        if self.hypermodel is None:
            return
        hp = self.oracle.get_space()
        self.hypermodel.declare_hyperparameters(hp)
        self.oracle.update_space(hp)
        self._activate_all_conditions()

    def _activate_all_conditions(self):
        entered, to_enter, tried = [], [], []
        hp = self.oracle.get_space()
        while True:
            self._build_to_explore(hp)
            self.oracle.update_space(hp)
            entered += [scope for scope in hp.active_scopes if scope not in entered]
            to_enter += [scope for scope in hp.inactive_scopes if scope not in to_enter]
            to_enter = [s for s in to_enter if s not in entered and s not in tried]
            if not to_enter:
                break
            # What cannot be entered with values set for it is not tried again.
            scope = to_enter[0]
            tried.append(scope)
            hp = self.oracle.get_space()
            for condition in scope:
                hp.values[condition.name] = condition.values[0]
            hp.ensure_active_values()

    def _build_to_explore(self, hp):
        self.hypermodel.build(hp)

    # The search.

    def search(self, *fit_args, **fit_kwargs):
        """Runs trials until the oracle has no more.

        Args:
            *fit_args: what `run_trial` gets, for example the data.
            **fit_kwargs: likewise. `verbose=0` keeps the search silent, too.

        Raises:
            RuntimeError: if too many trials in a row failed.
            FatalError: if a trial ended with one.
        """
        if "verbose" in fit_kwargs:
            self.oracle.verbose = fit_kwargs["verbose"]
        self.on_search_begin()
        with _interrupts.handled(), self.oracle._display.searching():
            self._run_all(*fit_args, **fit_kwargs)
        self._warn_of_nothing()
        self.on_search_end()

    def _run_all(self, *fit_args, **fit_kwargs):
        while True:
            self.pre_create_trial()
            trial = self.oracle.create_trial(self.tuner_id)
            if trial.status == TrialStatus.STOPPED:
                break
            if trial.status == TrialStatus.IDLE:
                time.sleep(0.05)  # another tuner of this oracle runs
                continue
            self.on_trial_begin(trial)
            self._try_run_and_update_trial(trial, *fit_args, **fit_kwargs)
            self.on_trial_end(trial)

    def _warn_of_nothing(self):
        """Tells why a search has come to nothing."""
        trials = list(self.oracle.trials.values())
        if trials and all(t.status == TrialStatus.FAILED for t in trials):
            warnings.warn(
                f"None of {len(trials)} trials was completed. The last one said:\n"
                f"{trials[-1].message}",
                stacklevel=3,
            )
        elif len(trials) == 1 and not self.oracle.hyperparameters.space:
            warnings.warn(
                "The search space is empty: nothing was asked of `hp`, so there was "
                "only one trial to run. Use `hp.Int`, `hp.Float`, `hp.Choice` or "
                "`hp.Boolean` in `build`.",
                stacklevel=3,
            )

    def _try_run_and_update_trial(self, trial, *fit_args, **fit_kwargs):
        try:
            self._run_and_update_trial(trial, *fit_args, **fit_kwargs)
            trial.status = TrialStatus.COMPLETED
        except FatalError:
            raise
        except Exception as error:
            self._mark_failed(trial, error)

    def _mark_failed(self, trial, error):
        failed = isinstance(error, FailedTrialError)
        trial.status = TrialStatus.FAILED if failed else TrialStatus.INVALID
        trial.message = "".join(traceback.format_exception(error))

    def _run_and_update_trial(self, trial, *fit_args, **fit_kwargs):
        results = self.run_trial(trial, *fit_args, **fit_kwargs)
        known = self.oracle.get_trial(trial.trial_id)
        if known.metrics.exists(self.oracle.objective.name):
            warnings.warn(
                "`run_trial` calls `self.oracle.update_trial(trial_id, metrics)` to "
                "report, which is deprecated. Please remove the call, and return the "
                "metrics instead.",
                DeprecationWarning,
                stacklevel=2,
            )
            return
        self._report(trial, results, "Tuner.run_trial()")

    def _report(self, trial, results, where):
        """Hands the results of a trial to the oracle."""
        objective = self.oracle.objective
        _results.validate_trial_results(results, objective, where)
        self.oracle.update_trial(
            trial.trial_id,
            _results.convert_to_metrics_dict(results, objective),
            step=_results.get_best_step(results, objective),
        )

    # To override.

    def run_trial(self, trial, *fit_args, **fit_kwargs):
        """Runs a trial and returns its results. Override it.

        Args:
            trial: the trial; `trial.hyperparameters` has the values.
            *fit_args: what `search` was given.
            **fit_kwargs: likewise.

        Returns:
            A number (the objective), a dictionary of metrics, the `History` of a
            `fit`, or a list of these from several runs.
        """
        raise NotImplementedError

    def save_model(self, trial_id, model, step=0):
        """Saves the model of a trial. Override it."""
        raise NotImplementedError

    def load_model(self, trial):
        """Returns the model of a trial, as trained. Override it."""
        raise NotImplementedError

    def pre_create_trial(self):
        """Called before the oracle is asked for a trial."""

    def on_trial_begin(self, trial):
        """Called before a trial runs."""

    def on_trial_end(self, trial):
        """Called when a trial has run; gives it back to the oracle."""
        self.oracle.end_trial(trial)
        self._save_own()

    def on_search_begin(self):
        """Called when `search` begins."""

    def on_search_end(self):
        """Called when `search` has ended."""

    # Results.

    def get_best_models(self, num_models=1):
        """Returns the best models, as trained, the best first.

        Args:
            num_models: how many.
        """
        trials = self.oracle.get_best_trials(num_models)
        return [self.load_model(trial) for trial in trials]

    def get_best_hyperparameters(self, num_trials=1):
        """Returns the `HyperParameters` of the best trials, the best first.

        Args:
            num_trials: how many.
        """
        trials = self.oracle.get_best_trials(num_trials)
        return [trial.hyperparameters for trial in trials]

    def search_space_summary(self, extended=False):
        """Prints the hyperparameters of the space.

        Args:
            extended: accepted as in KerasTuner.
        """
        space = self.oracle.get_space().space
        print("Search space summary")
        print(f"Default search space size: {len(space)}")
        for hp in space:
            config = hp.get_config()
            print(f"{config.pop('name')} ({type(hp).__name__})")
            print(config)

    def results_summary(self, num_trials=10):
        """Prints values and scores of the best trials.

        Args:
            num_trials: how many.
        """
        print("Results summary")
        print(f"Results in {self.project_dir}")
        print(f"Showing {num_trials} best trials")
        print(self.oracle.objective)
        for trial in self.oracle.get_best_trials(num_trials):
            print()
            trial.summary()

    def results_dataframe(self):
        """Returns a pandas `DataFrame` with a row for each trial, the best first.

        Its columns are the hyperparameters, `score`, `status`, `best_step` and the
        metrics of the best epoch.

        Raises:
            ImportError: without pandas.
        """
        return _table.results_dataframe(self.oracle)

    def results_csv(self, path):
        """Writes the trials as a CSV file, in the order they began.

        Args:
            path: the file.
        """
        _table.write_csv(self.oracle, path)

    @property
    def remaining_trials(self):
        """Number of trials left, or None if there is no limit."""
        return self.oracle.remaining_trials()

    @property
    def study(self):
        """The optuna study with all trials, for its plots and dashboard."""
        return self.oracle._study.study()

    # Files.

    def get_state(self):
        return {}

    def set_state(self, state):
        pass

    def save(self, fname=None):
        """Writes the state of oracle and tuner to the project's folder."""
        self.oracle.save()
        return self._save_own(fname)

    def _save_own(self, fname=None):
        state = self.get_state()
        if fname is None and state == self._written:
            return None
        self._written = state
        return save_json(fname or self._get_tuner_fname(), state)

    def reload(self, fname=None):
        """Takes up the state from the project's folder."""
        self.oracle.reload()
        fname = fname or self._get_tuner_fname()
        if os.path.exists(fname):  # it is written once a trial has ended
            self.set_state(load_json(fname))

    @property
    def project_dir(self):
        """Path of the project's folder."""
        return _project.make_folder(self.directory, self.project_name)

    def get_trial_dir(self, trial_id):
        """Returns the path of a trial's folder."""
        return _project.make_folder(self.project_dir, f"trial_{trial_id}")

    def _get_tuner_fname(self):
        return os.path.join(self.project_dir, f"{self.tuner_id}.json")
