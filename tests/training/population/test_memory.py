"""Populations for which there is not enough memory, in a process that has little."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource

import numpy as np

import ranvier as rv
from ranvier.tuner import train_population

# An activation takes 64 MiB, so a member some 200 MiB.
SAMPLES, UNITS = 1024, 16384
x = np.random.default_rng(0).normal(size=(SAMPLES, 2)).astype("float32")


class Tile(rv.layers.Layer):
    def call(self, x):
        return rv.ops.mean(rv.ops.sin(rv.ops.cumsum(rv.ops.tile(x, (1, 2**37)), 1)), 1)


def build(rate, huge=False):
    model = rv.Sequential([rv.Input((2,)), rv.layers.Dense(UNITS, "tanh")])
    if huge:
        model = rv.Sequential([rv.Input((2,)), rv.layers.Dense(2), Tile()])
        model.add(rv.layers.Reshape((1,)))
    model.add(rv.layers.Dense(1))
    model.compile(rv.optimizers.SGD(rate), "mse")
    return model


def train(configs, **arguments):
    return train_population(
        build, configs, x, x[:, :1], seeds=1, epochs=2, batch_size=SAMPLES, **arguments
    )


small = [{"rate": rate} for rate in np.linspace(1e-6, 1e-5, 8)]
alone = train(small, mode="sequential")
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + 900 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
huge = [{"rate": 0.1, "huge": True}, {"rate": 0.2, "huge": True}]
population = train(small + huge, mode="vmap", threads=1)
for result in population.results:
    print(result.status, "|", result.how, "|", str(result.error)[:60])
for one, other in zip(alone.histories, population.histories):
    np.testing.assert_allclose(one.history["loss"], other.history["loss"], rtol=1e-4)
for one, other in zip(alone.models, population.models):
    for a, b in zip(one.get_weights(), other.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-6)
print("same")
"""


@pytest.mark.slow
def test_a_group_goes_on_in_pieces_and_only_what_fails_alone_fails():
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    lines = run.stdout.splitlines()
    assert lines[-1:] == ["same"], run.stdout + run.stderr
    for line in lines[:8]:
        status, how, _ = line.split(" | ")
        assert status == "completed"
        assert "for want of memory" in how
    for line in lines[8:10]:
        status, _, error = line.split(" | ")
        assert status == "failed"
        assert "RESOURCE_EXHAUSTED" in error
