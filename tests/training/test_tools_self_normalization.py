"""check_self_normalization: which conditions are broken, and the moments by layer."""

import numpy as np
import pytest

import ranvier as rv
from ranvier import layers
from ranvier.training import SelfNormalizationReport, check_self_normalization

X = np.random.default_rng(0).normal(size=(400, 8)).astype("float32")
SELU = {"activation": "selu", "kernel_initializer": "lecun_normal"}


def hidden(name="hidden", **options):
    return layers.Dense(50, **{**SELU, "name": name, **options})


def output():
    return layers.Dense(1, name="out")


def broken(model, x=X):
    """Returns the pairs (layer, what was found) of a report's problems."""
    return [(f.layer, f.seen) for f in check_self_normalization(model, x).problems]


def adapted():
    layer = layers.Normalization()
    layer.adapt(7 * X + 3)
    return layer


def trained_norm():
    layer = layers.BatchNormalization()
    layer.build((None, 8))
    layer.moving_mean.assign(np.full(8, 3.0))
    layer.moving_variance.assign(np.full(8, 49.0))
    return layer


GOOD = {
    "plain": [hidden("a"), hidden("b"), output()],
    "alpha_dropout": [hidden("a"), layers.AlphaDropout(0.1), hidden("b"), output()],
    "activation_layer": [hidden(activation=None), layers.Activation("selu"), output()],
    "flatten": [layers.Reshape((2, 4)), layers.Flatten(), hidden(), output()],
    "dropout_that_is_off": [hidden(), layers.Dropout(0.0), output()],
    "scaled": [
        hidden(kernel_initializer=rv.initializers.VarianceScaling(1.0, "fan_in")),
        output(),
    ],
    "softmax_output": [hidden(), layers.Dense(3, "softmax", name="out")],
}


@pytest.mark.parametrize("name", GOOD)
def test_conditions_hold(name):
    report = check_self_normalization(rv.Sequential(GOOD[name]), X)
    assert report.ok and report.problems == [] and report.notes == []
    assert "all conditions hold" in str(report)


@pytest.mark.parametrize("front", [adapted, trained_norm])
def test_a_layer_in_front_may_standardise_the_inputs(front):
    model = rv.Sequential([rv.Input((8,)), front(), hidden(), output()])
    assert broken(model, 7 * X + 3) == []


BAD = {
    "activation": ([hidden(activation="relu"), output()], "hidden", "relu"),
    "no_activation": ([hidden(activation=None), output()], "hidden", "linear"),
    "activation_layer": (
        [hidden(activation=None), layers.LeakyReLU(), output()],
        "hidden",
        "LeakyReLU",
    ),
    "initializer": (
        [hidden(kernel_initializer="he_normal"), output()],
        "hidden",
        "HeNormal",
    ),
    "uniform": (
        [hidden(kernel_initializer="lecun_uniform"), output()],
        "hidden",
        "LecunUniform",
    ),
    "dropout": (
        [hidden(), layers.Dropout(0.1, name="drop"), output()],
        "drop",
        "Dropout",
    ),
    "noise": (
        [hidden(), layers.GaussianNoise(0.1, name="noise"), output()],
        "noise",
        "GaussianNoise",
    ),
    "batch_norm": (
        [hidden(), layers.BatchNormalization(name="norm"), output()],
        "norm",
        "BatchNormalization",
    ),
    "layer_norm_in_front": (
        [layers.LayerNormalization(name="norm"), hidden(), output()],
        "norm",
        "LayerNormalization",
    ),
    "other_weights": (
        [layers.EinsumDense("ab,bc->ac", 8, name="einsum"), hidden(), output()],
        "einsum",
        "EinsumDense",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_conditions_that_are_broken(name):
    stack, layer, seen = BAD[name]
    assert broken(rv.Sequential(stack)) == [(layer, seen)]


def test_every_condition_has_a_remedy():
    for stack, *_ in BAD.values():
        (finding,) = check_self_normalization(rv.Sequential(stack), X).problems
        assert finding.condition and finding.remedy.endswith(".")


@pytest.mark.parametrize("x", [X + 1, 3 * X, np.abs(X)], ids=["mean", "scale", "abs"])
def test_inputs_that_are_not_standardised(x):
    model = rv.Sequential([hidden("first"), output()])
    ((layer, seen),) = broken(model, x)
    assert layer == "first" and "means from" in seen and "deviations from" in seen


def test_features_that_never_vary_do_not_count():
    x = np.concatenate([X, np.zeros((400, 30), "float32")], axis=1)
    assert broken(rv.Sequential([hidden(), output()]), x) == []


def test_a_few_rows_are_not_judged_too_strictly():
    assert broken(rv.Sequential([hidden(), output()]), X[:20]) == []


def test_branches():
    x = rv.Input((8,))
    first = hidden("first")(x)
    second = hidden("second")(first)
    joined = layers.Add(name="skip")([first, second])
    model = rv.Model(x, output()(joined))
    assert broken(model) == [("skip", "2 branches that meet in Add")]


def test_inputs_may_be_joined_before_the_first_layer():
    a, b = rv.Input((8,)), rv.Input((8,))
    joined = layers.Concatenate()([a, b])
    model = rv.Model([a, b], output()(hidden()(joined)))
    assert broken(model, [X, X]) == []


def test_op_as_activation():
    x = rv.Input((8,))
    for function, problems in ((rv.ops.selu, []), (rv.ops.tanh, [("hidden", "tanh")])):
        y = function(hidden(activation=None)(x))
        assert broken(rv.Model(x, output()(y))) == problems


def test_penalties_are_only_noted():
    penalties = {"kernel_regularizer": "l2", "kernel_constraint": "max_norm"}
    report = check_self_normalization(rv.Sequential([hidden(**penalties), output()]), X)
    assert report.ok
    assert [note.seen for note in report.notes] == [
        "kernel_regularizer L2",
        "kernel_constraint MaxNorm",
    ]
    assert "Notes:" in str(report)


def test_moments_are_those_of_the_outputs():
    model = rv.Sequential([rv.Input((8,)), hidden(), layers.Dropout(0.5), output()])
    report = check_self_normalization(model, X, samples=400)
    values, expected = X, [("input", X)]
    for layer in model.layers:
        values = np.asarray(layer(values))
        expected.append((layer.name, values))
    for row, (name, values) in zip(report.layers, expected, strict=True):
        assert row.layer.startswith(name)
        assert row.mean == pytest.approx(values.mean(), abs=1e-6)
        assert row.deviation == pytest.approx(values.std(), rel=1e-5)


def test_deep_net_keeps_its_moments():
    # The theory in figures: 20 layers, and the deviations stay near one.
    stack = [layers.Dense(100, **SELU) for _ in range(20)]
    report = check_self_normalization(rv.Sequential(stack), X)
    assert all(0.7 < row.deviation < 1.3 for row in report.layers)
    assert all(abs(row.mean) < 0.3 for row in report.layers)


def test_samples_are_spread_evenly():
    x = np.concatenate([X, X + 100])  # a first half would look standardised
    model = rv.Sequential([hidden(), output()])
    assert broken(model, X[:50]) == []
    (finding,) = check_self_normalization(model, x, samples=50).problems
    assert "standardise" in finding.remedy.lower()


def test_model_is_left_as_it_was():
    model = rv.Sequential([rv.Input((8,)), hidden(), layers.BatchNormalization()])
    before = model.get_weights()
    check_self_normalization(model, X)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_report_as_text():
    report = SelfNormalizationReport(
        "net",
        [("dense", "activation selu", "relu", "Use selu.")],
        [],
        [("dense", 0.5, 2.0)],
    )
    assert str(report).splitlines() == [
        "Self-normalisation of 'net': 1 broken condition.",
        "",
        "Problems:",
        "  dense: expected activation selu, found relu. Use selu.",
        "",
        "Outputs of      mean  deviation",
        "dense          0.500      2.000",
    ]


class Own(rv.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(x)


def test_errors():
    with pytest.raises(ValueError, match="Sequential or functional model"):
        check_self_normalization(Own(), X)
    with pytest.raises(ValueError, match="samples"):
        check_self_normalization(rv.Sequential([output()]), X, samples=0)
