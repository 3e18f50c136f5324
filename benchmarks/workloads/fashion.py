"""A classifier of some width: here arithmetic costs more than the steps around it."""

from benchmarks.networks import jax_dense_stack, torch_dense_stack
from benchmarks.workload import Training

SIZES = (784, 300, 100, 10)


class Fashion(Training):
    name = "fashion"
    title = "Fashion-MNIST MLP 784-300-100-10, SGD, batch 32, 55,000 rows"
    order = 2
    dataset = "fashion"
    optimizer = "sgd"
    sane_loss = 0.6

    def build(self, keras, **compile_options):
        layers = keras.layers
        model = keras.Sequential(
            [
                layers.Input((SIZES[0],)),
                *(layers.Dense(units, activation="relu") for units in SIZES[1:-1]),
                layers.Dense(SIZES[-1], activation="softmax"),
            ]
        )
        model.compile(
            loss="sparse_categorical_crossentropy",
            optimizer="sgd",
            metrics=["accuracy"],
            **compile_options,
        )
        return model

    def jax_network(self):
        import jax
        from jax import numpy as jnp

        init, apply = jax_dense_stack(SIZES)

        def losses(params, inputs, targets):
            (labels,) = targets
            logits = apply(params, *inputs)
            log_probs = jax.nn.log_softmax(logits)
            picked = jnp.take_along_axis(log_probs, labels[:, None], axis=1)
            loss = -picked.mean()
            accuracy = (logits.argmax(axis=1) == labels).mean()
            return loss, {"loss": loss, "accuracy": accuracy}

        return init, losses

    def torch_network(self):
        from torch.nn.functional import cross_entropy

        def losses(model, inputs, targets):
            (labels,) = targets
            logits = model(*inputs)
            accuracy = (logits.argmax(dim=1) == labels).float().mean()
            return {"loss": cross_entropy(logits, labels), "accuracy": accuracy}

        return torch_dense_stack(SIZES), losses

    def sklearn_network(self, **options):
        from sklearn.metrics import log_loss
        from sklearn.neural_network import MLPClassifier

        classes = list(range(SIZES[-1]))

        def score(model, x, y):
            return float(log_loss(y, model.predict_proba(x), labels=classes))

        model = MLPClassifier(hidden_layer_sizes=SIZES[1:-1], **options)
        return model, {"classes": classes}, score


WORKLOADS = [Fashion()]
