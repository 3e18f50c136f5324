"""A perceptron fails on XOR, a network does not; the housing network in a pipeline.

Run: python examples/estimators.py [housing.csv]
"""

import sys
import time

import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import ranvier as rv
from ranvier.estimators import MLPClassifier, MLPRegressor, Perceptron

GOAL = 0.75


def main() -> int:
    x, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), [0, 1, 1, 0]
    unit = Perceptron(max_iter=100, tol=None).fit(x, y)
    network = MLPClassifier(8, "tanh", solver="lbfgs", random_state=0).fit(x, y)
    print(f"XOR: perceptron {unit.score(x, y)}, network {network.score(x, y)}")

    path = sys.argv[1] if len(sys.argv) > 1 else "california_housing.npz"
    (x, y), (x_test, y_test) = rv.datasets.california_housing.load_data(
        path=path, features="averages"
    )
    net = MLPRegressor(
        hidden_layer_sizes=(50, 50, 50), early_stopping=True, random_state=0
    )
    started = time.perf_counter()
    pipeline = make_pipeline(StandardScaler(), net).fit(x, y / 100_000)
    seconds = time.perf_counter() - started
    score = pipeline.score(x_test, y_test / 100_000)
    print(f"Housing: R2 {score:.3f} after {net.n_iter_} epochs, {seconds:.1f} s")
    return 0 if score > GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
