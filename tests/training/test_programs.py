"""Programs: how often they are traced and compiled, and what they hold on to."""

import os
import subprocess
import sys

import numpy as np
import pytest

import ranvier as rv
from ranvier.core import _programs

MANY = """
import numpy as np
import ranvier as rv
from ranvier.core import _programs

def megabytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20

x = np.random.default_rng(0).normal(size=(160, 8)).astype("float32")
for i in range({count}):
    model = rv.Sequential([
        rv.Input((8,)),
        rv.layers.Dense(20, activation="relu"),
        rv.layers.Dropout(0.1),
        rv.layers.Dense(1),
    ])
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    model.fit(x, x[:, :1], epochs=1, verbose=0, validation_split=0.2)
    if i == 0:
        first = _programs.counts["compilations"]
    if i == 19:
        start = megabytes()
print(_programs.counts["compilations"] - first, megabytes() - start)
"""


def run_many(count):
    script = MANY.format(count=count)
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "RANVIER_COMPILATION_CACHE": "0"},
    )
    compilations, growth = run.stdout.split()
    return int(compilations), float(growth)


def test_models_of_one_structure_share_programs_and_leave_memory_flat():
    compilations, growth = run_many(60)
    assert compilations == 0
    # A tenth of the slow test's models, so a tenth of its 50 MB, and some noise.
    assert growth < 15


@pytest.mark.slow
def test_500_models_of_one_structure():
    compilations, growth = run_many(500)
    assert compilations == 0
    assert growth < 50


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 4)).astype("float32")
    return x, x[:, :1]


def make(rate=0.1, learning_rate=0.01):
    model = rv.Sequential(
        [
            rv.Input((4,)),
            rv.layers.Dense(5),
            rv.layers.Dropout(rate),
            rv.layers.Dense(1),
        ]
    )
    model.compile(optimizer=rv.optimizers.SGD(learning_rate), loss="mse")
    return model


def traces(function):
    before = _programs.counts["traces"]
    function()
    return _programs.counts["traces"] - before


def compilations(function):
    before = _programs.counts["compilations"]
    function()
    return _programs.counts["compilations"] - before


def test_epochs_share_one_trace(data):
    model = make()
    assert traces(lambda: model.fit(*data, epochs=3, verbose=0)) == 1
    assert traces(lambda: model.fit(*data, epochs=3, verbose=0)) == 0


def test_a_new_batch_size_is_traced_once_more(data):
    model = make()
    model.fit(*data, verbose=0)
    assert traces(lambda: model.fit(*data, batch_size=10, verbose=0)) == 1
    assert traces(lambda: model.fit(*data, batch_size=10, verbose=0)) == 0
    assert traces(lambda: model.fit(*data, verbose=0)) == 0


def test_the_learning_rate_is_no_part_of_a_program(data):
    model = make()
    model.fit(*data, verbose=0)

    def again():
        model.optimizer.learning_rate = 0.5
        model.fit(*data, verbose=0)

    assert traces(again) == 0
    assert compilations(lambda: make(learning_rate=0.3).fit(*data, verbose=0)) == 0


def test_another_dropout_rate_is_another_program(data):
    make().fit(*data, verbose=0)
    assert compilations(lambda: make(rate=0.1).fit(*data, verbose=0)) == 0
    assert compilations(lambda: make(rate=0.2).fit(*data, verbose=0)) == 1


def test_a_changed_rate_is_seen(data):
    model = make(rate=0.5)
    model.fit(*data, verbose=0)
    model.layers[1].rate = 0.0
    before = model.get_weights()
    model.optimizer.learning_rate = 0.0
    # Without dropout and without a rate nothing is random: loss equals evaluation.
    history = model.fit(*data, verbose=0, shuffle=False)
    after = model.get_weights()
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)
    assert history.history["loss"][0] == pytest.approx(
        model.evaluate(*data, verbose=0), rel=1e-6
    )


def test_constants_tell_programs_apart(data):
    """Two models alike but for an array closed over by a layer."""

    class Shift(rv.layers.Layer):
        def __init__(self, values):
            super().__init__()
            self.values = np.asarray(values, "float32")

        def call(self, x):
            return x + self.values

    def shifted(values):
        model = rv.Sequential([rv.Input((4,)), Shift(values)])
        return model.predict(np.zeros((1, 4), "float32"), verbose=0)[0].tolist()

    assert shifted([1, 2, 3, 4]) == [1, 2, 3, 4]
    assert shifted([4, 3, 2, 1]) == [4, 3, 2, 1]


def test_variables_from_elsewhere_are_inputs(data):
    """A loss that reads a variable of nobody's sees its later values."""
    factor = rv.Variable(1.0)
    model = make(rate=0.0)
    model.compile(optimizer="sgd", loss=lambda y, p: factor * rv.ops.mean((y - p) ** 2))
    first = model.evaluate(*data, verbose=0)
    factor.assign(3.0)
    assert model.evaluate(*data, verbose=0) == pytest.approx(3 * first, rel=1e-6)


def test_arrays_given_out_survive_training(data):
    """Programs donate buffers, but never those that a user holds."""
    model = make()
    value = model.layers[0].kernel.value
    before = np.array(value)
    model.fit(*data, verbose=0)
    np.testing.assert_array_equal(np.asarray(value), before)
    assert not np.array_equal(model.layers[0].kernel.numpy(), before)


def test_arrays_assigned_survive_training(data):
    import jax.numpy as jnp

    given = jnp.ones((4, 5))
    model = make()
    model.layers[0].kernel.assign(given)
    model.fit(*data, verbose=0)
    np.testing.assert_array_equal(np.asarray(given), np.ones((4, 5)))


def test_threads_that_meet_one_program_compile_it_once():
    import threading

    from ranvier.core._programs import Program

    variables = [rv.Variable(np.full(3, float(i))) for i in range(4)]
    start = threading.Barrier(4)
    results = [None] * 4

    def run(i):
        program = Program(
            lambda x: (variables[i].value * x + 0.1234567).sum(), [variables[i]], False
        )
        start.wait()
        results[i] = float(program(np.float32(2.0)))

    before = _programs.counts["compilations"]
    threads = [threading.Thread(target=run, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _programs.counts["compilations"] - before == 1
    # float32: sums of three terms
    np.testing.assert_allclose(results, [6 * i + 3 * 0.1234567 for i in range(4)], 1e-5)
