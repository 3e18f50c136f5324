"""scikit-learn's MLPs, an epoch a call of `partial_fit`. No validation in the epoch."""

from benchmarks.peers import Peer

OPTIMIZERS = {
    "sgd": {"solver": "sgd", "learning_rate_init": 0.01, "momentum": 0.0},
    "adam": {"solver": "adam", "learning_rate_init": 1e-3, "epsilon": 1e-7},
}


class ScikitLearn(Peer):
    name = "sklearn"
    needs = ("sklearn",)

    def load(self):
        import sklearn.neural_network  # noqa: F401

    def train(self, workload, data, gate):
        optimizer = OPTIMIZERS[workload.optimizer]
        model, arguments, score = workload.sklearn_network(
            batch_size=workload.batch_size, alpha=0.0, random_state=0, **optimizer
        )
        (x,), (y,) = data.train.inputs, data.train.targets
        (x_valid,), (y_valid,) = data.valid.inputs, data.valid.targets
        going = True
        while going:
            model.partial_fit(x, y.ravel(), **arguments)
            going = gate(lambda: score(model, x_valid, y_valid.ravel()))


PEERS = [ScikitLearn()]
