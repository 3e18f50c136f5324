"""Training loops written by hand: a tape, an optimizer, metrics; eager and compiled."""

import importlib

import numpy as np

from benchmarks.workload import Result, Training
from benchmarks.workloads.housing import Housing

STEPS = 200
MOST_ROUNDS = 5  # of first calls: each starts a process a peer


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

    def step_of(self, keras):
        """Returns a training step on some rows, and what gives the mean loss."""
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
            rows = generator.integers(len(x), size=self.batch_size)
            step(x[rows], y[rows])

        return run, mean

    def work(self, keras, model, data):
        step, mean = self.step_of(keras)

        def run():
            mean.reset_state()
            for _ in range(STEPS):
                step()
            return float(mean.result())

        return run


class CompiledLoop(CustomLoop):
    name = "custom_loop_function"
    title = f"Loop with a tape, under `tf.function`, {STEPS} steps of housing, batch 32"
    order = 28
    compiled = True


class FirstCall(CompiledLoop):
    name = "custom_loop_first_call"
    title = "The same: first call, tracing and compiling included, fresh process"
    quantity = "a call"
    order = 29
    sane_loss = 30.0
    peers = ("ranvier", "ranvier-warm", "keras-tf")

    def work(self, keras, model, data):
        step, mean = self.step_of(keras)
        # The first time is on the clock of the imports.
        calls = iter([lambda: None, step])

        def run():
            next(calls)()
            return lambda: float(mean.result())  # off the clock

        return run

    def measure(self, bench, peers):
        results = {peer: Result() for peer in peers}

        def turn(peer):
            result = results[peer]
            with bench.workers(self.name, {peer: result}) as workers:
                workers[peer].ask()
                answer = workers[peer].ask()
            result.check = answer["val_losses"][-1]
            result.sane = result.check < self.sane_loss
            return answer["epoch_seconds"]

        counted = min(bench.rounds, MOST_ROUNDS)
        self.rounds = bench.run_rounds(results, turn, warm_up=1, counted=counted)
        return results


class TrainStep(Housing):
    name = "train_step"
    title = "Housing MLP with a `train_step` of its own, which has a tape"
    order = 30
    peers = ("ranvier", "ranvier-plain", "keras-tf")

    def compile_options(self, peer):
        return {"plain": peer == "ranvier-plain"}

    def build(self, keras, plain, **compile_options):
        model = super().build(keras, **compile_options)
        if plain:
            return model
        ours = keras.__name__ == "ranvier"
        tf = importlib.import_module("ranvier.tf" if ours else "tensorflow")

        class Own(keras.Model):
            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    prediction = self(x, training=True)
                    loss = self.compute_loss(y=y, y_pred=prediction)
                gradients = tape.gradient(loss, self.trainable_variables)
                pairs = zip(gradients, self.trainable_variables, strict=True)
                self.optimizer.apply_gradients(pairs)
                for metric in self.metrics:
                    if metric.name == "loss":
                        metric.update_state(loss)
                    else:
                        metric.update_state(y, prediction)
                return {metric.name: metric.result() for metric in self.metrics}

        own = Own(model.inputs, model.outputs)
        own.compile(loss="mse", optimizer="adam", **compile_options)
        return own


WORKLOADS = [CustomLoop(), CompiledLoop(), FirstCall(), TrainStep()]
