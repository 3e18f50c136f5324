"""Populations train each member as its own `fit` would."""

import math

import numpy as np
import pytest

import ranvier as rv
from ranvier import layers
from ranvier.core import _programs
from ranvier.tuner import train_group, train_population

ROWS = np.random.default_rng(0).normal(size=(150, 5)).astype("float32")
X, Y = ROWS[:, :4], ROWS[:, :1] * ROWS[:, 1:2] + ROWS[:, 4:]
X_VALID, Y_VALID = X[100:], Y[100:]


def build(rate=1e-2, l2=1e-3, dropout=0.2, units=8, optimizer=rv.optimizers.Adam):
    model = rv.Sequential(
        [
            layers.Input((4,)),
            layers.Dense(units, "relu", kernel_regularizer=rv.regularizers.L2(l2)),
            layers.Dropout(dropout),
            layers.Dense(1),
        ]
    )
    model.compile(optimizer(rate), "mse", metrics=["mae"])
    return model


def fit(build, config, seed, callbacks=None, **arguments):
    rv.utils.set_random_seed(seed)
    model = build(**config)
    model.fit(X, Y, verbose=0, callbacks=callbacks, **arguments)
    return model


def assert_same(model, other):
    """Compares histories and all values, to float32 rounding."""
    assert list(model.history.history) == list(other.history.history)
    for name, values in model.history.history.items():
        np.testing.assert_allclose(other.history.history[name], values, rtol=1e-4)
    for one, two in zip(
        model.state_variables("train"), other.state_variables("train"), strict=True
    ):
        np.testing.assert_allclose(two.numpy(), one.numpy(), rtol=1e-3, atol=1e-5)


CONFIGS = [
    {"rate": 10**-k, "l2": 10 ** -(6 - k), "dropout": 0.1 * k} for k in (1, 2, 3)
]


def test_each_member_is_what_its_own_fit_gives():
    arguments = {
        "epochs": 3,
        "batch_size": 16,
        "validation_data": (X_VALID, Y_VALID),
        "sample_weight": np.linspace(0.5, 1.5, len(X)),
    }
    single = [fit(build, config, 3, **arguments) for config in CONFIGS]
    for mode in ("vmap", "threads", "sequential", "auto"):
        population = train_population(
            build, CONFIGS, X, Y, seeds=3, mode=mode, **arguments
        )
        for model, result in zip(single, population.results, strict=True):
            assert result.status == "completed"
            assert_same(model, result.model)


def test_members_of_other_structure_train_side_by_side():
    configs = [{"units": 8}, {"units": 4}, {"units": 8, "rate": 0.1}, {"dropout": 0.0}]
    population = train_population(build, configs, X, Y, seeds=1, epochs=2)
    for config, model in zip(configs, population.models, strict=True):
        assert_same(fit(build, config, 1, epochs=2), model)


def test_one_program_serves_a_structure():
    train_population(build, CONFIGS[:2], X, Y, seeds=0, mode="threads", epochs=1)
    before = dict(_programs.counts)
    train_population(build, CONFIGS[2:], X, Y, seeds=1, mode="threads", epochs=1)
    assert dict(_programs.counts) == before


def test_seeds_give_different_models_and_one_order():
    population = train_population(build, None, X, Y, seeds=[1, 2, 3], epochs=2)
    assert_same(fit(build, {}, 1, epochs=2), population.models[0])
    first = [history.history["loss"][0] for history in population.histories]
    assert len(set(first)) == 3


def test_one_member_stops_early_and_the_others_go_on():
    def callbacks(i=0):
        return [
            rv.callbacks.EarlyStopping(
                monitor="loss", patience=0, min_delta=1e3, restore_best_weights=True
            )
            if i == 1
            else rv.callbacks.ReduceLROnPlateau(monitor="loss", patience=0, min_delta=9)
        ]

    population = train_population(
        build, CONFIGS[:3], X, Y, seeds=2, epochs=4, callbacks=callbacks, mode="vmap"
    )
    assert [r.status for r in population.results] == [
        "completed",
        "stopped",
        "completed",
    ]
    for i, config in enumerate(CONFIGS[:3]):
        single = fit(build, config, 2, callbacks=callbacks(i), epochs=4)
        assert_same(single, population.models[i])


def test_a_diverging_member_harms_no_other():
    configs = [{"rate": 0.01}, {"rate": 1e20}, {"rate": 0.02}]

    def sgd(rate):
        return build(rate, optimizer=rv.optimizers.SGD)

    population = train_population(sgd, configs, X, Y, seeds=0, epochs=3, mode="vmap")
    assert [r.status for r in population.results] == [
        "completed",
        "diverged",
        "completed",
    ]
    assert not math.isfinite(population.histories[1].history["loss"][-1])
    for i in (0, 2):
        assert_same(fit(sgd, configs[i], 0, epochs=3), population.models[i])
    assert set(population.ranking()) == {0, 2}


def test_members_may_have_their_own_number_of_epochs_and_be_stopped():
    models = [build() for _ in range(5)]
    seen = []

    def stop(index, epoch, logs):
        seen.append((index, epoch))
        return index == 0

    results = train_group(
        models, X, Y, epochs=[5, 1, 2, 3, 3], on_epoch_end=stop, mode="vmap"
    )
    lengths = [len(r.history.history["loss"]) for r in results]
    assert lengths == [1, 1, 2, 3, 3]
    assert [r.status for r in results] == ["stopped"] + ["completed"] * 4
    assert len(seen) == sum(lengths)


def test_what_callbacks_do_is_kept_to_their_member():
    class Break(rv.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise RuntimeError("no disk")

    class Anneal(rv.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.layers[1].rate = 0.5 if epoch else 0.2

    class Freeze(rv.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.layers[0].trainable = epoch == 0

    callbacks = {1: Break, 2: Anneal, 3: Freeze}

    def callbacks_of(i):
        return [callbacks[i]()] if i in callbacks else []

    population = train_population(
        build, [{}] * 4, X, Y, seeds=0, epochs=3, callbacks=callbacks_of, mode="vmap"
    )
    assert [r.status for r in population.results] == [
        "completed",
        "failed",
        "completed",
        "completed",
    ]
    assert "no disk" in str(population.results[1].error)
    for i in (0, 2, 3):
        single = fit(build, {}, 0, callbacks=callbacks_of(i), epochs=3)
        assert_same(single, population.models[i])


def test_a_model_that_cannot_be_built_is_reported():
    configs = [{"units": 4}, {"units": -1}]
    population = train_population(build, configs, X, Y, epochs=1, seeds=0)
    assert [r.status for r in population.results] == ["completed", "failed"]
    assert isinstance(population.results[1].error, ValueError)
    assert population.models[1] is None
    frame = population.to_dataframe()
    assert list(frame["status"]) == ["completed", "failed"]
    assert list(frame["epochs"]) == [1, 0]


def test_ensemble_averages_the_best():
    population = train_population(build, CONFIGS, X, Y, seeds=0, epochs=2)
    ensemble = population.ensemble(2)
    best = population.best(2)
    expected = np.mean([model.predict(X, verbose=0) for model in best], axis=0)
    np.testing.assert_allclose(ensemble.predict(X, verbose=0), expected, rtol=1e-5)
    assert ensemble.evaluate(X, Y, verbose=0)[0] > 0


def test_plain_fits_where_programs_cannot_be_shared():
    class Batches(rv.callbacks.Callback):
        count = 0

        def on_train_batch_end(self, batch, logs=None):
            self.count += 1

    listener = Batches()
    models = [build(), build()]
    results = train_group(
        models, X, Y, batch_size=50, callbacks_of=lambda i: [listener] if i else []
    )
    assert listener.count == 3
    assert "fit" in results[1].how
    assert [len(r.history.history["loss"]) for r in results] == [1, 1]


def test_bad_arguments_are_told_at_once():
    with pytest.raises(ValueError, match="`mode` must be one of"):
        train_group([build()], X, Y, mode="fast")
    with pytest.raises(ValueError, match="cannot share `callbacks`"):
        train_population(build, [{}], X, Y, callbacks=[rv.callbacks.History()])
    with pytest.raises(ValueError, match="one for each configuration"):
        train_population(build, [{}], X, Y, seeds=[1, 2])
    with pytest.raises(ValueError, match="No member has a metric 'accuracy'"):
        train_population(build, [{}], X, Y, seeds=0).best(metric="accuracy")


PIPELINES = {
    "in memory": (lambda d: d.shuffle(len(X), seed=5).batch(16), {}),
    "endless": (lambda d: d.shuffle(len(X), seed=5).batch(16).repeat(), {"steps": 4}),
    "read ahead": (
        lambda d: d.repeat().shuffle(9, 5).batch(16).prefetch(2),
        {"steps": 4},
    ),
    "with a map": (
        lambda d: d.map(lambda x, y: (2 * x, y)).shuffle(50, 5).batch(16),
        {},
    ),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_each_member_reads_a_dataset_from_the_same_place(name):
    """A pass over a dataset that shuffles gives the next pass another order."""
    pipeline, steps = PIPELINES[name]
    arguments = {"epochs": 2, "steps_per_epoch": steps.get("steps")}

    def data():
        dataset = pipeline(rv.data.Dataset.from_tensor_slices((X, Y)))
        for _ in dataset.take(1):
            pass  # not the first pass
        return dataset

    population = train_population(build, CONFIGS, data(), seeds=3, **arguments)
    for config, model in zip(CONFIGS, population.models, strict=True):
        rv.utils.set_random_seed(3)
        single = build(**config)
        single.fit(data(), verbose=0, **arguments)
        assert_same(single, model)


def test_members_with_tensorboard_share_a_program(tmp_path):
    def callbacks_of(i):
        return [rv.callbacks.TensorBoard(tmp_path / str(i), histogram_freq=1)]

    population = train_population(
        build, CONFIGS, X, Y, seeds=3, epochs=2, callbacks=callbacks_of, mode="vmap"
    )
    for i, result in enumerate(population.results):
        assert "in one program" in result.how
        assert_same(fit(build, CONFIGS[i], 3, epochs=2), result.model)
        assert list((tmp_path / str(i) / "train").glob("events*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"configs": {"rate": 0.1}}, "`configs` must be a list.*'rate'"),
        ({"configs": 5}, "`configs` must be a list.*configs=5"),
        ({"build": 3}, "`build` must be a function.*build=3"),
        ({"seeds": "12"}, "`seeds` must be an integer or a list.*'12'"),
        ({"seeds": 1.5}, "`seeds` must be an integer or a list.*1.5"),
        ({"seeds": [0, -1]}, r"`seeds` must be .* from 0 .*seeds=\[0, -1\]"),
        ({"seeds": 2**32}, "`seeds` must be .*seeds=4294967296"),
        ({"configs": []}, "`configs` is empty"),
        ({"configs": None, "seeds": []}, "`seeds` is empty"),
        ({"epochs": [1, 2]}, r"`epochs` must be .* epochs=\[1, 2\] for 1 members"),
        ({"epochs": "3"}, "`epochs` must be .* epochs='3'"),
        ({"threads": 0}, "`threads` must be a positive integer.*threads=0"),
        ({"workers": 0}, "`workers` must be a positive integer.*workers=0"),
        ({"memory_budget": "1GB"}, "`memory_budget` must be .*'1GB'"),
        ({"epoch": 3}, "unexpected keyword argument 'epoch'. Did you mean 'epochs'"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    given = {"build": build, "configs": [{}], "x": X, "y": Y, **arguments}
    with pytest.raises((ValueError, TypeError), match=message):
        train_population(**given)


def test_nothing_is_shared_between_members():
    model, callback = build(), rv.callbacks.EarlyStopping("loss")
    with pytest.raises(ValueError, match="`members` must give each member models of"):
        train_group([model, model], X, Y)
    with pytest.raises(ValueError, match="`callbacks_of` must give each member"):
        train_group([build(), build()], X, Y, callbacks_of=lambda i: [callback])


def test_what_is_no_compiled_model_fails_alone():
    makers = [build, lambda: None, lambda: rv.Sequential([layers.Dense(1)])]
    population = train_population(lambda i: makers[i](), [0, 1, 2], X, Y, seeds=0)
    assert [r.status for r in population.results] == ["completed", "failed", "failed"]
    assert "Is a `return` missing?" in str(population.results[1].error)
    assert "You must call `compile()`" in str(population.results[2].error)
    assert repr(population) == "<Population of 3 models, 2 failed>"
    with pytest.raises(ValueError, match="'auto', 'min' or 'max'.*'maximum'"):
        population.best(mode="maximum")
    broken = train_population(lambda: None, None, X, Y, seeds=[1])
    with pytest.raises(ValueError, match="None of the 1 models was trained.*`build`"):
        broken.best()
