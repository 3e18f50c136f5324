"""predict: outputs for whole arrays or streams, computed in compiled chunks."""

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.callbacks import CallbackList
from ranvier.core import _tree
from ranvier.training import _interrupts
from ranvier.training._build import build_model, make_feed
from ranvier.training._feeds import ArrayFeed
from ranvier.training._loop import pack
from ranvier.training._programs import Program

# Output bytes that one compiled chunk produces at most (a batch counts even if
# larger), and its number of batches at most.
_CHUNK_BYTES = 32 * 2**20
_CHUNK_BATCHES = 1024


def predict(model, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
    """Returns the outputs for data; see `Model.predict`."""
    feed = make_feed(x, batch_size=batch_size, steps=steps)
    build_model(model, feed, "predict")
    if not isinstance(callbacks, CallbackList):
        callbacks = CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            verbose=1 if verbose == "auto" else verbose,
            epochs=1,
            steps=steps or feed.steps,
            model=model,
        )
    callbacks.on_predict_begin()
    with _interrupts.handled():
        if isinstance(feed, ArrayFeed) and not model.run_eagerly:
            chunks = _array_chunks(model, feed, steps, callbacks)
        else:
            chunks = _batch_chunks(model, feed, steps, callbacks)
        parts = list(chunks)
    callbacks.on_predict_end()
    if not parts:
        raise ValueError("The data source gave no batch at all: expected at least one.")
    return _tree.map_structure(lambda *arrays: np.concatenate(arrays), *parts)


def _array_chunks(model, feed, steps, callbacks):
    """Yields the outputs of many batches at a time."""
    size = feed.batch_size
    full, rest = divmod(feed.samples, size)
    if steps is not None:
        full, rest = min(full, steps), rest if steps > full else 0
    arrays = (feed.arrays[0], None, None)
    done = 0
    while done < full:
        width = 1 if callbacks.needs_steps("predict") else _width(model, feed, full)
        # The last chunk starts early rather than being a shape of its own.
        start = min(done, full - width)
        program = model.program(
            ("predict", feed.signature(), width), lambda w=width: _chunk(model, feed, w)
        )
        callbacks.on_predict_batch_begin(done)
        outputs = _to_numpy(program(arrays, np.int32(start)))
        skip = (done - start) * size
        done = start + width
        outputs = _tree.map_structure(lambda a, skip=skip: a[skip:], outputs)
        callbacks.on_predict_batch_end(done - 1, {"outputs": outputs})
        yield outputs
    if rest:
        tail = jax.tree.map(lambda a: a[full * size : full * size + rest], arrays)
        callbacks.on_predict_batch_begin(full)
        outputs = _one_batch(model, tail)
        callbacks.on_predict_batch_end(full, {"outputs": outputs})
        yield outputs


def _width(model, feed, full):
    """Returns how many batches make a chunk, bounded by the size of the outputs."""
    if "_predict_bytes" not in model.__dict__:
        x = jax.tree.map(
            lambda a: jax.ShapeDtypeStruct((feed.batch_size, *a.shape[1:]), a.dtype),
            feed.arrays[0],
        )
        from ranvier.core._scope import StateScope

        def shapes(x):
            with StateScope():
                return model.predict_step((x,))

        outputs = jax.tree.leaves(jax.eval_shape(shapes, x))
        per_batch = sum(o.size * o.dtype.itemsize for o in outputs)
        return int(max(1, min(full, _CHUNK_BATCHES, _CHUNK_BYTES // max(per_batch, 1))))
    return full


def _chunk(model, feed, width):
    def function(arrays, start):
        def one(_, i):
            batch = feed.batch_at(arrays, None, i)
            return None, model.predict_step(pack(batch))

        _, outputs = jax.lax.scan(one, None, start + jnp.arange(width))
        return _tree.map_structure(
            lambda a: a.reshape(-1, *a.shape[2:]) if a is not None else None, outputs
        )

    return Program(function, model.state_variables("predict"), donate=False)


def _one_batch(model, batch):
    def function(batch):
        return model.predict_step(pack(batch))

    if model.run_eagerly:
        return _to_numpy(function(batch))
    program = model.program(
        ("predict batch",),
        lambda: Program(function, model.state_variables("predict"), donate=False),
    )
    return _to_numpy(program(batch))


def _batch_chunks(model, feed, steps, callbacks):
    """Yields the outputs batch by batch."""
    feed.begin_pass(0)
    if isinstance(feed, ArrayFeed):
        from ranvier.training._feeds import EagerRunner

        runner = EagerRunner.__new__(EagerRunner)
        runner.feed = feed
        batches = runner._array_batches()
    else:
        batches = feed._iterator
    for step, batch in enumerate(batches):
        if steps is not None and step >= steps:
            return
        callbacks.on_predict_batch_begin(step)
        outputs = _one_batch(model, (batch[0], None, None))
        callbacks.on_predict_batch_end(step, {"outputs": outputs})
        yield outputs


def predict_on_batch(model, x):
    """Returns the outputs of one batch; see `Model.predict_on_batch`."""
    feed = make_feed(x, batch_size=2**31 - 1)
    build_model(model, feed, "predict")
    return _one_batch(model, (feed.arrays[0], None, None))


def _to_numpy(outputs):
    return _tree.map_structure(
        lambda a: np.asarray(a) if hasattr(a, "shape") else a, outputs
    )
