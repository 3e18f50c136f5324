"""Jobs run in real worker processes and on a real Ray cluster; workers are killed."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import ranvier as rv
from ranvier.training.population._jobs import WorkerDiedError, run_jobs
from ranvier.tuner import train_population

EXECUTORS = ["processes", pytest.param("ray", marks=pytest.mark.slow)]


def make_job(number, folder):
    def job(shared, report):
        with open(folder / str(number), "a") as file:
            file.write("x")
        tries = (folder / str(number)).stat().st_size
        report(("started", tries))
        if number == "killed once" and tries == 1 or number == "killed always":
            os.kill(os.getpid(), signal.SIGKILL)
        if number == "fails":
            raise ValueError("a bad job")
        return number, shared["offset"]

    return job


@pytest.mark.parametrize("executor", EXECUTORS)
def test_jobs_are_run_again_when_their_worker_dies(executor, tmp_path):
    names = ["plain", "killed once", "fails", "killed always", "last"]
    heard = []
    outcomes = run_jobs(
        [make_job(name, tmp_path) for name in names],
        executor,
        {"offset": 7},
        workers=2,
        retries=1,
        on_message=lambda index, message: heard.append((names[index], *message)),
    )
    assert [o.value for o in outcomes] == [
        ("plain", 7),
        ("killed once", 7),
        None,
        None,
        ("last", 7),
    ]
    assert isinstance(outcomes[2].error, ValueError)
    assert "in job" in "".join(outcomes[2].error.__notes__)
    assert isinstance(outcomes[3].error, WorkerDiedError)
    assert [(tmp_path / name).stat().st_size for name in names] == [1, 2, 1, 2, 1]
    assert ("killed once", "started", 2) in heard


def test_jobs_hear_the_answers():
    def job(shared, report):
        return [report(n) for n in range(3)]

    (outcome,) = run_jobs([job], on_message=lambda index, message: message * 10)
    assert outcome.value == [0, 10, 20]


CALLER = """
import sys
from ranvier.training.population._jobs import run_jobs


def job(shared, report):
    import os, time

    with open(shared, "w") as file:
        file.write(f"{os.getpid()}.")
    time.sleep(600)


run_jobs([job], shared=sys.argv[1])
"""


def test_a_worker_ends_with_its_caller(tmp_path):
    """Even in the middle of a job that tells nothing for long."""
    told = tmp_path / "pid"
    told.touch()
    with subprocess.Popen([sys.executable, "-c", CALLER, str(told)]) as caller:
        while not told.read_text().endswith(".") and caller.poll() is None:
            time.sleep(0.1)
        caller.kill()
    worker = int(told.read_text()[:-1])
    patience = time.monotonic() + 60
    while is_running(worker) and time.monotonic() < patience:
        time.sleep(0.1)
    assert not is_running(worker)


def is_running(process):
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True
    ).stdout
    return bool(state) and not state.startswith("Z")


def test_an_unknown_executor_is_told():
    with pytest.raises(ValueError, match="`executor` must be one of"):
        run_jobs([], "threads")


class Killer(rv.callbacks.Callback):
    """Kills the process in the second epoch, once; remembers the epochs it saw."""

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(epoch)
        if epoch == 1 and self.path and not self.path.exists():
            self.path.touch()
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_populations_on_workers_are_those_of_one_process(executor, tmp_path):
    x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    y = x[:, :1] * x[:, 1:2]

    def build(rate, units=4):
        model = rv.Sequential(
            [
                rv.layers.Input((3,)),
                rv.layers.Dense(units, "relu"),
                rv.layers.Dropout(0.2),
                rv.layers.Dense(1),
            ]
        )
        model.compile(rv.optimizers.Adam(rate), "mse", metrics=["mae"])
        return model

    configs = [{"rate": 0.1}, {"rate": 0.01}, {"rate": 0.01, "units": 5}]
    callbacks = [[Killer(tmp_path / "killed" if i == 1 else None)] for i in range(3)]
    heard = []

    def hear(index, epoch, logs):
        heard.append((index, epoch))
        return False

    arguments = {"seeds": 1, "epochs": 3, "validation_split": 0.2, "batch_size": 8}
    there = train_population(
        build,
        configs,
        x,
        y,
        executor=executor,
        workers=2,
        callbacks=lambda i: callbacks[i],
        on_epoch_end=hear,
        **arguments,
    )
    here = train_population(build, configs, x, y, mode="sequential", **arguments)
    assert (tmp_path / "killed").exists()
    assert [r.status for r in there.results] == ["completed"] * 3
    assert [c.seen for (c,) in callbacks] == [[0, 1, 2]] * 3
    assert set(heard) == {(i, epoch) for i in range(3) for epoch in range(3)}
    for one, two in zip(here.models, there.models, strict=True):
        for name, values in one.history.history.items():
            np.testing.assert_allclose(two.history.history[name], values, rtol=1e-4)
        for a, b in zip(
            one.state_variables("train"), two.state_variables("train"), strict=True
        ):
            np.testing.assert_allclose(b.numpy(), a.numpy(), rtol=1e-3, atol=1e-5)


class Slow(rv.callbacks.Callback):
    """Leaves time for answers to come from the caller."""

    def on_epoch_end(self, epoch, logs=None):
        time.sleep(0.2)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_the_members_that_are_to_stop_do(executor):
    """Two of three in one job, and none of those in another."""

    def build(units):
        inner = [rv.layers.Dense(units), rv.layers.Dense(1)]
        model = rv.Sequential([rv.layers.Input((3,)), *inner])
        model.compile("sgd", "mse")
        return model

    stops = {0: 1, 2: 3}  # member: the epoch after which it is told

    def hear(index, epoch, logs):
        return epoch >= stops.get(index, 99)

    population = train_population(
        build,
        [1, 1, 1, 2, 2],
        np.ones((8, 3)),
        np.ones((8, 1)),
        seeds=1,
        epochs=12,
        executor=executor,
        workers=1,
        callbacks=lambda i: [Slow()],
        on_epoch_end=hear,
    )
    statuses = [result.status for result in population.results]
    assert statuses == ["stopped", "completed", "stopped", "completed", "completed"]
    for index, history in enumerate(population.histories):
        epochs = len(history.history["loss"])
        told = stops.get(index, 11) + 1
        if executor == "processes":
            assert epochs == told
        else:  # an epoch later, or some on a busy machine
            assert told <= epochs < 12 or epochs == told


def test_data_that_cannot_be_sent_are_told():
    def batches():
        yield np.ones((2, 3)), np.ones((2, 1))

    def build():
        model = rv.Sequential([rv.layers.Input((3,)), rv.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    with pytest.raises(ValueError, match="must be arrays that can be sent"):
        train_population(build, [{}], batches(), executor="processes")
