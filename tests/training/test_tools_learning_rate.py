"""find_learning_rate: the range test leaves no trace and suggests sane rates."""

import numpy as np
import pytest

import ranvier as rv
from ranvier import layers
from ranvier.autodiff import value_and_gradients
from ranvier.training import LearningRateCurve, find_learning_rate
from ranvier.training._learning_rate import _read_off

_random = np.random.default_rng(0)
X = _random.normal(size=(128, 4)).astype("float32")
Y = (X @ [1.0, -2.0, 0.5, 0.0] + 0.1 * _random.normal(size=128)).astype("float32")


def make_model(optimizer="sgd", cls=rv.Sequential):
    rv.utils.set_random_seed(1)
    model = cls(
        [
            rv.Input((4,)),
            layers.Dense(8, "tanh"),
            layers.BatchNormalization(),
            layers.Dropout(0.1),
            layers.Dense(1),
        ]
    )
    model.compile(optimizer, "mse")
    return model


def state(model):
    metrics = model.metrics_variables
    return [v.numpy() for v in [*model.variables, *model.optimizer.variables, *metrics]]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_model_is_as_before(optimizer):
    model = make_model(optimizer)
    model.fit(X, Y, verbose=0)
    before = state(model)
    curve = find_learning_rate(model, X, Y)
    for a, b in zip(before, state(model), strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.isfinite(curve.losses[0])


def test_rates_grow_exponentially():
    curve = find_learning_rate(make_model(), X, Y, min_rate=1e-4, max_rate=1.0)
    assert len(curve.rates) == len(curve.losses) == len(curve.smoothed) == 200
    np.testing.assert_allclose(curve.rates[[0, -1]], [1e-4, 1.0], rtol=1e-5)
    ratios = curve.rates[1:] / curve.rates[:-1]
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-4)
    assert ratios[0] > 1


def test_number_of_steps():
    assert len(find_learning_rate(make_model(), X, Y, steps=50).rates) == 50
    x, y = np.tile(X, (4, 1)), np.tile(Y, 4)
    assert len(find_learning_rate(make_model(), x, y, batch_size=2).rates) == 256


def test_suggestion_trains_well():
    curve = find_learning_rate(make_model(), X, Y)
    assert 1e-4 < curve.suggestion <= curve.divergence / 10
    assert curve.suggestion <= curve.steepest

    def loss_after(rate):
        model = make_model(rv.optimizers.SGD(rate))
        return model.fit(X, Y, epochs=10, verbose=0).history["loss"][-1]

    good = loss_after(curve.suggestion)
    assert good < loss_after(curve.suggestion / 100)
    assert not good > loss_after(10 * curve.divergence)


def test_losses_are_those_of_single_steps():
    model = rv.Sequential([rv.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    curve = find_learning_rate(
        model, X, Y, steps=4, min_rate=0.01, max_rate=0.08, batch_size=128
    )
    for rate, expected in zip([0.01, 0.02, 0.04, 0.08], curve.losses, strict=True):
        model.reset_metrics()
        model.optimizer.learning_rate = rate
        assert model.train_on_batch(X, Y) == pytest.approx(expected, rel=1e-4)


def test_curve_of_known_shape():
    model = rv.Sequential([rv.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    curve = find_learning_rate(model, X, Y, batch_size=128)
    # On a quadratic, descent diverges beyond 2 / (largest eigenvalue of the Hessian).
    design = np.concatenate([X, np.ones((128, 1))], axis=1)
    limit = 2 / np.linalg.eigvalsh(2 * design.T @ design / 128).max()
    assert limit < curve.divergence < 10 * limit
    assert 0.001 * limit < curve.steepest < limit


def test_smoothing():
    noisy = find_learning_rate(make_model(), X, Y, smoothing=0.0, steps=60)
    np.testing.assert_allclose(noisy.smoothed, noisy.losses)
    smooth = find_learning_rate(make_model(), X, Y, smoothing=0.9, steps=60)
    mean = 0.0
    for i, loss in enumerate(smooth.losses):
        mean = 0.9 * mean + 0.1 * loss
        expected = mean / (1 - 0.9 ** (i + 1))
        assert smooth.smoothed[i] == pytest.approx(expected, nan_ok=True)


class Own(rv.Sequential):
    def train_step(self, data):
        x, y = data

        def forward():
            error = rv.ops.abs(self(x, training=True)[:, 0] - y)
            return rv.ops.mean(error), None

        loss, _, gradients = value_and_gradients(forward, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": loss}


def test_custom_train_step():
    curve = find_learning_rate(make_model(cls=Own), X, Y)
    first = curve.losses[0]
    assert first == pytest.approx(np.abs(Y).mean(), rel=1.0)
    assert curve.losses[: len(curve.losses) // 2].min() < first


def test_sample_weights_and_several_inputs():
    a, b = rv.Input((4,)), rv.Input((4,))
    model = rv.Model([a, b], layers.Dense(1)(layers.Add()([a, b])))
    model.compile("adam", "mse")
    weighted = find_learning_rate(model, [X, X], Y, sample_weight=np.zeros(128))
    np.testing.assert_array_equal(weighted.losses, np.zeros(200))


def test_plot():
    pytest.importorskip("matplotlib").use("agg")
    axes = find_learning_rate(make_model(), X, Y, steps=40).plot()
    assert axes.get_xscale() == "log"
    assert len(axes.lines) == 4


def test_flat_and_short_curves_have_a_suggestion():
    for losses in (np.ones(5), np.ones(2), np.full(30, np.nan)):
        rates = np.geomspace(1e-3, 1.0, len(losses))
        curve = _read_off(rates, losses, 0.9, 2.0)
        assert isinstance(curve, LearningRateCurve)
        assert 1e-4 <= curve.suggestion <= 1.0


BAD = {
    "order": ({"min_rate": 1.0, "max_rate": 0.1}, "`min_rate` must be positive and"),
    "negative": ({"min_rate": -1.0}, "`min_rate` must be positive"),
    "smoothing": ({"smoothing": 1.0}, r"`smoothing` must be in \[0, 1\)"),
    "batch_size": ({"batch_size": 0}, "`batch_size`"),
    "steps": ({"steps": 0}, "`steps` must be a positive integer"),
    "no_targets": ({"y": None}, "Targets are missing"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments(name):
    options, message = BAD[name]
    with pytest.raises(ValueError, match=message):
        find_learning_rate(make_model(), X, **{"y": Y, **options})


def test_streams_are_refused():
    with pytest.raises(ValueError, match="needs arrays"):
        find_learning_rate(make_model(), iter([(X, Y)]))


def test_models_that_are_not_ready():
    model = rv.Sequential([layers.Dense(1)])
    with pytest.raises(ValueError, match=r"compile\(\)"):
        find_learning_rate(model, X, Y)
    schedule = rv.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    with pytest.raises(ValueError, match="schedule"):
        find_learning_rate(make_model(rv.optimizers.SGD(schedule)), X, Y)
