"""Tuner: trials that build a model, train it and keep its best weights."""

import contextlib
import copy
import math
import os

from ranvier import metrics as metrics_module
from ranvier import optimizers
from ranvier.callbacks import Callback, HParams, TensorBoard
from ranvier.callbacks._callback import default, overrides
from ranvier.core import _tree
from ranvier.models import Model
from ranvier.ops._symbolic import KerasTensor, infer_outputs
from ranvier.training._rewinding import rewinder
from ranvier.tuner._base_tuner import BaseTuner, check_oracle
from ranvier.tuner._batch import Batch, can_share, shareable
from ranvier.tuner._hypermodel import HyperModel
from ranvier.tuner._results import validate_trial_results
from ranvier.tuner._seeding import begin_fit, seeded
from ranvier.tuner._stateful import load_json, save_json
from ranvier.tuner._trial import TrialStatus
from ranvier.tuner._trial_callbacks import (
    ReportCallback,
    SaveBestEpoch,
    TunerBatchCallback,
    TunerCallback,
)
from ranvier.tuner.errors import FailedTrialError, FatalTypeError, FatalValueError


class Tuner(BaseTuner):
    """Base of the tuners of models; with a `run_trial` of your own, of anything.

    Args:
        oracle: the search algorithm, an `Oracle`.
        hypermodel: a function `build(hp)`, a `HyperModel`, or its class. Optional if
            `run_trial` is overridden.
        max_model_size: trials with more trainable numbers than this fail.
        optimizer: takes the place of the model's own.
        loss: likewise.
        metrics: likewise.
        distribution_strategy: accepted as in KerasTuner: an object whose `scope()` is
            entered around `build`.
        directory: folder of projects; the current one if None.
        project_name: name of this search's folder in it.
        logger: accepted and not used.
        tuner_id: name of this tuner among several of one project.
        overwrite: whether a search of that name is deleted; else it is gone on with.
        executions_per_trial: how often each trial is trained, from new initial
            weights. The objective is the mean.
        sampler: an optuna sampler that chooses values in place of the oracle's own.
        pruner: an optuna pruner that ends trials early by their epochs.
        population_size: how many trials to train together at most; 1 for one after
            another. None takes as many as can be chosen without knowing how others
            fare, so that results are the same; with a number, algorithms that learn
            from results, and pruners, too, have so many trials under way.
        executor: None to train in this process; `"processes"` for worker processes;
            `"ray"` for a Ray cluster. For trials that train together.
        workers: how many workers the executor has; None for one a core.
        **kwargs: as `BaseTuner`.

    Raises:
        ValueError: without a `hypermodel`, unless `run_trial` is overridden.
    """

    def __init__(
        self,
        oracle,
        hypermodel=None,
        max_model_size=None,
        optimizer=None,
        loss=None,
        metrics=None,
        distribution_strategy=None,
        directory=None,
        project_name=None,
        logger=None,
        tuner_id=None,
        overwrite=False,
        executions_per_trial=1,
        sampler=None,
        pruner=None,
        population_size=None,
        executor=None,
        workers=None,
        **kwargs,
    ):
        if hypermodel is None and type(self).run_trial is Tuner.run_trial:
            raise ValueError(
                "Received `hypermodel=None`. It may only be left out by a subclass "
                "that defines the search space in a `run_trial` of its own."
            )
        check_oracle(oracle)
        # Before the base class, which builds models to find the space.
        self.max_model_size = max_model_size
        self.optimizer = optimizer
        self.loss = loss
        self.metrics = metrics
        self.distribution_strategy = distribution_strategy
        self.executions_per_trial = executions_per_trial
        self.population_size = population_size
        self.executor = executor
        self.workers = workers
        oracle._study.sampler, oracle._study.pruner = sampler, pruner
        super().__init__(
            oracle=oracle,
            hypermodel=hypermodel,
            directory=directory,
            project_name=project_name,
            logger=logger,
            overwrite=overwrite,
            **kwargs,
        )
        self.tuner_id = tuner_id or self.tuner_id
        self._go_back = rewinder()

    # Building.

    def _build_to_explore(self, hp):
        with seeded(self.oracle.seed, 0, 0), self._distributed():
            self.hypermodel.build(hp)

    def _build_hypermodel(self, hp):
        with self._distributed():
            model = self.hypermodel.build(hp)
            self._override_compile_args(model)
        return model

    def _distributed(self):
        return maybe_distribute(self.distribution_strategy)

    def _try_build(self, hp):
        model = self._build_hypermodel(hp)
        size = sum(math.prod(w.shape) for w in model.trainable_weights)
        if self.max_model_size and size > self.max_model_size:
            raise FailedTrialError(
                f"Oversized model: {size} parameters, of which max_model_size="
                f"{self.max_model_size} are allowed."
            )
        return model

    def _override_compile_args(self, model):
        if not isinstance(model, Model):
            raise FatalTypeError(
                "Expected the model-building function, or HyperModel.build() to return "
                f"a valid Keras Model instance. Received: {model!r} of type "
                f"{type(model).__name__}."
            )
        given = {
            "optimizer": _fresh_optimizer(self.optimizer),
            "loss": self.loss,
            "metrics": _fresh_metrics(self.metrics),
        }
        given = {name: value for name, value in given.items() if value}
        if given:
            model.compile(**{**(model._compile_arguments or {}), **given})

    # Running.

    def _run_all(self, *fit_args, **fit_kwargs):
        # Each trial reads a `Dataset` from where it is now, whenever it is run.
        self._go_back = rewinder(*fit_args, *fit_kwargs.values())
        if self.population_size == 1 or not can_share(self):
            super()._run_all(*fit_args, **fit_kwargs)
            return
        while True:
            batch = Batch(self, fit_args, fit_kwargs).collect()
            if not batch.run() and batch.status == TrialStatus.STOPPED:
                break

    @shareable
    def run_trial(self, trial, *args, **kwargs):
        """Builds and trains the model of a trial; may be overridden.

        Args:
            trial: the trial; `trial.hyperparameters` has the values.
            *args: what `search` was given.
            **kwargs: likewise.

        Returns:
            A number (the objective), a dictionary of metrics, the `History` of a
            `fit`, or a list of these from several runs.
        """
        checkpoint = SaveBestEpoch(
            self.oracle.objective, self._get_checkpoint_fname(trial.trial_id)
        )
        given = kwargs.pop("callbacks", None)
        kwargs.update(self._epochs_of(trial))
        results = []
        for execution in range(self.executions_per_trial):
            seeds, self._order_seeds = self._seeds_of(trial, execution)
            self._go_back()
            with seeded(*seeds):
                callbacks = self._users_callbacks_for(trial, execution, given)
                callbacks += self._hooks_for(trial)
                callbacks.append(ReportCallback(self.oracle, trial, execution))
                result = self._build_and_fit_model(
                    trial, *args, **kwargs, callbacks=[*callbacks, checkpoint]
                )
            results.append(result)
        checkpoint.write()
        return results

    def _epochs_of(self, trial):
        """Returns the arguments of `fit` that the algorithm sets."""
        return {}

    def _seeds_of(self, trial, execution):
        """Returns what the seeds of an execution follow from: of `build`, and of `fit`.

        Initial weights differ from trial to trial. The order of samples is the same
        for all, so that trials can read their batches together.
        """
        attempt = self.oracle._run_times[trial.trial_id]
        order = (self.oracle.seed, execution, attempt)
        return (*order, trial.trial_id), order

    def _users_callbacks_for(self, trial, execution, given):
        """Returns copies of the user's callbacks for one execution."""
        callbacks = self._deepcopy_callbacks(given)
        self._configure_tensorboard_dir(callbacks, trial, execution)
        return callbacks

    def _hooks_for(self, trial):
        """Returns the callback that calls the hooks of this tuner, if there are any."""
        if self._listens_to_batches():
            return [TunerBatchCallback(self, trial)]
        if overrides(self, "on_epoch_begin", "on_epoch_end"):
            return [TunerCallback(self, trial)]
        return []

    def _listens_to_batches(self):
        return overrides(self, "on_batch_begin", "on_batch_end")

    @default
    def _build_and_fit_model(self, trial, *args, **kwargs):
        """Builds, trains and checks the results; returns them."""
        hp = trial.hyperparameters
        model = self._try_build(hp)
        begin_fit(*self._order_seeds)
        results = self.hypermodel.fit(hp, model, *args, **self._fit_arguments(kwargs))
        self._save_build_config(trial, model)
        validate_trial_results(results, self.oracle.objective, "HyperModel.fit()")
        return results

    def _save_build_config(self, trial, model):
        """Writes what a model that is loaded later needs to have weights at all."""
        fname = self._get_build_config_fname(trial.trial_id)
        save_json(fname, _build_config(model))

    def _fit_arguments(self, kwargs):
        if type(self.hypermodel).fit is not HyperModel.fit:
            return kwargs
        # The search reports; `verbose=2` adds a line for each epoch.
        verbose = kwargs.get("verbose", 0)
        return {**kwargs, "verbose": 2 if verbose == 2 else 0}

    def _deepcopy_callbacks(self, callbacks):
        if isinstance(callbacks, Callback):
            callbacks = [callbacks]
        try:
            return list(copy.deepcopy(callbacks or ()))
        except Exception as error:
            raise FatalValueError(
                "All callbacks used during a search should be deep-copyable, since "
                "each execution gets its own. It is not possible to do "
                f"`copy.deepcopy({callbacks})`: {error}"
            ) from error

    def _configure_tensorboard_dir(self, callbacks, trial, execution=0):
        """Gives each execution a folder of its own, with its hyperparameters."""
        for callback in list(callbacks):
            if isinstance(callback, TensorBoard):
                callback.log_dir = self._get_tensorboard_dir(
                    callback.log_dir, trial.trial_id, execution
                )
                values = trial.hyperparameters.values
                callbacks.append(HParams(callback.log_dir, values, trial.trial_id))

    def _get_tensorboard_dir(self, logdir, trial_id, execution):
        return os.path.join(str(logdir), str(trial_id), f"execution{execution}")

    # Models.

    def load_model(self, trial):
        """Returns the model of a trial with the weights of its best epoch.

        Args:
            trial: a completed trial.
        """
        with seeded(self.oracle.seed, 0, 0):
            model = self._try_build(trial.hyperparameters)
        self._load_weights(model, trial.trial_id)
        return model

    def _load_weights(self, model, trial_id):
        config = self._get_build_config_fname(trial_id)
        if not model.built and os.path.exists(config):
            _build(model, load_json(config))
        if model.optimizer is not None and not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        model.load_weights(self._get_checkpoint_fname(trial_id))

    def get_best_models(self, num_models=1):
        """Returns the best models with the weights of their best epochs.

        To get the most out of the data, train a new model with
        `get_best_hyperparameters` on all of them.

        Args:
            num_models: how many.

        Returns:
            List of compiled models, the best first.
        """
        return super().get_best_models(num_models)

    def _get_checkpoint_fname(self, trial_id):
        return os.path.join(self.get_trial_dir(trial_id), "checkpoint.weights.h5")

    def _get_build_config_fname(self, trial_id):
        return os.path.join(self.get_trial_dir(trial_id), "build_config.json")

    # Hooks. `fit` runs single batches only where those of batches are overridden.

    @default
    def on_epoch_begin(self, trial, model, epoch, logs=None):
        """Called at the beginning of an epoch of a trial's training."""

    @default
    def on_epoch_end(self, trial, model, epoch, logs=None):
        """Called at the end of an epoch of a trial's training, with its metrics."""

    @default
    def on_batch_begin(self, trial, model, batch, logs):
        """Called before a batch of a trial's training."""

    @default
    def on_batch_end(self, trial, model, batch, logs=None):
        """Called after a batch of a trial's training."""


@contextlib.contextmanager
def maybe_distribute(distribution_strategy):
    """Enters the scope of a strategy, if there is one."""
    if distribution_strategy is None:
        yield
    else:
        with distribution_strategy.scope():
            yield


def _build_config(model):
    config = model.get_build_config()
    if config is None and model.built:  # a Sequential that `fit` has built
        config = {"input_shape": model.input_shape}
    return config


def _build(model, config):
    """Builds a model from the shapes that a file remembers, with all its layers."""
    model.build_from_config(config)
    shape = (config or {}).get("input_shape")
    if shape and not all(layer.built for layer in model._flatten_layers()):
        # Its `build` makes layers that are built when they are called.
        x = KerasTensor((None, *shape[1:]))
        infer_outputs(lambda x: model(x, training=False), (x,), {})


def _fresh_optimizer(optimizer):
    """Returns a copy: an optimizer belongs to one model."""
    if optimizer is None or isinstance(optimizer, str):
        return optimizer
    return optimizers.deserialize(optimizers.serialize(optimizers.get(optimizer)))


def _fresh_metrics(metrics):
    """Returns copies of metric objects, in the structure given."""
    return _tree.map_structure(
        lambda metric: (
            metrics_module.deserialize(metrics_module.serialize(metric))
            if isinstance(metric, metrics_module.Metric)
            else metric
        ),
        metrics,
    )
