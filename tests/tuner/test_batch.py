"""Trials trained together come to what they come to one after another."""

import numpy as np
import pytest

import ranvier as rv
from ranvier import tuner
from tests.tuner.helpers import X, Y, build, outcome, search

CASES = [
    (tuner.RandomSearch, {"max_trials": 6}),
    (tuner.RandomSearch, {"max_trials": 3, "executions_per_trial": 2}),
    (tuner.GridSearch, {"max_trials": 4}),
    (tuner.Hyperband, {"max_epochs": 3, "factor": 2}),
    (tuner.BayesianOptimization, {"max_trials": 5, "num_initial_points": 3}),
]


@pytest.mark.parametrize(("cls", "kwargs"), CASES)
def test_results_do_not_depend_on_the_population(cls, kwargs, tmp_path):
    together = search(cls, tmp_path / "a", **kwargs)
    alone = search(cls, tmp_path / "b", population_size=1, **kwargs)
    ours, expected = outcome(together), outcome(alone)
    assert list(ours) == list(expected)
    for i, (values, status, score) in expected.items():
        assert ours[i][:2] == (values, status)
        np.testing.assert_allclose(ours[i][2], score, rtol=1e-5)
    for one, other in zip(together.get_best_models(2), alone.get_best_models(2)):
        for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_each_trial_reads_a_dataset_from_the_same_place(tmp_path):
    """Where it stood as the search began, however many trials have read it since."""
    scores = []
    for population_size in (None, 2, 1):
        data = rv.data.Dataset.from_tensor_slices((X, Y)).shuffle(64, seed=3).batch(16)
        search = tuner.RandomSearch(
            build,
            "loss",
            max_trials=4,
            seed=1,
            directory=tmp_path / str(population_size),
            population_size=population_size,
        )
        search.search(data.repeat(), epochs=2, steps_per_epoch=3, verbose=0)
        scores.append([trial.score for trial in search.oracle.trials.values()])
    np.testing.assert_allclose(scores[1:], [scores[0]] * 2, rtol=1e-5)


def test_trials_of_one_structure_share_a_program(tmp_path, monkeypatch):
    """The test of the tests above: the population is really used."""
    from ranvier.tuner import _batch

    groups = []
    train_group = _batch.train_group

    def counting(models, **arguments):
        groups.append(len(models))
        return train_group(models, **arguments)

    monkeypatch.setattr(_batch, "train_group", counting)
    search(tuner.RandomSearch, tmp_path, max_trials=5)
    assert groups == [5]


def test_a_failing_build_fails_its_trial_alone(tmp_path):
    def failing(hp):
        model = build(hp)
        if hp.Boolean("bad"):
            raise RuntimeError("no such model")
        return model

    search = tuner.RandomSearch(
        failing,
        "val_loss",
        max_trials=8,
        seed=3,
        directory=tmp_path,
        max_consecutive_failed_trials=8,
    )
    search.search(X, Y, validation_split=0.25, verbose=0)
    for trial in search.oracle.trials.values():
        bad = trial.hyperparameters.get("bad")
        assert trial.status == ("FAILED" if bad else "COMPLETED")
        assert ("no such model" in (trial.message or "")) == bad
    statuses = {trial.status for trial in search.oracle.trials.values()}
    assert statuses == {"FAILED", "COMPLETED"}


def test_a_member_that_diverges_fails_alone(tmp_path):
    def diverging(hp):
        model = rv.Sequential([rv.layers.Dense(4), rv.layers.Dense(1)])
        rate = hp.Choice("rate", [0.01, 1e30])
        model.compile(rv.optimizers.SGD(rate), "mse")
        return model

    search = tuner.GridSearch(diverging, "val_loss", directory=tmp_path)
    search.search(X, Y, validation_split=0.25, epochs=2, verbose=0)
    good, bad = search.oracle.trials.values()
    assert good.status == "COMPLETED"
    assert (bad.status, bad.message) == ("FAILED", "The objective `val_loss` is NaN.")


def test_a_model_that_does_not_fit_the_data_fails_alone(tmp_path):
    def misfit(hp):
        wrong = hp.Choice("wrong", [True, False])
        model = rv.Sequential([rv.layers.Input((3 if wrong else 2,))])
        model.add(rv.layers.Dense(1))
        model.compile(rv.optimizers.SGD(hp.Choice("rate", [0.1, 0.01])), "mse")
        return model

    found = tuner.GridSearch(misfit, "val_loss", seed=1, directory=tmp_path)
    found.search(X, Y, validation_split=0.25, verbose=0)
    statuses = [t.status for t in found.oracle.trials.values()]
    assert statuses == ["FAILED", "FAILED", "COMPLETED", "COMPLETED"]


def test_callbacks_are_each_executions_own(tmp_path):
    class Count(rv.callbacks.Callback):
        seen = []

        def __init__(self):
            super().__init__()
            self.epochs = 0

        def on_epoch_end(self, epoch, logs=None):
            self.epochs += 1
            Count.seen.append(self.epochs)

    found = tuner.RandomSearch(
        build, "val_loss", max_trials=3, seed=1, directory=tmp_path
    )
    found.search(X, Y, validation_split=0.25, epochs=2, verbose=0, callbacks=[Count()])
    assert sorted(Count.seen) == [1, 1, 1, 2, 2, 2]


def test_a_fit_of_the_users_own_runs_one_trial_after_another(tmp_path):
    class Own(tuner.HyperModel):
        def build(self, hp):
            return build(hp)

        def fit(self, hp, model, x, y, **kwargs):
            if hp.Boolean("normalize"):
                x = x / 2
            return model.fit(x, y, **kwargs)

    found = tuner.RandomSearch(
        Own(), "val_loss", max_trials=4, seed=1, directory=tmp_path
    )
    found.search(X, Y, validation_split=0.25, verbose=0)
    assert [t.status for t in found.oracle.trials.values()] == ["COMPLETED"] * 4
    assert "normalize" in found.get_best_hyperparameters()[0]


def test_too_many_failures_in_a_row_end_the_search(tmp_path):
    def failing(hp):
        hp.Float("x", 0, 1)
        if failing.is_on:
            raise RuntimeError("always")
        return build(hp)

    failing.is_on = False
    found = tuner.RandomSearch(failing, "val_loss", max_trials=9, directory=tmp_path)
    failing.is_on = True
    with pytest.raises(RuntimeError, match="(?s)exceeded the limit of 3.*always"):
        found.search(X, Y, validation_split=0.25, verbose=0)
    assert len(found.oracle.trials) == 3


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["processes", "ray"])
def test_workers(executor, tmp_path):
    here = search(tuner.RandomSearch, tmp_path / "a", max_trials=4)
    there = search(
        tuner.RandomSearch, tmp_path / "b", max_trials=4, executor=executor, workers=2
    )
    ours, expected = outcome(there), outcome(here)
    for i, (values, status, score) in expected.items():
        assert ours[i][:2] == (values, status)
        np.testing.assert_allclose(ours[i][2], score, rtol=1e-5)
    for one, other in zip(here.get_best_models(2), there.get_best_models(2)):
        for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
