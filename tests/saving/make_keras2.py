"""Writes `keras2.zip`: models and weights in HDF5, by the last release of Keras 2.

Run it where TensorFlow and tf-keras are installed.
"""

import pathlib
import tempfile
import zipfile

import numpy as np
import tf_keras as k

L = k.layers
X = np.linspace(-1, 1, 32, dtype="float32").reshape(8, 4)
Y = X[:, :1] ** 2
CLASSES = (Y > 0.3).astype("int32")


def sequential():
    model = k.Sequential(
        [
            L.Dense(5, "relu", kernel_regularizer="l2", input_shape=(4,)),
            L.BatchNormalization(),
            L.Dropout(0.0),
            L.LeakyReLU(alpha=0.2),
            L.Dense(1, kernel_constraint=k.constraints.MaxNorm(2.0)),
        ]
    )
    model.compile("adam", "mse", metrics=["mae"])
    return model, Y


def functional():
    """Layers and models that are called several times."""
    x = L.Input((4,), name="in")
    inner_x = L.Input((3,))
    inner = k.Model(inner_x, L.Dense(3)(inner_x), name="inner")
    tower = [L.Dense(3, "tanh", input_shape=(3,)), inner]
    tower = k.Sequential(tower, name="tower")
    h = L.Dense(3, "elu", name="first")(x)
    a = inner(h)
    b = tower(a)
    c = inner(b)
    out = L.Dense(1, name="out")(L.Concatenate()([a, b, c, h]))
    model = k.Model(x, [out, inner(c)], name="net")
    model.compile(
        k.optimizers.SGD(0.05, momentum=0.9),
        [k.losses.Huber(0.5), "mse"],
        loss_weights=[1.0, 0.5],
        metrics=[["mae"], [k.metrics.MeanAbsoluteError(name="err")]],
    )
    return model, [Y, X[:, :3]]


def old_optimizer():
    layers = [L.Dense(3, "relu", input_dim=4), L.Dense(1, "sigmoid")]
    model = k.Sequential(layers)
    optimizer = k.optimizers.legacy.Adam(0.01, decay=0.1)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model, CLASSES.astype("float32")


def normalized():
    normalization = L.Normalization()
    normalization.adapt(X)
    model = k.Sequential([L.Input((4,)), normalization, L.Dense(2, "softmax")])
    rate = k.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    model.compile(
        k.optimizers.RMSprop(rate, momentum=0.5, centered=True),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model, CLASSES


def with_lambda():
    layers = [L.Input((4,)), L.Lambda(lambda v: v * 2.0), L.Dense(1)]
    model = k.Sequential(layers)
    model.compile("sgd", "mse")
    return model, Y


def main():
    k.utils.set_random_seed(0)
    predictions = {}

    def predict(model, name):
        outputs = model.predict(X, verbose=0)
        for i, y in enumerate(outputs if isinstance(outputs, list) else [outputs]):
            predictions[f"{name}.{i}"] = y

    with tempfile.TemporaryDirectory() as folder:
        for make in (sequential, functional, old_optimizer, normalized, with_lambda):
            name = make.__name__
            model, y = make()
            model.fit(X, y, epochs=2, batch_size=4, verbose=0, shuffle=False)
            model.save(f"{folder}/{name}.h5")
            model.save_weights(f"{folder}/{name}_weights.h5")
            predict(model, name)
            model.fit(X, y, epochs=1, batch_size=4, verbose=0, shuffle=False)
            predict(model, f"{name}.trained")
        np.savez(f"{folder}/predictions.npz", **predictions)
        target = pathlib.Path(__file__).with_name("keras2.zip")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
            for path in sorted(pathlib.Path(folder).iterdir()):
                archive.write(path, path.name)


if __name__ == "__main__":
    main()
