"""Saving and loading a model of 100 MB, in processes of their own.

Each figure is the best of several in one process: the disk has hiccups, and the first
file is written while memory is still being claimed. ranvier waits until its file is on
the disk, Keras does not.
"""

import os
import subprocess
import sys
import tempfile

from benchmarks.peers import PEERS
from benchmarks.workload import PeerFailed, Result, Workload

MODULES = {"ranvier": "ranvier", "keras-jax": "keras", "keras-tf": "keras"}
TURN = """
import sys, time
import {module} as keras
import numpy as np

action, path = sys.argv[1:]
layers = keras.layers
model = keras.Sequential(
    [keras.Input((512,)), layers.Dense(5120, "relu"), layers.Dense(4480)]
)
model.compile("sgd", "mse")
model.save(path)

def load():
    loaded = keras.saving.load_model(path)
    return [float(np.asarray(v.value)[..., 0].sum()) for v in loaded.weights]

run = load if action == "load" else lambda: model.save(path)
times = []
for _ in range(5):
    start = time.perf_counter()
    run()
    times.append(time.perf_counter() - start)
print(min(times))
"""


class Files(Workload):
    action = ""
    order = 10
    peers = tuple(MODULES)

    def measure(self, bench, peers):
        results = {peer: Result() for peer in peers}

        def turn(peer):
            with tempfile.TemporaryDirectory() as folder:
                code = TURN.format(module=MODULES[peer])
                path = os.path.join(folder, "m.keras")
                done = subprocess.run(
                    [sys.executable, "-c", code, self.action, path],
                    env=bench.environment(PEERS[peer].env),
                    capture_output=True,
                    text=True,
                    check=False,
                )
            if done.returncode:
                raise PeerFailed(done.stderr.strip().rpartition("\n")[2])
            return float(done.stdout.split()[-1])

        counted = min(bench.rounds, 5)
        self.rounds = bench.run_rounds(results, turn, warm_up=1, counted=counted)
        return results


class Saving(Files):
    name = "saving"
    title = "Saving a model of 100 MB as .keras"
    quantity = "per file"
    action = "save"


class Loading(Files):
    name = "loading"
    title = "Loading a model of 100 MB from .keras"
    quantity = "per file"
    action = "load"


WORKLOADS = [Saving(), Loading()]
