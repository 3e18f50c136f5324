"""Trainer: the training half of a model.

`compile` remembers what to optimise; `fit`, `evaluate` and `predict` hand over to
`_fit` and `_predict`. The steps are methods, so that users can override them.
"""

import warnings

from ranvier import optimizers
from ranvier.core._dynamic import dynamic_values
from ranvier.core._errors import NotCompiledError
from ranvier.core._scope import StateScope
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.layers._defaults import default
from ranvier.metrics import Mean
from ranvier.ops import cast, zeros
from ranvier.ops import sum as sum_of
from ranvier.training import _evaluate, _fit, _on_batch, _predict, _stateless, _step
from ranvier.training._compiled_loss import CompiledLoss
from ranvier.training._compiled_metrics import CompiledMetrics

# Programs that one model keeps at a time; they are rebuilt when something changed.
_MAX_PROGRAMS = 16


class Trainer:
    """Mixin of `Model`: compile, fit, evaluate, predict."""

    def __init__(self):
        self.__dict__.update(
            compiled=False,
            optimizer=None,
            loss=None,
            stop_training=False,
            stop_evaluating=False,
            stop_predicting=False,
            run_eagerly=False,
            jit_compile=True,
            steps_per_execution=1,
            history=None,
            _compile_loss=None,
            _compile_metrics=None,
            _loss_tracker=None,
            _compile_arguments=None,
            _programs={},
        )

    def __getstate__(self):
        # Programs belong to the process: copies and other processes make their own.
        return {**self.__dict__, "_programs": {}}

    # Compiling.

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
    ):
        """Sets what training minimises, how, and what it reports.

        Args:
            optimizer: name, `Optimizer`, or an optax transformation.
            loss: name, function or `Loss`; for several outputs a list, tuple or
                dictionary of them.
            loss_weights: numbers, in the structure of `loss`.
            metrics: list of names, functions or `Metric`s; per output likewise.
            weighted_metrics: metrics that see sample and class weights.
            run_eagerly: run each step in Python (to debug).
            steps_per_execution: after how many batches callbacks that listen to batches
                are called. Without such callbacks an epoch is one program anyway.
            jit_compile: accepted as in Keras; everything is compiled.
            auto_scale_loss: with the policy `mixed_float16`, scale the loss.

        Raises:
            ValueError: for names that are unknown; the nearest one is suggested.
        """
        given = optimizer = optimizers.get(optimizer)
        if auto_scale_loss and self.dtype_policy.name == "mixed_float16":
            optimizer = _scaling_losses(optimizer)
        names = getattr(self, "output_names", None)
        compile_loss = None if loss is None else CompiledLoss(loss, loss_weights, names)
        compile_metrics = None
        if metrics is not None or weighted_metrics is not None:
            compile_metrics = CompiledMetrics(metrics, weighted_metrics, names)
        if run_eagerly and jit_compile is True:
            warnings.warn(
                "If `run_eagerly` is True, then `jit_compile` cannot also be True. "
                "Disabling `jit_compile`.",
                stacklevel=2,
            )
        # Set past the tracking of attributes: these are no layers of the model.
        self.__dict__.update(
            optimizer=optimizer,
            loss=loss,
            run_eagerly=run_eagerly,
            jit_compile=not run_eagerly and jit_compile is not False,
            steps_per_execution=steps_per_execution,
            compiled=True,
            stop_training=False,
            _compile_loss=compile_loss,
            _compile_metrics=compile_metrics,
            _loss_tracker=Mean(name="loss"),
            _programs={},
            _compile_arguments={
                "optimizer": given,
                "loss": loss,
                "loss_weights": loss_weights,
                "metrics": metrics,
                "weighted_metrics": weighted_metrics,
                "run_eagerly": run_eagerly,
                "steps_per_execution": steps_per_execution,
                "jit_compile": jit_compile,
            },
        )

    def get_compile_config(self):
        """Returns what `compile` was given, JSON-ready."""
        if not self.compiled or self._compile_arguments is None:
            return None
        return serialize_object(self._compile_arguments)

    def compile_from_config(self, config):
        """Compiles from `get_compile_config`."""
        if type(self).compile is not Trainer.compile:
            warnings.warn(
                "`compile()` was not called as part of model loading because the "
                "model's `compile()` method is custom. Override "
                "`get_compile_config()` and `compile_from_config(config)`, or call "
                "`compile()` after loading.",
                stacklevel=2,
            )
            return
        self.compile(**deserialize_object(config))
        if self.built:
            self.optimizer.build(self.trainable_variables)

    def assert_compiled(self, method):
        """Raises unless `compile` was called.

        Raises:
            ValueError: naming the method that needs it.
        """
        if not self.compiled:
            raise NotCompiledError(
                f"You must call `compile()` before calling `{method}()` on model "
                f"'{self.name}'."
            )

    # Metrics.

    @property
    def metrics(self):
        """The metrics: the loss, those of `compile`, those of the layers."""
        metrics = []
        if self.compiled:
            if self._loss_tracker is not None:
                metrics.append(self._loss_tracker)
            if self._compile_metrics is not None:
                metrics.append(self._compile_metrics)
            if self._compile_loss is not None:
                metrics.extend(self._compile_loss.trackers)
        return metrics + self._own_metrics()

    def _own_metrics(self):
        metrics = list(self._metrics)
        for layer in self._flatten_layers(include_self=False):
            if isinstance(layer, Trainer):
                continue
            metrics.extend(m for m in layer._metrics if m not in metrics)
        return metrics

    @property
    def metrics_names(self):
        """The names of the metrics."""
        return [metric.name for metric in self.metrics]

    @property
    def metrics_variables(self):
        """The variables of all metrics."""
        return [v for metric in self.metrics for v in metric.variables]

    def reset_metrics(self):
        """Resets all metrics."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self):
        """Returns the current results by log name."""
        results = {}
        for metric in self.metrics:
            result = metric.result()
            results.update(
                result if isinstance(result, dict) else {metric.name: result}
            )
        return results

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Updates the metrics with a batch and returns their results."""
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    # Losses and steps.

    @default
    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """Returns the training loss of a batch: that of `compile` plus added ones."""
        losses = []
        if self._compile_loss is not None:
            loss = self._compile_loss(y, y_pred, sample_weight)
            if loss is not None:
                losses.append(loss)
        losses.extend(sum_of(cast(loss, "float32")) for loss in self.losses)
        if not losses and not training:
            return zeros(())
        if not losses:
            raise ValueError(
                f"Model '{self.name}' has no loss to compute. Provide a `loss` "
                "argument in `compile()`, or call `add_loss()` in a layer."
            )
        return sum(losses[1:], losses[0])

    def stateless_compute_loss(
        self,
        trainable_variables,
        non_trainable_variables,
        metrics_variables,
        x=None,
        y=None,
        y_pred=None,
        sample_weight=None,
        training=True,
    ):
        """Returns the loss as a pure function of the variables' values.

        Returns:
            `(loss, (trainable, non_trainable, metrics))`.
        """
        non_trainable, metrics = self.non_trainable_variables, self.metrics_variables
        pairs = [
            *zip(self.trainable_variables, trainable_variables, strict=True),
            *zip(non_trainable, non_trainable_variables, strict=True),
            *zip(metrics, metrics_variables, strict=True),
        ]
        with StateScope(pairs) as scope:
            loss = _step.compute_loss(self, x, y, y_pred, sample_weight, training)
        return loss, (
            trainable_variables,
            [scope.get(v) for v in non_trainable],
            [scope.get(v) for v in metrics],
        )

    # A user may override a step as a method that works on the model, `step(data)`, or
    # as a pure function in Keras's form for JAX, `step(state, data)`, which returns
    # the new state too; and may call the steps here in either form.

    def train_step(self, *args):
        """Trains on one batch; returns the logs. Override to customise.

        Args:
            *args: `data`; or `(state, data)`, to get `(logs, new state)`.
        """
        if len(args) == 1:
            return _step.train_step(self, *args)
        return _stateless.run_stateless(self, "train", _step.train_step, *args)

    def test_step(self, *args):
        """Evaluates one batch; returns the logs. Override to customise.

        Args:
            *args: `data`; or `(state, data)`, to get `(logs, new state)`.
        """
        if len(args) == 1:
            return _step.test_step(self, *args)
        return _stateless.run_stateless(self, "test", _step.test_step, *args)

    def predict_step(self, *args):
        """Returns the outputs of one batch. Override to customise.

        Args:
            *args: `data`; or `(state, data)`, to get also the new non-trainable values.
        """
        if len(args) == 1:
            return _step.predict_step(self, *args)
        return _stateless.run_stateless(self, "predict", _step.predict_step, *args)

    def logs_are_metrics(self, mode):
        """Whether a mode's step returns just the metrics' results."""
        step = f"{mode}_step"
        return all(
            getattr(type(self), name) is getattr(Trainer, name)
            for name in (step, "compute_metrics")
        )

    # Programs.

    def state_variables(self, mode):
        """The variables that a program of a mode works on."""
        if mode == "predict":
            return self.variables
        variables = [*self.variables, *self.metrics_variables]
        if mode == "train" and hasattr(self.optimizer, "variables"):
            variables += self.optimizer.variables
        return variables

    def program(self, key, build):
        """Returns the program of a key, building it where something has changed."""
        key = (key, self._fingerprint())
        if key not in self._programs:
            if len(self._programs) >= _MAX_PROGRAMS:
                self._programs.pop(next(iter(self._programs)))
            # The fingerprint knows the schedule by its `id`: keep it alive.
            source = getattr(self.optimizer, "rate_source", None)
            self._programs[key] = build(), source
        return self._programs[key][0]

    def _fingerprint(self):
        """What a program depends on that is no input of it."""
        layers = list(self._flatten_layers())
        optimizer = self.optimizer
        return (
            tuple(map(id, self.trainable_variables)),
            tuple((layer.trainable, *dynamic_values(layer)) for layer in layers),
            tuple(
                dynamic_values(part)
                for variable in self.variables
                for part in (variable.regularizer, variable.constraint)
                if part is not None
            ),
            dynamic_values(optimizer) if optimizer is not None else (),
            id(getattr(optimizer, "rate_source", None)),
            dynamic_values(getattr(optimizer, "rate_source", None)),
        )

    def make_train_function(self, force=False):
        """Keras's hook; drops the programs when forced."""
        if force:
            self._programs.clear()

    make_test_function = make_predict_function = make_train_function

    # Running.

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
        train_eval=False,
    ):
        """Trains the model.

        Args:
            x: inputs: arrays, data frames, lists or dictionaries of them; or an
                iterable of batches (generator, `PyDataset`, dataset).
            y: targets, where `x` does not bring them.
            batch_size: samples per update, 32 if None.
            epochs: the number of the epoch after which to stop.
            verbose: 0 silent, 1 bar, 2 a line per epoch, `"auto"`.
            callbacks: list of callbacks.
            validation_split: share of the end of the arrays to validate on.
            validation_data: `(x, y)`, `(x, y, sample_weight)`, or an iterable.
            shuffle: new order of samples each epoch; `"batch"` for whole batches.
            class_weight: dictionary from class to weight.
            sample_weight: weight of each sample in the loss.
            initial_epoch: where to start counting.
            steps_per_epoch: batches per epoch.
            validation_steps: batches per validation.
            validation_batch_size: batch size of the validation.
            validation_freq: validate every so many epochs, or in those listed.
            train_eval: True to evaluate on the training data too after each epoch, in
                inference mode: `train_loss`, `train_<metric>` compare with `val_*`,
                which the loss with dropout on does not. An integer evaluates on so
                many of the samples, always the same ones.

        Returns:
            `History`, whose `history` maps each name to its values per epoch.

        Raises:
            ValueError: for data that do not fit the model or one another, or before
                `compile`.
        """
        arguments = {k: v for k, v in locals().items() if k != "self"}
        return _fit.fit(self, **arguments)

    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
        **kwargs,
    ):
        """Returns loss and metrics on data, in inference mode.

        Args:
            x: as in `fit`.
            y: as in `fit`.
            batch_size: samples per batch, 32 if None.
            verbose: as in `fit`.
            sample_weight: weight of each sample.
            steps: number of batches.
            callbacks: list of callbacks.
            return_dict: return names and values rather than a list.

        Returns:
            The loss, a list `[loss, metrics...]`, or a dictionary.
        """
        if kwargs:
            raise ValueError(f"Arguments not recognized: {sorted(kwargs)}")
        return _evaluate.evaluate(
            self,
            x,
            y,
            batch_size=batch_size,
            verbose=verbose,
            sample_weight=sample_weight,
            steps=steps,
            callbacks=callbacks,
            return_dict=return_dict,
        )

    def predict(
        self,
        x,
        batch_size=None,
        verbose="auto",
        steps=None,
        callbacks=None,
        mc_samples=None,
    ):
        """Returns the outputs for inputs, as NumPy arrays.

        Args:
            x: as in `fit`.
            batch_size: samples per batch, 32 if None.
            verbose: as in `fit`.
            steps: number of batches.
            callbacks: list of callbacks.
            mc_samples: number of predictions with dropout on (Monte-Carlo dropout).

        Returns:
            The outputs; with `mc_samples` a `training.MonteCarloPrediction`, which has
            their mean and deviation.
        """
        if mc_samples is not None:
            if steps is not None or callbacks is not None:
                raise ValueError(
                    "`steps` and `callbacks` have no meaning together with "
                    f"`mc_samples`. Received: steps={steps}, callbacks={callbacks}"
                )
            from ranvier.training._mc_dropout import mc_dropout

            return mc_dropout(self, x, mc_samples, batch_size)
        return _predict.predict(
            self,
            x,
            batch_size=batch_size,
            verbose=verbose,
            steps=steps,
            callbacks=callbacks,
        )

    def train_on_batch(
        self, x, y=None, sample_weight=None, class_weight=None, return_dict=False
    ):
        """Makes one update on one batch; returns loss and metrics."""
        return _on_batch.run_on_batch(
            self, "train", x, y, sample_weight, class_weight, return_dict
        )

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """Evaluates one batch; returns loss and metrics."""
        return _on_batch.run_on_batch(
            self, "test", x, y, sample_weight, None, return_dict
        )

    def predict_on_batch(self, x):
        """Returns the outputs of one batch."""
        return _predict.predict_on_batch(self, x)

    def ordered_logs(self, logs):
        """Returns log values in the order of `metrics`: a number, or a list."""
        # As in Keras: metrics of several outputs, whose log names have a prefix, come
        # last, sorted.
        names: dict = {}
        for metric in self.metrics:
            inner = metric.metrics if isinstance(metric, CompiledMetrics) else [metric]
            names.update(dict.fromkeys(m.name for m in inner))
        values = [logs[name] for name in names if name in logs]
        values += [logs[name] for name in sorted(logs) if name not in names]
        return values[0] if len(values) == 1 else values


def _scaling_losses(optimizer):
    """Returns an optimizer that keeps gradients of float16 from underflowing."""
    if optimizer is None or isinstance(optimizer, optimizers.LossScaleOptimizer):
        return optimizer
    return optimizers.LossScaleOptimizer(optimizer, name="loss_scale_optimizer")
