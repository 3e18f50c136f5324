"""Runs with the TensorBoard callback, written for any library of Keras's API."""

import pathlib

import numpy as np

rng = np.random.default_rng(7)
X = rng.random((50, 4)).astype(np.float32)
Y = (X[:, :1] - X[:, 1:2] * 2).astype(np.float32)
WORDS = rng.integers(0, 10, (50, 3))


def sequential(keras, optimizer="sgd"):
    model = keras.Sequential(
        [
            keras.Input((4,), name="numbers"),
            keras.layers.Dense(6, activation="relu", name="hidden"),
            keras.layers.Dense(1, name="out"),
        ],
        name="line",
    )
    return _prepared(model, optimizer)


def functional(keras):
    inputs = keras.Input((4,), name="numbers")
    inner = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, name="first")], name="inner"
    )
    x = keras.layers.Concatenate(name="both")([inner(inputs), inputs])
    model = keras.Model(inputs, keras.layers.Dense(1, name="out")(x), name="outer")
    return _prepared(model, "sgd")


def embedding(keras):
    model = keras.Sequential(
        [
            keras.Input((3,), dtype="int32", name="words"),
            keras.layers.Embedding(10, 2, name="vectors"),
            keras.layers.Flatten(name="flat"),
            keras.layers.Dense(1, name="out"),
        ],
        name="text",
    )
    return _prepared(model, "sgd")


def subclassed(keras):
    class Line(keras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.out = keras.layers.Dense(1, name="out")

        def call(self, x):
            return self.out(x)

    model = Line()
    model(X[:1])
    return _prepared(model, "sgd")


def _prepared(model, optimizer):
    draw = np.random.default_rng(1)
    model.set_weights(
        [draw.normal(size=w.shape).astype(np.float32) for w in model.get_weights()]
    )
    model.compile(loss="mse", optimizer=optimizer, metrics=["mae"])
    return model


def fit(model, callback, x=X, **options):
    options = {"validation_split": 0.2, "epochs": 2} | options
    model.fit(
        x, Y, batch_size=8, shuffle=False, verbose=0, callbacks=[callback], **options
    )


def _plain(keras, logs):
    fit(sequential(keras), keras.callbacks.TensorBoard(logs))


def _path(keras, logs):
    fit(sequential(keras), keras.callbacks.TensorBoard(log_dir=pathlib.Path(logs)))


def _no_validation(keras, logs):
    board = keras.callbacks.TensorBoard(logs, write_graph=False)
    fit(sequential(keras), board, validation_split=0.0)


def _histograms(keras, logs):
    board = keras.callbacks.TensorBoard(logs, histogram_freq=2, write_images=True)
    fit(sequential(keras), board, epochs=3)


def _nested(keras, logs):
    fit(functional(keras), keras.callbacks.TensorBoard(logs, histogram_freq=1))


def _every_3(keras, logs):
    board = keras.callbacks.TensorBoard(
        logs, update_freq=3, write_steps_per_second=True
    )
    fit(sequential(keras), board)


def _every_batch(keras, logs):
    fit(sequential(keras), keras.callbacks.TensorBoard(logs, update_freq="batch"))


def _two_fits(keras, logs):
    model, board = sequential(keras), keras.callbacks.TensorBoard(logs, update_freq=4)
    fit(model, board)
    fit(model, board, initial_epoch=2, epochs=4)


def _evaluate(keras, logs):
    model = sequential(keras)
    model.evaluate(X, Y, verbose=0, callbacks=[keras.callbacks.TensorBoard(logs)])


def _schedule(keras, logs):
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    model = sequential(keras, keras.optimizers.SGD(rate))
    fit(model, keras.callbacks.TensorBoard(logs))


def _scaled_losses(keras, logs):
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.05))
    fit(sequential(keras, optimizer), keras.callbacks.TensorBoard(logs))


def _own_model(keras, logs):
    fit(subclassed(keras), keras.callbacks.TensorBoard(logs, histogram_freq=1))


def _embeddings(keras, logs):
    board = keras.callbacks.TensorBoard(
        logs, embeddings_freq=1, embeddings_metadata={"vectors": "labels.tsv"}
    )
    fit(embedding(keras), board, x=WORDS)


def _validation_freq(keras, logs):
    board = keras.callbacks.TensorBoard(logs)
    fit(sequential(keras), board, epochs=4, validation_freq=2)


RUNS = {
    "plain": _plain,
    "path": _path,
    "no validation": _no_validation,
    "histograms": _histograms,
    "nested": _nested,
    "every 3": _every_3,
    "every batch": _every_batch,
    "two fits": _two_fits,
    "evaluate": _evaluate,
    "schedule": _schedule,
    "scaled losses": _scaled_losses,
    "own model": _own_model,
    "embeddings": _embeddings,
    "validation freq": _validation_freq,
}


def described(folder, value, step):
    """Returns what an entry says: where it is, and its number if it is a scalar."""
    plugin = value.metadata.plugin_data.plugin_name
    entry = [folder, value.tag, step, plugin]
    tensor = value.tensor
    if plugin == "scalars" and "per_second" not in value.tag:
        entry.append(float(np.frombuffer(tensor.tensor_content, np.float32)[0]))
    if plugin == "histograms":
        rows = np.frombuffer(tensor.tensor_content).reshape(-1, 3)
        entry.append([*rows[0, :1], *rows[-1, 1:2], rows[:, 2].sum()])
    return entry
