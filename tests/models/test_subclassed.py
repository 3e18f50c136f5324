"""Models written as classes, beside the same classes on Keras."""

import numpy as np
import pytest

import ranvier as rv
from tests.training.comparing import (
    LABELS,
    X,
    Y,
    assert_same,
    assert_same_error,
    compiled,
    fit,
    parametrize,
    state,
    structure,
)


def plain(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.hidden = k.layers.Dense(3, activation="relu")
            self.head = k.layers.Dense(1)

        def call(self, x):
            return self.head(self.hidden(x))

    model = Net()
    before = model.built, len(model.weights), [layer.name for layer in model.layers]
    outputs = np.asarray(model(X))
    return before, model.built, structure(model), outputs


def with_training(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.dense = k.layers.Dense(3)
            self.normalize = k.layers.BatchNormalization()
            self.drop = k.layers.Dropout(0.5)

        def call(self, x, training=False):
            x = self.normalize(self.dense(x), training=training)
            return self.drop(x, training=training) if training else x

    model = Net()
    outputs = [np.asarray(model(X)), np.asarray(model(X, training=True))]
    compiled(k, model, "sgd", "mse")
    return outputs, structure(model), fit(model, X, X[:, :3]), state(model)


def training_passed_on(k):
    class Block(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.drop = k.layers.Dropout(0.5)

        def call(self, x):
            return self.drop(x)

    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.block = Block()

        def call(self, x, training=None):
            return self.block(x)

    model = Net()
    return np.asarray(model(X)), np.asarray(model(X, training=True))


def containers(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.blocks = [k.layers.Dense(4, name=f"block_{i}") for i in range(2)]
            self.heads = {"b": k.layers.Dense(1), "a": k.layers.Dense(2)}
            self.pair = (k.layers.Dense(3), "no layer")
            self.deep = {"list": [k.layers.Dense(4, name="deep")]}
            self.blocks.append(k.layers.Dense(4, name="late"))

        def call(self, x):
            for block in self.blocks:
                x = block(x)
            x = self.deep["list"][0](x)
            return {key: head(x) for key, head in self.heads.items()} | {
                "c": self.pair[0](x)
            }

    model = Net()
    outputs = {key: np.asarray(value) for key, value in model(X).items()}
    return structure(model), outputs


def attributes_before_init(k):
    class Net(k.Model):
        def __init__(self, units):
            self.units = units
            self.note = None
            super().__init__(name="early")
            self.dense = k.layers.Dense(self.units)

        def call(self, x):
            return self.dense(x)

    model = Net(2)
    return np.asarray(model(X)), structure(model)


def layers_made_in_build(k):
    class Net(k.Model):
        def build(self, input_shape):
            self.dense = k.layers.Dense(input_shape[-1])
            self.scale = self.add_weight(
                shape=(input_shape[-1],), initializer="ones", name="scale"
            )
            self.dense.build(input_shape)

        def call(self, x):
            return self.dense(x) * self.scale

    model = Net()
    compiled(k, model, "sgd", "mse")
    return fit(model, X, X), state(model), structure(model)


def own_weights(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.w = self.add_weight(shape=(4, 1), name="w", regularizer="l2")
            self.steps = self.add_weight(
                shape=(), dtype="int32", initializer="zeros", trainable=False, name="n"
            )
            self.free = k.Variable([1.0], name="free")

        def call(self, x):
            self.steps.assign_add(1)
            return k.ops.matmul(x, self.w) + self.free

    model = Net()
    compiled(k, model, "sgd", "mse")
    history = fit(model, X, Y)
    steps = int(np.asarray(model.steps))
    losses = [float(loss) for loss in model.losses]
    return history, structure(model), losses, steps > 0


def several_inputs(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.dense = k.layers.Dense(3)
            self.add = k.layers.Add()

        def call(self, inputs):
            a, b = inputs
            both = self.add([self.dense(a), self.dense(b)])
            return both, both[:, :1]

    model = Net()
    compiled(k, model, "sgd", ["mse", "mae"], metrics=[["mae"], ["mse"]])
    history = fit(model, (X, 2 * X), (X[:, :3], Y))
    first, second = model.predict((X, 2 * X), verbose=0)
    return history, state(model), structure(model), first, second


def dictionaries(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.main = k.layers.Dense(1)
            self.aux = k.layers.Dense(3, activation="softmax")

        def call(self, inputs):
            x = inputs["a"] + inputs["b"]
            return {"main": self.main(x), "aux": self.aux(x)}

    model = Net()
    compiled(
        k,
        model,
        "adam",
        loss={"main": "mse", "aux": "sparse_categorical_crossentropy"},
        metrics={"aux": "accuracy"},
    )
    x, y = {"a": X, "b": X[::-1]}, {"main": Y, "aux": LABELS}
    history = fit(model, x, y, validation_split=0.2)
    return history, state(model), model.predict(x, verbose=0)


def added_losses(k):
    class Penalty(k.layers.Layer):
        def call(self, x):
            self.add_loss(0.1 * k.ops.mean(k.ops.square(x)))
            return x

    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.hidden = k.layers.Dense(
                3, kernel_regularizer="l2", activity_regularizer="l2"
            )
            self.penalty = Penalty()
            self.head = k.layers.Dense(1, bias_regularizer=k.regularizers.L2(0.5))

        def call(self, x):
            x = self.penalty(self.hidden(x))
            self.add_loss(k.ops.sum(x) * 0.01)
            return self.head(x)

    model = Net()
    # Compiled: steps of Keras run one by one miscount such losses.
    model.compile("sgd", "mse")
    history = fit(model, X, Y)
    model(X)
    losses = sorted(float(loss) for loss in model.losses)
    return history, state(model), losses, model.evaluate(X, Y, verbose=0)


def only_added_losses(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.dense = k.layers.Dense(4)

        def call(self, x):
            y = self.dense(x)
            self.add_loss(k.ops.mean((y - x) ** 2))
            return y

    model = Net()
    model.compile("sgd")
    return fit(model, X), state(model)


def functional_subclass(k):
    class Net(k.Model):
        def __init__(self, units):
            x = k.Input((4,))
            super().__init__(inputs=x, outputs=k.layers.Dense(units)(x), name="net")
            self.units = units

        def summarize(self):
            return self.units

    model = Net(2)
    return structure(model), model.summarize(), np.asarray(model(X)), model.output_shape


def functional_subclass_with_step(k):
    class Net(k.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, **kw):
            return 3 * k.ops.mean(k.ops.abs(y - y_pred))

    x = k.Input((4,))
    model = Net(x, k.layers.Dense(1)(x))
    compiled(k, model, "sgd")
    return fit(model, X, Y), state(model), isinstance(model, Net), structure(model)


def model_in_model(k):
    class Encoder(k.Model):
        def __init__(self):
            super().__init__(name="encoder")
            self.dense = k.layers.Dense(3)

        def call(self, x):
            return k.ops.tanh(self.dense(x))

    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.encoder = Encoder()
            self.decoder = k.Sequential([k.layers.Dense(4)], name="decoder")

        def call(self, x):
            return self.decoder(self.encoder(x))

    model = Net()
    compiled(k, model, "adam", "mse", metrics=["mae"])
    return fit(model, X, X), state(model), structure(model)


def with_masks(k):
    class Average(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.supports_masking = True

        def call(self, x, mask=None):
            weights = k.ops.cast(mask, "float32")[:, :, None]
            return k.ops.sum(x * weights, axis=1) / k.ops.sum(weights, axis=1)

        def compute_mask(self, x, mask=None):
            return None

    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.embed = k.layers.Embedding(5, 3, mask_zero=True)
            self.average = Average()

        def call(self, x):
            return self.average(self.embed(x))

    model = Net()
    tokens = np.array([[1, 2, 0], [3, 0, 0], [4, 4, 4]])
    return np.asarray(model(tokens)), structure(model)


def frozen_parts(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.base = k.layers.Dense(3, trainable=False)
            self.head = k.layers.Dense(1)

        def call(self, x):
            return self.head(self.base(x))

    model = Net()
    compiled(k, model, "sgd", "mse")
    history = fit(model, X, Y)
    return history, state(model), structure(model)


def config(k):
    class Net(k.Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    model = Net(3, name="net")
    again = Net.from_config(model.get_config())
    return model.get_config(), again.name, again.units


@parametrize(
    [
        plain,
        with_training,
        training_passed_on,
        containers,
        attributes_before_init,
        layers_made_in_build,
        own_weights,
        several_inputs,
        dictionaries,
        added_losses,
        only_added_losses,
        functional_subclass,
        functional_subclass_with_step,
        model_in_model,
        with_masks,
        frozen_parts,
        config,
    ]
)
def test_like_keras(case):
    assert_same(case)


def test_build_by_shape():
    """Keras leaves the layers unbuilt here; we do not."""

    class Net(rv.Model):
        def __init__(self):
            super().__init__()
            self.dense = rv.layers.Dense(2)

        def call(self, x):
            return self.dense(x)

    model = Net()
    model.build((None, 4))
    assert model.built and model.count_params() == 10


def test_config_from_the_arguments():
    """The arguments of a constructor are remembered where they are plain."""

    class Net(rv.Model):
        def __init__(self, units, activation="relu", **kwargs):
            super().__init__(**kwargs)
            self.dense = rv.layers.Dense(units, activation)

        def call(self, x):
            return self.dense(x)

    again = Net.from_config(Net(3, activation="tanh", name="net").get_config())
    assert again.name == "net" and again.dense.units == 3
    assert again.dense.activation is rv.activations.tanh


def without_call(k):
    class Net(k.Model):
        pass

    Net()(X)


def without_super(k):
    class Net(k.Model):
        def __init__(self):
            self.dense = k.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

    Net()(X)


def unbuilt(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.dense = k.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

    Net().count_params()


def error_inside(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.dense = k.layers.Dense(1)

        def call(self, x):
            return self.dense(k.ops.matmul(x, k.ops.ones((3, 2))))

    Net()(X)


ERRORS = {
    without_call: "Net does not have a `call",
    without_super: r"super\(\).__init__\(\)",
    unbuilt: "isn't built",
    error_inside: "Net",
}


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.__name__)
def test_errors(case):
    assert_same_error(case, ERRORS[case])


def test_build_may_fall_back_on_the_base():
    """A `build` that makes a layer, then lets the model build the rest by a call."""

    class Reconstructing(rv.Model):
        def __init__(self):
            super().__init__()
            self.hidden = rv.layers.Dense(3)

        def build(self, input_shape):
            self.reconstruct = rv.layers.Dense(input_shape[-1])
            super().build(input_shape)

        def call(self, x):
            return self.reconstruct(self.hidden(x))

    model = Reconstructing()
    assert model(np.ones((2, 4), "float32")).shape == (2, 4)
    assert len(model.weights) == 4
