"""scikit-learn's perceptrons against ranvier's: one whole fit in a fresh process.

The seeds of the counted rounds are 0, 1, 2...: both peers get the same, and the table
shows the mean of their scores on held-out data.
"""

import json
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

from benchmarks.data import Data
from benchmarks.peers import PEERS
from benchmarks.workload import PeerFailed, Result, Workload

MODULES = {"ranvier": "ranvier.estimators", "sklearn": "sklearn.neural_network"}
SEEDS = 5
CALL = "from benchmarks.workloads.estimators import fit; fit(*{!r})"


class Estimator(Workload):
    quantity = "per fit"
    check_title = f"mean score, {SEEDS} seeds"
    peers = tuple(MODULES)

    def __init__(self, name, dataset, estimator, options, title, order):
        super().__init__()
        self.name, self.dataset, self.estimator = name, dataset, estimator
        self.options, self.title, self.order = options, title, order

    def measure(self, bench, peers):
        results = {peer: Result() for peer in peers}
        scores = {peer: [] for peer in peers}
        folder = str(bench.data(self.name).folder)

        def turn(peer):
            seed = len(scores[peer]) % SEEDS
            arguments = folder, MODULES[peer], self.estimator, self.options, seed
            done = subprocess.run(
                [sys.executable, "-c", CALL.format(arguments)],
                env=bench.environment(PEERS[peer].env),
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise PeerFailed(done.stderr.strip().rpartition("\n")[2])
            seconds, score = json.loads(done.stdout.splitlines()[-1])
            scores[peer].append(score)
            return seconds

        self.rounds = bench.run_rounds(results, turn, warm_up=0, counted=SEEDS)
        for peer, result in results.items():
            result.check = statistics.mean(scores[peer][:SEEDS])
            result.sane = result.check > 0.5
        return results


def fit(folder, module, estimator, options, seed):
    """Fits once; prints the seconds, compiling included, and the score."""
    import importlib

    made = getattr(importlib.import_module(module), estimator)
    data = Data.load(Path(folder))
    (x,), (y,) = data.train.arrays[:1], data.train.arrays[1:]
    warnings.simplefilter("ignore")  # so many epochs do not converge
    start = time.perf_counter()
    model = made(random_state=seed, **options).fit(x, y.ravel())
    seconds = time.perf_counter() - start
    (x,), (y,) = data.valid.arrays[:1], data.valid.arrays[1:]
    print(json.dumps([seconds, float(model.score(x, y.ravel()))]))


WORKLOADS = [
    Estimator(
        "mlp_regressor",
        "housing",
        "MLPRegressor",
        {
            "hidden_layer_sizes": (50, 50, 50),
            "batch_size": 32,
            "max_iter": 50,
            "n_iter_no_change": 50,
        },
        "MLPRegressor 8-50-50-50-1, batch 32, 50 epochs of housing",
        order=30,
    ),
    Estimator(
        "mlp_classifier",
        "fashion",
        "MLPClassifier",
        {"hidden_layer_sizes": (300, 100), "batch_size": 32, "max_iter": 10},
        "MLPClassifier 784-300-100-10, batch 32, 10 epochs of Fashion-MNIST",
        order=31,
    ),
]
