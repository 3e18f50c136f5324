"""Deep networks as they are trained in practice: batch-normalised, and regularised."""

from benchmarks.networks import torch_batch_norm_stack
from benchmarks.workloads.fashion import Fashion


class BatchNormalized(Fashion):
    name = "batch_norm"
    title = "Batch-normalised stack, 20 layers of 100, Fashion-MNIST, batch 32"
    order = 9
    peers = ("ranvier", "keras-jax", "keras-tf", "torch")
    sane_loss = 0.8
    depth, width = 20, 100

    def build(self, keras, **compile_options):
        layers = keras.layers
        model = keras.Sequential([layers.Input((784,))])
        for _ in range(self.depth):
            model.add(
                layers.Dense(self.width, kernel_initializer="he_normal", use_bias=False)
            )
            model.add(layers.BatchNormalization())
            model.add(layers.Activation("relu"))
        model.add(layers.Dense(10, activation="softmax"))
        model.compile(
            loss="sparse_categorical_crossentropy",
            optimizer=keras.optimizers.SGD(0.01),
            metrics=["accuracy"],
            **compile_options,
        )
        return model

    def torch_network(self):
        _, losses = super().torch_network()
        return torch_batch_norm_stack(784, self.width, self.depth, 10), losses


class Regularized(Fashion):
    name = "regularized"
    title = (
        "Regularised MLP 784-300-100-10: dropout 0.2 three times, MaxNorm 1, l2, "
        "Nesterov momentum, clipnorm; Fashion-MNIST, batch 32"
    )
    order = 10
    peers = ("ranvier", "keras-jax", "keras-tf")
    sane_loss = 1.0

    def build(self, keras, **compile_options):
        layers = keras.layers
        model = keras.Sequential([layers.Input((784,))])
        for units in (300, 100):
            model.add(layers.Dropout(0.2))
            model.add(
                layers.Dense(
                    units,
                    activation="relu",
                    kernel_initializer="he_normal",
                    kernel_regularizer=keras.regularizers.L2(1e-4),
                    kernel_constraint=keras.constraints.MaxNorm(1.0),
                )
            )
        model.add(layers.Dropout(0.2))
        model.add(layers.Dense(10, activation="softmax"))
        model.compile(
            loss="sparse_categorical_crossentropy",
            optimizer=keras.optimizers.SGD(
                0.01, momentum=0.9, nesterov=True, clipnorm=1.0
            ),
            metrics=["accuracy"],
            **compile_options,
        )
        return model


WORKLOADS = [BatchNormalized(), Regularized()]
