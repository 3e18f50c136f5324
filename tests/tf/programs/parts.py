"""Custom losses, metrics, layers, models and optimizers, trained, saved, loaded."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

keras.utils.set_random_seed(7)
rng = np.random.default_rng(7)
X = rng.normal(size=(320, 5))
y = X[:, :1] - 2 * X[:, 1:2] + 1
rows = tf.keras.layers


def pinball(quantile=0.5):
    def pinball_loss(y_true, y_pred):
        gap = y_true - y_pred
        return tf.maximum(quantile * gap, (quantile - 1.0) * gap)

    return pinball_loss


class Pinball(keras.losses.Loss):
    def __init__(self, quantile=0.5, **kwargs):
        super().__init__(**kwargs)
        self.quantile = quantile

    def call(self, y_true, y_pred):
        return pinball(self.quantile)(y_true, y_pred)

    def get_config(self):
        return {**super().get_config(), "quantile": self.quantile}


class Coverage(keras.metrics.Metric):
    """The share of targets below the predictions."""

    def __init__(self, slack=0.0, **kwargs):
        super().__init__(**kwargs)
        self.slack = slack
        self.below = self.add_weight(name="below", initializer="zeros")
        self.seen = self.add_weight(name="seen", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        hits = tf.cast(y_true <= y_pred + self.slack, tf.float32)
        self.below.assign_add(tf.reduce_sum(hits))
        self.seen.assign_add(tf.cast(tf.size(y_true), tf.float32))

    def result(self):
        return self.below / self.seen

    def get_config(self):
        return {**super().get_config(), "slack": self.slack}


class MeanGap(keras.metrics.Mean):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(tf.abs(y_true - y_pred), sample_weight)


def leaky(z):
    return tf.where(z > 0.0, z, 0.1 * z)


def scaled_normal(shape, dtype=tf.float32):
    return tf.random.normal(shape, stddev=tf.sqrt(1.0 / shape[0]), dtype=dtype)


def sparse_penalty(weights):
    return tf.reduce_sum(tf.abs(0.001 * weights))


def not_negative(weights):
    return tf.where(weights < 0.0, tf.zeros_like(weights), weights)


class Penalty(keras.regularizers.Regularizer):
    def __init__(self, strength):
        self.strength = strength

    def __call__(self, weights):
        return self.strength * tf.reduce_sum(tf.square(weights))

    def get_config(self):
        return {"strength": self.strength}


class Affine(rows.Layer):
    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.kernel = self.add_weight(
            name="kernel", shape=[input_shape[-1], self.units], initializer="he_normal"
        )
        self.bias = self.add_weight(
            name="bias", shape=[self.units], initializer="zeros"
        )

    def call(self, inputs):
        return self.activation(inputs @ self.kernel + self.bias)

    def get_config(self):
        serialized = keras.activations.serialize(self.activation)
        return {**super().get_config(), "units": self.units, "activation": serialized}


class Jitter(rows.Layer):
    def __init__(self, spread, **kwargs):
        super().__init__(**kwargs)
        self.spread = spread

    def call(self, inputs, training=False):
        if not training:
            return inputs
        return inputs + tf.random.normal(tf.shape(inputs), stddev=self.spread)

    def get_config(self):
        return {**super().get_config(), "spread": self.spread}


class Standardize(rows.Layer):
    def build(self, input_shape):
        self.gain = self.add_weight(
            name="gain", shape=input_shape[-1:], initializer="ones"
        )

    def call(self, inputs):
        mean, variance = tf.nn.moments(inputs, axes=-1, keepdims=True)
        return self.gain * (inputs - mean) / tf.sqrt(variance + 0.001)


class Mix(rows.Layer):
    def call(self, inputs):
        a, b = inputs
        return a + b, a * b


class Block(rows.Layer):
    def __init__(self, depth, units, **kwargs):
        super().__init__(**kwargs)
        self.depth, self.units = depth, units
        self.hidden = [rows.Dense(units, activation="relu") for _ in range(depth)]

    def call(self, inputs):
        z = inputs
        for layer in self.hidden:
            z = layer(z)
        return inputs + z

    def get_config(self):
        return {**super().get_config(), "depth": self.depth, "units": self.units}


class Regressor(keras.Model):
    def __init__(self, outputs=1, **kwargs):
        super().__init__(**kwargs)
        self.outputs = outputs
        self.entry = rows.Dense(8, activation="relu")
        self.block = Block(2, 8)
        self.exit = rows.Dense(outputs)
        self.error = keras.metrics.Mean(name="rebuilt")

    def build(self, input_shape):
        self.rebuild = rows.Dense(input_shape[-1])
        super().build(input_shape)

    def call(self, inputs, training=False):
        z = self.entry(inputs)
        for _ in range(3):
            z = self.block(z)
        gap = tf.reduce_mean(tf.square(self.rebuild(z) - inputs))
        self.add_loss(0.1 * gap)
        if training:
            self.error(gap)
        return self.exit(z)

    def get_config(self):
        return {**super().get_config(), "outputs": self.outputs}


class Heavy(keras.optimizers.Optimizer):
    """Gradient descent with momentum."""

    def __init__(self, learning_rate=0.01, momentum=0.9, name="heavy", **kwargs):
        super().__init__(learning_rate, name=name, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        super().build(variables)
        self.speeds = [
            self.add_variable_from_reference(v, name="speed") for v in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        speed = self.speeds[self._get_variable_index(variable)]
        self.assign(speed, self.momentum * speed - learning_rate * gradient)
        self.assign_add(variable, speed)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}


OBJECTS = {
    c.__name__: c
    for c in (Pinball, Coverage, MeanGap, Penalty, Affine, Jitter, Standardize, Block)
}
OBJECTS |= {f.__name__: f for f in (leaky, scaled_normal, sparse_penalty, not_negative)}
OBJECTS |= {"pinball_loss": pinball(0.3), "Regressor": Regressor, "Heavy": Heavy}


def stack(*layers):
    return keras.Sequential([*layers, rows.Dense(1)])


def check(model, loss="mse", optimizer="nadam", file=None, **options):
    """Fits, evaluates, saves, loads and goes on, compiled and eagerly."""
    model.compile(loss=loss, optimizer=optimizer, **options)
    history = model.fit(X, y, epochs=3, batch_size=64, verbose=0).history
    assert np.all(np.isfinite(history["loss"])), history
    before = model.evaluate(X, y, verbose=0)
    if file:
        model.save(file)
        model = keras.models.load_model(file, custom_objects=OBJECTS)
        np.testing.assert_allclose(model.evaluate(X, y, verbose=0), before, rtol=1e-5)
        model.fit(X, y, epochs=1, verbose=0)
    model.compile(loss=loss, optimizer="sgd", run_eagerly=True, **options)
    model.fit(X[:32], y[:32], verbose=0)
    return history, model


# Losses and metrics.
check(stack(), pinball(0.3), file="loss.keras", metrics=["mae"])
_, model = check(stack(rows.Dense(4, activation="relu")), Pinball(0.9), file="c.keras")
assert model.loss.quantile == 0.9
history, _ = check(
    stack(),
    metrics=[pinball(0.3), Coverage(0.1), MeanGap(name="mean_gap")],
    file="m.keras",
)
assert {"pinball_loss", "coverage", "mean_gap"} <= set(history)
weights = rng.random(len(y))
model = stack()
model.compile(loss=pinball(), optimizer="sgd", weighted_metrics=[pinball(), MeanGap()])
history = model.fit(X, y, sample_weight=weights, epochs=2, verbose=0).history
ratio = history["loss"][0] / (history["pinball_loss"][0] * weights.mean())
np.testing.assert_allclose(ratio, 1, rtol=0.02)
coverage = Coverage()
assert coverage(tf.constant([[1.0], [5.0]]), tf.constant([[2.0], [2.0]])) == 0.5
assert coverage([[1.0]] * tf.ones((2, 1)), tf.zeros((2, 1))).numpy() == 0.25
assert coverage.result().numpy() == 0.25 and len(coverage.variables) == 2
coverage.reset_state()
assert coverage.variables[0].numpy() == 0

# Activations, initialisers, regularisers, constraints.
own = rows.Dense(
    4,
    activation=leaky,
    kernel_initializer=scaled_normal,
    kernel_regularizer=sparse_penalty,
    kernel_constraint=not_negative,
)
_, model = check(stack(own), file="functions.keras")
assert own.get_weights()[0].min() >= 0 and len(model.losses) == 1
check(stack(rows.Dense(3, kernel_regularizer=Penalty(0.01))), file="penalty.keras")

# Layers.
check(
    stack(Affine(6, activation="relu", input_shape=[5]), Affine(3)), file="affine.keras"
)
check(stack(Jitter(0.1), Standardize(), rows.Lambda(lambda x: tf.exp(-tf.square(x)))))
one, two = rows.Input(shape=[2]), rows.Input(shape=[2])
added, multiplied = Mix()((one, two))
pair = keras.Model(inputs=[one, two], outputs=[added, multiplied])
parts = pair.predict((X[:4, :2], X[:4, 2:4]), verbose=0)
np.testing.assert_allclose(parts[1], X[:4, :2] * X[:4, 2:4], rtol=1e-5)
eager = Mix()((X[:4, :2], X[:4, 2:4]))
np.testing.assert_allclose(eager[0].numpy(), parts[0], rtol=1e-6)

# Models and optimizers.
shared = Block(2, 6)
check(keras.Sequential([rows.Dense(6), shared, shared, Block(1, 6), rows.Dense(1)]))
history, model = check(Regressor(name="rebuilding"), file="model.keras")
assert "rebuilt" in history and history["rebuilt"][-1] < history["rebuilt"][0]
check(stack(), optimizer=Heavy(0.01), file="optimizer.keras")

# A training loop of one's own.
model = stack(
    rows.Dense(8, activation="relu", kernel_regularizer=keras.regularizers.l2(0.01))
)
optimizer = keras.optimizers.Adam(learning_rate=0.05)
loss_fn = keras.losses.MeanSquaredError()
mean_loss, metrics = (
    keras.metrics.Mean(name="loss"),
    [keras.metrics.MeanAbsoluteError()],
)
seen = []
for _ in range(2):
    for _ in range(10):
        chosen = rng.integers(0, len(X), 32)
        with tf.GradientTape() as tape:
            y_pred = model(X[chosen], training=True)
            main = tf.reduce_mean(loss_fn(y[chosen], y_pred))
            loss = tf.add_n([main] + model.losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        for variable in model.variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable))
        mean_loss(loss)
        for metric in metrics:
            metric(y[chosen], y_pred)
    assert f"{mean_loss.result():.4f}"
    seen.append(mean_loss.result().numpy())
    for metric in [mean_loss, *metrics]:
        metric.reset_state()
assert seen[1] < seen[0]

# Two optimizers over two parts, one persistent tape.
lower, upper = keras.Sequential([rows.Dense(4)]), keras.Sequential([rows.Dense(1)])
model = keras.Sequential([lower, upper])
model(X[:2])
before = [v.numpy() for v in model.trainable_variables]
with tf.GradientTape(persistent=True) as tape:
    loss = tf.reduce_mean(tf.square(model(X[:32]) - y[:32]))
for part, own in (
    (lower, keras.optimizers.SGD(0.1)),
    (upper, keras.optimizers.Nadam(0.1)),
):
    gradients = tape.gradient(loss, part.trainable_variables)
    own.apply_gradients(zip(gradients, part.trainable_variables))
assert all(np.any(a != b.numpy()) for a, b in zip(before, model.trainable_variables))


class Stepper(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = rows.Dense(1)

    def call(self, inputs):
        return self.out(inputs)

    def train_step(self, data):
        x, target = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(self(x, training=True) - target))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}


history, _ = check(Stepper(), optimizer=keras.optimizers.SGD(0.1))
assert history["loss"][-1] < history["loss"][0] / 10
print("done")
