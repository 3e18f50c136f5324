"""Wide & deep: two inputs, a shared trunk, a main and an auxiliary output."""

from benchmarks.networks import jax_dense_stack
from benchmarks.workload import Training

WIDE, DEEP, UNITS = 5, 6, 30
MAIN_WEIGHT, AUX_WEIGHT = 0.9, 0.1


class WideDeep(Training):
    name = "wide_deep"
    title = "Wide & deep 5+6 inputs, 30-30, two outputs, Adam, batch 32, 11,610 rows"
    order = 3
    peers = ("ranvier", "scan", "keras-jax", "keras-tf", "torch")
    dataset = "wide_deep"
    optimizer = "adam"
    sane_loss = 0.8

    def build(self, keras, **compile_options):
        layers = keras.layers
        wide = layers.Input((WIDE,), name="wide")
        deep = layers.Input((DEEP,), name="deep")
        hidden = layers.Dense(UNITS, activation="relu")(deep)
        hidden = layers.Dense(UNITS, activation="relu")(hidden)
        joined = layers.concatenate([wide, hidden])
        main = layers.Dense(1, name="main")(joined)
        aux = layers.Dense(1, name="aux")(hidden)
        model = keras.Model(inputs=[wide, deep], outputs=[main, aux])
        model.compile(
            loss=["mse", "mse"],
            loss_weights=[MAIN_WEIGHT, AUX_WEIGHT],
            optimizer="adam",
            **compile_options,
        )
        return model

    def jax_network(self):
        import jax
        from jax import numpy as jnp

        trunk_init, trunk = jax_dense_stack((DEEP, UNITS, UNITS))
        main_init, main_head = jax_dense_stack((WIDE + UNITS, 1))
        aux_init, aux_head = jax_dense_stack((UNITS, 1))

        def init(key):
            keys = jax.random.split(key, 3)
            return trunk_init(keys[0]), main_init(keys[1]), aux_init(keys[2])

        def losses(params, inputs, targets):
            wide, deep = inputs
            hidden = jax.nn.relu(trunk(params[0], deep))
            main = main_head(params[1], jnp.concatenate([wide, hidden], axis=1))
            aux = aux_head(params[2], hidden)
            main_loss = ((main - targets[0]) ** 2).mean()
            aux_loss = ((aux - targets[1]) ** 2).mean()
            loss = MAIN_WEIGHT * main_loss + AUX_WEIGHT * aux_loss
            return loss, {"loss": loss, "main_loss": main_loss, "aux_loss": aux_loss}

        return init, losses

    def torch_network(self):
        import torch
        from torch import nn
        from torch.nn.functional import mse_loss

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.first = nn.Linear(DEEP, UNITS)
                self.second = nn.Linear(UNITS, UNITS)
                self.main = nn.Linear(WIDE + UNITS, 1)
                self.aux = nn.Linear(UNITS, 1)

            def forward(self, wide, deep):
                hidden = self.second(self.first(deep).relu()).relu()
                return self.main(torch.cat([wide, hidden], dim=1)), self.aux(hidden)

        def losses(model, inputs, targets):
            main, aux = map(mse_loss, model(*inputs), targets)
            loss = MAIN_WEIGHT * main + AUX_WEIGHT * aux
            return {"loss": loss, "main_loss": main, "aux_loss": aux}

        return Net(), losses


WORKLOADS = [WideDeep()]
