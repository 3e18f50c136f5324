"""Ctrl-C: training stops soon, with the weights of a whole step."""

import os
import signal
import subprocess
import sys
import time

SCRIPT = """
import sys, time
import numpy as np
import ranvier as rv

x = np.random.default_rng(0).normal(size=(20000, 32)).astype("float32")
model = rv.Sequential([rv.Input((32,)), rv.layers.Dense(64, activation="relu"),
                       rv.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, x[:, :1], epochs=1, verbose=0)
print("ready", flush=True)
try:
    model.fit(x, x[:, :1], epochs=100000, verbose=0)
except KeyboardInterrupt:
    print("stopped", flush=True)
steps = int(model.optimizer.iterations)
assert all(np.isfinite(w).all() for w in model.get_weights())
model.fit(x, x[:, :1], epochs=1, verbose=0)
assert int(model.optimizer.iterations) == steps + 625
print("usable", steps, flush=True)
"""


def test_interrupt_leaves_a_usable_model():
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "stopped\n"
        assert process.stdout.readline().startswith("usable")
        assert process.wait(timeout=60) == 0
