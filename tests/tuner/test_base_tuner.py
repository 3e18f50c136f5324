"""What a tuner tells and takes: summaries, results, objectives, errors."""

import io
import os
import re

import keras_tuner
import numpy as np
import pytest

import ranvier as rv
from ranvier import tuner
from tests.tuner.helpers import X, Y, build, search

pytestmark = [
    pytest.mark.filterwarnings(r"ignore:currentThread\(\) is deprecated"),
    pytest.mark.filterwarnings(r"ignore:getName\(\) is deprecated"),
]


def black_box(module, result, **kwargs):
    """Returns a search whose trials give `result(hp)`."""

    class Search(module.RandomSearch):
        def run_trial(self, trial, *args, **kwargs):
            return result(trial.hyperparameters)

    return Search(seed=1, **kwargs)


@pytest.mark.parametrize(
    ("objective", "result"),
    [
        (None, lambda hp: hp.Float("x", 0, 1)),
        (None, lambda hp: [hp.Float("x", 0, 1), 0.5]),
        ("val_loss", lambda hp: {"val_loss": hp.Float("x", 0, 1), "other": 1}),
        ("val_accuracy", lambda hp: {"val_accuracy": hp.Float("x", 0, 1)}),
        ("val_loss", lambda hp: np.float32(hp.Float("x", 0, 1))),
        ("val_loss", lambda hp: [{"val_loss": hp.Float("x", 0, 1)}, {"val_loss": 2}]),
    ],
)
def test_summaries_and_scores_are_keras_tuners(objective, result, tmp_path, capsys):
    told = []
    for module in (keras_tuner, tuner):
        directory = os.path.join(tmp_path, module.__name__.replace("keras_", ""))
        found = black_box(
            module, result, objective=objective, max_trials=4, directory=directory
        )
        found.search(verbose=0)
        found.search_space_summary()
        found.results_summary(3)
        found.oracle.get_best_trials(1)[0].summary()
        text = capsys.readouterr().out
        told.append(text.replace(directory, "").replace("ranvier.", ""))
        scores = [float(t.score) for t in found.oracle.get_best_trials(4)]
        best = [hp.values for hp in found.get_best_hyperparameters(2)]
        name = found.oracle.objective.name
        first = next(iter(found.oracle.trials.values())).metrics
        history = [(o.value, o.step) for o in first.get_history(name)]
        told.append((scores, best, history, first.get_statistics(name)))
    assert told[2:] == told[:2]


def test_several_objectives(tmp_path):
    def result(hp):
        x = hp.Float("x", 0, 1)
        return {"loss": x, "accuracy": 2 * x}

    found = black_box(
        tuner, result, objective=["loss", "accuracy"], max_trials=5, directory=tmp_path
    )
    found.search(verbose=0)
    for trial in found.oracle.trials.values():
        assert trial.score == pytest.approx(-trial.hyperparameters.get("x"))
    best = found.get_best_hyperparameters()[0].get("x")
    assert best == max(t.hyperparameters.get("x") for t in found.oracle.trials.values())


@pytest.mark.parametrize(
    ("result", "error", "text"),
    [
        (None, tuner.errors.FatalTypeError, "Did you forget to return the metrics"),
        ("text", tuner.errors.FatalTypeError, "to be one of float, dict, History"),
        ({"loss": 1}, tuner.errors.FatalValueError, "`val_loss` is no metric.*loss"),
    ],
)
def test_results_that_end_the_search(result, error, text, tmp_path):
    found = black_box(
        tuner, lambda hp: result, objective="val_loss", directory=tmp_path
    )
    with pytest.raises(error, match=text):
        found.search(verbose=0)


@pytest.mark.parametrize("population_size", [None, 1])
def test_an_objective_that_is_no_metric_ends_the_search(population_size, tmp_path):
    found = tuner.RandomSearch(
        build, "val_loss", directory=tmp_path, population_size=population_size
    )
    with pytest.raises(
        tuner.errors.FatalValueError, match="`val_loss` is no metric.*validation_data"
    ):
        found.search(X, Y, verbose=0)


def test_directions_are_known_or_asked_for():
    assert tuner.Oracle("val_accuracy").objective.direction == "max"
    assert tuner.Oracle("val_mae").objective.direction == "min"
    with pytest.raises(ValueError, match="Could not infer optimization direction"):
        tuner.Oracle("val_surprise")
    with pytest.raises(TypeError, match="not understood"):
        tuner.Oracle(5)
    with pytest.raises(ValueError, match="'min' or 'max'"):
        tuner.Objective("x", "up")


def test_an_empty_space_has_one_trial_and_a_warning(tmp_path):
    def plain(hp):
        model = rv.Sequential([rv.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    found = tuner.RandomSearch(plain, "val_loss", directory=tmp_path)
    with pytest.warns(UserWarning, match="The search space is empty"):
        found.search(X, Y, validation_split=0.25, verbose=0)
    assert len(found.oracle.trials) == 1


def test_an_unwritable_directory_is_told_at_once(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(OSError, match="cannot write its project there.*directory"):
        tuner.RandomSearch(build, "val_loss", directory=file)


def test_retries_and_given_up_trials(tmp_path):
    runs = []

    def result(hp):
        hp.Int("x", 1, 100)
        runs.append(hp.get("x"))
        if len(runs) == 3:
            raise tuner.errors.FailedTrialError("hopeless")
        return float("nan") if len(runs) == 1 else 1.0

    found = black_box(
        tuner, result, max_trials=3, max_retries_per_trial=1, directory=tmp_path
    )
    found.search(verbose=0)
    statuses = [t.status for t in found.oracle.trials.values()]
    assert statuses == ["COMPLETED", "FAILED", "COMPLETED"]
    assert runs[0] == runs[1]  # the first was run again
    assert len(runs) == 4
    assert found.oracle.trials["0"].score == 1.0


def test_nothing_completed_is_warned_of(tmp_path):
    found = black_box(tuner, lambda hp: 1 / hp.Int("x", 0, 0), directory=tmp_path)
    with pytest.warns(UserWarning, match="(?s)None of 1 trials.*ZeroDivisionError"):
        found.search(verbose=0)


def test_closed_spaces(tmp_path):
    with pytest.raises(ValueError, match="tune_new_entries=False"):
        tuner.RandomSearch(build, "val_loss", tune_new_entries=False)
    hp = tuner.HyperParameters()
    hp.Float("rate", 1e-3, 1e-2)
    found = search(
        tuner.RandomSearch,
        tmp_path / "a",
        max_trials=2,
        hyperparameters=hp,
        tune_new_entries=False,
    )
    values = [t.hyperparameters.values for t in found.oracle.trials.values()]
    assert len({v["rate"] for v in values}) == 2
    assert len({v["layers"] for v in values}) == 1
    with pytest.raises(RuntimeError, match="allow_new_entries"):
        tuner.RandomSearch(
            build,
            "val_loss",
            hyperparameters=hp,
            allow_new_entries=False,
            directory=tmp_path / "b",
        )


def test_compile_arguments_are_overridden(tmp_path):
    found = search(
        tuner.RandomSearch,
        tmp_path,
        max_trials=2,
        loss="mae",
        optimizer=rv.optimizers.SGD(0.01),
        metrics=[rv.metrics.MeanSquaredError("m")],
    )
    [model] = found.get_best_models()
    assert type(model.optimizer) is rv.optimizers.SGD
    assert model.loss == "mae"
    assert found.oracle.get_best_trials()[0].metrics.exists("val_m")


def test_models_that_are_too_large_fail(tmp_path):
    with pytest.warns(UserWarning, match="Oversized model: 43"):

        def fixed(hp):
            model = rv.Sequential([rv.layers.Input((4,)), rv.layers.Dense(7)])
            model.add(rv.layers.Dense(hp.Int("x", 1, 1)))
            model.compile("sgd", "mse")
            return model

        found = tuner.RandomSearch(fixed, "loss", max_model_size=10, directory=tmp_path)
        found.search(np.ones((8, 4)), np.ones((8, 1)), verbose=0)


def test_what_is_no_model_ends_the_search(tmp_path):
    found = tuner.RandomSearch(lambda hp: hp.Int("x", 1, 9), "loss", directory=tmp_path)
    with pytest.raises(TypeError, match="valid Keras Model instance"):
        found.search(X, Y, verbose=0)
    with pytest.raises(ValueError, match="either a callable"):
        tuner.RandomSearch("model", "loss")
    with pytest.raises(ValueError, match="hypermodel=None"):
        tuner.RandomSearch(objective="loss")
    with pytest.raises(ValueError, match="Unrecognized arguments"):
        tuner.RandomSearch(build, "loss", max_trails=3, directory=tmp_path)


def test_the_random_state_of_the_user_is_left_alone(tmp_path):
    rv.utils.set_random_seed(5)
    expected = np.random.rand()
    rv.utils.set_random_seed(5)
    search(tuner.RandomSearch, tmp_path, max_trials=2)
    assert np.random.rand() == expected


def test_tables(tmp_path):
    found = search(tuner.RandomSearch, tmp_path, max_trials=3)
    frame = found.results_dataframe()
    assert list(frame["score"]) == sorted(frame["score"])
    assert list(frame["val_loss"]) == list(frame["score"])
    found.results_csv(tmp_path / "trials.csv")
    import pandas

    again = pandas.read_csv(tmp_path / "trials.csv")
    assert sorted(again["score"]) == pytest.approx(list(frame["score"]))


def test_plots(tmp_path):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    class Search(tuner.GridSearch):
        def run_trial(self, trial, *args, **kwargs):
            hp = trial.hyperparameters
            x, kind = hp.Int("x", 1, 6), hp.Choice("kind", ["a", "b"])
            hp.Float("log", 1e-3, 1.0, step=10, sampling="log")
            return 10 * x + (kind == "b")

    found = Search(directory=tmp_path)
    with pytest.raises(ValueError, match="nothing to draw"):
        tuner.plot_objective(found)
    found.search(verbose=0)
    importance = tuner.hyperparameter_importance(found)
    assert next(iter(importance)) == "x"
    assert importance["x"] > 0.9
    assert sum(importance.values()) == pytest.approx(1)
    axes = tuner.plot_objective(found)
    assert [ax.get_xlabel() for ax in axes[:3]] == ["x", "kind", "log"]
    lines = tuner.plot_parallel_coordinates(found).lines
    assert len(lines) == len(found.oracle.trials)
    assert len(tuner.plot_importance(found).patches) == 3
    for number in pyplot.get_fignums():
        assert_labels_are_inside(pyplot.figure(number))
    pyplot.close("all")


def assert_labels_are_inside(figure):
    figure.canvas.draw()
    drawn, page = figure.get_tightbbox(), figure.bbox_inches
    assert drawn.x0 >= page.x0
    assert drawn.y0 >= page.y0
    assert drawn.x1 <= page.x1
    assert drawn.y1 <= page.y1


def test_values_in_pictures_stand_in_the_order_of_the_space(tmp_path):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    class Search(tuner.RandomSearch):
        def run_trial(self, trial, *args, **kwargs):
            hp = trial.hyperparameters
            units = hp.Choice("units", [8, 16, 32])
            if hp.Choice("kind", ["a", "b"]) == "b":
                units += hp.Int("more", 0, 3, parent_name="kind", parent_values=["b"])
            hp.Float("rate", 0, 1)
            return units

    found = Search(directory=tmp_path, max_trials=9, seed=1)
    found.search(verbose=0)
    units = tuner.plot_objective(found)[0]
    assert [text.get_text() for text in units.get_xticklabels()] == ["8", "16", "32"]
    ax = tuner.plot_parallel_coordinates(found)
    places = {text.get_text(): text.xy[1] for text in ax.texts if text.xy[0] == 0}
    assert sorted(places, key=places.get) == ["8", "16", "32"]
    trials = list(found.oracle.trials.values())
    lengths = sorted(len(line.get_xdata()) for line in ax.lines)
    assert lengths == sorted(len(t.hyperparameters.values) + 1 for t in trials)
    assert not any(np.isnan(line.get_ydata()).any() for line in ax.lines)
    pyplot.close("all")


def test_tensorboard_has_a_folder_for_each_execution(tmp_path):
    found = tuner.RandomSearch(
        build,
        "val_loss",
        max_trials=2,
        seed=1,
        executions_per_trial=2,
        directory=tmp_path,
    )
    found.search(
        X,
        Y,
        validation_split=0.25,
        verbose=0,
        callbacks=[rv.callbacks.TensorBoard(tmp_path / "logs")],
    )
    for folder in ("0/execution0", "0/execution1", "1/execution0", "1/execution1"):
        written = sorted(p.name for p in (tmp_path / "logs" / folder).iterdir())
        assert {"train", "validation"} <= set(written)
        [events] = [n for n in written if n.startswith("events")]
        text = (tmp_path / "logs" / folder / events).read_bytes()
        assert b"_hparams_/session_start_info" in text
        assert b"dropout" in text


def test_lines_and_table(tmp_path, capsys):
    def result(hp):
        return hp.Float("x", 0, 1)

    found = black_box(tuner, result, max_trials=2, directory=tmp_path)
    found.search()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("Trial 1/2 (0): default_objective")
    table = shown(found)
    assert "2/2 trials" in table
    assert "left" not in table
    assert "best" in table


def shown(found):
    """Returns the table of a search as text."""
    from rich.console import Console

    console = Console(file=io.StringIO(), width=100)
    console.print(found.oracle._display.table())
    return console.file.getvalue()


def test_the_line_of_a_failed_trial(tmp_path, capsys):
    def result(hp):
        raise ValueError(f"no {hp.Choice('x', ['a', 'b'])}")

    found = black_box(tuner, result, max_trials=1, directory=tmp_path)
    with pytest.warns(UserWarning, match="None of 1 trials was completed"):
        found.search()
    line = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(
        r"Trial 1/1 \(0\): failed in \d\.\d s: ValueError: no (a|b); x=(a|b)", line
    )


@pytest.mark.parametrize("population_size", [None, 1])
def test_the_table_tells_epoch_and_objective_of_what_runs(population_size, tmp_path):
    tables = []

    class Search(tuner.RandomSearch):
        def on_epoch_end(self, trial, model, epoch, logs=None):
            tables.append(shown(self))

    search(Search, tmp_path, max_trials=2, epochs=3, population_size=population_size)
    rows = [line.split("│") for table in tables for line in table.splitlines()]
    rows = [[cell.strip() for cell in row] for row in rows if len(row) > 4]
    running = {(row[2], row[3]): row[4] for row in rows if row[1] == "runs"}
    assert set(running) >= {("0", ""), ("0", "1"), ("0", "2"), ("1", "1"), ("1", "2")}
    assert all(float(value) > 0 for (_, epoch), value in running.items() if epoch)


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("RandomSearch", {"max_trials": (3, 6)}),
        ("BayesianOptimization", {"max_trials": (3, 6)}),
        ("GridSearch", {"max_trials": (5, 20)}),
        ("Hyperband", {"max_epochs": (4, 4)}),
    ],
)
def test_a_project_of_keras_tuner_goes_on(name, limits, tmp_path):
    def make(module, place):
        class Search(getattr(module, name)):
            def run_trial(self, trial, *args, **kwargs):
                hp = trial.hyperparameters
                score = hp.Float("a", 0, 1, step=0.25) + hp.Choice("b", [3, 1, 2])
                return {"val_loss": score}

        given = {limit: values[place] for limit, values in limits.items()}
        search = Search(objective="val_loss", seed=4, directory=tmp_path, **given)
        search.search(verbose=0)
        return search

    theirs, ours = make(keras_tuner, 0), make(tuner, 1)
    for i, trial in theirs.oracle.trials.items():
        assert ours.oracle.trials[i].hyperparameters.values == (
            trial.hyperparameters.values
        )
        assert ours.oracle.trials[i].score == trial.score
    values = [str(t.hyperparameters.values) for t in ours.oracle.trials.values()]
    if name == "GridSearch":
        assert len(set(values)) == len(values) == 15
    elif name != "Hyperband":
        assert len(set(values)) == len(values) == 6


def test_how_a_trial_may_be_named_at_its_end(tmp_path):
    hp = tuner.HyperParameters()
    hp.Float("x", 0, 1)
    oracle = tuner.oracles.RandomSearchOracle(
        "loss", max_trials=4, seed=1, hyperparameters=hp
    )
    oracle._set_project_dir(tmp_path, "project")
    assert (oracle.directory, oracle.project_name) == (tmp_path, "project")
    for way in (
        lambda trial: oracle.end_trial(trial),
        lambda trial: oracle.end_trial(trial=trial),
        lambda trial: oracle.end_trial(trial.trial_id, "COMPLETED"),
        lambda trial: oracle.end_trial(trial_id=trial.trial_id, status="COMPLETED"),
    ):
        trial = oracle.create_trial("tuner0")
        oracle.update_trial(trial.trial_id, {"loss": 0.5})
        trial.status = "COMPLETED"
        way(trial)
        assert oracle.get_trial(trial.trial_id).score == 0.5
    assert oracle.end_order == ["0", "1", "2", "3"]
    for call in (oracle.end_trial, oracle.get_trial):
        with pytest.raises(KeyError, match="no trial '7'.*'0', '1', '2', '3'"):
            call("7")
    with pytest.raises(KeyError, match="no trial '7'"):
        oracle.update_trial("7", {"loss": 1})
