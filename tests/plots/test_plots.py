"""Every plot draws what it says: the numbers in the axes, not only no error."""

import matplotlib
import numpy as np
import pytest

import ranvier as rv

matplotlib.use("agg")

import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def trained():
    rv.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(100, 2)).astype("float32")
    y = (x[:, 0] > 0).astype("float32")
    model = rv.Sequential([rv.layers.Dense(8, "relu"), rv.layers.Dense(1, "sigmoid")])
    model.compile(rv.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=6, verbose=0, validation_split=0.2)
    return model, history, x, y


def test_learning_curves_lie_half_an_epoch_apart(trained):
    history = trained[1]
    axes = history.plot()
    assert [ax.get_ylabel() for ax in axes[:2]] == ["accuracy", "loss"]
    training, validation = axes[1].lines[:2]
    np.testing.assert_allclose(training.get_xdata(), np.arange(1, 7) - 0.5)
    np.testing.assert_allclose(validation.get_xdata(), np.arange(1, 7))
    np.testing.assert_allclose(validation.get_ydata(), history.history["val_loss"])


def test_the_best_epoch_is_marked():
    logs = {
        "loss": [3, 2, 1],
        "val_loss": [3, 1, 2],
        "accuracy": [0.1, 0.2, 0.3],
        "val_accuracy": [0.5, 0.9, 0.7],
    }
    axes = rv.plots.history(logs)
    for ax, best in zip(axes, (1, 0.9), strict=False):
        assert ax.lines[2].get_xdata() == [2] and ax.lines[2].get_ydata() == [best]


def test_unknown_metrics_are_told_with_close_names():
    with pytest.raises(ValueError, match="accuracy"):
        rv.plots.history({"accuracy": [1.0]}, metrics=["acuracy"])


def test_histories_without_epochs_or_with_nan_are_drawn():
    rv.plots.history({})
    rv.plots.history({"loss": [np.nan], "val_loss": [np.nan]})


def test_activations_show_value_and_slope():
    ax = rv.plots.activation("relu", low=-1, high=1)
    value, slope = ax.lines[2:4]
    z = value.get_xdata()
    np.testing.assert_allclose(value.get_ydata(), np.maximum(z, 0), atol=1e-6)
    np.testing.assert_allclose(slope.get_ydata()[z > 0], 1)
    assert rv.plots.activation(rv.layers.LeakyReLU()).get_title() == "LeakyReLU"


def test_weights_as_histograms_and_as_pictures(trained):
    model = trained[0]
    assert len(rv.plots.weights(model)) == 4
    axes = rv.plots.weights(model, shape=(1, 2), count=3)
    kernel = model.layers[0].kernel.numpy()
    np.testing.assert_array_equal(axes[1].images[0].get_array(), kernel[:, 1][None])
    with pytest.raises(ValueError, match="28"):
        rv.plots.weights(model, shape=(28, 28))
    with pytest.raises(ValueError, match="no weights"):
        rv.plots.weights(rv.layers.Dense(3))


def test_decision_boundaries_of_models_functions_and_estimators(trained):
    from sklearn.linear_model import LogisticRegression

    model, _, x, y = trained
    estimator = LogisticRegression().fit(x, y)
    many = rv.Sequential([rv.Input((2,)), rv.layers.Dense(3, "softmax")])
    for anything in (model, estimator, many, lambda rows: rows[:, :1] > 0):
        ax = rv.plots.decision_boundary(anything, x, y, resolution=20)
        assert len(ax.collections[-1].get_offsets()) == len(x)
    with pytest.raises(ValueError, match="two features"):
        rv.plots.decision_boundary(model, np.ones((4, 3)))


def test_confusion_counts_equal_those_of_scikit_learn():
    from sklearn.metrics import confusion_matrix

    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 4, 200), rng.integers(0, 4, 200)
    expected = confusion_matrix(true, predicted)
    one_hot = np.eye(4)[predicted]
    for given in (predicted, one_hot):
        ax = rv.plots.confusion_matrix(true, given, labels=list("abcd"))
        np.testing.assert_array_equal(ax.counts, expected)
    with pytest.raises(ValueError, match="one length"):
        rv.plots.confusion_matrix(true, predicted[1:])


def test_calibration_error_by_hand(trained):
    # Two bins: said 0.2, true in 1 of 2; said 0.8, true in 2 of 2.
    ax = rv.plots.calibration([0, 1, 1, 1], [0.2, 0.2, 0.8, 0.8])
    assert ax.calibration_error == pytest.approx(0.5 * 0.3 + 0.5 * 0.2)
    _, _, x, y = trained
    noisy = rv.Sequential([rv.layers.Dropout(0.5), rv.layers.Dense(1, "sigmoid")])
    mc = noisy.predict(x, mc_samples=5)
    ax = rv.plots.calibration(y, mc, label="mc", ax=ax)
    assert len(ax.get_legend_handles_labels()[1]) == 3


def test_schedules_with_their_momentum():
    cycle = rv.optimizers.schedules.OneCycle(0.1, 100)
    ax = rv.plots.schedule(cycle, 100)
    rates, momenta = (axes.lines[0].get_ydata() for axes in ax.figure.axes)
    expected = [float(cycle(step)) for step in range(100)]
    np.testing.assert_allclose(rates, expected, rtol=1e-6)
    expected = [float(cycle.momentum(step)) for step in range(100)]
    np.testing.assert_allclose(momenta, expected, rtol=1e-6)


def test_plots_draw_on_axes_that_are_given(trained):
    model, history, x, y = trained
    _, axes = plt.subplots(1, 7)
    rv.plots.history(history, axes=axes[:2])
    rv.plots.activation("elu", ax=axes[2])
    rv.plots.decision_boundary(model, x, ax=axes[3])
    rv.plots.confusion_matrix(y, y, ax=axes[4])
    rv.plots.calibration(y, y, ax=axes[5])
    rv.plots.schedule(lambda step: 1 / (1 + step), 10, ax=axes[6])
    assert all(ax.has_data() for ax in axes)
    assert plt.get_fignums() == [1]
