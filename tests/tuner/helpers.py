"""Spaces and searches that several tests of the tuner use."""

import numpy as np

import ranvier as rv

X = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
Y = X[:, :1] * X[:, 1:]


def build(hp):
    """A small regression net; two structures, several rates."""
    model = rv.Sequential()
    for i in range(hp.Int("layers", 1, 2)):
        model.add(rv.layers.Dense(hp.Int(f"units{i}", 2, 8, step=6), "relu"))
    model.add(rv.layers.Dropout(hp.Float("dropout", 0.0, 0.3)))
    model.add(rv.layers.Dense(1))
    rate = hp.Float("rate", 1e-3, 1e-1, sampling="log")
    model.compile(rv.optimizers.Adam(rate), "mse", metrics=["mae"])
    return model


def search(cls, directory, epochs=2, **kwargs):
    """Runs a search of `build` and returns its tuner."""
    tuner = cls(build, "val_loss", seed=1, directory=directory, **kwargs)
    tuner.search(X, Y, validation_split=0.25, epochs=epochs, verbose=0)
    return tuner


def outcome(tuner):
    """Returns values, status and score of each trial."""
    return {
        i: (trial.hyperparameters.values, trial.status, trial.score)
        for i, trial in tuner.oracle.trials.items()
    }
