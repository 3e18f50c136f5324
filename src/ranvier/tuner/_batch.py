"""Trials side by side: built one by one, trained together.

An oracle is asked for as many trials as it can give without knowing how they fare. Each
is built before the next is asked for, so that it draws from the space it would have
drawn from otherwise. Models of one structure share a program (`train_group`), with the
orders of samples that `fit` would have drawn. A trial ends, and is saved, when its own
training ends.
"""

import inspect
import threading

from ranvier.models import Model
from ranvier.training.population import train_group
from ranvier.training.population._memory import is_out_of_memory
from ranvier.tuner._hypermodel import HyperModel
from ranvier.tuner._results import get_best_step
from ranvier.tuner._seeding import fit_state, seeded
from ranvier.tuner._trial import TrialStatus
from ranvier.tuner._trial_callbacks import RestoreBestEpoch, SaveBestEpoch
from ranvier.tuner.errors import FatalError

# Models that wait for their training take memory; a kill loses what has not ended.
_MAX_TRIALS = 64


def shareable(run_trial):
    """Decorator: marks a `run_trial` whose training may be shared between trials."""
    run_trial._is_shareable = True
    return run_trial


def can_share(tuner) -> bool:
    """Tells whether a tuner's trials may be trained together.

    Code of the user's own that trains is run for one trial after another.
    """
    cls = type(tuner)
    return (
        getattr(cls.run_trial, "_is_shareable", False)
        and getattr(cls._build_and_fit_model, "_is_default", False)
        and isinstance(tuner.hypermodel, HyperModel)
        and type(tuner.hypermodel).fit is HyperModel.fit
        and not tuner._listens_to_batches()
        and (tuner.executor is None or not tuner._hooks_for(None))
    )


class Batch:
    """Some trials of a tuner, run together.

    Args:
        tuner: the tuner.
        fit_args: what `search` was given.
        fit_kwargs: likewise.

    Attributes:
        status: what the oracle said last: whether more trials may come.
    """

    def __init__(self, tuner, fit_args, fit_kwargs):
        self.tuner = tuner
        self.oracle = tuner.oracle
        self.status = TrialStatus.RUNNING
        self._arguments = _by_name(fit_args, fit_kwargs)
        self._callbacks = self._arguments.pop("callbacks", None)
        self._arguments.pop("verbose", None)
        self._runs = []
        self._error = None
        self._lock = threading.RLock()

    def collect(self):
        """Asks for trials and builds their models."""
        tuner, oracle = self.tuner, self.oracle
        oracle.is_batching = True
        try:
            limit = tuner.population_size or _MAX_TRIALS
            while len(self._runs) < limit and self._error is None:
                tuner.pre_create_trial()
                trial = oracle.create_trial(f"{tuner.tuner_id}/{len(self._runs)}")
                self.status = trial.status
                if trial.status != TrialStatus.RUNNING:
                    break
                tuner.on_trial_begin(trial)
                self._build(trial)
                if tuner.population_size is None and not oracle.can_batch():
                    break
        finally:
            oracle.is_batching = False
        return self

    def _build(self, trial):
        run = _TrialRun(self, trial)
        try:
            run.build(self._callbacks)
            self.oracle.trial_is_built(trial)
        except FatalError as error:
            self._error = error
        except Exception as error:
            self.tuner._mark_failed(trial, error)
            self._end(trial)
        else:
            self._runs.append(run)

    def run(self):
        """Trains the models; returns whether there were any."""
        together = [run for run in self._runs if not run.has_own_fit]
        try:
            if len(together) > 1:
                self._train(together)
            for run in self._runs:
                if self._error is None and (len(together) <= 1 or run not in together):
                    self._run_alone(run.trial)
        finally:
            if self._error is not None:
                raise self._error
        return bool(self._runs)

    def _run_alone(self, trial):
        arguments = {**self._arguments, "callbacks": self._callbacks}
        self.tuner._try_run_and_update_trial(trial, **arguments)
        self._end(trial)

    def _train(self, runs):
        by_start = {}
        for run in runs:
            for execution in run.executions:
                by_start.setdefault(run.epochs.get("initial_epoch"), []).append(
                    execution
                )
        with seeded(self.oracle.seed):
            for executions in by_start.values():
                try:
                    self._train_group(executions)
                except Exception as error:
                    # One model may spoil it for all: each shall fail for itself.
                    for execution in executions:
                        execution.error = execution.error or _TogetherError(error)
        for run in runs:
            if not run.is_over:
                self._end_failed(run)

    def _train_group(self, executions):
        arguments = {**self._arguments, **executions[0].run.epochs}
        usual = arguments.get("epochs", 1)
        epochs = [e.run.epochs.get("epochs", usual) for e in executions]
        is_here = self.tuner.executor is None
        self.tuner._go_back()
        results = train_group(
            [execution.trained for execution in executions],
            **{**arguments, "epochs": epochs},
            callbacks_of=lambda i: (
                executions[i].callbacks if is_here else executions[i].sent_callbacks
            ),
            on_epoch_end=lambda i, *epoch: executions[i].is_stopped(*epoch),
            on_end=lambda i, result: executions[i].take(result),
            random_states=[execution.fit_state for execution in executions],
            executor=self.tuner.executor,
            workers=self.tuner.workers,
        )
        for execution, result in zip(executions, results):
            execution.error = result.error
            execution.trained = None

    def _end_failed(self, run):
        errors = [e.error for e in run.executions if e.error is not None]
        if self._error is not None or not errors:
            return  # stopped with the others: it is run when the search goes on
        if isinstance(errors[0], _TogetherError) or is_out_of_memory(errors[0]):
            # What was too much together may do alone.
            self._run_alone(run.trial)
            return
        self.tuner._mark_failed(run.trial, errors[0])
        self._end(run.trial)

    # Called while the models train, from several threads.

    def execution_ended(self, run):
        """Ends a trial when the last of its executions has ended."""
        with self._lock:
            if any(execution.history is None for execution in run.executions):
                return
            run.is_over = True
            try:
                run.report()
                run.trial.status = TrialStatus.COMPLETED
            except FatalError as error:
                self._error = error
                return
            except Exception as error:
                self.tuner._mark_failed(run.trial, error)
            run.executions.clear()  # the models are not needed any more
            self._end(run.trial)

    def _end(self, trial):
        try:
            self.tuner.on_trial_end(trial)
        except Exception as error:
            self._error = self._error or error

    @property
    def is_broken(self) -> bool:
        """Whether an error ends the search."""
        return self._error is not None


class _TogetherError(RuntimeError):
    """The models could not be trained together."""


class _TrialRun:
    """A trial, and the models of its executions.

    Args:
        batch: the `Batch`.
        trial: the trial.
    """

    def __init__(self, batch, trial):
        self.batch = batch
        self.trial = trial
        self.epochs = batch.tuner._epochs_of(trial)
        self.executions = []
        self.is_over = False

    def build(self, callbacks):
        """Builds the models, each from the seeds of its execution."""
        tuner = self.batch.tuner
        self.executions = [
            _Execution(self, i, callbacks) for i in range(tuner.executions_per_trial)
        ]

    @property
    def has_own_fit(self) -> bool:
        """Whether the model has a `fit` of its own, which may return anything."""
        return any(type(e.trained).fit is not Model.fit for e in self.executions)

    def report(self):
        """Writes the best weights and tells the oracle the results."""
        tuner = self.batch.tuner
        histories = [execution.history for execution in self.executions]
        tuner._report(self.trial, histories, "HyperModel.fit()")
        objective = self.batch.oracle.objective
        best = self.executions[0].checkpoint
        for execution in self.executions[1:]:
            if objective.better_than(execution.checkpoint.best_value, best.best_value):
                best = execution.checkpoint
        tuner._save_build_config(self.trial, best.model)
        best.write()


class _Execution:
    """One model of a trial."""

    def __init__(self, run, index, callbacks):
        tuner, trial = run.batch.tuner, run.trial
        self.run = run
        self.history = None
        self.error = None
        seeds, order_seeds = tuner._seeds_of(trial, index)
        with seeded(*seeds):
            self.trained = tuner._try_build(trial.hyperparameters)
            self.fit_state = fit_state(*order_seeds)
        self.checkpoint = SaveBestEpoch(
            tuner.oracle.objective, tuner._get_checkpoint_fname(trial.trial_id)
        )
        self.index = index
        given = tuner._users_callbacks_for(trial, index, callbacks)
        hooks = tuner._hooks_for(trial)
        self.callbacks = [*given, *hooks, self.checkpoint]
        # In another process there is neither tuner nor oracle.
        self.sent_callbacks = [*given, RestoreBestEpoch(tuner.oracle.objective)]

    def is_stopped(self, epoch, logs):
        """Tells after an epoch whether the training should end here."""
        batch, trial = self.run.batch, self.run.trial
        if batch.oracle._hear_epoch(trial, self.index, epoch, logs):
            return True
        return batch.is_broken

    def take(self, result):
        """Takes over a model whose training has ended, here or in another process."""
        batch = self.run.batch
        if batch.is_broken:
            return
        self.history = result.history
        if batch.tuner.executor is not None:
            self._keep_best(result)
        batch.execution_ended(self.run)

    def _keep_best(self, result):
        """Keeps the model; the worker has left it as it was in its best epoch."""
        objective = self.run.batch.oracle.objective
        best = get_best_step(result.history, objective)
        logs = {k: v[best] for k, v in result.history.history.items() if best < len(v)}
        if objective.has_value(logs):
            self.checkpoint.keep(result.model, objective.get_value(logs))


def _by_name(args, kwargs):
    """Returns `fit`'s arguments by name, those that were given."""
    bound = inspect.signature(Model.fit).bind(None, *args, **kwargs)
    return {name: v for name, v in bound.arguments.items() if name != "self"}
