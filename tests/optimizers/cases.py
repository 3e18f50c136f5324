"""Optimizers and options to compare with Keras, and the comparison itself."""

import keras
import numpy as np

from ranvier import optimizers
from ranvier.core._naming import name_scope
from ranvier.core._variable import Variable

# Every rule, each with the arguments that change its formula.
RULES = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("SGD", {"nesterov": True}),
    ("Adam", {}),
    ("Adam", {"beta_1": 0.5, "beta_2": 0.7, "epsilon": 0.01}),
    ("Adam", {"amsgrad": True, "beta_2": 0.5}),
    ("AdamW", {}),
    ("AdamW", {"weight_decay": 0.3, "amsgrad": True}),
    ("RMSprop", {}),
    ("RMSprop", {"centered": True}),
    ("RMSprop", {"momentum": 0.5, "rho": 0.6}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("Adadelta", {"learning_rate": 1.0}),
    ("Adadelta", {"rho": 0.5, "epsilon": 0.1}),
    ("Adagrad", {}),
    ("Adagrad", {"initial_accumulator_value": 0.0, "epsilon": 0.1}),
    ("Adamax", {}),
    ("Adamax", {"beta_1": 0.5, "beta_2": 0.5}),
    ("Adafactor", {}),
    ("Adafactor", {"clip_threshold": 0.5, "relative_step": False, "epsilon_2": 0.5}),
    ("Ftrl", {}),
    (
        "Ftrl",
        {
            "learning_rate_power": -0.7,
            "l1_regularization_strength": 0.5,
            "l2_regularization_strength": 0.2,
            "l2_shrinkage_regularization_strength": 0.1,
            "beta": 0.3,
        },
    ),
    ("Lamb", {}),
    ("Lion", {}),
    ("Lion", {"beta_1": 0.3, "beta_2": 0.6}),
    ("Muon", {}),
    ("Muon", {"nesterov": False, "rms_rate": None, "adam_lr_ratio": 0.5}),
    ("Muon", {"exclude_layers": ["dense"], "weight_decay": None}),
    ("Muon", {"exclude_embeddings": False, "adam_weight_decay": None}),
    ("Nadam", {}),
    ("Nadam", {"beta_1": 0.5, "beta_2": 0.5}),
    ("ScheduleFreeAdamW", {"learning_rate": 0.1}),
    ("ScheduleFreeAdamW", {"warmup_steps": 3, "weight_decay": 0.1}),
]

# The engine around the rules, one option at a time.
OPTIONS = [
    {"clipnorm": 0.5},
    {"clipvalue": 0.3},
    {"global_clipnorm": 1.0},
    {"weight_decay": 0.1},
    {"use_ema": True, "ema_momentum": 0.7},
    {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 2},
    {"loss_scale_factor": 4.0},
    {"gradient_accumulation_steps": 2},
]

# One form of each rule, with slots of every kind...
ONE_OF_EACH = [
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("Adam", {"amsgrad": True}),
    ("AdamW", {}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    *((name, {}) for name in ("Adadelta", "Adagrad", "Adamax", "Adafactor", "Ftrl")),
    *((name, {}) for name in ("Lamb", "Lion", "Muon", "Nadam", "ScheduleFreeAdamW")),
]
# ...to be tried with several options at once.
COMBINED = [
    {"clipnorm": 0.5, "weight_decay": 0.1, "use_ema": True},
    {
        "global_clipnorm": 1.0,
        "loss_scale_factor": 4.0,
        "use_ema": True,
        "ema_momentum": 0.7,
        "ema_overwrite_frequency": 2,
        "gradient_accumulation_steps": 2,
    },
]

# Two shapes only: each new one makes JAX compile every operation again.
SHAPES = {"dense/kernel": (4, 3), "dense/bias": (3,), "embedding/table": (4, 3)}
STEPS = 5


def rule_id(rule):
    name, kwargs = rule
    return "-".join([name, *(f"{key}={value}" for key, value in kwargs.items())])


def option_id(options):
    return rule_id(("options", options))


def values(seed=0, dtype="float32"):
    """Returns one random array for each weight."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype(dtype) for shape in SHAPES.values()]


def gradients(step):
    """Returns one gradient for each weight."""
    return values(seed=100 + step)


def weights(library, dtype="float32"):
    """Returns the weights as variables of ranvier or of Keras."""
    scope, variable = name_scope, Variable
    if library is keras:
        scope, variable = keras.name_scope, keras.Variable
    result = []
    for path, value in zip(SHAPES, values(), strict=True):
        folder, name = path.split("/")
        with scope(folder):
            result.append(variable(value, dtype=dtype, name=name))
    return result


def pair(rule, **options):
    """Returns the same optimizer of ranvier and of Keras."""
    name, kwargs = rule
    kwargs = {"name": "optimizer", **kwargs, **options}
    return getattr(optimizers, name)(**kwargs), getattr(keras.optimizers, name)(
        **kwargs
    )


def assert_same(ours, reference, tolerance=1e-5):
    """Compares two lists of variables: description and values.

    The tolerance is relative to the largest entry of each; the default is some units
    of float32 rounding, over the five updates.
    """
    assert [describe(v) for v in ours] == [describe(v) for v in reference]
    for mine, theirs in zip(ours, reference, strict=True):
        expected = np.asarray(theirs.value, "float64")
        np.testing.assert_allclose(
            np.asarray(mine.numpy(), "float64"),
            expected,
            rtol=0,
            atol=tolerance * np.abs(expected).max(),
            err_msg=mine.path,
        )


def describe(variable):
    path = variable.path
    # Keras leaves this one to automatic naming.
    if path.startswith("optimizer/variable") or path == "optimizer/u_product":
        path = "optimizer/*"
    return path, tuple(variable.shape), variable.dtype, variable.aggregation
