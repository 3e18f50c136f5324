"""diagnose: the right illness first, no false alarms, the model left alone."""

import json

import numpy as np
import pytest

import ranvier as rv
from ranvier.diagnostics import Diagnose, Finding, assert_max_traces, diagnose
from ranvier.layers import Dense
from tests.diagnostics.patients import (
    HEALTHY,
    SICK,
    case,
    classifier,
    compiled,
    digits,
    mlp,
)
from tests.diagnostics.score import examine

# One of each group; all of them are slow together.
FEW = (
    "missing_values softmax_twice sigmoid_for_numbers pixels_to_255 "
    "labels_one_row_late frozen_by_mistake sigmoid_stack huge_weights adam_too_slow"
).split()
FEW_HEALTHY = "digits_fresh regression_trained two_outputs subclassed".split()

# What the patients make the library itself say.
quiet = pytest.mark.filterwarnings(
    "ignore:A softmax over axis", "ignore:Targets of shape"
)


@quiet
@pytest.mark.parametrize(
    "name",
    [n if n in FEW else pytest.param(n, marks=pytest.mark.slow) for n in SICK],
)
def test_the_right_illness_comes_first(name):
    function, codes = SICK[name]
    assert examine(function).codes[0] in codes


@pytest.mark.parametrize(
    "name",
    [
        n if n in FEW_HEALTHY else pytest.param(n, marks=pytest.mark.slow)
        for n in HEALTHY
    ],
)
def test_healthy_networks_raise_no_alarm(name):
    report = examine(HEALTHY[name])
    assert report.ok, report.codes


def test_there_are_enough_patients():
    assert len(SICK) >= 24 and len(HEALTHY) >= 12


@pytest.fixture(scope="module")
def patient():
    rv.utils.set_random_seed(0)
    x, y = digits()
    model = compiled(classifier(30, 30), "adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=2, verbose=0, validation_split=0.2)
    return case(model, (255 * x, y))


@pytest.fixture(scope="module")
def report(patient):
    model, data = patient
    return diagnose(model, **data)


def test_nothing_of_the_model_changes(patient):
    model, data = patient
    variables = [*model.variables, *model.optimizer.variables]
    before = [v.numpy() for v in variables]
    activations = [layer.activation for layer in model.layers]
    diagnose(model, **data)
    for old, variable in zip(before, variables, strict=True):
        np.testing.assert_array_equal(old, variable.numpy())
    assert [layer.activation for layer in model.layers] == activations


def test_findings_say_what_why_and_what_to_do(report):
    assert not report.ok
    for finding in report.findings:
        assert isinstance(finding, Finding)
        assert finding.severity in ("error", "warning", "hint")
        assert finding.where and finding.seen and finding.why and finding.remedy
    first = report.findings[0]
    assert first.code == "unscaled-inputs"
    assert first.values["largest"] == pytest.approx(255 * 0.7, rel=0.3)


def test_statistics_are_those_of_the_layers(patient, report):
    model, data = patient
    layer, statistics = model.layers[0], report.layers[0]
    rows = np.unique(np.linspace(0, len(data["x"]) - 1, 512).astype(int))
    x = data["x"][rows]
    z = x @ layer.kernel.numpy() + layer.bias.numpy()
    a = np.maximum(z, 0)
    assert statistics.name == layer.name and statistics.activation == "relu"
    # float32 sums of some hundred numbers up to a thousand
    assert statistics.pre_deviation == pytest.approx(z.std(), rel=1e-4)
    assert statistics.mean == pytest.approx(a.mean(), rel=1e-4)
    assert statistics.dead == pytest.approx((a == 0).all(axis=0).mean())
    assert statistics.units == 30 and 1 <= statistics.rank <= 30
    assert report.layers[-1].is_output


def test_gradients_and_updates_are_those_of_one_step():
    rv.utils.set_random_seed(1)
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    y = x @ np.array([[1.0], [2.0], [-1.0]], "float32")
    model = rv.Sequential([rv.layers.Dense(1, use_bias=False)])
    model.compile(rv.optimizers.SGD(0.1), "mse")
    report = diagnose(model, x, y, steps=0)
    w = model.layers[0].kernel.numpy()
    gradient = 2 * x.T @ (x @ w - y) / len(x)
    rms = np.sqrt((gradient**2).mean())
    layer = report.layers[0]
    assert layer.gradient == pytest.approx(rms, rel=1e-4)  # float32
    expected = 0.1 * np.linalg.norm(gradient) / np.linalg.norm(w)
    assert layer.update == pytest.approx(expected, rel=1e-4)


def test_reports_can_be_read_kept_and_drawn(report, tmp_path):
    text = str(report)
    assert "Unscaled inputs" in text and "Normalization" in text
    assert all(layer.name in text for layer in report.layers)
    kept = json.loads(json.dumps(report.to_dict()))
    assert kept["findings"][0]["code"] == "unscaled-inputs"
    page = report.to_html(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text() == page
    assert "data:image/png;base64," in page and "Unscaled inputs" in page
    assert "<img" not in report._repr_html_()
    figure = report.plot()
    assert len(figure.axes) == 4
    import matplotlib.pyplot as plt

    plt.close(figure)


def test_words_of_users_are_escaped_in_pages():
    model = rv.Sequential([rv.layers.Dense(1)], name="evil")
    model.compile("sgd", "mse")
    x = 1000 * np.random.default_rng(0).normal(size=(200, 2)).astype("float32")
    report = diagnose(model, x, x[:, :1] / 1000, steps=0)
    object.__setattr__(report, "model", "<script>alert(1)</script>")
    assert "<script>" not in report.to_html()


def test_data_may_be_a_dataset_with_validation():
    x, y = digits()
    model = compiled(classifier(20), "adam", "sparse_categorical_crossentropy")
    data = rv.data.Dataset.from_tensor_slices((x, y)).batch(50)
    report = diagnose(model, data, validation_data=data, samples=200)
    assert report.codes[0] == "leaking-rows"


def test_errors_name_the_argument():
    model = rv.Sequential([rv.layers.Dense(1)])
    with pytest.raises(ValueError, match="compile"):
        diagnose(model, np.ones((4, 2)), np.ones(4))
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="samples"):
        diagnose(model, np.ones((4, 2)), np.ones(4), samples=0)
    with pytest.raises(ValueError, match="severity"):
        Finding("x", "grave", "", "", "", "")


def test_tiny_data_are_no_problem():
    model = rv.Sequential([rv.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.array([[0.1], [0.5], [-0.3]], "float32")
    assert diagnose(model, x, x).layers


def test_the_callback_looks_every_few_epochs(capsys):
    rv.utils.set_random_seed(0)
    x, y = digits()
    model = compiled(classifier(30, 30), "adam", "sparse_categorical_crossentropy")
    callback = Diagnose(255 * x, y, every=2)
    model.fit(255 * x, y, epochs=4, verbose=0, callbacks=[callback])
    assert sorted(callback.reports) == [1, 3]
    assert callback.reports[3].codes[0] == "unscaled-inputs"
    assert capsys.readouterr().out.count("unscaled inputs") == 1  # told once


def test_the_callback_changes_no_bit_and_keeps_epochs_whole():
    x, y = digits()

    def weights(callbacks):
        rv.utils.set_random_seed(3)
        model = rv.Sequential(
            [rv.layers.Dense(20, "relu"), rv.layers.Dropout(0.2), rv.layers.Dense(10)]
        )
        loss = rv.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", loss)
        # The epoch's program and that of the look.
        with assert_max_traces(1 + len(callbacks)):
            model.fit(x, y, epochs=4, verbose=0, callbacks=callbacks)
        return model.get_weights()

    plain, watched = weights([]), weights([Diagnose(x, y, every=1, verbose=False)])
    for a, b in zip(plain, watched, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_callback_can_stop_the_training():
    x, y = digits()
    model = compiled(classifier(10), "sgd", "sparse_categorical_crossentropy")
    callback = Diagnose(255 * x, y, every=1, stop_on="unscaled-inputs", verbose=False)
    history = model.fit(255 * x, y, epochs=5, verbose=0, callbacks=[callback])
    assert len(history.epoch) == 1
    with pytest.raises(ValueError, match="every"):
        Diagnose(x, y, every=0)


def test_counting_traces():
    model = rv.Sequential([rv.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
    with assert_max_traces(1, 1):
        model.fit(x, y, epochs=3, verbose=0)
    with pytest.raises(AssertionError, match="at most 0 traces, but there were 1"):
        with assert_max_traces(0):
            model.fit(x, y, epochs=1, batch_size=4, verbose=0)


# Whatever can be fitted can be examined.

_SPARSE = "sparse_categorical_crossentropy"


def _normal(samples=100):
    return np.random.default_rng(0).normal(size=(samples, 3)).astype("float32")


@pytest.mark.parametrize("outputs, loss", [(1, "mse"), (3, _SPARSE)])
def test_a_network_that_diverged_on_its_validation_data_too(outputs, loss):
    x, y = _normal(), np.arange(100) % 3
    model = compiled(mlp(8, 8, outputs=outputs), rv.optimizers.SGD(1e9), loss)
    model.fit(x, y, epochs=7, verbose=0, validation_data=(x, y))
    codes = diagnose(model, x, y, validation_data=(x, y)).codes
    assert {"nonfinite-weights", "rate-too-high"} & set(codes)


def test_infinite_inputs_are_told_without_warnings():
    x = _normal()
    x[3, 1] = np.inf
    report = diagnose(compiled(mlp(4)), x, x[:, :1], validation_data=(x, x[:, :1]))
    assert report.codes[0] == "nonfinite-inputs"


def test_the_callback_takes_datasets_and_strings():
    words = np.array(["a b c", "d e f", "a d", "c c"])[np.arange(80) % 4]
    vectors = rv.layers.TextVectorization(output_mode="multi_hot")
    vectors.adapt(words)
    model = compiled(rv.Sequential([vectors, Dense(1)]))
    y = np.arange(80.0) % 4
    data = rv.data.Dataset.from_tensor_slices((words, y)).batch(16)
    for x, target in ((words, y), (data, None)):
        watch = Diagnose(x, target, every=1, verbose=False)
        model.fit(x, target, epochs=1, verbose=0, callbacks=[watch])
        assert watch.reports[0].loss > 0


def test_without_an_optimizer_everything_else_is_looked_at():
    model = compiled(mlp(4), optimizer=None)
    assert diagnose(model, 1000 * _normal(), _normal()[:, :1]).codes[0] == (
        "unscaled-inputs"
    )


def test_an_indexed_data_set_ends_where_it_says():
    class Batches(rv.utils.PyDataset):
        def __len__(self):
            return 5

        def __getitem__(self, i):
            x = _normal()[20 * i : 20 * i + 20]
            return x, x[:, :1] ** 2

    assert diagnose(compiled(mlp(8)), Batches(), steps=10).loss > 0


def test_a_feature_that_varies_in_few_rows_is_not_called_constant():
    x = _normal(2000)
    x[:, 2] = 0
    x[1, 2] = 1
    model = compiled(mlp(4))
    assert "constant-features" not in diagnose(model, x, x[:, :1] ** 2, steps=0).codes
    x[1, 2] = 0
    assert "constant-features" in diagnose(model, x, x[:, :1] ** 2, steps=0).codes


def test_trials_scale_the_rate_of_schedules_and_leave_it_alone():
    schedule = rv.optimizers.schedules.ExponentialDecay(1e-5, 1000, 1.0)
    model = compiled(mlp(8), rv.optimizers.SGD(schedule))
    x = _normal(400)
    report = diagnose(model, x, x[:, :1] * x[:, 1:2] + 3)
    assert "rate-too-low" in report.codes
    assert model.optimizer.rate_source is schedule


def test_looks_while_training_are_compiled_once_and_tell_the_same_of_the_data():
    rv.utils.set_random_seed(0)
    x = 300 * np.random.default_rng(0).normal(size=(200, 3)).astype("float32")
    model = rv.Sequential([Dense(8, "relu"), Dense(1)])
    model.compile("sgd", "mse")
    callback = Diagnose(x, 500 + x[:, :1], every=1, samples=64, verbose=False)
    with assert_max_traces(2):  # the epoch and the look
        model.fit(x, 500 + x[:, :1], epochs=3, verbose=0, callbacks=[callback])
    codes = [callback.reports[epoch].codes for epoch in range(3)]
    assert all({"unscaled-inputs", "unscaled-targets"} <= set(c) for c in codes)
