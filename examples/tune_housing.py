"""California housing: which of three structures, which rate, how much dropout.

Run: python examples/tune_housing.py [housing.csv]
"""

import sys
import tempfile
import time

import ranvier as rv
from ranvier import tuner

GOAL = 0.58
STRUCTURES = {"one": [64], "two": [64, 32], "three": [50, 50, 50]}


def main() -> int:
    path = sys.argv[1] if len(sys.argv) > 1 else "california_housing.npz"
    (x, y), _ = rv.datasets.california_housing.load_data(path=path, features="averages")
    y = y / 100_000
    train, valid = (x[:11610], y[:11610]), (x[11610:], y[11610:])
    normalize = rv.layers.Normalization()
    normalize.adapt(train[0])

    def build(hp):
        model = rv.Sequential([rv.Input((8,)), normalize])
        for units in STRUCTURES[hp.Choice("structure", list(STRUCTURES))]:
            model.add(rv.layers.Dense(units, "relu"))
            model.add(rv.layers.Dropout(hp.Float("dropout", 0.0, 0.2)))
        model.add(rv.layers.Dense(1))
        rate = hp.Float("learning_rate", 1e-4, 1e-2, sampling="log")
        model.compile(rv.optimizers.Adam(rate), "mse", metrics=["RootMeanSquaredError"])
        return model

    search = tuner.RandomSearch(
        build,
        "val_RootMeanSquaredError",
        max_trials=12,
        seed=42,
        directory=tempfile.mkdtemp(),
    )
    started = time.perf_counter()
    search.search(*train, validation_data=valid, epochs=10, batch_size=32)
    seconds = time.perf_counter() - started
    search.results_summary(3)
    best = search.oracle.get_best_trials(1)[0]
    print(f"best validation RMSE {best.score:.4f} after {seconds:.1f} s")
    return 0 if best.score <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
