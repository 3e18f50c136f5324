"""mc_dropout: mean, spread and entropies of predictions with dropout on."""

import numpy as np
import pytest

import ranvier as rv
from ranvier import layers
from ranvier.training import MonteCarloPrediction, mc_dropout

X = np.random.default_rng(0).normal(size=(7, 4)).astype("float32")


def make_model(*tail, rate=0.4):
    rv.utils.set_random_seed(1)
    model = rv.Sequential(
        [
            rv.Input((4,)),
            layers.Dense(16, "tanh"),
            layers.Dropout(rate),
            *(tail or [layers.Dense(3)]),
        ]
    )
    return model


def entropy(p):
    return -(p * np.log(p)).sum(axis=-1)


@pytest.mark.parametrize(
    "dropout",
    [
        layers.Dropout(0.3, name="tested"),
        layers.AlphaDropout(0.3, name="tested"),
        layers.GaussianDropout(0.3, name="tested"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_statistics_are_those_of_eager_calls_in_training(dropout):
    model = make_model(dropout, layers.Dense(3), rate=0.4)
    calls = np.stack([model(X, training=True) for _ in range(200)])
    result = model.predict(X, mc_samples=2000)
    assert isinstance(result, MonteCarloPrediction)
    mean, std = calls.mean(axis=0), calls.std(axis=0)
    # Five standard errors of 200 draws; the deviation's is that of a normal one.
    assert np.all(np.abs(result.mean - mean) < 5 * std / np.sqrt(200))
    np.testing.assert_allclose(result.std, std, rtol=5 / np.sqrt(400))


def test_mean_and_deviation_are_those_of_the_samples():
    result = mc_dropout(make_model(), X, samples=30, return_samples=True)
    assert result.samples.shape == (30, 7, 3)
    assert len(np.unique(result.samples[:, 0, 0])) > 20
    np.testing.assert_allclose(
        result.mean, result.samples.mean(axis=0), rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(
        result.std, result.samples.std(axis=0), rtol=1e-4, atol=1e-6
    )
    assert result.entropy is result.mutual_information is None
    assert mc_dropout(make_model(), X, samples=30).samples is None


@pytest.mark.parametrize(
    "tail",
    [
        [layers.Dense(3, "softmax")],
        [layers.Dense(3), layers.Activation("softmax")],
        [layers.Dense(3), layers.Softmax()],
    ],
    ids=["dense", "activation", "layer"],
)
def test_entropies_of_a_softmax(tail):
    result = mc_dropout(make_model(*tail), X, samples=40, return_samples=True)
    total = entropy(result.samples.mean(axis=0))
    expected = entropy(result.samples).mean(axis=0)
    np.testing.assert_allclose(result.entropy, total, rtol=1e-4)
    np.testing.assert_allclose(
        result.mutual_information, total - expected, rtol=1e-3, atol=1e-5
    )


def test_entropies_of_a_sigmoid():
    model = make_model(layers.Dense(2, "sigmoid"))
    result = mc_dropout(model, X, samples=40, return_samples=True)

    def both(p):
        return entropy(np.stack([p, 1 - p], axis=-1)).sum(axis=-1)

    total, expected = both(result.samples.mean(axis=0)), both(result.samples)
    np.testing.assert_allclose(result.entropy, total, rtol=1e-4)
    np.testing.assert_allclose(
        result.mutual_information, total - expected.mean(axis=0), rtol=1e-3, atol=1e-5
    )


def test_certain_predictions_have_no_entropy():
    model = make_model(layers.Dense(3, "softmax", bias_initializer="ones"))
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([0 * kernel, np.array([200.0, 0.0, 0.0])])
    result = mc_dropout(model, X, samples=5)
    np.testing.assert_array_equal(result.entropy, np.zeros(7))
    np.testing.assert_array_equal(result.mutual_information, np.zeros(7))


def test_batch_norm_acts_as_in_inference():
    model = make_model(layers.BatchNormalization(), layers.Dense(2))
    norm = model.layers[-2]
    norm.moving_mean.assign(np.full(16, 0.5))
    before = norm.get_weights()
    result = mc_dropout(model, X, samples=500)
    for a, b in zip(before, norm.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    # Dropout keeps the mean, and the rest is linear: the mean is the prediction.
    error = np.abs(result.mean - model.predict(X, verbose=0))
    assert np.all(error < 5 * result.std / np.sqrt(500))


def test_weights_stay_and_each_call_draws_anew():
    model = make_model()
    before = model.get_weights()
    first, second = (mc_dropout(model, X, samples=3).mean for _ in range(2))
    assert np.all(first != second)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_seed_decides():
    first, second = (mc_dropout(make_model(), X, samples=3).mean for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("batch_size", [1, 3, 7, 100])
def test_any_batch_size_gives_the_same_statistics(batch_size):
    whole = mc_dropout(make_model(), X, samples=400)
    parts = mc_dropout(make_model(), X, samples=400, batch_size=batch_size)
    assert parts.mean.shape == parts.std.shape == (7, 3)
    difference = np.abs(parts.mean - whole.mean)
    assert np.all(difference < 5 * np.sqrt(2) * whole.std / np.sqrt(400))


def test_samples_keep_their_order_over_batches():
    model = rv.Sequential([rv.Input((1,)), layers.GaussianDropout(1e-4)])
    x = np.arange(7, dtype="float32")[:, None] + 1
    result = mc_dropout(model, x, samples=2, batch_size=3, return_samples=True)
    np.testing.assert_allclose(result.mean, x, rtol=0.1)
    np.testing.assert_allclose(result.samples, np.stack([x, x]), rtol=0.1)


def test_streams():
    batches = [X[:3], X[3:6], X[6:]]
    result = make_model().predict(iter(batches), mc_samples=300)
    expected = mc_dropout(make_model(), X, samples=300)
    assert result.mean.shape == (7, 3)
    assert np.all(
        np.abs(result.mean - expected.mean) < 5 * np.sqrt(2 / 300) * expected.std
    )


def test_several_inputs_and_outputs():
    a, b = rv.Input((4,), name="a"), rv.Input((4,), name="b")
    hidden = layers.Dropout(0.5)(layers.Concatenate()([a, b]))
    outputs = {"one": layers.Dense(1)(hidden), "same": layers.Dense(2)(a)}
    model = rv.Model([a, b], outputs)
    result = mc_dropout(model, [X, X], samples=20, batch_size=4, return_samples=True)
    assert list(result.mean) == list(result.std) == ["one", "same"]
    assert result.samples["one"].shape == (20, 7, 1)
    assert np.all(result.std["one"] > 0)
    np.testing.assert_allclose(result.std["same"], np.zeros((7, 2)), atol=1e-6)
    assert result.entropy is None


def test_rate_may_change_between_calls():
    model = make_model(rate=0.1)
    low = mc_dropout(model, X, samples=200).std
    model.layers[1].rate = 0.8
    high = mc_dropout(model, X, samples=200).std
    assert np.all(high > 2 * low)


def test_unbuilt_model():
    model = rv.Sequential([layers.Dropout(0.5), layers.Dense(2)])
    assert mc_dropout(model, X, samples=2).mean.shape == (7, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mc_samples": 0}, "`samples` must be a positive integer"),
        ({"mc_samples": 1.5}, "`samples` must be a positive integer"),
        ({"mc_samples": 3, "batch_size": 0}, "`batch_size` must be a positive"),
        ({"mc_samples": 3, "steps": 1}, "`steps` and `callbacks`"),
        ({"mc_samples": 3, "callbacks": []}, "`steps` and `callbacks`"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_model().predict(X, **arguments)


def test_models_without_dropout():
    for model in (make_model(rate=0.0), rv.Sequential([layers.Dense(1)])):
        with pytest.raises(ValueError, match="no dropout or noise layer with a rate"):
            mc_dropout(model, X)


def test_noise_alone_is_enough():
    model = rv.Sequential([layers.GaussianNoise(0.5, seed=1), layers.Dense(1)])
    result = model.predict(X, mc_samples=400)
    # A linear model: noise of 0.5 on each input is one of 0.5 * |kernel| on the output.
    expected = 0.5 * np.linalg.norm(model.layers[-1].kernel)
    np.testing.assert_allclose(result.std, expected, rtol=0.2)  # 5 standard errors
    np.testing.assert_allclose(
        result.mean, model.predict(X), atol=5 * expected / np.sqrt(400)
    )
