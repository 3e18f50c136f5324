"""predict: outputs for whole arrays or streams, computed in compiled chunks."""

import itertools
import warnings

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.callbacks import CallbackList
from ranvier.core import _interrupts, _tree
from ranvier.core._programs import Program
from ranvier.core._scope import StateScope
from ranvier.training._array_feed import ArrayFeed
from ranvier.training._arrays import check_batch_size, check_steps, count_samples
from ranvier.training._build import build_model
from ranvier.training._feeds import WHOLE, is_array_data, make_feed
from ranvier.training._passes import steps_per_call
from ranvier.training._stateless import step_of
from ranvier.training._step import pack, unpack

# Output bytes that one compiled chunk produces at most (a batch counts even if
# larger), and its number of batches at most.
_CHUNK_BYTES = 32 * 2**20
_CHUNK_BATCHES = 1024


def predict(model, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
    """Returns the outputs for data; see `Model.predict`."""
    steps = check_steps(steps, "steps")
    if model.gives_strings:
        batches = _batches_of_columns(model, x, batch_size, steps)
        total = steps
    else:
        feed = make_feed(x, batch_size=batch_size, steps=steps, model=model)
        build_model(model, feed, "predict")
        total = steps or feed.steps
    if not isinstance(callbacks, CallbackList):
        callbacks = CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            verbose=verbose,
            epochs=1,
            steps=total,
            model=model,
        )
    model.stop_predicting = False
    if model.gives_strings:
        chunks = _string_chunks(model, batches, callbacks)
    elif isinstance(feed, ArrayFeed) and not model.run_eagerly:
        chunks = _array_chunks(model, feed, steps, callbacks)
    else:
        chunks = _batch_chunks(model, feed, steps, callbacks)
    with _interrupts.handled():
        callbacks.on_predict_begin()
        parts = list(chunks)
        callbacks.on_predict_end()
    if not parts:
        raise ValueError("The data source gave no batch at all: expected at least one.")
    return _joined(parts)


def predict_on_batch(model, x):
    """Returns the outputs of one batch; see `Model.predict_on_batch`."""
    if model.gives_strings:
        return _to_numpy(model(x, training=False))
    feed = make_feed(x, batch_size=WHOLE, model=model)
    build_model(model, feed, "predict")
    return _Predictor(model).run(feed.first_batch())


def _array_chunks(model, feed, steps, callbacks):
    """Yields the outputs of many batches at a time."""
    size = feed.batch_size
    full, rest = divmod(feed.samples, size)
    if steps is not None:
        _warn_of_end(feed.steps, steps)
        full, rest = min(full, steps), rest if steps > full else 0
    predictor = _Predictor(model)
    arrays = (feed.arrays[0], None, None)
    calls = _Calls(model, callbacks)
    width = 1
    if not callbacks.needs_steps("predict"):
        width = predictor.width(feed, arrays, full)
    done = 0
    while done < full and not model.stop_predicting:
        # The last chunk starts early rather than being a shape of its own.
        start = min(done, full - width)
        calls.begin(done)
        outputs = predictor.run_many(feed, arrays, start, width)
        skip = (done - start) * size
        done = start + width
        outputs = _tree.map_structure(lambda a, skip=skip: a[skip:], outputs)
        calls.end(done - 1, outputs)
        yield outputs
    if rest and not model.stop_predicting:
        tail = jax.tree.map(lambda a: a[full * size : full * size + rest], arrays)
        calls.begin(full)
        outputs = predictor.run(tail)
        calls.end(full, outputs)
        yield outputs
    calls.close()


def _batch_chunks(model, feed, steps, callbacks):
    """Yields the outputs batch by batch."""
    predictor, calls = _Predictor(model), _Calls(model, callbacks)
    feed.begin_epoch()
    feed.begin_pass(0)
    batches = iter(feed.batches())
    step = 0
    while (steps is None or step < steps) and not model.stop_predicting:
        batch = next(batches, None)
        if batch is None:
            if steps is not None:
                _warn_of_end(step, steps)
            break
        calls.begin(step)
        outputs = predictor.run((batch[0], None, None))
        calls.end(step, outputs)
        yield outputs
        step += 1
    calls.close()
    feed.end_epoch()


def _batches_of_columns(model, x, batch_size, steps):
    """Returns an iterator over batches of raw inputs."""
    if not is_array_data(x):
        items = (x[i] for i in range(len(x))) if hasattr(x, "on_epoch_end") else x
        return itertools.islice((unpack(item)[0] for item in items), steps)
    columns = model.columns(x)
    count = count_samples(x=columns)
    size = check_batch_size(batch_size, "batch_size")
    if batch_size is None and steps:
        size = -(-count // steps)
    return (
        _tree.map_structure(lambda a, i=i: a[i : i + size], columns)
        for i in itertools.islice(range(0, count, size), steps)
    )


def _string_chunks(model, batches, callbacks):
    """Yields the outputs of a model that gives strings: no program can."""
    calls = _Calls(model, callbacks)
    for step, x in enumerate(batches):
        if model.stop_predicting:
            break
        calls.begin(step)
        outputs = _to_numpy(model(x, training=False))
        calls.end(step, outputs)
        yield outputs
    calls.close()


def _warn_of_end(available, steps):
    if available < steps:
        warnings.warn(
            f"The data ran out after {available} of {steps} batches of the prediction.",
            stacklevel=5,
        )


class _Calls:
    """Tells callbacks of each `steps_per_execution` batches, if they listen."""

    def __init__(self, model, callbacks):
        self._callbacks = callbacks
        self._per_call = steps_per_call(model, "predict", callbacks) or 1
        self._first = 0
        self._parts: list = []

    def begin(self, step):
        if not self._parts:
            self._first = step
            self._callbacks.on_predict_batch_begin(step)

    def end(self, step, outputs):
        self._parts.append(outputs)
        if step >= self._first + self._per_call - 1:
            self.close(step)

    def close(self, step=0):
        """Ends a call, also one that has fewer batches than others."""
        if self._parts:
            step = max(step, self._first + self._per_call - 1)
            parts, self._parts = self._parts, []
            logs = {"outputs": parts[0] if len(parts) == 1 else _joined(parts)}
            self._callbacks.on_predict_batch_end(step, logs)


def _joined(parts):
    return _tree.map_structure(lambda *arrays: np.concatenate(arrays), *parts)


class _Predictor:
    """`predict_step`, compiled.

    What a step writes (the seeds of a dropout that is always on) is kept, as in
    training. The state is not donated: predictions may run in several threads.
    """

    def __init__(self, model):
        self.model = model
        self._step = step_of(model, "predict")

    def run(self, batch):
        """Returns the outputs of one batch `(x, None, None)`."""
        if self.model.run_eagerly:
            return _to_numpy(self._step(pack(*jax.tree.map(jnp.asarray, batch))))
        written, _ = self._outline(batch)

        def build():
            def function(batch):
                with StateScope() as scope:
                    outputs = self._step(pack(*batch))
                return outputs, [scope.get(v) for v in written]

            return Program(function, self._variables(), donate=False)

        program = self.model.program(("predict batch", _signature(batch)), build)
        return self._keep(written, program(batch))

    def run_many(self, feed, arrays, start, width):
        """Returns the outputs of `width` batches of an array feed."""
        written, _ = self._outline(_batch_of(feed, arrays))

        def build():
            def function(arrays, start):
                def one(values, i):
                    with StateScope(zip(written, values, strict=True)) as scope:
                        outputs = self._step(pack(*feed.batch_at(arrays, None, i)))
                        return [scope.get(v) for v in written], outputs

                values = [v.value for v in written]
                values, outputs = jax.lax.scan(one, values, start + jnp.arange(width))
                rows = jax.tree.map(lambda a: a.reshape(-1, *a.shape[2:]), outputs)
                return rows, values

            return Program(function, self._variables(), donate=False)

        key = ("predict", feed.signature(), width, _signature(arrays))
        return self._keep(
            written, self.model.program(key, build)(arrays, np.int32(start))
        )

    def width(self, feed, arrays, full):
        """Returns how many batches make a chunk, bounded by the size of the outputs."""
        _, size = self._outline(_batch_of(feed, arrays))
        return int(max(1, min(full, _CHUNK_BATCHES, _CHUNK_BYTES // max(size, 1))))

    def _outline(self, batch):
        """Returns the variables that a step writes, and the bytes of its outputs."""

        def build():
            written: list = []

            def function(batch):
                with StateScope() as scope:
                    outputs = self._step(pack(*batch))
                written[:] = scope.written.values()
                return outputs

            outputs = jax.tree.leaves(jax.eval_shape(function, batch))
            return written, sum(o.size * o.dtype.itemsize for o in outputs)

        return self.model.program(("predict outline", _signature(batch)), build)

    def _variables(self):
        return self.model.state_variables("predict")

    @staticmethod
    def _keep(written, result):
        outputs, values = result
        for variable, value in zip(written, values, strict=True):
            variable.put(value)
        return _to_numpy(outputs)


def _batch_of(feed, arrays):
    """Returns the shapes of a full batch of an array feed."""
    return jax.tree.map(
        lambda a: jax.ShapeDtypeStruct((feed.batch_size, *a.shape[1:]), a.dtype), arrays
    )


def _signature(arrays):
    return tuple((a.shape, str(a.dtype)) for a in jax.tree.leaves(arrays))


def _to_numpy(outputs):
    return _tree.map_structure(
        lambda a: np.asarray(a) if hasattr(a, "shape") else a, outputs
    )
