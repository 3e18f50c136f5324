"""TensorBoard: the curves, weights and graph of a model, for TensorBoard's pages."""

import os
import time
import warnings

from ranvier.callbacks._callback import Callback, listens_to_batches
from ranvier.callbacks._tensorboard_embeddings import configure_projector, write_vectors
from ranvier.callbacks._tensorboard_profiler import BatchProfiler
from ranvier.callbacks._tensorboard_weights import write_histograms, write_images
from ranvier.optimizers import Optimizer

_BATCH_HOOKS = {
    "train": ("on_train_batch_begin", "on_train_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


def _events():
    """Returns what writes events: loaded only where somebody wants TensorBoard."""
    from ranvier import events

    return events


class TensorBoard(Callback):
    """Writes what TensorBoard shows: `tensorboard --logdir logs`.

    Training metrics go to the folder `train` of `log_dir`, those of validation to
    `validation`: two runs that TensorBoard draws in one chart. The curves are named
    `epoch_loss`, `epoch_accuracy`, ... `epoch_learning_rate`, and over the updates made
    `evaluation_loss_vs_iterations`, ...

    Whole epochs stay compiled. With `update_freq`, an epoch runs in chunks that end
    where something is to be written.

    Args:
        log_dir: the folder, a text or path. One folder a run.
        histogram_freq: write the distributions of all weights every so many epochs;
            0 for never. They are computed on the device.
        write_graph: write the model for the Graphs tab: its layers (`keras`), and the
            operations of its forward pass.
        write_images: with `histogram_freq`, write the weights as pictures as well.
        write_steps_per_second: write the speed of training.
        update_freq: `"epoch"`, or every how many batches to write the metrics
            (`batch_loss`, ...) as well; `"batch"` is 1. Summaries that the model itself
            writes (`summary.histogram(...)` in a layer's `call`) are recorded in
            training at the same batches, not with `"epoch"`.
        profile_batch: number of a batch, or a pair of the first and last one, counted
            from 1, to record with JAX's profiler. 0 for none.
        embeddings_freq: save the weights, and the vectors of `Embedding` layers for
            TensorBoard's projector, every so many epochs; 0 for never.
        embeddings_metadata: name of the file that labels the vectors, relative to
            `log_dir`, or a dictionary from the names of layers to such names.

    Raises:
        ValueError: if `profile_batch` or `update_freq` is none of these, or
            `embeddings_metadata` names a layer that the model has not.
        MissingExtraError: if the package `tensorboard` is not installed.

    Example:
        >>> import os, tempfile
        >>> import numpy as np
        >>> import ranvier
        >>> model = ranvier.Sequential([ranvier.Input((3,)), ranvier.layers.Dense(1)])
        >>> model.compile(loss="mse")
        >>> x, y = np.ones((64, 3)), np.zeros((64, 1))
        >>> logs = tempfile.mkdtemp()
        >>> history = model.fit(
        ...     x, y, validation_split=0.5, verbose=0, callbacks=[TensorBoard(logs)]
        ... )
        >>> sorted(os.listdir(logs))
        ['train', 'validation']
    """

    batch_granularity = "chunk"
    # A resumed run goes on counting.
    _state_names = ("_global_train_batch",)

    def __init__(
        self,
        log_dir="logs",
        histogram_freq=0,
        write_graph=True,
        write_images=False,
        write_steps_per_second=False,
        update_freq="epoch",
        profile_batch=0,
        embeddings_freq=0,
        embeddings_metadata=None,
    ):
        super().__init__()
        self.log_dir = str(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = _checked_frequency(update_freq)
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self._profiler = BatchProfiler(profile_batch)
        self._global_train_batch = 0
        self._first = 0  # batch of the chunk, in its epoch
        self._started = 0.0  # the chunk
        self._epoch_started = 0.0
        self._epoch_iterations = 0
        self._drawn = None
        self._in_fit = False
        self._writers = {}
        self._defaults = None  # the context in which the model's own summaries are

    def __getstate__(self):
        # Files and models stay with the original: a copy is for another run.
        return {
            **self.__dict__,
            "_model": None,
            "_writers": {},
            "_defaults": None,
            "_drawn": None,
        }

    def needs_batches(self, mode):
        mine = _BATCH_HOOKS[mode]
        if any(getattr(type(self), h) is not getattr(TensorBoard, h) for h in mine):
            return listens_to_batches(self, mode)  # a subclass listens
        return mode == "train" and self.update_freq == 1

    def steps_until_due(self):
        done = self._global_train_batch
        limits = [self._profiler.steps_until_due(done)]
        if self.update_freq != "epoch":
            limits.append(self.update_freq - done % self.update_freq)
        return min((limit for limit in limits if limit is not None), default=None)

    # Files.

    @property
    def summary(self):
        """The functions that write summaries, for subclasses."""
        return _events()

    @property
    def _train_writer(self):
        return self._writer("train", self._train_dir)

    @property
    def _val_writer(self):
        return self._writer("val", self._val_dir)

    def _writer(self, name, folder):
        # Made when first used: a run without validation has no folder for it.
        if name not in self._writers:
            self._writers[name] = _events().create_file_writer(folder)
        return self._writers[name]

    def _close_writers(self):
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    # Hooks.

    def set_model(self, model):
        self._model = model
        self._log_write_dir = self.log_dir
        self._train_dir = os.path.join(self.log_dir, "train")
        self._val_dir = os.path.join(self.log_dir, "validation")
        self._close_writers()
        if self.write_graph:
            self._write_graphs()
        if self.embeddings_freq:
            configure_projector(self.log_dir, model, self.embeddings_metadata)

    def on_train_begin(self, logs=None):
        self._global_train_batch = 0
        self._in_fit = True
        if self.update_freq == "epoch":
            return
        # A program that was traced without a writer has no summaries in it.
        self.model.make_train_function(force=True)
        self._defaults = _Defaults(
            self._train_writer, self.model.optimizer, self.update_freq
        )
        self._defaults.enter()

    def on_train_end(self, logs=None):
        self.clean_up()

    def clean_up(self):
        self._in_fit = False
        self._profiler.stop()
        if self._defaults is not None:
            self._defaults.leave()
            self._defaults = None
            if self._train_writer.has_programs:
                self.model.make_train_function(force=True)
        self._close_writers()

    def on_epoch_begin(self, epoch, logs=None):
        if self.write_steps_per_second:
            self._epoch_iterations = self._iterations()
            self._epoch_started = time.perf_counter()

    def on_train_batch_begin(self, batch, logs=None):
        self._first = batch
        self._profiler.start_if_due(self._global_train_batch + 1, self._train_dir)
        if self.write_steps_per_second:
            self._started = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        steps = batch - self._first + 1
        self._global_train_batch += steps
        step = self._global_train_batch
        if self.update_freq != "epoch" and step % self.update_freq == 0:
            values = {}
            if self.write_steps_per_second:
                seconds = time.perf_counter() - self._started
                values["steps_per_second"] = steps / seconds
            values.update(logs or {})
            self._write_scalars(self._train_writer, "batch_{}", values, step)
        self._profiler.stop_if_due(step)

    def on_test_begin(self, logs=None):
        if self._defaults is not None:
            self._defaults.leave()

    def on_test_end(self, logs=None):
        if getattr(self.model.optimizer, "iterations", None) is not None:
            step = self._iterations()
            template = "evaluation_{}_vs_iterations"
            self._write_scalars(self._val_writer, template, logs or {}, step)
            if not self._in_fit:  # else the end of the epoch comes soon
                self._val_writer.flush()
        if self._defaults is not None:
            self._defaults.enter()

    def on_epoch_end(self, epoch, logs=None):
        self._write_epoch(epoch, logs or {})
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            name = f"keras_embedding.ckpt-{epoch}.weights.h5"
            os.makedirs(self._train_dir, exist_ok=True)
            self.model.save_weights(os.path.join(self._train_dir, name))
            write_vectors(self.log_dir, self.model)

    # What is written.

    def _write_epoch(self, epoch, logs):
        if not logs:
            return
        train = {k: v for k, v in logs.items() if not k.startswith("val_")}
        validation = {k[4:]: v for k, v in logs.items() if k.startswith("val_")}
        train.update(self._learning_rates())
        if self.write_steps_per_second:
            steps = self._iterations() - self._epoch_iterations
            seconds = time.perf_counter() - self._epoch_started
            train["steps_per_second"] = steps / seconds
        self._write_scalars(self._train_writer, "epoch_{}", train, epoch)
        if validation:
            self._write_scalars(self._val_writer, "epoch_{}", validation, epoch)
        for writer in self._writers.values():
            writer.flush()

    def _write_scalars(self, writer, template, values, step):
        values = {template.format(name): value for name, value in values.items()}
        _events().write_scalars(writer, values, step)

    def _iterations(self):
        return int(self.model.optimizer.iterations)

    def _learning_rates(self):
        optimizer = self.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # scaled losses
        if hasattr(optimizer, "optimizers"):
            return {
                f"learning_rate_{part.name}": float(part.learning_rate)
                for part in optimizer.optimizers
            }
        if not isinstance(optimizer, Optimizer):
            return {}
        rate = getattr(optimizer, "learning_rate", None)
        return {} if rate is None else {"learning_rate": float(rate)}

    def _write_weights(self, epoch):
        # Of layers that share a weight, the first writes it.
        weights = {}
        for layer in self.model.layers:
            for weight in layer.weights:
                weights.setdefault(weight.path.replace(":", "_"), weight)
        with _events().written_to(self._train_writer):
            write_histograms(weights, epoch)
            if self.write_images:
                write_images(weights, epoch)
        self._train_writer.flush()

    def _write_graphs(self):
        model = self.model
        with _events().written_to(self._train_writer):
            if type(model).__name__ in ("Functional", "Sequential"):
                self._write_layers(model)
            if self._drawn == (id(model), self.log_dir):
                return
            self._drawn = id(model), self.log_dir
            if getattr(model, "inputs", None):
                self._draw(model)
        self._train_writer.flush()

    def _write_layers(self, model):
        try:
            with warnings.catch_warnings():
                # Nobody will read the functions of this configuration back.
                warnings.filterwarnings("ignore", message="A Python lambda")
                _events().keras_model("keras", model, step=0)
        except Exception as error:  # of a layer of the user's own
            warnings.warn(
                f"Model failed to serialize as JSON. Ignoring... {error}", stacklevel=2
            )

    def _draw(self, model):
        try:
            _events().graph(model)
        except Exception:
            # Layers on strings, or code that cannot be traced: their layers are in
            # the other graph, and training must not suffer from a picture.
            pass


class _Defaults:
    """Lets the model's own summaries go to a writer, at some of the batches.

    Args:
        writer: where they go.
        optimizer: its count of updates tells the step.
        every: at which batches.
    """

    def __init__(self, writer, optimizer, every):
        self._context = None
        self._writer = writer
        self._optimizer = optimizer
        self._every = every

    def _step(self):
        return self._optimizer.iterations.value + 1  # the update to come

    def enter(self):
        """Makes the writer the default one."""
        is_due = lambda: self._step() % self._every == 0  # noqa: E731
        condition = None if self._every == 1 else is_due
        self._context = _events().written_to(self._writer, self._step, condition)
        self._context.__enter__()

    def leave(self):
        """Restores what was before."""
        if self._context is not None:
            self._context.__exit__(None, None, None)
            self._context = None


def _checked_frequency(update_freq):
    if update_freq == "batch":
        return 1
    is_count = isinstance(update_freq, int) and update_freq > 0
    if update_freq != "epoch" and not is_count:
        raise ValueError(
            "`update_freq` must be 'batch', 'epoch' or a positive number of batches. "
            f"Received: update_freq={update_freq!r}"
        )
    return update_freq
