"""Random runs, killed at a random step and run again: the same bits."""

import random

import numpy as np
import pytest

import ranvier as rv
from ranvier import callbacks, layers
from tests.callbacks.killed_runs import assert_resumes

_random = np.random.default_rng(0)
X = _random.normal(size=(50, 4)).astype("float32")
Y = (X[:, :1] * X[:, 1:2] > 0).astype("float32")


class Batches(rv.utils.PyDataset):
    def __len__(self):
        return 6

    def __getitem__(self, i):
        noise = np.random.normal(size=(8, 4))
        return X[8 * i : 8 * i + 8] + noise, Y[8 * i : 8 * i + 8]


def endless(seed):
    draw = np.random.default_rng(seed)
    while True:
        rows = draw.integers(0, 50, size=draw.integers(3, 5))
        yield X[rows], Y[rows], np.ones(len(rows), "float32")


OPTIMIZERS = [
    lambda: rv.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    lambda: rv.optimizers.Adam(0.01, use_ema=True, ema_overwrite_frequency=4),
    lambda: rv.optimizers.AdamW(0.01, gradient_accumulation_steps=3),
    lambda: rv.optimizers.Nadam(rv.optimizers.schedules.CosineDecay(0.05, 12)),
    lambda: rv.optimizers.LossScaleOptimizer(rv.optimizers.RMSprop(0.01)),
    lambda: rv.optimizers.Ftrl(0.1, global_clipnorm=0.1),
    lambda: rv.optimizers.Adafactor(0.01),
]
PARTS = [
    lambda: layers.Dropout(0.4),
    lambda: layers.GaussianNoise(0.2),
    lambda: layers.BatchNormalization(),
    lambda: layers.LayerNormalization(),
    lambda: layers.AlphaDropout(0.1),
    lambda: layers.Dense(5, "selu", kernel_regularizer="l2"),
    lambda: layers.ActivityRegularization(0.01),
]
METRICS = [
    lambda: "accuracy",
    lambda: rv.metrics.AUC(num_thresholds=20),
    lambda: rv.metrics.R2Score(),
    lambda: rv.metrics.F1Score(threshold=0.5),
    lambda: rv.metrics.Recall(),
]
HOOKS = [
    lambda folder: callbacks.EarlyStopping("loss", patience=2, min_delta=0.05),
    lambda folder: callbacks.EarlyStopping("loss", restore_best_weights=True),
    lambda folder: callbacks.ReduceLROnPlateau("loss", 0.5, 0, min_delta=0.05),
    lambda folder: callbacks.LearningRateScheduler(lambda e, rate: rate * 0.9),
    lambda folder: callbacks.CSVLogger(folder / "log.csv"),
    lambda folder: callbacks.TerminateOnNaN(),
    lambda folder: callbacks.ModelCheckpoint(
        folder / "best.weights.h5", "loss", 0, True, True, "min", 4
    ),
    # One that listens to every batch.
    lambda folder: callbacks.LambdaCallback(on_train_batch_end=lambda b, logs: None),
]


def random_run(draw, folder):
    """Returns a script: a function of the callbacks that make and kill it."""
    optimizer = draw.choice(OPTIMIZERS)
    parts = draw.sample(PARTS, 2)
    metrics = draw.sample(METRICS, draw.randrange(3))
    hooks = draw.sample(HOOKS, draw.randrange(4))
    if optimizer is OPTIMIZERS[3]:  # a schedule, which cannot be set
        hooks = [hook for hook in hooks if hook not in HOOKS[2:4]]
    eagerly = draw.random() < 0.1
    data = draw.choice(["arrays", "arrays", "arrays", "dataset", "generator"])
    options = {"epochs": 4}
    if data == "arrays":
        options["batch_size"] = draw.choice([7, 10, 16])
        options["shuffle"] = draw.choice([True, True, False, "batch"])
        options["class_weight"] = draw.choice([None, {0: 1.0, 1: 3.0}])
    if data == "generator" or draw.random() < 0.3:
        options["steps_per_epoch"] = draw.choice([2, 3])
    if draw.random() < 0.5:
        options["validation_freq"] = draw.choice([1, 2])
        options["validation_data"] = (X[:20], Y[:20])
        if draw.random() < 0.3:
            options["validation_data"] = None
            options["validation_steps"] = 2
    if draw.random() < 0.2 and data != "generator":
        options["train_eval"] = True

    def run(guards):
        model = rv.Sequential([rv.Input((4,)), *[part() for part in parts]])
        model.add(layers.Dense(1, "sigmoid"))
        model.compile(
            optimizer(),
            "binary_crossentropy",
            metrics=[metric() for metric in metrics],
            run_eagerly=eagerly,
        )
        arguments = dict(options)
        if "validation_steps" in options:
            arguments["validation_data"] = endless(1)
        given = {
            "arrays": lambda: (X, Y),
            "dataset": lambda: (Batches(),),
            "generator": lambda: (endless(2),),
        }[data]()
        made = [hook(folder) for hook in hooks]
        calls = [*made[:1], *guards, *made[1:]]
        history = model.fit(*given, callbacks=calls, verbose=0, **arguments)
        return model, history.history

    return run


SEEDS = [*range(5), *(pytest.param(i, marks=pytest.mark.slow) for i in range(5, 60))]


# Where a pass is no multiple of the steps of an epoch.
@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")
@pytest.mark.parametrize("seed", SEEDS)
def test_random_run(seed, tmp_path):
    draw = random.Random(seed)
    run = random_run(draw, tmp_path)
    save_freq = draw.choice(["epoch", 1, 2, 3, 5])
    # Before it can have stopped early, after two epochs of two steps.
    assert_resumes(tmp_path, run, save_freq=save_freq, steps=draw.randrange(2, 5))
