"""Monte-Carlo dropout: a hundred predictions of ten thousand images."""

import numpy as np

from benchmarks.workloads.deep import Regularized

SAMPLES, IMAGES = 100, 10_000


class MonteCarloDropout(Regularized):
    name = "mc_dropout"
    title = (
        f"Monte-Carlo dropout, {SAMPLES} samples of {IMAGES:,} Fashion-MNIST images; "
        "Keras: as many calls `model(x, training=True)`"
    )
    quantity = "in all"
    check_title = "mean deviation"
    order = 11
    peers = ("ranvier", "keras-jax", "keras-tf")
    sane_loss = 0.5

    def work(self, keras, model, data):
        x = data.train.inputs[0][:IMAGES]

        def by_one_call():
            return model.predict(x, mc_samples=SAMPLES, verbose=0).std.mean()

        def by_many_calls():
            draws = [np.asarray(model(x, training=True)) for _ in range(SAMPLES)]
            return np.std(draws, axis=0).mean()

        return by_one_call if keras.__name__ == "ranvier" else by_many_calls


WORKLOADS = [MonteCarloDropout()]
