"""Training loops written by hand: a tape, an optimizer, metrics; eager and compiled."""

import importlib

import numpy as np

from benchmarks.workload import Training

STEPS = 200


class CustomLoop(Training):
    name = "custom_loop"
    title = f"Loop with a tape, eager, {STEPS} steps of housing, batch 32"
    quantity = f"per {STEPS} steps"
    check_title = "mean loss"
    order = 27
    peers = ("ranvier", "keras-tf")
    dataset = "housing"
    sane_loss = 10.0
    compiled = False

    def build(self, keras, **compile_options):
        return None

    def work(self, keras, model, data):
        ours = keras.__name__ == "ranvier"
        tf = importlib.import_module("ranvier.tf" if ours else "tensorflow")
        generator = np.random.default_rng(0)
        x = generator.normal(size=(11_610, 8)).astype("float32")
        y = x.sum(1, keepdims=True)
        hidden = tf.keras.layers.Dense(30, activation="relu")
        model = tf.keras.Sequential(
            [tf.keras.layers.Input((8,)), hidden, tf.keras.layers.Dense(1)]
        )
        optimizer = tf.keras.optimizers.SGD(0.01)
        loss_of = tf.keras.losses.MeanSquaredError()
        mean = tf.keras.metrics.Mean()
        error = tf.keras.metrics.MeanAbsoluteError()

        def step(x, y):
            with tf.GradientTape() as tape:
                prediction = model(x, training=True)
                loss = tf.add_n([loss_of(y, prediction), *model.losses])
            gradients = tape.gradient(loss, model.trainable_variables)
            pairs = zip(gradients, model.trainable_variables, strict=True)
            optimizer.apply_gradients(pairs)
            mean.update_state(loss)
            error.update_state(y, prediction)

        if self.compiled:
            step = tf.function(step)

        def run():
            mean.reset_state()
            for _ in range(STEPS):
                rows = generator.integers(len(x), size=self.batch_size)
                step(x[rows], y[rows])
            return float(mean.result())

        return run


class CompiledLoop(CustomLoop):
    name = "custom_loop_function"
    title = f"Loop with a tape, under `tf.function`, {STEPS} steps of housing, batch 32"
    order = 28
    compiled = True


WORKLOADS = [CustomLoop(), CompiledLoop()]
