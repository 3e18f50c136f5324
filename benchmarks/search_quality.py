"""What a search finds: ranvier's against KerasTuner's with the same budget of trials.

Run: KERAS_BACKEND=jax python -m benchmarks.search_quality [--seeds 5] [--trials 8]

Three structures on California housing, validation RMSE of the best trial. Both draw the
same values for the same seed, so what differs is training; the difference should be
noise around zero.
"""

import argparse
import tempfile
import time

import numpy as np

from benchmarks import data

STRUCTURES = {"one": [64], "two": [64, 32], "three": [50, 50, 50]}
OBJECTIVE = "val_root_mean_squared_error"


def search(library, tuner_class, arrays, seed, trials, epochs):
    """Returns the best validation RMSE and the seconds it took."""
    train, valid = arrays

    def build(hp):
        layers = [library.Input((train[0].shape[1],))]
        dropout = hp.Float("dropout", 0.0, 0.2)
        for units in STRUCTURES[hp.Choice("structure", list(STRUCTURES))]:
            layers.append(library.layers.Dense(units, "relu"))
            layers.append(library.layers.Dropout(dropout))
        model = library.Sequential([*layers, library.layers.Dense(1)])
        rate = hp.Float("rate", 1e-4, 1e-2, sampling="log")
        model.compile(
            library.optimizers.Adam(rate),
            "mse",
            metrics=[library.metrics.RootMeanSquaredError()],
        )
        return model

    library.utils.set_random_seed(seed)
    tuner = tuner_class(
        build,
        tuner_objective(tuner_class),
        max_trials=trials,
        seed=seed,
        directory=tempfile.mkdtemp(),
    )
    started = time.perf_counter()
    tuner.search(*train, validation_data=valid, epochs=epochs, batch_size=64, verbose=0)
    seconds = time.perf_counter() - started
    return tuner.oracle.get_best_trials(1)[0].score, seconds


def tuner_objective(tuner_class):
    """Returns the objective as the library of a tuner wants it."""
    import importlib

    package = importlib.import_module(tuner_class.__module__.split(".")[0])
    tuner = package.tuner if package.__name__ == "ranvier" else package
    return tuner.Objective(OBJECTIVE, "min")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=4)
    arguments = parser.parse_args()
    import keras
    import keras_tuner

    import ranvier

    arrays = housing()
    rows = []
    for seed in range(1, arguments.seeds + 1):
        budget = (arrays, seed, arguments.trials, arguments.epochs)
        ours = search(ranvier, ranvier.tuner.RandomSearch, *budget)
        theirs = search(keras, keras_tuner.RandomSearch, *budget)
        rows.append((ours[0], theirs[0], ours[1], theirs[1]))
        print(
            f"seed {seed}: RMSE {ours[0]:.4f} against {theirs[0]:.4f}; "
            f"{ours[1]:.1f} s against {theirs[1]:.1f} s",
            flush=True,
        )
    rows = np.array(rows)
    means, difference = rows.mean(0), rows[:, 0] - rows[:, 1]
    error = difference.std(ddof=1) / np.sqrt(len(rows)) if len(rows) > 1 else 0.0
    print(
        f"mean RMSE {means[0]:.4f} against KerasTuner's {means[1]:.4f}: difference "
        f"{difference.mean():+.4f} (standard error {error:.4f}); "
        f"{means[3] / means[2]:.1f} times as fast"
    )
    return 0 if difference.mean() <= 2 * error else 1


def housing():
    """Returns the training and validation arrays."""
    found = data.housing(None)
    print(f"housing: {found.source}")
    return tuple(
        (split.inputs[0], split.targets[0]) for split in (found.train, found.valid)
    )


if __name__ == "__main__":
    raise SystemExit(main())
