"""All forms in which data may come, beside Keras's or beside the plain arrays."""

import collections

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

import ranvier
from tests.training.comparing import (
    LABELS,
    X,
    Y,
    assert_equal,
    assert_same,
    compiled,
    fit,
    mlp,
    parametrize,
    run,
    state,
)

FRAME = pd.DataFrame(X, columns=list("abcd"))

ARRAYS = {
    "float64": (X.astype("float64"), Y.astype("float64")),
    "int32": ((10 * X).astype("int32"), Y),
    "int64": ((10 * X).astype("int64"), Y),
    "uint8": (np.abs(50 * X).astype("uint8"), (Y > 0).astype("uint8")),
    "bool": (X > 0, Y > 0),
    "jax": (jnp.asarray(X), jnp.asarray(Y)),
    "frame": (FRAME, pd.DataFrame(Y)),
    "frame and series": (FRAME, pd.Series(Y[:, 0])),
    "frame of integers": ((10 * FRAME).astype("int64"), pd.Series(LABELS)),
    "flat targets": (X, Y[:, 0]),
    "in Fortran's order": (np.asfortranarray(X), np.asfortranarray(Y)),
    "every other row": (np.repeat(X, 2, 0)[::2], np.repeat(Y, 2, 0)[::2]),
    "a list of one": ([X], [Y]),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(name):
    x, y = ARRAYS[name]

    def case(k):
        model = compiled(k, mlp(k), "sgd", "mse", metrics=["mae"])
        history = fit(model, x, y, epochs=2)
        return history, state(model), model.predict(x, verbose=0)

    assert_same(case)


OURS_ONLY = {
    "lists of numbers": (X.tolist(), Y.tolist()),
    "float16": (X.astype("float16").astype("float32"), Y),
    "read-only": (X, Y),
    "objects that are numbers": (X.astype(object), Y.astype(object)),
    "nullable frame": (FRAME.convert_dtypes(), pd.Series(Y[:, 0]).convert_dtypes()),
}
OURS_ONLY["read-only"][0].setflags(write=False)


def train(x, y=None, **options):
    """Returns what a small network learns from data."""

    def case(k):
        model = mlp(k)
        model.compile("sgd", "mse", metrics=["mae"])
        data = (x,) if y is None else (x, y)
        history = fit(model, *data, epochs=2, **options)
        return history, model.get_weights()

    return run(ranvier, case)


@pytest.mark.parametrize("name", OURS_ONLY)
def test_arrays_that_keras_does_not_take(name):
    x, y = OURS_ONLY[name]
    plain = np.asarray(x, "float32"), np.asarray(y, "float32")
    assert_equal(train(x, y), train(*plain))


def pair(k, join):
    """Two inputs, in a list or a dictionary."""
    a, b = k.Input((4,), name="a"), k.Input((2,), name="b")
    inputs = {"a": a, "b": b} if join is dict else [a, b]
    return k.Model(inputs, k.layers.Dense(1)(k.layers.Concatenate()([a, b])))


Pair = collections.namedtuple("Pair", ["a", "b"])
STRUCTURES = {
    "list": (list, [X, X[:, :2]]),
    "tuple": (list, (X, X[:, :2])),
    "dictionary": (dict, {"b": X[:, :2], "a": X}),
    "dictionary for a list": (list, {"b": X[:, :2], "a": X}),
    "frames": (dict, {"a": FRAME, "b": FRAME[["a", "b"]]}),
    "column": (dict, {"a": X, "b": np.stack([X[:, 0], X[:, 1]], axis=1)}),
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_structures(name):
    join, x = STRUCTURES[name]

    def case(k):
        model = compiled(k, pair(k, join), "sgd", "mse")
        history = fit(model, x, Y, epochs=2, validation_split=0.25)
        return history, state(model), model.evaluate(x, Y, verbose=0)

    assert_same(case)


def nested_outputs(k):
    x = k.Input((4,))
    y = k.layers.Dense(2)(x)
    model = k.Model(x, {"a": [y, y * 2], "b": (k.ops.sum(y, axis=-1),)})
    outputs = model.predict(X, batch_size=5, verbose=0)
    return outputs, model.predict(X[:3], verbose=0), model.predict_on_batch(X)


def three_dimensions(k):
    model = k.Sequential([k.Input((2, 2)), k.layers.Flatten(), k.layers.Dense(1)])
    compiled(k, model, "sgd", "mse")
    x = X.reshape(16, 2, 2)
    return fit(model, x, Y), model.predict(x, batch_size=3, verbose=0)


def column_for_a_vector(k):
    x = k.Input((1,))
    model = compiled(k, k.Model(x, k.layers.Dense(1)(x)), "sgd", "mse")
    return fit(model, X[:, 0], Y), model.predict(X[:, 0], verbose=0)


def batches(n, size=8):
    """Yields batches over and over, `n` in all (None: without end)."""
    done = 0
    while n is None or done < n:
        start = done * size % 16
        yield X[start : start + size], Y[start : start + size]
        done += 1


def generator(k):
    model = compiled(k, mlp(k), "sgd", "mse")
    history = fit(
        model,
        batches(None),
        batch_size=None,
        steps_per_epoch=3,
        validation_data=batches(None),
        validation_steps=2,
    )
    return history, state(model)


def generator_for_evaluation(k):
    model = compiled(k, mlp(k), "sgd", "mse", metrics=["mae"])
    return (
        model.evaluate(batches(3), verbose=0),
        model.evaluate(batches(None), steps=3, verbose=0),
        model.predict(batches(2), verbose=0),
        model.predict(((x,) for x, _ in batches(None)), steps=3, verbose=0),
    )


def generator_of_weighted_batches(k):
    def weighted():
        for x, y in batches(6):
            yield x, y, np.linspace(0, 1, 8)

    model = compiled(k, mlp(k), "sgd", "mse")
    return fit(model, weighted(), batch_size=None, epochs=3, steps_per_epoch=2)


def generator_of_dictionaries(k):
    def dictionaries():
        for x, y in batches(6):
            yield {"a": x, "b": x[:, :2]}, y

    model = compiled(k, pair(k, dict), "sgd", "mse")
    options = {"batch_size": None, "epochs": 3, "steps_per_epoch": 2}
    return fit(model, dictionaries(), **options), state(model)


def generator_of_uneven_batches(k):
    def uneven():
        for size in (1, 7, 3, 5, 8, 8):
            yield X[:size], Y[:size]

    model = compiled(k, mlp(k), "sgd", "mse")
    return fit(model, uneven(), batch_size=None, epochs=1), state(model)


def data_set(k, length=2):
    class Batches(k.utils.PyDataset):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.asked = []

        def __len__(self):
            return length

        def __getitem__(self, index):
            self.asked.append(index)
            start = index * 8 % 16
            return X[start : start + 8], Y[start : start + 8]

    return Batches


def py_dataset(k):
    model = compiled(k, mlp(k), "sgd", "mse", metrics=["mae"])
    data = data_set(k)
    history = fit(model, data(), batch_size=None, validation_data=data())
    return (
        history,
        state(model),
        model.evaluate(data(), verbose=0),
        model.predict(data(), verbose=0),
    )


def py_dataset_with_steps(k):
    model = compiled(k, mlp(k), "sgd", "mse")
    data = data_set(k, length=6)()
    options = {"batch_size": None, "steps_per_epoch": 2, "epochs": 4}
    return fit(model, data, **options), state(model)


def py_dataset_without_end(k):
    class Endless(data_set(k)):
        @property
        def num_batches(self):
            return None

    model = compiled(k, mlp(k), "sgd", "mse")
    options = {"batch_size": None, "steps_per_epoch": 2}
    return fit(model, Endless(), **options), state(model)


@parametrize(
    [
        nested_outputs,
        three_dimensions,
        column_for_a_vector,
        generator,
        generator_for_evaluation,
        generator_of_weighted_batches,
        generator_of_dictionaries,
        generator_of_uneven_batches,
        py_dataset,
        py_dataset_with_steps,
        py_dataset_without_end,
    ]
)
def test_like_keras(case):
    assert_same(case)


class Again:
    """An iterable of batches without a length."""

    def __iter__(self):
        return batches(2)


class Sized(Again):
    """An iterable of batches with a length."""

    def __len__(self):
        return 2


@pytest.mark.parametrize("data", [Again, Sized, data_set(ranvier)])
def test_iterables(data):
    expected = train(X, Y)
    assert_equal(train(data(), batch_size=None), expected)
    assert_equal(train(data(), batch_size=None, steps_per_epoch=2), expected)


def test_batches_of_a_data_set_are_shuffled():
    def orders(seed, **options):
        data = data_set(ranvier, length=8)()
        ranvier.utils.set_random_seed(seed)
        model = mlp(ranvier)
        model.compile("sgd", "mse")
        fit(model, data, batch_size=None, epochs=2, **options)
        return data.asked[-16:-8], data.asked[-8:]

    first, second = orders(1, shuffle=True)
    assert sorted(first) == sorted(second) == list(range(8)) != first != second
    assert orders(1, shuffle=True) == (first, second)
    assert orders(1, shuffle=False) == (list(range(8)), list(range(8)))


def test_workers_prepare_batches_ahead():
    plain = data_set(ranvier, length=6)()
    threaded = data_set(ranvier, length=6)(workers=3, max_queue_size=4)
    assert_equal(train(threaded, batch_size=None), train(plain, batch_size=None))


def test_a_data_set_may_change_between_epochs():
    class Listening(data_set(ranvier)):
        heard = ()

        def __getitem__(self, index):
            self.heard += (index,)
            return super().__getitem__(index)

        def on_epoch_begin(self):
            self.heard += ("begin",)

        def on_epoch_end(self):
            self.heard += ("end",)

    data = Listening()
    train(data, batch_size=None)
    # The first look finds the shapes.
    assert data.heard == (0, *("begin", 0, 1, "end") * 2)
    data.heard = ()
    model = mlp(ranvier)
    model.predict(data, verbose=0)
    assert data.heard == ("begin", 0, 1, "end")


def test_a_generator_that_ends_stops_training():
    model = mlp(ranvier)
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="ran out of data"):
        history = fit(model, batches(5), batch_size=None, steps_per_epoch=2, epochs=5)
    assert len(history["loss"]) == 3
    assert int(model.optimizer.iterations) == 5
    with pytest.warns(UserWarning, match="ran out of data"):
        history = fit(model, batches(3), batch_size=None, epochs=5)
    assert len(history["loss"]) == 1


def test_a_validation_that_ends_is_told():
    model = mlp(ranvier)
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="`validation_data` ran out of data"):
        history = fit(model, X, Y, validation_data=batches(2), epochs=2)
    assert len(history["val_loss"]) == 1 and len(history["loss"]) == 2
