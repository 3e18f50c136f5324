"""Trains three networks and writes what TensorBoard shows of them.

python examples/tensorboard_runs.py [folder]
tensorboard --logdir folder
"""

import pathlib
import sys

import numpy as np

import ranvier as rv

logs = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "logs")

rng = np.random.default_rng(0)
x = rng.normal(size=(2000, 8)).astype("float32")
y = np.sin(2 * x[:, :1]) + 0.3 * x[:, 1:2] + 0.1 * rng.normal(size=(2000, 1))

for units, rate in [(5, 1e-3), (30, 1e-3), (30, 1e-2)]:
    rv.utils.set_random_seed(42)
    model = rv.Sequential(
        [
            rv.Input((8,)),
            rv.layers.Dense(units, activation="relu"),
            rv.layers.Dense(units, activation="relu"),
            rv.layers.Dense(1),
        ]
    )
    model.compile(rv.optimizers.Adam(rate), loss="mse", metrics=["mae"])
    run = logs / f"{units}_units_rate_{rate}"
    history = model.fit(
        x,
        y,
        epochs=20,
        validation_split=0.2,
        verbose=0,
        callbacks=[
            rv.callbacks.TensorBoard(run, histogram_freq=5),
            rv.callbacks.HParams(run, {"units": units, "learning_rate": rate}),
        ],
    )
    # A summary of one's own: a table of predictions.
    with rv.summary.create_file_writer(run / "notes").as_default():
        rows = ["| true | predicted |", "|---|---|"]
        predicted = model.predict(x[:5], verbose=0)
        rows += [f"| {a:.2f} | {b:.2f} |" for a, b in zip(y[:5, 0], predicted[:, 0])]
        rv.summary.text("predictions", "\n".join(rows), step=0)
    print(f"{run}: validation loss {history.history['val_loss'][-1]:.4f}")

print(f"\ntensorboard --logdir {logs}")
