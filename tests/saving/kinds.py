"""Kinds of models, each made alike with ranvier and with Keras."""

import keras
import numpy as np

import ranvier as rv

ROWS = 16


def _rng():
    return np.random.default_rng(0)


def data(*widths):
    rng = _rng()
    arrays = [rng.normal(size=(ROWS, width)).astype("float32") for width in widths]
    return arrays[0] if len(arrays) == 1 else arrays


def sequential(k):
    model = k.Sequential(
        [
            k.Input((4,)),
            k.layers.Dense(5, activation="relu", kernel_regularizer="l2"),
            k.layers.Dense(1, kernel_constraint=k.constraints.MaxNorm(1.5)),
        ],
        name="known",
    )
    model.compile("sgd", "mse")
    return model, data(4), data(1)


def deferred(k):
    model = k.Sequential([k.layers.Dense(3, activation="tanh"), k.layers.Dense(2)])
    model.compile(k.optimizers.Adam(0.01), "mae", metrics=["mse"])
    model(data(4))
    return model, data(4), data(2)


def classifier(k):
    model = k.Sequential(
        [
            k.Input((2, 3)),
            k.layers.Flatten(),
            k.layers.Dense(8, activation=k.layers.LeakyReLU(negative_slope=0.1)),
            k.layers.LayerNormalization(),
            k.layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile(
        k.optimizers.RMSprop(0.01, momentum=0.9, centered=True),
        k.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy", k.metrics.SparseTopKCategoricalAccuracy(k=2)],
    )
    x = data(6).reshape(ROWS, 2, 3)
    return model, x, _rng().integers(0, 4, (ROWS,))


def shared_layers(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    dense = k.layers.Dense(3, activation="relu", name="twice")
    x, y = dense(a), dense(b)
    merged = k.layers.Concatenate()([x, y])
    outputs = [k.layers.Dense(1, name="first")(merged), k.layers.Dense(2)(x)]
    model = k.Model([a, b], outputs, name="two_towers")
    model.compile(
        k.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
        ["mse", "mae"],
        loss_weights=[1.0, 0.5],
        metrics=[["mae"], ["mse"]],
    )
    return model, data(4, 4), data(1, 2)


def dictionaries(k):
    inputs = {name: k.Input((3,), name=name) for name in ("wide", "deep")}
    hidden = k.layers.Dense(4, activation="relu")(inputs["deep"])
    merged = k.layers.concatenate([inputs["wide"], hidden])
    outputs = {
        "main": k.layers.Dense(1, name="main")(merged),
        "aux": k.layers.Dense(1, activation="sigmoid", name="aux")(hidden),
    }
    model = k.Model(inputs, outputs)
    model.compile(
        k.optimizers.Adam(k.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)),
        {"main": "mse", "aux": "binary_crossentropy"},
        metrics={"main": ["mae"], "aux": ["accuracy"]},
    )
    wide, deep = data(3, 3)
    y = data(1)
    return model, {"wide": wide, "deep": deep}, {"main": y, "aux": (y > 0) * 1.0}


def nested(k):
    inner_input = k.Input((3,))
    inner = k.Model(inner_input, k.layers.Dense(3)(inner_input) * 2.0, name="inner")
    tower = k.Sequential([k.layers.Dense(3, activation="relu"), inner], name="tower")
    x = k.Input((4,))
    h = k.layers.Dense(3)(x)
    h = k.layers.Add()([tower(h), tower(-h)])
    model = k.Model(x, k.layers.Dense(1)(h))
    model.compile("adam", "mse")
    return model, data(4), data(1)


def frozen(k):
    base = k.Sequential(
        [k.Input((4,)), k.layers.Dense(3, activation="relu"), k.layers.Dense(3)]
    )
    base.layers[0].trainable = False
    x = k.Input((4,))
    inner = k.Model(x, base(x))
    fixed = k.layers.Dense(4, trainable=False)
    y = k.Input((4,))
    model = k.Model(y, k.layers.Dense(1)(inner(fixed(y))))
    model.compile(k.optimizers.Adam(0.01), "mse")
    return model, data(4), data(1)


def ops(k):
    x = k.Input((4,))
    scale = k.ops.sum(k.ops.square(x), axis=1, keepdims=True)
    y = k.layers.Dense(3)(x / (1.0 + k.ops.sqrt(scale)))
    y = k.ops.where(y > 0, y, 0.1 * y)
    model = k.Model(x, k.ops.mean(y[:, 1:], axis=-1, keepdims=True))
    model.compile("sgd", "mse")
    return model, data(4), data(1)


def normalized(k):
    x = data(4) * 3.0 + 1.0
    normalization = k.layers.Normalization()
    normalization.adapt(x)
    model = k.Sequential(
        [
            k.Input((4,)),
            normalization,
            k.layers.Dense(6, use_bias=False),
            k.layers.BatchNormalization(momentum=0.8),
            k.layers.Activation("relu"),
            k.layers.Dropout(0.0),
            k.layers.Dense(1),
        ]
    )
    model.layers[1].trainable = False
    model.compile(k.optimizers.Adam(0.01, use_ema=True, clipnorm=1.0), "mse")
    return model, x, data(1)


def registered(k):
    model = NETS[k](width=5, name="net")
    model.compile("adam", HALF_ERRORS[k])
    return model, data(4), data(1)


def _net(k):
    @k.saving.register_keras_serializable(package="kinds", name="Net")
    class Net(k.Model):
        """Layers in attributes, a list and a dictionary."""

        def __init__(self, width, **kwargs):
            super().__init__(**kwargs)
            self.width = width
            self.stem = k.layers.Dense(width, activation="relu")
            self.blocks = [k.layers.Dense(width), {"last": Scale(k)}]
            self.to_output = k.layers.Dense(1)  # after `layers` in the alphabet
            self._hidden = k.layers.BatchNormalization()

        def call(self, x):
            x = self.stem(x)
            for block in (self.blocks[0], self.blocks[1]["last"], self._hidden):
                x = x + block(x)
            return self.to_output(x)

        def get_config(self):
            return {**super().get_config(), "width": self.width}

    return Net


def Scale(k):
    return SCALES[k](start=2.0)


def _scale(k):
    class Scale(k.layers.Layer):
        def __init__(self, start=1.0, **kwargs):
            super().__init__(**kwargs)
            self.start = start

        def build(self, input_shape):
            self.factor = self.add_weight(
                shape=(input_shape[-1],),
                initializer=k.initializers.Constant(self.start),
                name="factor",
            )

        def call(self, x):
            return x * self.factor

        def get_config(self):
            return {**super().get_config(), "start": self.start}

    return Scale


def _half_error(k):
    @k.saving.register_keras_serializable(package="kinds")
    def half_error(y_true, y_pred):
        return k.ops.mean(k.ops.square(y_true - y_pred), axis=-1) / 2.0

    return half_error


def custom(k):
    model = k.Sequential([k.Input((4,)), k.layers.Dense(3), Scale(k)])
    model.compile("sgd", loss=plain_error, metrics=[plain_error])
    return model, data(4), data(3)


def custom_everything(k):
    """Classes, functions and closures of one's own wherever a model takes them."""
    own = custom_objects(k)
    dense = k.layers.Dense(
        3,
        activation=own["bent"],
        kernel_initializer=own["Diagonal"](0.5),
        kernel_regularizer=own["Pull"](0.01),
        kernel_constraint=own["Rounded"](4),
        bias_regularizer=own["pull"],
    )
    model = k.Sequential([k.Input((4,)), dense, k.layers.Activation(own["bent"])])
    model.compile(
        k.optimizers.SGD(own["Decay"](0.1)),
        loss=own["Error"](power=2.0, name="error"),
        metrics=[own["Largest"](name="largest"), own["scaled"]],
        weighted_metrics=[own["plain_error"]],
    )
    return model, data(4), data(3)


def _own(k):
    class Diagonal(k.initializers.Initializer):
        def __init__(self, value):
            self.value = value

        def __call__(self, shape, dtype=None):
            return self.value * k.ops.eye(*shape, dtype=dtype)

        def get_config(self):
            return {"value": self.value}

    class Pull(k.regularizers.Regularizer):
        def __init__(self, strength):
            self.strength = strength

        def __call__(self, x):
            return self.strength * k.ops.sum(k.ops.abs(x - 1.0))

        def get_config(self):
            return {"strength": self.strength}

    class Rounded(k.constraints.Constraint):
        def __init__(self, parts):
            self.parts = parts

        def __call__(self, w):
            return k.ops.round(w * self.parts) / self.parts

        def get_config(self):
            return {"parts": self.parts}

    class Error(k.losses.Loss):
        def __init__(self, power=1.0, **kwargs):
            super().__init__(**kwargs)
            self.power = power

        def call(self, y_true, y_pred):
            return k.ops.mean(k.ops.abs(y_true - y_pred) ** self.power, axis=-1)

        def get_config(self):
            return {**super().get_config(), "power": self.power}

    class Largest(k.metrics.Metric):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.largest = self.add_variable((), "zeros", name="largest")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.largest.assign(k.ops.maximum(self.largest, k.ops.max(y_pred)))

        def result(self):
            return self.largest.value

    class Decay(k.optimizers.schedules.LearningRateSchedule):
        def __init__(self, start):
            self.start = start

        def __call__(self, step):
            return self.start / (1.0 + k.ops.cast(step, "float32"))

        def get_config(self):
            return {"start": self.start}

    def closure(factor):
        def scaled(y_true, y_pred):
            return factor * k.ops.mean(k.ops.abs(y_true - y_pred), axis=-1)

        return scaled

    def bent(x):
        return k.ops.where(x > 0, x, 0.3 * x)

    def pull(x):
        return 0.1 * k.ops.sum(k.ops.square(x))

    classes = (Diagonal, Pull, Rounded, Error, Largest, Decay)
    functions = (bent, pull, closure(2.0), plain_error)
    return {member.__name__: member for member in (*classes, *functions)}


def plain_error(y_true, y_pred):
    return (y_true - y_pred) ** 2


NETS = {k: _net(k) for k in (rv, keras)}
SCALES = {k: _scale(k) for k in (rv, keras)}
HALF_ERRORS = {k: _half_error(k) for k in (rv, keras)}

OWN = {k: _own(k) for k in (rv, keras)}

KINDS = [
    sequential,
    deferred,
    classifier,
    shared_layers,
    dictionaries,
    nested,
    frozen,
    ops,
    normalized,
    registered,
    custom,
    custom_everything,
]


def custom_objects(k):
    return {"Scale": SCALES[k], **OWN[k]}
