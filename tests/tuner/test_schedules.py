"""Oracles choose what KerasTuner's choose, in the same order."""

import keras_tuner
import pytest

from ranvier import tuner

# KerasTuner 1.4.8 uses old names of the standard library.
pytestmark = [
    pytest.mark.filterwarnings(r"ignore:currentThread\(\) is deprecated"),
    pytest.mark.filterwarnings(r"ignore:getName\(\) is deprecated"),
]


def flat(hp):
    hp.Int("a", 1, 3)
    hp.Float("b", 0, 1, step=0.5)
    hp.Float("rate", 1e-4, 1e-2, sampling="log")
    hp.Fixed("f", 3)


def nested(hp):
    hp.Int("a", 1, 3)
    kind = hp.Choice("k", ["x", "y"], default="y")
    with hp.conditional_scope("k", ["x"]):
        hp.Boolean("c")
        if kind == "x":
            hp.Float("rate", 1e-4, 1e-2, sampling="log")


def growing(hp):
    for i in range(hp.Int("n", 1, 3)):
        with hp.name_scope(f"layer{i}"):
            hp.Int("units", 8, 24, step=8)
    hp.Int("w", 2, 8, step=2, sampling="log")


def run(module, cls, space, directory, known=False, **kwargs):
    class Search(getattr(module, cls)):
        def run_trial(self, trial, *args, **kwargs):
            space(trial.hyperparameters)
            values = trial.hyperparameters.values.values()
            numbers = [float(v) for v in values if not isinstance(v, str)]
            # Far from monotonic, and without ties.
            return sum((7.3 * n + 1) % 3.1 for n in numbers)

    if known:
        hp = module.HyperParameters()
        space(hp)
        hp.values = {}
        kwargs["hyperparameters"] = hp
    search = Search(seed=7, directory=directory / module.__name__, **kwargs)
    search.search(verbose=0)
    return [
        (i, trial.hyperparameters.values, trial.status, trial.score)
        for i, trial in search.oracle.trials.items()
    ]


@pytest.mark.parametrize("space", [flat, nested, growing])
@pytest.mark.parametrize(
    ("cls", "kwargs"),
    [("RandomSearch", {"max_trials": 25}), ("GridSearch", {"max_trials": 80})],
)
def test_values_and_order(cls, kwargs, space, tmp_path):
    results = [run(m, cls, space, tmp_path, **kwargs) for m in (keras_tuner, tuner)]
    assert results[1] == results[0]
    assert len(results[0]) > 10


def test_grid_search_ends_after_all_combinations(tmp_path):
    results = [run(m, "GridSearch", growing, tmp_path) for m in (keras_tuner, tuner)]
    assert results[1] == results[0]
    assert len(results[0]) == 3 * (3 + 9 + 27)


def test_random_search_tries_nothing_twice(tmp_path):
    def tiny(hp):
        hp.Boolean("a")
        hp.Choice("b", ["x", "y"])

    found = run(tuner, "RandomSearch", tiny, tmp_path, max_trials=50)
    values = [tuple(values.values()) for _, values, _, _ in found]
    assert len(values) == len(set(values)) == 4


@pytest.mark.parametrize("space", [flat, nested])
@pytest.mark.parametrize(
    "kwargs",
    [
        {"max_epochs": 27, "factor": 3},
        {"max_epochs": 10, "factor": 2, "hyperband_iterations": 2},
        {"max_epochs": 50, "factor": 4},
        {"max_epochs": 1},
    ],
)
def test_hyperband(space, kwargs, tmp_path):
    results = [
        run(m, "Hyperband", space, tmp_path, known=True, **kwargs)
        for m in (keras_tuner, tuner)
    ]
    assert results[1] == results[0]


def test_objective_to_maximise(tmp_path):
    class Max(tuner.Hyperband):
        def run_trial(self, trial, *args, **kwargs):
            return {"val_accuracy": trial.hyperparameters.Float("x", 0, 1)}

    hp = tuner.HyperParameters()
    hp.Float("x", 0, 1)
    search = Max(
        objective="val_accuracy",
        max_epochs=4,
        factor=2,
        seed=1,
        hyperparameters=hp,
        directory=tmp_path,
    )
    search.search(verbose=0)
    scores = [t.score for t in search.oracle.trials.values()]
    assert search.oracle.get_best_trials(1)[0].score == max(scores)
    last = list(search.oracle.trials.values())[14]
    assert last.hyperparameters.values["tuner/round"] == 0
