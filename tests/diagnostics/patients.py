"""Networks that are sick on purpose, and healthy ones: what the diagnosis is held to.

A patient is a function that returns `(model, arguments of diagnose)`; the decorator
says which illness must be named first (any of some, where several names fit), or none.
"""

import functools

import numpy as np
from sklearn import datasets

import ranvier as rv
from ranvier.layers import (
    AlphaDropout,
    BatchNormalization,
    Dense,
    Dropout,
    Input,
    Normalization,
    Rescaling,
)

SICK: dict = {}
HEALTHY: dict = {}


def sick(*codes):
    """Registers a patient whose illness is one of `codes`."""

    def register(function):
        SICK[function.__name__] = function, codes
        return function

    return register


def healthy(function):
    """Registers a patient that has nothing."""
    HEALTHY[function.__name__] = function
    return function


# Data.


@functools.cache
def _numbers(name):
    x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    return x[order].astype("float32"), y[order]


def _scaled(x):
    deviation = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(deviation > 0, deviation, 1)


def digits():
    """1,797 pictures of 8 x 8, ten classes."""
    x, y = _numbers("digits")
    return x / 16, y


def cancer():
    """569 samples of 30 features, two classes."""
    x, y = _numbers("breast_cancer")
    return _scaled(x), y.astype("float32")


def diabetes():
    """442 samples of 10 features, a number to predict, scaled."""
    x, y = _numbers("diabetes")
    return _scaled(x), _scaled(y[:, None].astype("float32"))


def friedman(samples=2000):
    """A smooth function of five of ten features."""
    x, y = datasets.make_friedman1(samples, noise=0.5, random_state=0)
    return _scaled(x).astype("float32"), _scaled(y[:, None]).astype("float32")


def moons():
    """Two half circles."""
    x, y = datasets.make_moons(1000, noise=0.15, random_state=0)
    return _scaled(x).astype("float32"), y.astype("float32")


# Networks.


def mlp(*units, activation="relu", init="he_normal", last=None, outputs=1, **options):
    return rv.Sequential(
        [
            *[Dense(n, activation, kernel_initializer=init, **options) for n in units],
            Dense(outputs, last),
        ]
    )


def classifier(*units, **options):
    return mlp(*units, outputs=10, last="softmax", **options)


_SPARSE = "sparse_categorical_crossentropy"


def compiled(model, optimizer="adam", loss="mse", **options):
    model.compile(optimizer, loss, **options)
    return model


def case(model, data, **arguments):
    x, y = data
    return model, {"x": x, "y": y, **arguments}


def trained(model, data, epochs=10, split=0.25, batch_size=32):
    """Trains on a part of the data and returns the patient with both parts."""
    x, y = data
    count = int(len(x) * (1 - split))
    validation = (x[count:], y[count:])
    model.fit(
        x[:count],
        y[:count],
        epochs=epochs,
        batch_size=batch_size,
        validation_data=validation,
        verbose=0,
    )
    return case(model, (x[:count], y[:count]), validation_data=validation)


# Sick: numbers.


@sick("nonfinite-inputs")
def missing_values():
    x, y = cancer()
    x = x.copy()
    x[::50, 3] = np.nan
    model = mlp(30, last="sigmoid")
    return case(compiled(model, loss="binary_crossentropy"), (x, y))


@sick("nonfinite-targets")
def missing_targets():
    x, y = friedman()
    y = y.copy()
    y[7] = np.inf
    return case(compiled(mlp(30, 30)), (x, y))


@sick("nonfinite-weights", "rate-too-high")
def diverged():
    model = compiled(mlp(50, 50), rv.optimizers.SGD(50.0))
    return trained(model, friedman(), epochs=2)


# Sick: outputs and losses.


@sick("from-logits-mismatch")
def softmax_twice():
    loss = rv.losses.SparseCategoricalCrossentropy(from_logits=True)
    return case(compiled(classifier(50), loss=loss), digits())


@sick("from-logits-mismatch")
def no_softmax():
    return case(compiled(mlp(50, outputs=10), loss=_SPARSE), digits())


@sick("from-logits-mismatch")
def no_sigmoid():
    return case(compiled(mlp(20, 20), loss="binary_crossentropy"), moons())


@sick("from-logits-mismatch")
def sigmoid_twice():
    loss = rv.losses.BinaryCrossentropy(from_logits=True)
    return case(compiled(mlp(20, last="sigmoid"), loss=loss), cancer())


@sick("wrong-output-activation")
def softmax_of_one_unit():
    model = mlp(20, last="softmax")
    return case(compiled(model, loss="binary_crossentropy"), cancer())


@sick("wrong-output-activation")
def relu_before_cross_entropy():
    model = mlp(50, outputs=10, last="relu")
    return case(compiled(model, loss=_SPARSE), digits())


@sick("wrong-output-activation")
def sigmoid_for_numbers():
    return case(compiled(mlp(50, last="sigmoid")), friedman())


@sick("wrong-output-activation")
def relu_for_signed_numbers():
    return case(compiled(mlp(50, last="relu")), diabetes())


@sick("wrong-output-activation")
def sigmoids_for_one_class():
    model = mlp(50, outputs=10, last="sigmoid")
    return case(compiled(model, loss=_SPARSE), digits())


@sick("wrong-loss")
def squared_error_for_classes():
    x, y = digits()
    return case(compiled(classifier(50)), (x, np.eye(10, dtype="float32")[y]))


@sick("wrong-loss")
def binary_loss_for_many_classes():
    x, y = digits()
    model = compiled(classifier(50), loss="binary_crossentropy")
    return case(model, (x, np.eye(10, dtype="float32")[y]))


@sick("wrong-loss")
def labels_as_numbers():
    x, y = digits()
    return case(compiled(mlp(50, outputs=10)), (x, y[:, None].astype("float32")))


@sick("targets-out-of-range")
def labels_of_minus_one():
    x, y = cancer()
    model = mlp(20, last="sigmoid")
    return case(compiled(model, loss="binary_crossentropy"), (x, 2 * y - 1))


# Sick: data.


@sick("unscaled-inputs")
def pixels_to_255():
    x, y = digits()
    return case(compiled(classifier(100, 50), "sgd", _SPARSE), (x * 255, y))


@sick("unscaled-inputs")
def raw_features():
    x, y = _numbers("breast_cancer")
    model = mlp(30, 30, last="sigmoid")
    y = y.astype("float32")
    return case(compiled(model, loss="binary_crossentropy"), (x, y))


@sick("unscaled-targets")
def raw_targets():
    x, y = _numbers("diabetes")
    return case(compiled(mlp(50, 50), "sgd"), (_scaled(x), y[:, None]))


@sick("unscaled-targets")
def prices_in_dollars():
    x, y = friedman()
    return case(compiled(mlp(50, 50)), (x, 2e5 + 1e5 * y))


@sick("constant-targets")
def one_class_only():
    x, y = cancer()
    model = mlp(20, last="sigmoid")
    return case(compiled(model, loss="binary_crossentropy"), (x, np.ones_like(y)))


@sick("class-imbalance")
def rare_class():
    x, y = datasets.make_classification(
        3000, 12, n_informative=6, weights=[0.97], flip_y=0, random_state=0
    )
    model = mlp(30, 30, last="sigmoid")
    model = compiled(model, loss="binary_crossentropy", metrics=["accuracy"])
    return case(model, (_scaled(x).astype("float32"), y.astype("float32")))


@sick("labels-without-relation")
def shuffled_labels():
    x, y = digits()
    y = np.random.default_rng(1).permutation(y)
    return case(compiled(classifier(100), loss=_SPARSE), (x, y))


@sick("labels-without-relation")
def shuffled_numbers():
    x, y = friedman()
    y = np.random.default_rng(1).permutation(y)
    return trained(compiled(mlp(50, 50)), (x, y))


@sick("shifted-labels")
def labels_one_row_late():
    x, y = digits()
    return case(compiled(classifier(100), loss=_SPARSE), (x, np.roll(y, 1)))


@sick("shifted-labels")
def numbers_three_rows_early():
    x, y = friedman()
    return case(compiled(mlp(50, 50)), (x, np.roll(y, -3, axis=0)))


@sick("leaking-feature")
def answer_among_inputs():
    x, y = friedman()
    return case(compiled(mlp(50, 50)), (np.concatenate([x, 2 * y], axis=1), y))


@sick("leaking-rows")
def validation_from_training():
    x, y = digits()
    model = compiled(classifier(50), loss=_SPARSE)
    return case(model, (x, y), validation_data=(x[100:500], y[100:500]))


@sick("shifted-validation")
def validation_not_scaled():
    x, y = _numbers("breast_cancer")
    y = y.astype("float32")
    model = compiled(mlp(30, last="sigmoid"), loss="binary_crossentropy")
    validation = (x[400:], y[400:])
    return case(model, (_scaled(x)[:400], y[:400]), validation_data=validation)


# Sick: structure.


@sick("frozen-layers")
def frozen_by_mistake():
    model = classifier(100, 100)
    for layer in model.layers[:2]:
        layer.trainable = False
    return case(compiled(model, loss=_SPARSE), digits())


@sick("frozen-layers")
def all_frozen():
    model = mlp(50, 50)
    model.trainable = False
    return case(compiled(model), friedman())


@sick("symmetric-weights")
def zero_weights():
    return case(compiled(mlp(50, 50, init="zeros")), friedman())


@sick("symmetric-weights")
def constant_weights():
    init = rv.initializers.Constant(0.02)
    return case(compiled(classifier(64, init=init), loss=_SPARSE), digits())


@sick("linear-stack")
def no_activations():
    return case(compiled(mlp(50, 50, 50, activation=None)), friedman())


@sick("hidden-softmax")
def softmax_inside():
    model = classifier(50, 50, activation="softmax")
    return case(compiled(model, loss=_SPARSE), digits())


@sick("broken-self-normalization")
def selu_with_he():
    model = classifier(*[60] * 8, activation="selu", init="he_normal")
    return case(compiled(model, loss=_SPARSE), _digits_scaled())


@sick("broken-self-normalization")
def selu_with_dropout():
    layers = []
    for _ in range(6):
        layers += [Dense(60, "selu", kernel_initializer="lecun_normal"), Dropout(0.2)]
    model = rv.Sequential([*layers, Dense(1)])
    return case(compiled(model), friedman())


# Sick: regularisation.


@sick("penalty-too-strong")
def huge_l2():
    model = classifier(100, 100, kernel_regularizer=rv.regularizers.L2(1.0))
    return case(compiled(model, loss=_SPARSE), digits())


@sick("weight-decay-too-strong")
def huge_weight_decay():
    optimizer = rv.optimizers.AdamW(0.01, weight_decay=2.0)
    return case(compiled(mlp(50, 50), optimizer), friedman())


@sick("dropout-too-strong")
def dropout_of_nine_tenths():
    layers = [Dense(64, "relu"), Dropout(0.9), Dense(64, "relu"), Dropout(0.9)]
    model = rv.Sequential([*layers, Dense(10, "softmax")])
    return case(compiled(model, loss=_SPARSE), digits())


@sick("stale-batch-norm")
def slow_moving_averages():
    layers = []
    for _ in range(3):
        layers += [Dense(50, "relu"), BatchNormalization(momentum=0.9999)]
    model = compiled(rv.Sequential([*layers, Dense(10, "softmax")]), loss=_SPARSE)
    return trained(model, digits(), epochs=8)


# Sick: signal and gradients.


@sick("vanishing-gradients", "vanishing-signal")
def sigmoid_stack():
    model = classifier(*[60] * 10, activation="sigmoid", init="glorot_uniform")
    return case(compiled(model, "sgd", _SPARSE), digits())


@sick("vanishing-gradients", "vanishing-signal")
def sigmoid_stack_of_numbers():
    model = mlp(*[40] * 8, activation="sigmoid", init="glorot_normal")
    return case(compiled(model), friedman())


@sick("vanishing-signal", "vanishing-gradients")
def tiny_weights():
    init = rv.initializers.RandomNormal(stddev=0.005)
    model = classifier(*[80] * 6, init=init)
    return case(compiled(model, loss=_SPARSE), digits())


@sick("exploding-signal", "exploding-gradients")
def huge_weights():
    init = rv.initializers.RandomNormal(stddev=1.0)
    model = classifier(*[80] * 6, init=init)
    return case(compiled(model, loss=_SPARSE), digits())


@sick("exploding-signal", "exploding-gradients")
def exploding_regression():
    init = rv.initializers.RandomNormal(stddev=0.7)
    return case(compiled(mlp(*[60] * 8, init=init), "sgd"), friedman())


@sick("saturated-units")
def saturated_tanh():
    init = rv.initializers.RandomNormal(stddev=1.5)
    model = classifier(80, 80, activation="tanh", init=init)
    return case(compiled(model, loss=_SPARSE), digits())


@sick("dead-units", "rate-too-high")
def dead_from_a_huge_rate():
    model = compiled(classifier(80, 80), rv.optimizers.Adam(1.0), _SPARSE)
    return trained(model, digits(), epochs=3)


@sick("dead-units")
def dead_from_bias():
    init = rv.initializers.Constant(-10.0)
    model = mlp(50, 50, bias_initializer=init)
    return case(compiled(model), friedman())


# Sick: steps.


@sick("rate-too-high", "dead-units", "exploding-gradients")
def sgd_far_too_fast():
    model = compiled(mlp(50, 50, activation="tanh"), rv.optimizers.SGD(5.0))
    return case(model, friedman())


@sick("rate-too-high")
def adam_too_fast():
    model = mlp(64, 64, activation="tanh", init="glorot_uniform", outputs=10)
    loss = rv.losses.SparseCategoricalCrossentropy(from_logits=True)
    return case(compiled(model, rv.optimizers.Adam(0.5), loss), digits())


@sick("rate-too-low")
def sgd_far_too_slow():
    model = compiled(classifier(80, 80), rv.optimizers.SGD(1e-6), _SPARSE)
    return case(model, digits())


@sick("rate-too-low")
def adam_too_slow():
    return case(compiled(mlp(50, 50), rv.optimizers.Adam(1e-7)), friedman())


@sick("clipping-too-hard", "rate-too-low")
def clipped_to_nothing():
    optimizer = rv.optimizers.SGD(0.01, clipnorm=1e-5)
    return case(compiled(classifier(80), optimizer, _SPARSE), digits())


@sick("batch-too-large")
def one_step_an_epoch():
    model = compiled(mlp(50, 50), rv.optimizers.Adam(1e-2))
    return case(model, friedman(), batch_size=2000)


@sick("momentum-too-high")
def endless_momentum():
    optimizer = rv.optimizers.SGD(1e-3, momentum=0.999)
    return case(compiled(mlp(50, 50), optimizer), friedman())


# Sick: generalisation.


@sick("overfitting")
def learnt_by_heart():
    x, y = diabetes()
    model = compiled(mlp(200, 200), rv.optimizers.Adam(3e-3))
    return trained(model, (x, y), epochs=60)


@sick("overfitting")
def noisy_labels_learnt_by_heart():
    x, y = digits()
    generator = np.random.default_rng(2)
    wrong = generator.random(len(y)) < 0.3
    y = np.where(wrong, generator.integers(0, 10, len(y)), y)
    model = compiled(classifier(300, 300), loss=_SPARSE)
    return trained(model, (x[:600], y[:600]), epochs=60)


@sick("underfitting")
def too_small():
    x, y = digits()
    model = compiled(classifier(1), rv.optimizers.Adam(1e-2), _SPARSE)
    return trained(model, (x, y), epochs=30)


@sick("misleading-metric")
def accuracy_of_numbers():
    model = compiled(mlp(50, 50), metrics=["accuracy"])
    return case(model, friedman())


# Healthy.


def _digits_scaled():
    x, y = digits()
    return _scaled(x), y


@healthy
def digits_fresh():
    return case(compiled(classifier(100, 50), loss=_SPARSE), digits())


@healthy
def digits_trained():
    model = compiled(classifier(64), loss=_SPARSE, metrics=["accuracy"])
    return trained(model, digits(), epochs=8)


@healthy
def digits_sgd():
    model = compiled(classifier(100), rv.optimizers.SGD(0.1), _SPARSE)
    return case(model, digits())


@healthy
def digits_logits():
    loss = rv.losses.SparseCategoricalCrossentropy(from_logits=True)
    return case(compiled(mlp(64, 64, outputs=10), loss=loss), digits())


@healthy
def digits_rescaled_inside():
    x, y = digits()
    layers = [Input((64,)), Rescaling(1 / 255), Dense(64, "relu")]
    model = rv.Sequential([*layers, Dense(10, "softmax")])
    return case(compiled(model, loss=_SPARSE), (x * 255, y))


@healthy
def digits_one_hot():
    x, y = digits()
    model = compiled(classifier(64), loss="categorical_crossentropy")
    return case(model, (x, np.eye(10, dtype="float32")[y]))


@healthy
def deep_batch_norm():
    layers = []
    for _ in range(8):
        layers += [
            Dense(60, use_bias=False, kernel_initializer="he_normal"),
            BatchNormalization(momentum=0.9),
            rv.layers.Activation("relu"),
        ]
    model = rv.Sequential([*layers, Dense(10, "softmax")])
    return trained(compiled(model, loss=_SPARSE), digits(), epochs=5)


@healthy
def self_normalizing():
    layers = [Input((64,))]
    for _ in range(6):
        layers.append(Dense(60, "selu", kernel_initializer="lecun_normal"))
    model = rv.Sequential([*layers, AlphaDropout(0.1), Dense(10, "softmax")])
    return case(compiled(model, loss=_SPARSE), _digits_scaled())


@healthy
def regression_fresh():
    return case(compiled(mlp(50, 50, 50)), friedman())


@healthy
def regression_trained():
    model = compiled(mlp(30, 30), rv.optimizers.Adam(2e-3))
    return trained(model, friedman(), epochs=12)


@healthy
def regression_normalized_inside():
    x, y = friedman()
    x = 300 + 100 * x
    normalize = Normalization()
    normalize.adapt(x)
    model = rv.Sequential([normalize, Dense(50, "relu"), Dense(50, "relu"), Dense(1)])
    return case(compiled(model), (x, y))


@healthy
def binary_fresh():
    model = mlp(30, 30, last="sigmoid")
    model = compiled(model, loss="binary_crossentropy", metrics=["accuracy"])
    return case(model, cancer())


@healthy
def binary_trained():
    model = compiled(mlp(30, 30, last="sigmoid"), loss="binary_crossentropy")
    return trained(model, moons(), epochs=20)


@healthy
def tanh_network():
    model = mlp(50, 50, activation="tanh", init="glorot_uniform")
    return case(compiled(model, rv.optimizers.SGD(0.05, momentum=0.9)), friedman())


@healthy
def regularized():
    layers = [
        Dense(100, "relu", kernel_regularizer=rv.regularizers.L2(1e-4)),
        Dropout(0.3),
        Dense(100, "relu", kernel_regularizer=rv.regularizers.L2(1e-4)),
        Dropout(0.3),
    ]
    model = rv.Sequential([*layers, Dense(10, "softmax")])
    return trained(compiled(model, loss=_SPARSE), digits(), epochs=8)


@healthy
def two_outputs():
    x, y = friedman()
    inputs = Input((10,))
    hidden = Dense(50, "relu")(inputs)
    hidden = Dense(50, "relu")(hidden)
    main = Dense(1, name="main")(rv.layers.Concatenate()([inputs, hidden]))
    model = rv.Model(inputs, [main, Dense(1, name="aux")(hidden)])
    model.compile("adam", ["mse", "mse"], loss_weights=[0.9, 0.1])
    return model, {"x": x, "y": [y, y]}


@healthy
def transfer():
    x, y = digits()
    base = compiled(classifier(100, 50), loss=_SPARSE)
    base.fit(x, y, epochs=5, verbose=0)
    body = rv.Sequential(base.layers[:-1])
    body.trainable = False
    model = rv.Sequential([body, Dense(1, "sigmoid")])
    y = (y % 2).astype("float32")
    return case(compiled(model, loss="binary_crossentropy"), (x, y))


@healthy
def adamw_warm():
    optimizer = rv.optimizers.AdamW(1e-3, weight_decay=4e-3)
    return case(
        compiled(classifier(80, 80, activation="gelu"), optimizer, _SPARSE), digits()
    )


@healthy
def clipped():
    optimizer = rv.optimizers.SGD(0.05, momentum=0.9, clipnorm=1.0)
    return case(compiled(mlp(50, 50), optimizer), friedman())


@healthy
def huber_elu():
    model = mlp(40, 40, activation="elu")
    return case(compiled(model, "nadam", "huber"), diabetes())


@healthy
def subclassed():
    class Network(rv.Model):
        def __init__(self):
            super().__init__()
            self.hidden = [Dense(40, "relu") for _ in range(2)]
            self.out = Dense(10, "softmax")

        def call(self, x):
            for layer in self.hidden:
                x = layer(x)
            return self.out(x)

    return case(compiled(Network(), loss=_SPARSE), digits())


@healthy
def scheduled():
    schedule = rv.optimizers.schedules.ExponentialDecay(1e-2, 1000, 0.9)
    model = compiled(mlp(50, 50), rv.optimizers.Adam(schedule))
    return case(model, friedman())


@healthy
def weighted_classes():
    x, y = moons()
    x, y = (
        x[(y == 0) | (np.arange(len(y)) % 3 == 0)],
        y[(y == 0) | (np.arange(len(y)) % 3 == 0)],
    )
    return case(
        compiled(mlp(30, 30, last="sigmoid"), loss="binary_crossentropy"), (x, y)
    )


@healthy
def multilabel():
    x, y = datasets.make_multilabel_classification(
        1500, 20, n_classes=5, random_state=0
    )
    x, y = _scaled(x).astype("float32"), y.astype("float32")
    model = mlp(50, outputs=5, last="sigmoid")
    return case(compiled(model, loss="binary_crossentropy"), (x, y))


# Made by somebody who had not seen the checks.


def _schedule(first, *arguments):
    return rv.optimizers.schedules.ExponentialDecay(first, *arguments)


@sick("wrong-loss")
def one_number_for_ten_classes():
    return case(compiled(mlp(64), metrics=["accuracy"]), digits())


@sick("misleading-metric")
def half_of_a_logit():
    loss = rv.losses.BinaryCrossentropy(from_logits=True)
    metrics = [rv.metrics.AUC(), rv.metrics.BinaryAccuracy()]
    return case(compiled(mlp(50), loss=loss, metrics=metrics), moons())


@sick("unscaled-inputs")
def wide_part_unscaled():
    x, y = friedman()
    deep, wide = rv.Input((x.shape[1],)), rv.Input((3,))
    joined = rv.layers.Concatenate()([Dense(32, "relu")(deep), wide])
    model = rv.Model([deep, wide], Dense(1)(joined))
    return case(compiled(model, "sgd"), ([x, 1000 * x[:, :3] + 2000], y))


@sick("rate-too-low")
def schedule_ran_out():
    x, y = digits()
    sgd = rv.optimizers.SGD(_schedule(0.1, 5, 0.5))
    model = compiled(classifier(64), sgd, _SPARSE)
    model.fit(x, y, epochs=3, verbose=0)
    return case(model, (x, y))


@sick("momentum-too-high", "rate-too-high")
def momentum_kills_units():
    sgd = rv.optimizers.SGD(0.05, momentum=0.999)
    return case(compiled(mlp(64, 64), sgd), friedman())


@sick("underfitting", "collapsed-rank")
def bottleneck_of_one():
    x, y = digits()
    model = compiled(classifier(1, 32, activation="tanh"), loss=_SPARSE)
    model.optimizer.learning_rate = 0.01
    model.fit(x, y, epochs=40, verbose=0)
    return case(model, (x, y))


def _words():
    generator = np.random.default_rng(0)
    y = generator.integers(0, 2, 1500)
    odds = np.ones((2, 200))
    odds[0, :40] = odds[1, 40:80] = 4
    odds /= odds.sum(axis=1, keepdims=True)
    x = [generator.choice(200, 20, p=odds[label]) for label in y]
    return np.stack(x).astype("int32"), y.astype("float32")


def _reader(**options):
    mean = rv.layers.Lambda(lambda x: rv.ops.mean(x, axis=1))
    layers = [rv.layers.Embedding(200, 16, **options), mean, Dense(1, "sigmoid")]
    adam = rv.optimizers.Adam(0.01)
    return compiled(rv.Sequential(layers), adam, "binary_crossentropy")


@sick("frozen-layers")
def frozen_random_embedding():
    return case(_reader(trainable=False), _words())


@healthy
def words():
    return case(_reader(), _words())


@healthy
def vectors_of_somebody_else():
    vectors = np.random.default_rng(1).normal(size=(200, 16)).astype("float32")
    given = rv.initializers.Constant(vectors)
    return case(_reader(embeddings_initializer=given, trainable=False), _words())


@healthy
def autoencoder():
    x = _numbers("digits")[0] / 16
    return case(compiled(mlp(32, 16, 32, outputs=64)), (x, x))


@healthy
def slow_warm_up():
    cosine = rv.optimizers.schedules.CosineDecay(
        1e-6, 10_000, warmup_target=2e-3, warmup_steps=2000
    )
    model = compiled(classifier(64), rv.optimizers.Adam(cosine), _SPARSE)
    return case(model, digits())


@healthy
def linear_heads():
    x, y = friedman()
    inputs = rv.Input((x.shape[1],))
    model = rv.Model(inputs, [Dense(1)(inputs), Dense(1)(inputs)])
    return case(compiled(model, "sgd", ["mse", "mae"]), (x, [y, -y]))


@healthy
def accuracy_of_the_other_head():
    x, y = friedman()
    inputs = rv.Input((x.shape[1],))
    hidden = Dense(32, "relu")(inputs)
    heads = {
        "size": Dense(1, name="size")(hidden),
        "large": Dense(1, "sigmoid", name="large")(hidden),
    }
    model = rv.Model(inputs, heads)
    model.compile(
        "adam",
        {"size": "mse", "large": "binary_crossentropy"},
        metrics={"large": ["accuracy"]},
    )
    return case(model, (x, {"size": y, "large": (y > 0).astype("float32")}))


@healthy
def loss_from_a_layer():
    class Rebuilding(rv.Model):
        def __init__(self):
            super().__init__()
            self.inner, self.outer = Dense(16, "relu"), Dense(64)

        def call(self, x):
            y = self.outer(self.inner(x))
            self.add_loss(rv.ops.mean((y - x) ** 2))
            return y

    model = Rebuilding()
    model.compile("adam")
    return case(model, (_numbers("digits")[0] / 16, None))
