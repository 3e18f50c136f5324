"""fit, evaluate and predict beside Keras's: histories, weights, optimizer variables."""

import numpy as np
import pytest

import ranvier
from tests.training.comparing import (
    LABELS,
    X,
    Y,
    assert_equal,
    assert_same,
    compiled,
    fit,
    mlp,
    parametrize,
    run,
    state,
    variables,
)

OPTIMIZERS = {
    "sgd": lambda k: k.optimizers.SGD(0.1),
    "momentum": lambda k: k.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "adam": lambda k: "adam",
    "rmsprop": lambda k: k.optimizers.RMSprop(0.01),
    "clipped": lambda k: k.optimizers.Adam(0.01, clipnorm=0.1, weight_decay=0.01),
    "schedule": lambda k: k.optimizers.SGD(
        k.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    ),
    "averages": lambda k: k.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5),
    "accumulation": lambda k: k.optimizers.SGD(0.1, gradient_accumulation_steps=3),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name):
    def case(k):
        model = compiled(k, mlp(k), OPTIMIZERS[name](k), "mse", metrics=["mae"])
        history = fit(model, X, Y, validation_split=0.25)
        return history, state(model), int(np.asarray(model.optimizer.iterations))

    assert_same(case)


@pytest.mark.parametrize("batch_size", [1, 3, 16, 100, None, np.int64(5)])
def test_batch_sizes(batch_size):
    def case(k):
        model = compiled(k, mlp(k), "sgd", "mse", metrics=["mae"])
        history = fit(model, X, Y, epochs=2, batch_size=batch_size)
        return history, state(model), model.predict(X, batch_size, verbose=0)

    assert_same(case)


def real_keras_compiled(k):
    """The one case in which Keras compiles its steps too."""
    model = mlp(k, 3, "softmax")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = fit(model, X[:13], LABELS[:13], validation_data=(X[13:], LABELS[13:]))
    return history, state(model), model.evaluate(X, LABELS, verbose=0)


def dropout_and_normalization(k):
    layers = k.layers
    model = k.Sequential(
        [
            k.Input((4,)),
            layers.Dense(5, use_bias=False, kernel_regularizer="l2"),
            layers.BatchNormalization(momentum=0.8),
            layers.Activation("elu"),
            layers.Dropout(0.5),
            layers.GaussianNoise(0.1),
            layers.Dense(1, kernel_constraint="max_norm"),
        ]
    )
    compiled(k, model, "adam", "mse", metrics=["mae"])
    history = fit(model, X, Y, validation_data=(X[:4], Y[:4]))
    return history, state(model), model.predict(X, verbose=0)


def normalized_input(k):
    normalize = k.layers.Normalization()
    normalize.adapt(X)
    model = k.Sequential([k.Input((4,)), normalize, k.layers.Dense(1)])
    compiled(k, model, "sgd", "mse")
    return fit(model, X, Y), state(model)


def deferred(k):
    model = k.Sequential([k.layers.Dense(4, "relu"), k.layers.Dense(1)])
    compiled(k, model, "adam", "mse")
    return fit(model, X, Y), state(model)


def embeddings(k):
    tokens = (np.arange(16 * 3) % 7).reshape(16, 3)
    model = k.Sequential(
        [k.layers.Embedding(7, 2), k.layers.Flatten(), k.layers.Dense(1)]
    )
    compiled(k, model, "adam", "mse")
    return fit(model, tokens, Y), state(model)


def masked_steps(k):
    x = X.reshape(16, 2, 2).copy()
    x[::3, 1] = 0.0
    y = np.stack([Y, -Y], axis=1)
    model = k.Sequential([k.Input((2, 2)), k.layers.Masking(), k.layers.Dense(1)])
    compiled(k, model, "sgd", "mse", metrics=["mae"], weighted_metrics=["mse"])
    weights = np.linspace(0.5, 1.5, 32).reshape(16, 2)
    history = fit(model, x, y, sample_weight=weights, validation_data=(x, y))
    return without_training_metrics(history), variables(model.weights)


def masked_tokens(k):
    tokens = (np.arange(16 * 3) % 5).reshape(16, 3)
    x = k.Input((3,), dtype="int32")
    embedded = k.layers.Embedding(5, 4, mask_zero=True)(x)
    model = k.Model(x, k.layers.Dense(2, "softmax")(k.layers.Dropout(0.2)(embedded)))
    compiled(k, model, "sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = fit(model, tokens, tokens % 2, validation_data=(tokens, tokens % 2))
    return without_training_metrics(history), variables(model.weights)


def without_training_metrics(history):
    """Leaves out what Keras on JAX computes without masks while it trains."""
    return {k: v for k, v in history.items() if k == "loss" or k.startswith("val_")}


def several_fits(k):
    model = compiled(k, mlp(k), "adam", "mse")
    histories = [fit(model, X, Y, epochs=2), fit(model, X[:8], Y[:8], batch_size=4)]
    return histories, state(model), model.history.epoch


def initial_epoch(k):
    model = compiled(k, mlp(k), "adam", "mse")
    history = fit(model, X, Y, initial_epoch=2, epochs=4)
    return history, model.history.epoch, state(model)


def no_epochs(k):
    model = compiled(k, mlp(k), "adam", "mse")
    return fit(model, X, Y, epochs=0), fit(model, X, Y, initial_epoch=3, epochs=2)


def compiled_again(k):
    model = compiled(k, mlp(k), "adam", "mse")
    first = fit(model, X, Y, epochs=1)
    compiled(k, model, k.optimizers.SGD(0.5), "mae", metrics=["mse"])
    return first, fit(model, X, Y, epochs=2), state(model)


def validation_freq(k):
    model = compiled(k, mlp(k), "sgd", "mse")
    options = {"validation_data": (X[:8], Y[:8]), "epochs": 5}
    every_other = fit(model, X, Y, validation_freq=2, **options)
    return every_other, fit(model, X, Y, validation_freq=[1, 4], **options)


def validation_batches(k):
    model = compiled(k, mlp(k), "sgd", "mse")
    data = {"validation_data": (X, Y)}
    return (
        fit(model, X, Y, validation_batch_size=5, **data),
        fit(model, X, Y, validation_steps=1, **data),
        fit(model, X, Y, validation_batch_size=3, validation_steps=2, **data),
    )


def evaluate_and_predict_steps(k):
    model = compiled(k, mlp(k), "sgd", "mse", metrics=["mae"])
    results = [
        model.evaluate(X, Y, batch_size=3, steps=n, verbose=0) for n in (1, 2, 6)
    ]
    outputs = [model.predict(X, batch_size=3, steps=n, verbose=0) for n in (1, 2, 6)]
    return results, outputs


def frozen_before(k):
    model = mlp(k)
    model.layers[0].trainable = False
    compiled(k, model, "adam", "mse")
    return fit(model, X, Y), state(model)


def frozen_normalization(k):
    model = k.Sequential(
        [k.Input((4,)), k.layers.BatchNormalization(), k.layers.Dense(1)]
    )
    compiled(k, model, "sgd", "mse")
    first = fit(model, X, Y)
    model.layers[0].trainable = False
    compiled(k, model, "sgd", "mse")
    return first, fit(model, X, Y), state(model)


def mixed_precision(policy):
    def case(k):
        before = k.mixed_precision.global_policy()
        k.mixed_precision.set_global_policy(policy)
        try:
            layers = [k.Input((4,)), k.layers.Dense(5, "tanh")]
            model = k.Sequential([*layers, k.layers.Dense(1, dtype="float32")])
        finally:
            k.mixed_precision.set_global_policy(before)
        model.compile("sgd", "mse")
        history = fit(model, X, Y)
        return history, state(model), type(model.optimizer).__name__

    return case


def custom_classes(k):
    class Scale(k.layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones")
            self.seen = self.add_weight(
                shape=(), initializer="zeros", trainable=False, name="seen"
            )

        def call(self, x, training=False):
            if training:
                self.seen.assign_add(k.ops.cast(k.ops.shape(x)[0], "float32"))
            return x * self.factor

    class Pinball(k.losses.Loss):
        def __init__(self, q):
            super().__init__(name="pinball")
            self.q = q

        def call(self, y_true, y_pred):
            error = y_true - y_pred
            return k.ops.mean(k.ops.maximum(self.q * error, (self.q - 1) * error), -1)

    class Share(k.metrics.Metric):
        def __init__(self, name="share", **kwargs):
            super().__init__(name=name, **kwargs)
            self.below = self.add_weight(name="below", initializer="zeros")
            self.count = self.add_weight(name="count", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            below = k.ops.cast(y_true < y_pred, "float32")
            self.below.assign_add(k.ops.sum(below))
            self.count.assign_add(k.ops.cast(k.ops.size(below), "float32"))

        def result(self):
            return self.below / self.count

    model = k.Sequential([k.Input((4,)), Scale(), k.layers.Dense(1)])
    compiled(k, model, "sgd", Pinball(0.9), metrics=[Share()])
    return fit(model, X, Y, validation_split=0.25), state(model)


def float16_inputs_and_int_targets(k):
    model = compiled(k, mlp(k), "sgd", "mse", metrics=["mae"])
    return fit(model, X.astype("float16"), LABELS), state(model)


def training_flag_of_own(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.dense = k.layers.Dense(1)

        def call(self, x, training=False):
            return self.dense(x) * (2.0 if training else 1.0)

    model = compiled(k, Net(), "sgd", "mse")
    history = fit(model, X, Y, validation_data=(X, Y))
    return history, state(model), model.predict(X, verbose=0)


@parametrize(
    [
        real_keras_compiled,
        dropout_and_normalization,
        normalized_input,
        deferred,
        embeddings,
        masked_steps,
        masked_tokens,
        several_fits,
        initial_epoch,
        no_epochs,
        compiled_again,
        validation_freq,
        validation_batches,
        evaluate_and_predict_steps,
        frozen_before,
        frozen_normalization,
        custom_classes,
        float16_inputs_and_int_targets,
        training_flag_of_own,
    ]
)
def test_like_keras(case):
    assert_same(case)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(policy):
    # The half precisions have 8 and 11 bits; their sums are taken in different orders.
    assert_same(mixed_precision(policy), rtol=0.02, atol=0.02)


def eagerly(compile_options, **fit_options):
    """Returns what a model with some of everything learns."""

    def case(k):
        model = k.Sequential(
            [
                k.Input((4,)),
                k.layers.Dense(4, kernel_regularizer="l2", use_bias=False),
                k.layers.BatchNormalization(),
                k.layers.Dropout(0.3),
                k.layers.Dense(1),
            ]
        )
        model.compile("adam", "mse", metrics=["mae"], **compile_options)
        history = fit(model, X, Y, batch_size=6, **fit_options)
        return history, state(model), model.predict(X, verbose=0)

    return run(ranvier, case)


@pytest.mark.parametrize("options", [{}, {"shuffle": True, "validation_split": 0.25}])
def test_running_eagerly_gives_the_same(options):
    assert_equal(eagerly({"run_eagerly": True}, **options), eagerly({}, **options))


def test_shuffling_follows_the_seed():
    def train(seed, **options):
        ranvier.utils.set_random_seed(seed)
        model = mlp(ranvier)
        model.compile("sgd", "mse")
        return fit(model, X, Y, batch_size=4, **options)["loss"]

    assert train(1, shuffle=True) == train(1, shuffle=True)
    assert train(1, shuffle=True) != train(1, shuffle=False)
    assert train(1, shuffle="batch") != train(1, shuffle=True)
    assert train(1, shuffle="batch") == train(1, shuffle="batch")


def test_unfreezing_after_compile_takes_effect_at_the_next_fit():
    """Keras wants another `compile`; here the optimizer keeps what it knows."""
    model = mlp(ranvier)
    model.layers[0].trainable = False
    model.compile("adam", "mse")
    frozen = model.layers[0].get_weights()
    fit(model, X, Y, epochs=1)
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], frozen[0])
    momentum = {v.path: v.numpy() for v in model.optimizer.variables}
    model.layers[0].trainable = True
    fit(model, X, Y, epochs=1)
    assert not np.array_equal(model.layers[0].get_weights()[0], frozen[0])
    assert momentum.keys() < {v.path for v in model.optimizer.variables}
    assert int(model.optimizer.iterations) == 4


def test_freezing_after_compile_takes_effect_at_the_next_fit():
    model = mlp(ranvier)
    model.compile("adam", "mse")
    fit(model, X, Y, epochs=1)
    model.layers[0].trainable = False
    frozen, head = (layer.get_weights()[0] for layer in model.layers)
    fit(model, X, Y, epochs=1)
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], frozen)
    assert not np.array_equal(model.layers[1].get_weights()[0], head)


@pytest.mark.parametrize("verbose", [0, 1, 2, "auto"])
def test_verbosity_changes_no_result(verbose, capsys):
    def case(k):
        model = mlp(k)
        model.compile("sgd", "mse")
        history = fit(model, X, Y, verbose=verbose, validation_split=0.25)
        return history, model.evaluate(X, Y, verbose=verbose)

    def quiet(k):
        model = mlp(k)
        model.compile("sgd", "mse")
        return fit(model, X, Y, validation_split=0.25), model.evaluate(X, Y, verbose=0)

    assert run(ranvier, case) == run(ranvier, quiet)
    assert bool(capsys.readouterr().out) == (verbose != 0)


def test_dropout_that_is_always_on_draws_anew():
    x = ranvier.Input((4,))
    model = ranvier.Model(x, ranvier.layers.Dropout(0.5)(x, training=True))
    ones = np.ones((96, 4), "float32")
    first, second = (model.predict(ones, verbose=0) for _ in range(2))
    assert not np.array_equal(first, second)
    assert not np.array_equal(first[:32], first[32:64])
    assert not np.array_equal(model.predict_on_batch(ones), first)
