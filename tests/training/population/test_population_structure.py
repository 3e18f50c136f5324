"""Which models share a program: the same but for numbers that may vary."""

import subprocess
import sys

import numpy as np
import pytest

import ranvier as rv
from ranvier import layers, optimizers
from ranvier.core._dynamic import dynamic_names
from ranvier.optimizers import schedules
from ranvier.training._structure import structure_of
from ranvier.tuner import train_population

X = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
Y = (X[:, :1] * X[:, 1:2] > 0).astype("float32")


def compiled(*stack, optimizer="sgd", loss="mse", **arguments):
    model = rv.Sequential([layers.Input((3,)), *stack, layers.Dense(1)])
    model.compile(optimizer, loss, **arguments)
    model.fit(X, Y, epochs=1, verbose=0, steps_per_epoch=1)
    return model


def key(*stack, **arguments):
    return structure_of(compiled(*stack, **arguments)).key


def scaled(factor):
    return layers.Lambda(lambda x: x * factor)


class Power(layers.Layer):
    def __init__(self, power):
        super().__init__()
        self.power = power

    def call(self, x):
        return x**self.power


def local_layer(power):
    class Local(layers.Layer):
        def call(self, x):
            return x**power

    return Local()


L2 = rv.regularizers.L2
SAME = {
    "rates": lambda n: key(layers.Dropout(0.1 * n), optimizer=optimizers.Adam(0.1 * n)),
    "factors": lambda n: key(layers.Dense(2, kernel_regularizer=L2(0.1 * n))),
    "momenta": lambda n: key(optimizer=optimizers.SGD(0.1, momentum=0.4 * n)),
    "clip norms": lambda n: key(optimizer=optimizers.SGD(0.1, clipnorm=float(n))),
    "schedules": lambda n: key(
        optimizer=optimizers.SGD(schedules.ExponentialDecay(0.1 * n, 10 * n, 0.3 * n))
    ),
    "label smoothing": lambda n: key(
        loss=rv.losses.BinaryCrossentropy(label_smoothing=0.1 * n)
    ),
    "initialisers": lambda n: key(
        layers.Dense(2, kernel_initializer=rv.initializers.RandomNormal(0.0, n, seed=n))
    ),
    "seeds": lambda n: key(layers.Dropout(0.1, seed=n)),
    "equal layers of one's own": lambda n: key(Power(2)),
    "equal local classes": lambda n: key(local_layer(2)),
    "equal closures": lambda n: key(scaled(3.0)),
}
OTHER = {
    "widths": lambda n: key(layers.Dense(n)),
    "activations": lambda n: key(layers.Dense(2, ["relu", "tanh"][n - 1])),
    "zero and not": lambda n: key(layers.Dropout([0.0, 0.1][n - 1])),
    "None and a number": lambda n: key(
        optimizer=optimizers.SGD(0.1, clipnorm=[None, 1.0][n - 1])
    ),
    "rules": lambda n: key(optimizer=["sgd", "adam"][n - 1]),
    "losses": lambda n: key(loss=["mse", "mae"][n - 1]),
    "metrics": lambda n: key(metrics=[["mae"], ["mse"]][n - 1]),
    "loss weights": lambda n: key(loss_weights=[float(n)]),
    "attributes of one's own": lambda n: key(Power(n)),
    "closures of local classes": lambda n: key(local_layer(n)),
    "closures": lambda n: key(scaled(float(n))),
}


@pytest.mark.parametrize("what", SAME)
def test_numbers_do_not_change_the_structure(what):
    assert SAME[what](1) == SAME[what](2)


@pytest.mark.parametrize("what", OTHER)
def test_everything_else_does(what):
    assert OTHER[what](1) != OTHER[what](2)


def test_frozen_layers_change_the_structure():
    model = compiled(layers.Dense(2))
    before = structure_of(model).key
    model.layers[0].trainable = False
    assert structure_of(model).key != before


def test_code_that_looks_elsewhere_is_found_by_its_trace():
    state = {"built": 0}

    class Counting(layers.Layer):
        def call(self, x):
            state["built"] += 1
            return x * state["built"]

    def build(rate):
        model = rv.Sequential([layers.Input((3,)), Counting(), layers.Dense(1)])
        model.compile(optimizers.SGD(rate), "mse")
        return model

    population = train_population(
        build, [{"rate": 0.1}, {"rate": 0.2}], X, Y, seeds=0, mode="vmap"
    )
    assert [result.how for result in population.results] == ["alone", "alone"]


def test_a_generator_outside_the_model_means_plain_fits():
    class Noisy(layers.Layer):
        def call(self, x):
            return x + rv.random.normal((3,))

    def build(rate):
        model = rv.Sequential([layers.Input((3,)), Noisy(), layers.Dense(1)])
        model.compile(optimizers.SGD(rate), "mse")
        return model

    configs = [{"rate": 0.1}, {"rate": 0.2}]
    population = train_population(build, configs, X, Y, seeds=0, mode="vmap")
    assert [r.how for r in population.results] == ["by its own fit"] * 2
    assert [r.status for r in population.results] == ["completed"] * 2


SLOW = pytest.mark.slow

# Each rule with two values of each of its numbers, against plain fits.
RULES = {
    "SGD": {"momentum": (0.5, 0.9), "weight_decay": (0.01, 0.1)},
    "RMSprop": {"rho": (0.8, 0.9), "momentum": (0.1, 0.5), "epsilon": (1e-3, 1e-5)},
    "Adam": {"beta_1": (0.8, 0.95), "beta_2": (0.9, 0.99), "clipnorm": (0.1, 1.0)},
    "AdamW": {"weight_decay": (0.01, 0.2), "global_clipnorm": (0.1, 1.0)},
    "Adamax": {"beta_1": (0.8, 0.95), "clipvalue": (0.01, 1.0)},
    "Nadam": {"beta_1": (0.8, 0.95)},
    "Lion": {"beta_1": (0.8, 0.95), "beta_2": (0.9, 0.95)},
    "Adadelta": {"rho": (0.8, 0.95)},
    "Adagrad": {"epsilon": (1e-3, 1e-2)},
    "Ftrl": {"l1_regularization_strength": (0.01, 0.1), "beta": (0.1, 0.2)},
    "Lamb": {"beta_1": (0.8, 0.95)},
}


@pytest.mark.parametrize(
    "name",
    [n if n in ("SGD", "Adam") else pytest.param(n, marks=SLOW) for n in RULES],
)
def test_numbers_of_the_rules_vary_within_a_program(name):
    rule, numbers = getattr(optimizers, name), RULES[name]
    assert set(numbers) <= set(dynamic_names(rule))

    def build(rate, **numbers):
        model = rv.Sequential(
            [layers.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1)]
        )
        model.compile(rule(rate, **numbers), "mse")
        return model

    configs = [
        {"rate": 0.01 * (i + 1), **{k: v[i] for k, v in numbers.items()}}
        for i in range(2)
    ]
    population = train_population(
        build, configs, X, Y, seeds=1, epochs=2, batch_size=20, mode="vmap", threads=1
    )
    assert population.results[0].how.startswith("2 in one program")
    for config, model in zip(configs, population.models, strict=True):
        rv.utils.set_random_seed(1)
        single = build(**config)
        single.fit(X, Y, epochs=2, batch_size=20, verbose=0)
        for a, b in zip(single.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_allclose(b, a, rtol=1e-3, atol=1e-5)


PADDED = [
    "Adam",
    *(pytest.param(name, marks=SLOW) for name in ("SGD", "RMSprop", "Adagrad", "Lion")),
]


@pytest.mark.parametrize("name", PADDED)
def test_widths_are_padded_to_one_shape(name):
    def build(units, rate, normalized=False):
        model = rv.Sequential([layers.Input((3,))])
        for n in units:
            model.add(layers.Dense(n, "relu", kernel_regularizer=L2(rate)))
            if normalized:
                model.add(layers.BatchNormalization())
        model.add(layers.Dense(1))
        model.compile(getattr(optimizers, name)(rate), "mse", metrics=["mae"])
        return model

    configs = [
        {"units": (3, 5), "rate": 0.01},
        {"units": (6, 2), "rate": 0.002},
        {"units": (4,), "rate": 0.01, "normalized": True},
        {"units": (9,), "rate": 0.02, "normalized": True},
    ]
    arguments = {"epochs": 2, "batch_size": 20, "validation_split": 0.2}
    population = train_population(
        build, configs, X, Y, seeds=1, mode="vmap", threads=1, **arguments
    )
    for config, model in zip(configs, population.models, strict=True):
        rv.utils.set_random_seed(1)
        single = build(**config)
        single.fit(X, Y, verbose=0, **arguments)
        for log, values in single.history.history.items():
            np.testing.assert_allclose(model.history.history[log], values, rtol=1e-4)
        for a, b in zip(
            single.state_variables("train"), model.state_variables("train"), strict=True
        ):
            np.testing.assert_allclose(b.numpy(), a.numpy(), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("stack", [[layers.Dropout], [layers.LayerNormalization]])
def test_what_padding_would_change_is_not_padded(stack):
    def build(units):
        more = [cls(0.5) if cls is layers.Dropout else cls() for cls in stack]
        model = rv.Sequential(
            [layers.Input((3,)), layers.Dense(units), *more, layers.Dense(1)]
        )
        model.compile("sgd", "mse")
        return model

    configs = [{"units": 3}, {"units": 4}]
    population = train_population(build, configs, X, Y, seeds=1, mode="vmap")
    assert [result.how for result in population.results] == ["alone", "alone"]


ALONE = """
import numpy as np
import ranvier as rv
from ranvier.tuner import train_population

def build(units):
    layers = [rv.Input((3,)), rv.layers.Dense(units, "relu"), rv.layers.Dense(1)]
    model = rv.Sequential(layers)
    model.compile("adam", "mse")
    return model

x = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
configs = [{"units": 3}, {"units": 6}]
options = {"seeds": 1, "mode": "vmap", "threads": 1}
population = train_population(build, configs, x, x[:, :1], **options)
print([result.how for result in population.results])
"""


def test_a_fresh_process_pads_rather_than_compiles():
    # Whether padding pays depends on what a process has compiled before.
    result = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=True
    )
    assert result.stdout.count("padded") == 2
