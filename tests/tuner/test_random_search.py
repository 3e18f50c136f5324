"""RandomSearch: a first search from the space to the best model."""

import numpy as np
import pytest

import ranvier as rv
from ranvier import tuner

X = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
Y = X[:, :1] * X[:, 1:]


def build(hp):
    model = rv.Sequential(
        [rv.layers.Dense(hp.Int("units", 2, 8), "relu"), rv.layers.Dense(1)]
    )
    rate = hp.Choice("rate", [0.01, 0.1])
    model.compile(rv.optimizers.Adam(rate), "mse", metrics=["mae"])
    return model


def search(tmp_path, max_trials=3, **kwargs):
    found = tuner.RandomSearch(
        build, "val_loss", max_trials, seed=1, directory=tmp_path, **kwargs
    )
    found.search(X, Y, validation_split=0.25, epochs=2, verbose=0)
    return found


def test_the_best_model_has_the_weights_of_its_best_epoch(tmp_path):
    found = search(tmp_path)
    [best] = found.oracle.get_best_trials(1)
    [model] = found.get_best_models(1)
    loss = model.evaluate(X[48:], Y[48:], verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(best.score)


def test_a_search_goes_on_where_it_ended(tmp_path):
    first = search(tmp_path, 2)
    again = search(tmp_path, 4)
    whole = search(tmp_path / "whole", 4)
    assert len(again.oracle.trials) == 4
    scores = {i: trial.score for i, trial in whole.oracle.trials.items()}
    assert {i: t.score for i, t in again.oracle.trials.items()} == scores
    assert first.oracle.trials["0"].score == scores["0"]


def test_same_seed_same_scores(tmp_path):
    first, second = (search(tmp_path / name, 2) for name in "ab")
    for a, b in zip(first.oracle.trials.values(), second.oracle.trials.values()):
        assert a.hyperparameters.values == b.hyperparameters.values
        assert a.score == b.score
