"""Optuna's samplers and pruners behind the same names."""

import optuna
import pytest

from ranvier import tuner
from tests.tuner.helpers import X, Y, build


def space(hp):
    kind = hp.Choice("kind", ["a", "b"])
    x = hp.Float("x", 0.1, 1.0)
    hp.Float("r", 0.1, 1.0, sampling="reverse_log")
    hp.Float("g", 1e-3, 1e-1, sampling="log")
    hp.Int("i", 1, 9, step=2)
    hp.Int("l", 1, 100, sampling="log")
    hp.Int("p", 2, 16, step=2, sampling="log")
    hp.Boolean("t")
    hp.Fixed("f", 3)
    with hp.conditional_scope("kind", ["a"]):
        hp.Int("n", 1, 3)
    with hp.conditional_scope("kind", ["b"]):
        hp.Int("n", 7, 9)
    return x + (kind == "b")


class Search(tuner.RandomSearch):
    def __init__(self, **kwargs):
        hp = tuner.HyperParameters()
        space(hp)
        hp.values = {}
        super().__init__(hyperparameters=hp, seed=1, **kwargs)

    def run_trial(self, trial, *args, **kwargs):
        return space(trial.hyperparameters)


@pytest.mark.parametrize(
    "sampler",
    [
        optuna.samplers.RandomSampler(seed=1),
        optuna.samplers.TPESampler(n_startup_trials=3, seed=1),
    ],
    ids=["random", "tpe"],
)
def test_samplers_choose_the_values(sampler, tmp_path):
    found = Search(max_trials=8, sampler=sampler, directory=tmp_path)
    found.search(verbose=0)
    study = found.study
    assert study.sampler is sampler
    states = [t.state.name for t in study.trials]
    assert states == ["COMPLETE"] * 8
    assert study.best_value == found.oracle.get_best_trials(1)[0].score
    for trial, of_optuna in zip(found.oracle.trials.values(), study.trials):
        hps = trial.hyperparameters
        assert of_optuna.params["x"] == hps.get("x")
        assert hps.get("p") in (2, 4, 8, 16)
        assert hps.get("i") in (1, 3, 5, 7, 9)
        assert 0.1 <= hps.get("r") <= 1.0
        assert (hps.get("n") <= 3) == (hps.get("kind") == "a")
        for hp in hps.space:
            if hps.is_active(hp):
                assert 0 <= hp.value_to_prob(hps.values[hp.name]) <= 1


def test_a_sampler_learns_across_an_interruption(tmp_path):
    def run(directory, *limits):
        for limit in limits:
            sampler = optuna.samplers.TPESampler(n_startup_trials=3, seed=1)
            found = Search(max_trials=limit, sampler=sampler, directory=directory)
            found.search(verbose=0)
        return found

    whole = run(tmp_path, 5, 8)
    assert len(whole.study.trials) == len(whole.oracle.trials) == 8


def test_the_study_of_any_search(tmp_path):
    found = Search(max_trials=4, directory=tmp_path)
    found.search(verbose=0)
    again = Search(max_trials=4, directory=tmp_path)
    for tuner_ in (found, again):
        assert len(tuner_.study.trials) == 4
        assert tuner_.study.best_value == found.oracle.get_best_trials(1)[0].score


def test_a_pruner_ends_trials_early(tmp_path):
    pruner = optuna.pruners.ThresholdPruner(upper=-1.0)
    found = tuner.RandomSearch(
        build,
        "val_loss",
        max_trials=2,
        seed=1,
        pruner=pruner,
        directory=tmp_path,
        population_size=2,
    )
    found.search(X, Y, validation_split=0.25, epochs=4, verbose=0)
    for trial in found.oracle.trials.values():
        assert trial.status == "COMPLETED"
        assert trial.message == "Pruned after epoch 1."
        assert list(trial.reports) == [0]
    assert [t.state.name for t in found.study.trials] == ["PRUNED"] * 2


def test_a_sampler_that_has_tried_all_ends_the_search(tmp_path):
    class Small(tuner.RandomSearch):
        def run_trial(self, trial, *args, **kwargs):
            return trial.hyperparameters.Int("x", 1, 3)

    hp = tuner.HyperParameters()
    hp.Int("x", 1, 3)
    hp.values = {}
    found = Small(
        max_trials=20,
        hyperparameters=hp,
        directory=tmp_path,
        sampler=optuna.samplers.GridSampler({"x": [1, 2, 3]}, seed=1),
    )
    found.search(verbose=0)
    values = [t.hyperparameters.get("x") for t in found.oracle.trials.values()]
    assert sorted(values) == [1, 2, 3]
