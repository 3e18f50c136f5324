"""A small regression network: what a training step costs besides arithmetic."""

from benchmarks.networks import jax_dense_stack, torch_dense_stack
from benchmarks.workload import Training

SIZES = (8, 50, 50, 50, 1)


class Housing(Training):
    name = "housing"
    title = "Housing MLP 8-50-50-50-1, Adam, MSE, batch 32, 11,610 rows"
    order = 1
    dataset = "housing"
    optimizer = "adam"
    sane_loss = 0.6

    def build(self, keras, **compile_options):
        layers = keras.layers
        model = keras.Sequential(
            [
                layers.Input((SIZES[0],)),
                *(layers.Dense(units, activation="relu") for units in SIZES[1:-1]),
                layers.Dense(SIZES[-1]),
            ]
        )
        model.compile(loss="mse", optimizer="adam", **compile_options)
        return model

    def jax_network(self):
        init, apply = jax_dense_stack(SIZES)

        def losses(params, inputs, targets):
            loss = ((apply(params, *inputs) - targets[0]) ** 2).mean()
            return loss, {"loss": loss}

        return init, losses

    def torch_network(self):
        from torch.nn.functional import mse_loss

        def losses(model, inputs, targets):
            return {"loss": mse_loss(model(*inputs), *targets)}

        return torch_dense_stack(SIZES), losses

    def sklearn_network(self, **options):
        from sklearn.neural_network import MLPRegressor

        def score(model, x, y):
            return float(((model.predict(x) - y) ** 2).mean())

        model = MLPRegressor(hidden_layer_sizes=SIZES[1:-1], **options)
        return model, {}, score


WORKLOADS = [Housing()]
