"""A script for `test_backup_kills`: trains, and writes down bit by bit what came out.

`python resumable.py KIND FOLDER`. It is killed and started again with the same words.
"""

import hashlib
import json
import pathlib
import random
import sys
import time

import h5py
import numpy as np

import ranvier as rv
from ranvier import callbacks, layers

_random = np.random.default_rng(0)
X = _random.normal(size=(90, 6)).astype("float32")
Y = (X[:, :1] * X[:, 1:2] > 0).astype("float32")


def dense(*parts, rate=0.3):
    return rv.Sequential(
        [
            rv.Input((6,)),
            layers.Dense(16, "relu"),
            layers.Dropout(rate),
            *parts,
            layers.Dense(1, "sigmoid"),
        ]
    )


def watched(folder, save_freq):
    """Adam, dropout, shuffling, validation, and callbacks that watch it."""
    model = dense()
    model.compile("adam", "binary_crossentropy", metrics=["accuracy", rv.metrics.AUC()])
    model.fit(
        X,
        Y,
        epochs=30,
        batch_size=16,
        validation_data=(X[:20], Y[:20]),
        callbacks=[
            callbacks.ReduceLROnPlateau(factor=0.7, patience=1, cooldown=1),
            *guards(folder, save_freq),
            callbacks.EarlyStopping(patience=20, restore_best_weights=True),
            callbacks.CSVLogger(folder / "log.csv"),
        ],
        verbose=0,
    )
    return model


def averages(folder, save_freq):
    """Momentum, moving averages, normalisation, class weights, a best model."""
    model = dense(layers.BatchNormalization(), layers.GaussianNoise(0.1))
    model.compile(
        rv.optimizers.SGD(0.1, momentum=0.9, use_ema=True, ema_momentum=0.8),
        "binary_crossentropy",
        metrics=[rv.metrics.Precision(), rv.metrics.Recall()],
    )
    best = callbacks.ModelCheckpoint(
        folder / "best.weights.h5", "loss", 0, True, True, "min", save_freq=5
    )
    model.fit(
        X,
        Y,
        epochs=25,
        batch_size=16,
        class_weight={0: 1.0, 1: 2.5},
        validation_split=0.2,
        callbacks=[
            callbacks.SwapEMAWeights(swap_on_epoch=True),
            *guards(folder, save_freq),
            best,
        ],
        verbose=0,
    )
    return model


def generators(folder, save_freq):
    """Generators for training and validation, epochs of given steps."""
    model = dense()
    model.compile(rv.optimizers.RMSprop(0.01), "mse", metrics=["mae"])
    model.fit(
        batches(seed=1),
        epochs=12,
        steps_per_epoch=9,
        validation_data=batches(seed=2),
        validation_steps=3,
        callbacks=[Counter(), *guards(folder, save_freq)],
        verbose=0,
    )
    return model


def batches(seed):
    draw = np.random.default_rng(seed)
    while True:
        rows = draw.integers(0, 90, size=draw.integers(4, 6))
        yield X[rows] + draw.normal(size=(len(rows), 6)).astype("float32"), Y[rows]


class Counter(callbacks.Callback):
    """A user's callback with a state of its own, which steers the training."""

    def __init__(self):
        super().__init__()
        self.sum = 0.0

    def get_state(self):
        return {"sum": self.sum}

    def set_state(self, state):
        self.sum = state["sum"]

    def on_train_batch_end(self, batch, logs=None):
        self.sum += logs["loss"]
        self.model.optimizer.learning_rate = 0.01 / (1.0 + self.sum / 100)


class Shuffled(rv.utils.PyDataset):
    """Draws from NumPy's global generator."""

    def __init__(self):
        super().__init__()
        self.order = np.arange(90)

    def __len__(self):
        return 10

    def __getitem__(self, index):
        rows = self.order[9 * index : 9 * index + 9]
        return X[rows] + 0.1 * np.random.normal(size=(9, 6)), Y[rows]

    def on_epoch_end(self):
        self.order = np.roll(self.order, 7)


def datasets(folder, save_freq):
    """A `PyDataset`, one cycle of learning rate and momentum, two optimizers."""
    model = dense()
    model.compile(rv.optimizers.Adam(), "mse", weighted_metrics=["mae"])
    model.other = rv.optimizers.SGD(0.01, momentum=0.9)
    model.fit(
        Shuffled(),
        epochs=15,
        callbacks=[callbacks.OneCycle(0.02), Other(), *guards(folder, save_freq)],
        verbose=0,
    )
    return model


class Other(callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        kernel = self.model.trainable_variables[0]
        self.model.other.apply([rv.random.normal(kernel.shape)], [kernel])


class Stream:
    """Batches whose iterators know their place: nothing needs to be read again."""

    def __init__(self):
        self.epoch = 0

    def __iter__(self):
        self.epoch += 1
        return Place(self.epoch)

    def get_state(self):
        return {"epoch": self.epoch}

    def set_state(self, state):
        self.epoch = state["epoch"]


class Place:
    def __init__(self, seed):
        self.seed = seed
        self.index = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.index == 12:
            raise StopIteration
        self.index += 1
        rows = np.random.default_rng([self.seed, self.index]).integers(0, 90, size=8)
        return X[rows], Y[rows]

    def get_state(self):
        return {"seed": self.seed, "index": self.index}

    def set_state(self, state):
        self.seed, self.index = state["seed"], state["index"]


def streams(folder, save_freq):
    """Data with a state of their own, and a schedule."""
    model = dense()
    rate = rv.optimizers.schedules.CosineDecay(0.05, 100)
    model.compile(rv.optimizers.Nadam(rate), "binary_crossentropy")
    callback = guards(folder, save_freq)
    model.fit(Stream(), epochs=12, callbacks=callback, verbose=0)
    return model


def pipelines(folder, save_freq):
    """A `Dataset`: shuffled, with random layers, compiled and not, read ahead."""
    noise = layers.GaussianNoise(0.3)
    drop = layers.Dropout(0.2)

    def by_itself(x, y):
        return x * np.float32(len(str(x.shape)) > 0), y

    data = (
        rv.data.Dataset.from_tensor_slices((X, Y))
        .shuffle(40)
        .map(lambda x, y: (noise(x, training=True), y))
        .map(by_itself, num_parallel_calls=2)
        .map(lambda x, y: (drop(x, training=len(str(y.shape)) > 0), y))
        .batch(8)
        .prefetch(2)
    )
    model = dense()
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    callback = guards(folder, save_freq)
    model.fit(data, validation_data=data, epochs=12, callbacks=callback, verbose=0)
    return model


def large(folder, save_freq):
    """So large that writing a backup takes a while."""
    model = rv.Sequential(
        [
            rv.Input((4,), dtype="int32"),
            layers.Embedding(20_000, 64),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(1),
        ]
    )
    model.compile(rv.optimizers.SGD(0.1, momentum=0.9), "mse")
    rows = np.random.default_rng(3).integers(0, 20_000, size=(80, 4))
    model.fit(
        rows,
        Y[:80],
        epochs=9,
        batch_size=8,
        callbacks=guards(folder, save_freq, double_checkpoint=True),
        verbose=0,
    )
    return model


def guards(folder, save_freq, **options):
    backup = callbacks.BackupAndRestore(folder / "backup", save_freq, **options)
    return [backup, Tell()]


class Tell(callbacks.Callback):
    """Says where the training is, so that the test can choose a moment."""

    def restore(self, progress):
        print(f"begins: {progress}", flush=True)

    def on_epoch_end(self, epoch, logs=None):
        print(f"ended: {epoch}", flush=True)
        time.sleep(0.02)  # or a busy machine would always strike too late


def outcome(model, folder):
    """Returns everything that must not depend on kills, as short texts."""
    optimizers = [model.optimizer, *filter(None, [getattr(model, "other", None)])]
    variables = [*model.variables, *model.metrics_variables]
    for optimizer in optimizers:
        variables += optimizer.variables
    files = {}
    for path in sorted(folder.glob("*.*")):
        files[path.name] = path.read_text() if path.suffix == ".csv" else weights(path)
    return {
        "variables": [[v.path, digest(v.numpy())] for v in variables],
        "history": model.history.history,
        "epochs": model.history.epoch,
        "draws": [random.random(), np.random.random(), float(rv.random.uniform(()))],
        "files": files,
    }


def weights(path):
    found = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: (
                found.update({name: digest(item[()])})
                if isinstance(item, h5py.Dataset)
                else None
            )
        )
    return found


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def main():
    kind, save_freq, folder = sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    rv.utils.set_random_seed(11)
    save_freq = int(save_freq) if save_freq.isdigit() else save_freq
    model = globals()[kind](folder, save_freq)
    (folder / "outcome.part").write_text(json.dumps(outcome(model, folder)))
    (folder / "outcome.part").rename(folder / "outcome")
    print("ends", flush=True)


if __name__ == "__main__":
    main()
