"""Searches of models with a `fit` or `build` of their own; trials given back by id."""

import numpy as np
import pytest

import ranvier as rv
from ranvier import tuner
from tests.tuner.helpers import X, Y

LOSSES = {"good": [3.0, 1.0, 2.0], "bad": [9.0, 8.0, 7.0]}


class Scripted(rv.Model):
    """Not compiled; its `fit` only tells numbers, and no callback of its end."""

    def __init__(self, losses, returns):
        super().__init__()
        self.curve = losses
        self.returns = returns

    def fit(self, *args, callbacks=(), **kwargs):
        history = rv.callbacks.History()
        history.history = {"loss": self.curve}
        for callback in callbacks:
            callback.set_model(self)
            for epoch, loss in enumerate(self.curve):
                callback.on_epoch_end(epoch, {"loss": loss})
        return self.returns(history)

    def save_weights(self, filepath, overwrite=True):
        """There are none."""


@pytest.mark.parametrize(
    "returns",
    [
        lambda history: history,
        lambda history: min(history.history["loss"]),
        lambda history: {"loss": min(history.history["loss"]), "other": 1},
    ],
)
def test_a_model_with_a_fit_of_its_own(returns, tmp_path):
    def build(hp):
        return Scripted(LOSSES[hp.Choice("kind", list(LOSSES))], returns)

    found = tuner.GridSearch(build, "loss", directory=tmp_path)
    found.search(verbose=0)
    assert [t.score for t in found.oracle.trials.values()] == [1.0, 7.0]


def test_layers_made_in_build_get_their_best_weights_back(tmp_path):
    class Net(rv.Model):
        def build(self, input_shape):
            self.inner = rv.layers.Dense(1)

        def call(self, x):
            return self.inner(x)

    def build(hp):
        model = Net()
        model.compile(rv.optimizers.Adam(hp.Choice("rate", [0.01, 0.1])), "mse")
        return model

    found = tuner.GridSearch(build, "val_loss", seed=1, directory=tmp_path)
    found.search(X, Y, validation_data=(X, Y), epochs=2, verbose=0)
    for trial in found.oracle.trials.values():
        loss = found.load_model(trial).evaluate(X, Y, verbose=0)
        assert loss == pytest.approx(trial.score, rel=1e-5)


def test_a_boolean_is_a_number(tmp_path):
    class Search(tuner.GridSearch):
        def run_trial(self, trial, *args, **kwargs):
            return trial.hyperparameters.Int("x", 0, 2) == 1

    found = Search(objective=tuner.Objective("hit", "max"), directory=tmp_path)
    found.search(verbose=0)
    assert found.get_best_hyperparameters()[0].get("x") == 1


@pytest.mark.parametrize("status", [None, "COMPLETED", "FAILED"])
def test_a_trial_is_given_back_by_its_id(status, tmp_path):
    hp = tuner.HyperParameters()
    hp.Float("x", 0, 1)
    oracle = tuner.oracles.RandomSearchOracle("loss", hyperparameters=hp)
    oracle._set_project_dir(tmp_path, "project")
    trial = oracle.create_trial("tuner0")
    oracle.update_trial(trial.trial_id, {"loss": np.float32(0.5)})
    oracle.end_trial(trial.trial_id, *([status] if status else []))
    assert oracle.get_trial(trial.trial_id).status == (status or "COMPLETED")
    assert oracle.create_trial("tuner0").trial_id != trial.trial_id


def test_what_is_no_oracle_is_told():
    with pytest.raises(ValueError, match="to be an instance of `Oracle`"):
        tuner.Tuner(oracle="random", hypermodel=lambda hp: None)
