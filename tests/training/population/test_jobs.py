"""Jobs run in real worker processes and on a real Ray cluster; workers are killed."""

import os
import signal

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


def test_data_that_cannot_be_sent_are_told():
    def batches():
        yield np.ones((2, 3)), np.ones((2, 1))

    def build():
        model = rv.Sequential([rv.layers.Input((3,)), rv.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    with pytest.raises(ValueError, match="must be arrays that can be sent"):
        train_population(build, [{}], batches(), executor="processes")
