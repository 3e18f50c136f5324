"""Sequential, functional and subclassed models, callbacks, schedules, optimizers."""

import functools
import pathlib

import numpy as np
import tensorflow as tf

keras, layers, K = tf.keras, tf.keras.layers, tf.keras.backend
tf.random.set_seed(11)
rng = np.random.default_rng(11)
pictures = rng.integers(0, 256, size=(160, 6, 6)).astype(np.uint8)
classes = (pictures.mean(axis=(1, 2)) > 127).astype(np.uint8)
table = rng.normal(size=(160, 6))
target = table[:, :1] * 2 - table[:, 1:2]

# Names, weights, summaries.
K.clear_session()
model = keras.Sequential()
model.add(layers.InputLayer(input_shape=[6, 6]))
model.add(layers.Flatten())
model.add(layers.Dense(8, activation="relu"))
model.add(layers.Dense(2, activation="softmax"))
assert [layer.name for layer in model.layers] == ["flatten", "dense", "dense_1"]
assert model.get_layer("dense") is model.layers[1]
weights, biases = model.layers[1].get_weights()
assert weights.shape == (36, 8) and not biases.any()
model.layers[1].set_weights([weights * 2, biases])
model.summary(print_fn=lambda *args, **kwargs: None)
model.compile(
    loss="sparse_categorical_crossentropy", optimizer="sgd", metrics=["accuracy"]
)
history = model.fit(
    pictures / 255.0, classes, epochs=2, validation_split=0.25, verbose=0
)
assert history.epoch == [0, 1] and history.params["epochs"] == 2
assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
loss, accuracy = model.evaluate(pictures / 255.0, classes, verbose=0)
assert model.predict(pictures[:3] / 255.0, verbose=0).shape == (3, 2)
losses = keras.losses.sparse_categorical_crossentropy(
    classes, model(pictures.astype(np.float32) / 255.0)
)
np.testing.assert_allclose(np.mean(losses), loss, rtol=1e-4)
labels = keras.utils.to_categorical([2, 0], num_classes=3)
assert labels.dtype == np.float64 and labels.tolist() == [[0, 0, 1], [1, 0, 0]]

# Several inputs and outputs.
wide, deep = layers.Input(shape=[3]), layers.Input(shape=[4])
scale = layers.Normalization()
hidden = layers.Dense(5, activation="relu")(scale(deep))
main = layers.Dense(1, name="main")(layers.concatenate([wide, hidden]))
extra = layers.Dense(1, name="extra")(hidden)
model = keras.Model(inputs=[wide, deep], outputs=[main, extra])
model.compile(
    loss=("mse", "mse"),
    loss_weights=(0.8, 0.2),
    optimizer=keras.optimizers.Adam(learning_rate=1e-2),
    metrics=["RootMeanSquaredError", "RootMeanSquaredError"],
)
scale.adapt(table[:, 2:])
inputs = (table[:, :3], table[:, 2:])
model.fit(inputs, (target, target), epochs=2, verbose=0)
total, first, second, *roots = model.evaluate(inputs, (target, target), verbose=0)
np.testing.assert_allclose(total, 0.8 * first + 0.2 * second, rtol=1e-3)
assert len(roots) == 2
named = dict(zip(model.output_names, model.predict(inputs, verbose=0)))
assert set(named) == {"main", "extra"}


class WideAndDeep(keras.Model):
    def __init__(self, units=4, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(units, activation=activation)
        self.main, self.extra = layers.Dense(1), layers.Dense(1)

    def call(self, inputs):
        wide, deep = inputs
        hidden = self.hidden(deep)
        return self.main(layers.concatenate([wide, hidden])), self.extra(hidden)


model = WideAndDeep(name="both")
model.compile(loss=["mse", "mse"], loss_weights=[0.8, 0.2], optimizer="sgd")
model.fit(inputs, (target, target), epochs=1, verbose=0)
before = model.predict(inputs, verbose=0)
model.save("both.keras")
model.save_weights("both.weights.h5")
model.load_weights("both.weights.h5")
again = keras.models.load_model(
    "both.keras", custom_objects={"WideAndDeep": WideAndDeep}
)
np.testing.assert_allclose(again.predict(inputs, verbose=0)[1], before[1], rtol=1e-5)


# Callbacks.
class Ratio(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs):
        logs["ratio"] = logs["val_loss"] / logs["loss"]


class Faster(keras.callbacks.Callback):
    def __init__(self, factor):  # without `super().__init__()`
        self.factor, self.rates = factor, []

    def on_batch_end(self, batch, logs=None):
        rate = self.model.optimizer.learning_rate.numpy() * self.factor
        self.model.optimizer.learning_rate = rate
        self.rates.append(K.get_value(self.model.optimizer.learning_rate))


def regression(optimizer="sgd", *others):
    model = keras.Sequential([*others, layers.Dense(1)])
    model.compile(loss="mse", optimizer=optimizer, metrics=["mae"])
    return model


def train(model, **options):
    options.setdefault("validation_data", (table, target))
    return model.fit(table, target, epochs=2, verbose=0, **options).history


folder = pathlib.Path("runs")
faster = Faster(1.1)
history = train(
    regression(),
    callbacks=[
        Ratio(),
        faster,
        keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True),
        keras.callbacks.ModelCheckpoint("c.weights.h5", save_weights_only=True),
        keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True),
        keras.callbacks.TensorBoard(folder, profile_batch=(1, 2), histogram_freq=1),
    ],
)
assert len(history["ratio"]) == 2 and pathlib.Path("best.keras").exists()
np.testing.assert_allclose(faster.rates[:2], [0.011, 0.0121], rtol=1e-5)
assert list(folder.rglob("events.out*"))
halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
assert train(regression(), callbacks=[halve])["learning_rate"][1] < 0.003
plateau = keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=1)
assert "learning_rate" in train(regression(), callbacks=[plateau])

# Optimizers and schedules.
schedules = keras.optimizers.schedules
rates = [
    schedules.ExponentialDecay(0.01, decay_steps=10, decay_rate=0.1, staircase=True),
    schedules.InverseTimeDecay(0.01, decay_steps=10, decay_rate=1.0, staircase=False),
    schedules.PiecewiseConstantDecay(boundaries=[3, 6], values=[0.1, 0.01, 0.001]),
]
named = keras.optimizers
optimizers = [named.SGD(learning_rate=rate) for rate in rates]
optimizers += [
    named.SGD(learning_rate=0.01, momentum=0.9, nesterov=True),
    named.SGD(clipvalue=1.0),
    named.SGD(clipnorm=1.0),
    named.Adagrad(learning_rate=0.01),
    named.RMSprop(learning_rate=0.01, rho=0.9),
    named.Adam(learning_rate=0.01, beta_1=0.9, beta_2=0.999),
    named.AdamW(weight_decay=1e-4, learning_rate=0.01, beta_1=0.9, beta_2=0.999),
    named.Adamax(learning_rate=0.01, beta_1=0.9, beta_2=0.999),
    named.Nadam(learning_rate=0.01, beta_1=0.9, beta_2=0.999),
]
for optimizer in optimizers:
    model = regression(optimizer)
    model.fit(table, target, verbose=0)
public = [name for name in dir(schedules) if name[0] != name[0].lower()]
assert public and all(getattr(schedules, name).__doc__ for name in public)

# Layers of deep networks.
init = keras.initializers.VarianceScaling(
    scale=2.0, mode="fan_avg", distribution="uniform"
)
Regularized = functools.partial(
    layers.Dense,
    activation="elu",
    kernel_initializer=init,
    kernel_regularizer=keras.regularizers.l2(0.01),
    kernel_constraint=keras.constraints.max_norm(1.0),
)
deep = keras.Sequential(
    [
        layers.Flatten(input_shape=[6, 6]),
        layers.BatchNormalization(),
        Regularized(6),
        layers.Dense(6, kernel_initializer="lecun_normal", use_bias=False),
        layers.Activation("selu"),
        layers.AlphaDropout(rate=0.1),
        layers.Dropout(rate=0.2),
        layers.Dense(2, activation="softmax"),
    ]
)
normal = [(v.name, v.trainable) for v in deep.layers[1].variables]
assert ("gamma", True) in normal and ("moving_mean", False) in normal
deep.compile(loss="sparse_categorical_crossentropy", optimizer="nadam")
deep.fit(pictures, classes, epochs=1, verbose=0)
draws = np.stack([deep(pictures[:4], training=True) for _ in range(5)])
assert draws.std(axis=0).max() > 0
assert len(deep.losses) == 1


class AlwaysDropout(layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=True)


swapped = keras.Sequential(
    [
        AlwaysDropout(layer.rate) if isinstance(layer, layers.Dropout) else layer
        for layer in deep.layers
    ]
)
swapped.set_weights(deep.get_weights())
assert np.any(swapped.predict(pictures[:4]) != swapped.predict(pictures[:4]))

# Transfer.
clone = keras.models.clone_model(deep)
clone.set_weights(deep.get_weights())
tuned = keras.Sequential([*clone.layers[:-1], layers.Dense(1, activation="sigmoid")])
for layer in tuned.layers[:-1]:
    layer.trainable = False
tuned.compile(loss="binary_crossentropy", optimizer="sgd", metrics=["accuracy"])
frozen = tuned.layers[2].get_weights()[0]
tuned.fit(tf.constant(pictures), tf.constant(classes), epochs=1, verbose=0)
assert np.array_equal(frozen, tuned.layers[2].get_weights()[0])
print("done")
