"""California housing: 8-50-50-50-1 with Adam, 20 epochs, normalised inputs.

Run: python examples/housing.py [housing.csv]
"""

import sys
import time

import numpy as np

import ranvier as rv

GOAL = 0.56


def main() -> int:
    rv.utils.set_random_seed(42)
    path = sys.argv[1] if len(sys.argv) > 1 else "california_housing.npz"
    (x, y), (x_test, y_test) = rv.datasets.california_housing.load_data(
        path=path, features="averages"
    )
    # Prices in units of 100,000 dollars.
    y, y_test = y / 100_000, y_test / 100_000
    x_train, y_train, x_valid, y_valid = x[:11610], y[:11610], x[11610:], y[11610:]

    normalize = rv.layers.Normalization()
    normalize.adapt(x_train)
    model = rv.Sequential(
        [
            rv.Input((8,)),
            normalize,
            rv.layers.Dense(50, activation="relu"),
            rv.layers.Dense(50, activation="relu"),
            rv.layers.Dense(50, activation="relu"),
            rv.layers.Dense(1),
        ]
    )
    model.compile(
        optimizer=rv.optimizers.Adam(learning_rate=1e-3),
        loss="mse",
        metrics=["RootMeanSquaredError"],
    )
    started = time.perf_counter()
    history = model.fit(
        x_train, y_train, epochs=20, batch_size=32, validation_data=(x_valid, y_valid)
    )
    seconds = time.perf_counter() - started

    rmse = min(history.history["val_RootMeanSquaredError"])
    _, test_rmse = model.evaluate(x_test, y_test, verbose=0)
    print(f"best validation RMSE {rmse:.4f}, test RMSE {test_rmse:.4f}")
    print(f"{20 * -(-len(x_train) // 32) / seconds:,.0f} steps per second")
    return 0 if rmse <= GOAL and np.isfinite(test_rmse) else 1


if __name__ == "__main__":
    sys.exit(main())
