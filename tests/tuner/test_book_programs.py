"""Programs as books on KerasTuner write them, under its own name."""

import numpy as np
import pytest

import ranvier.tf as tf
from ranvier import tuner as kt

X = np.random.default_rng(0).normal(size=(120, 6, 6)).astype("float32")
Y = (X.mean(axis=(1, 2)) > 0).astype("int32") + (X[:, 0, 0] > 1)
TRAIN, VALID = slice(0, 80), slice(80, 120)


def build_model(hp):
    n_hidden = hp.Int("n_hidden", min_value=0, max_value=2, default=1)
    n_neurons = hp.Int("n_neurons", min_value=4, max_value=8)
    learning_rate = hp.Float(
        "learning_rate", min_value=1e-3, max_value=1e-1, sampling="log"
    )
    optimizer = hp.Choice("optimizer", values=["sgd", "adam"])
    if optimizer == "sgd":
        optimizer = tf.keras.optimizers.SGD(learning_rate=learning_rate)
    else:
        optimizer = tf.keras.optimizers.Adam(learning_rate=learning_rate)
    model = tf.keras.Sequential()
    model.add(tf.keras.layers.Flatten())
    for _ in range(n_hidden):
        model.add(tf.keras.layers.Dense(n_neurons, activation="relu"))
    model.add(tf.keras.layers.Dense(3, activation="softmax"))
    model.compile(
        loss="sparse_categorical_crossentropy",
        optimizer=optimizer,
        metrics=["accuracy"],
    )
    return model


class MyClassificationHyperModel(kt.HyperModel):
    def build(self, hp):
        return build_model(hp)

    def fit(self, hp, model, X, y, **kwargs):
        if hp.Boolean("normalize"):
            norm_layer = tf.keras.layers.Normalization()
            X = norm_layer(X)
        return model.fit(X, y, **kwargs)


def search(tuner, **kwargs):
    tuner.search(
        X[TRAIN], Y[TRAIN], validation_data=(X[VALID], Y[VALID]), verbose=0, **kwargs
    )
    return tuner


def test_random_search(tmp_path):
    tuner = kt.RandomSearch(
        build_model,
        objective="val_accuracy",
        max_trials=3,
        overwrite=True,
        directory=tmp_path,
        project_name="my_rnd_search",
        seed=42,
    )
    search(tuner, epochs=2)
    best = tuner.get_best_models(num_models=2)[0]
    assert len(tuner.get_best_hyperparameters(num_trials=3)) == 3
    assert set(tuner.get_best_hyperparameters(num_trials=3)[0].values) == {
        "n_hidden",
        "n_neurons",
        "learning_rate",
        "optimizer",
    }
    trial = tuner.oracle.get_best_trials(num_trials=1)[0]
    trial.summary()
    accuracy = trial.metrics.get_last_value("val_accuracy")
    _, found = best.evaluate(X[VALID], Y[VALID], verbose=0)
    assert found == pytest.approx(accuracy)
    best.fit(X[TRAIN], Y[TRAIN], epochs=1, verbose=0)


def test_hyperband_with_shared_callbacks(tmp_path):
    tuner = kt.Hyperband(
        MyClassificationHyperModel(),
        objective="val_accuracy",
        seed=42,
        max_epochs=3,
        factor=3,
        hyperband_iterations=1,
        overwrite=True,
        directory=tmp_path,
        project_name="hyperband",
    )
    log_dir = f"{tuner.project_dir}/tensorboard"
    search(
        tuner,
        epochs=2,
        callbacks=[
            tf.keras.callbacks.EarlyStopping(patience=2),
            tf.keras.callbacks.TensorBoard(log_dir),
        ],
    )
    trials = tuner.oracle.trials.values()
    assert {t.hyperparameters["tuner/bracket"] for t in trials} == {0, 1}
    assert (tmp_path / "hyperband" / "tensorboard" / "0000" / "execution0").is_dir()
    later = [t for t in trials if "tuner/trial_id" in t.hyperparameters]
    assert later
    assert all("normalize" in t.hyperparameters for t in later)


def test_bayesian_optimization(tmp_path):
    tuner = kt.BayesianOptimization(
        MyClassificationHyperModel(),
        objective="val_accuracy",
        seed=42,
        max_trials=4,
        alpha=1e-4,
        beta=2.6,
        num_initial_points=2,
        overwrite=True,
        directory=tmp_path,
        project_name="bayesian_opt",
    )
    search(tuner, epochs=1, callbacks=[tf.keras.callbacks.EarlyStopping(patience=2)])
    assert [t.status for t in tuner.oracle.trials.values()] == ["COMPLETED"] * 4
