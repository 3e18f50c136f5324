"""Many models: random configurations of one network, and a search over several."""

import tempfile

import numpy as np

from benchmarks.workload import Training

EPOCHS = 10
MANY = 60  # models of a population
FEW = 3  # models that are trained one after another, for a figure a model
MOST_ROUNDS = 3  # each trains scores of models


class _Models(Training):
    """Training of many models; the figure is the time a model takes."""

    quantity = "a model"
    check_title = "best val loss"
    dataset = "housing"
    optimizer = "adam"
    sane_loss = 0.8

    def compile_options(self, peer):
        return {"count": MANY if peer == "ranvier" else FEW}

    def build(self, keras, count):
        self.count = count  # the models are built as part of the work

    def measure(self, bench, peers):
        rounds, bench.rounds = bench.rounds, min(bench.rounds, MOST_ROUNDS)
        try:
            results = super().measure(bench, peers)
        finally:
            bench.rounds = rounds
        for peer, result in results.items():
            count = self.compile_options(peer)["count"]
            result.samples = [seconds / count for seconds in result.samples]
        return results


class Population(_Models):
    name = "population"
    title = (
        f"{MANY} random configurations of the housing MLP (rate, l2, dropout), "
        f"{EPOCHS} epochs: `train_population`; the others: {FEW}, one `fit` after "
        "another"
    )
    order = 12
    peers = ("ranvier", "ranvier-each", "keras-jax")

    def work(self, keras, model, data):
        x, y = data.train.inputs[0], data.train.targets[0]
        arguments = {
            "epochs": EPOCHS,
            "verbose": 0,
            "validation_data": (data.valid.inputs[0], data.valid.targets[0]),
        }
        random = np.random.default_rng(0)

        def build(rate, l2, dropout):
            layers = keras.layers
            model = keras.Sequential([layers.Input((8,))])
            for _ in range(3):
                penalty = keras.regularizers.L2(l2)
                model.add(layers.Dense(50, "relu", kernel_regularizer=penalty))
                model.add(layers.Dropout(dropout))
            model.add(layers.Dense(1))
            model.compile(keras.optimizers.Adam(rate), "mse")
            return model

        def configs():
            return [
                {
                    "rate": 10 ** random.uniform(-4, -2),
                    "l2": 10 ** random.uniform(-6, -2),
                    "dropout": random.uniform(0.05, 0.5),
                }
                for _ in range(self.count)
            ]

        def together():
            population = keras.tuner.train_population(
                build, configs(), x, y, seeds=0, **arguments
            )
            return np.nanmin(population.scores())

        def one_by_one():
            fits = [build(**config).fit(x, y, **arguments) for config in configs()]
            return min(fit.history["val_loss"][-1] for fit in fits)

        return together if self.count == MANY else one_by_one


class MixedSearch(_Models):
    name = "search"
    title = (
        "Random search over 1 to 4 layers of 16 to 128 units and the rate, "
        f"{EPOCHS} epochs: {MANY} trials; KerasTuner's RandomSearch: {FEW}"
    )
    order = 13
    peers = ("ranvier", "keras-jax")

    def work(self, keras, model, data):
        if keras.__name__ == "keras":
            import keras_tuner as tuner
        else:
            tuner = keras.tuner
        x, y = data.train.inputs[0], data.train.targets[0]
        valid = data.valid.inputs[0], data.valid.targets[0]
        seeds = iter(range(1, 1_000_000))

        def build(hp):
            layers = keras.layers
            model = keras.Sequential([layers.Input((8,))])
            for i in range(hp.Int("layers", 1, 4)):
                model.add(layers.Dense(hp.Int(f"units_{i}", 16, 128), "relu"))
            model.add(layers.Dense(1))
            rate = hp.Float("rate", 1e-4, 1e-2, sampling="log")
            model.compile(keras.optimizers.Adam(rate), "mse")
            return model

        def search():
            with tempfile.TemporaryDirectory() as folder:
                searcher = tuner.RandomSearch(
                    build,
                    "val_loss",
                    max_trials=self.count,
                    seed=next(seeds),
                    directory=folder,
                )
                searcher.search(x, y, epochs=EPOCHS, verbose=0, validation_data=valid)
                return searcher.oracle.get_best_trials()[0].score

        return search


WORKLOADS = [Population(), MixedSearch()]
