"""ModelCheckpoint beside Keras's: the same files, with the same weights in them.

Both train one model from the same weights on the same data in the same order.
"""

import os

import keras
import numpy as np
import pytest

import ranvier

_random = np.random.default_rng(1)
X = _random.normal(size=(20, 3)).astype("float32")
Y = _random.integers(0, 2, size=(20, 1)).astype("float32")
WEIGHTS = [_random.normal(size=shape).astype("float32") for shape in [(3, 1), (1,)]]
BATCHES = 5

# Keras's own way of reading arrays, deprecated by NumPy 2.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept:DeprecationWarning"
)


def make(library):
    model = library.Sequential(
        [library.Input((3,)), library.layers.Dense(1, activation="sigmoid")]
    )
    optimizer = library.optimizers.SGD(4.0)  # so large that no metric only improves
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture(scope="module")
def models():
    """One of each library, so that each compiles only once."""
    return {library: make(library) for library in (keras, ranvier)}


def train(models, library, folder, filepath, options, fits=1):
    """Returns the files, and each one's weights as the library reads them."""
    model = models[library]
    model.set_weights(WEIGHTS)
    path = os.path.join(folder, library.__name__, filepath)
    checkpoint = library.callbacks.ModelCheckpoint(path, **options)
    for _ in range(fits):
        model.fit(
            X,
            Y,
            batch_size=len(X) // BATCHES,
            epochs=4,
            shuffle=False,
            verbose=0,
            validation_data=(X[::-1][:8], Y[:8]),
            callbacks=[checkpoint],
        )
    files = {}
    for root, _, names in os.walk(os.path.join(folder, library.__name__)):
        for name in names:
            path = os.path.join(root, name)
            local = os.path.relpath(path, os.path.join(folder, library.__name__))
            files[local] = read(library, path)
    return files, checkpoint.best


def read(library, path):
    if path.endswith(".weights.h5"):
        model = make(library)
        model.load_weights(path)
    else:
        model = library.models.load_model(path, compile=False)
    return model.get_weights()


WEIGHTS_ONLY = {"save_weights_only": True}
BEST = {"save_best_only": True, **WEIGHTS_ONLY}
CASES = [
    ("{epoch}.weights.h5", WEIGHTS_ONLY),
    ("{epoch:03d}.keras", {}),
    ("always.keras", {}),
    ("a/{epoch}/b.weights.h5", WEIGHTS_ONLY),
    ("{epoch:02d}-{val_loss:.2f}-{accuracy:.1f}.weights.h5", WEIGHTS_ONLY),
    ("{epoch}.weights.h5", BEST),
    ("best.weights.h5", BEST),
    ("best.keras", {"save_best_only": True, "monitor": "loss"}),
    ("{epoch}.weights.h5", {"monitor": "val_accuracy", **BEST}),
    ("{epoch}.weights.h5", {"monitor": "val_accuracy", "mode": "min", **BEST}),
    ("{epoch}.weights.h5", {"monitor": "accuracy", "mode": "max", **BEST}),
    ("{epoch}.weights.h5", {"monitor": "loss", "mode": "max", **BEST}),
    ("{epoch}.weights.h5", {"initial_value_threshold": 1e9, **BEST}),
    ("{epoch}.weights.h5", {"initial_value_threshold": 0.0, **BEST}),
    (
        "{epoch}.weights.h5",
        {"monitor": "val_accuracy", "initial_value_threshold": 0.99, **BEST},
    ),
    *(
        ("{epoch}-{batch:02d}.weights.h5", {"save_freq": count, **WEIGHTS_ONLY})
        for count in (1, 2, 3, 5, 7, 19, 20, 21)
    ),
    ("{epoch}-{loss:.3f}.weights.h5", {"save_freq": 4, **WEIGHTS_ONLY}),
    ("{epoch}-{batch}.keras", {"save_freq": 6}),
]


def name_of(case):
    return f"{case[0]} {case[1]}".replace("/", "|")


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_same_files(case, models, tmp_path):
    expected, expected_best = train(models, keras, tmp_path, *case)
    actual, best = train(models, ranvier, tmp_path, *case)
    assert_same_files(actual, expected)
    # In float32 the two may round the means of batches otherwise.
    assert (best is None) == (expected_best is None)
    if best is not None:
        np.testing.assert_allclose(best, expected_best, rtol=1e-5)


def assert_same_files(actual, expected):
    assert sorted(actual) == sorted(expected)
    for name in expected:
        for a, b in zip(actual[name], expected[name], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)  # float32, 20 steps


@pytest.mark.parametrize(
    "options", [{"save_freq": 7}, {"monitor": "loss", "save_best_only": True}]
)
def test_counts_and_bests_go_on_in_a_second_fit(options, models, tmp_path):
    case = "{epoch}-{loss:.3f}.weights.h5", {**options, **WEIGHTS_ONLY}
    expected, _ = train(models, keras, tmp_path, *case, fits=2)
    actual, _ = train(models, ranvier, tmp_path, *case, fits=2)
    assert_same_files(actual, expected)


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
@pytest.mark.parametrize("save_freq", ["epoch", 3])
def test_keras_opens_the_files(ending, save_freq, models, tmp_path):
    options = {"save_freq": save_freq, "save_weights_only": ending != ".keras"}
    files, _ = train(models, ranvier, tmp_path, "{epoch}-{loss:.9f}" + ending, options)
    for name, weights in files.items():
        found = read(keras, os.path.join(tmp_path, "ranvier", name))
        for a, b in zip(found, weights, strict=True):
            np.testing.assert_array_equal(a, b)


def test_integer_frequency_does_not_make_single_steps(models, tmp_path):
    ends = []

    class Look(ranvier.callbacks.Callback):
        batch_granularity = "chunk"

        def on_train_batch_end(self, batch, logs=None):
            ends.append(batch)

    path = tmp_path / "{epoch}-{batch}.weights.h5"
    checkpoint = ranvier.callbacks.ModelCheckpoint(
        path, save_weights_only=True, save_freq=4
    )
    hooks = [checkpoint, Look()]
    model = models[ranvier]
    model.fit(X, Y, batch_size=2, epochs=2, verbose=0, callbacks=hooks)
    assert ends == [3, 7, 9, 1, 5, 9]


ERRORS = {
    "ending of weights": ("model.keras", WEIGHTS_ONLY),
    "ending of a model": ("model.txt", {}),
    "frequency": ("model.keras", {"save_freq": "batch"}),
    "half a frequency": ("model.keras", {"save_freq": 1.5}),
    "placeholder": ("{nothing}.keras", {}),
    "placeholder of batches": ("{batch}.keras", {}),
    "format": ("{epoch:.2z}.keras", {}),
    "direction": ("model.keras", {"monitor": "nothing"}),
    "direction of the best": ("m.keras", {"monitor": "no", "save_best_only": True}),
}


@pytest.mark.parametrize("name", ERRORS)
def test_same_classes_of_errors(name, models, tmp_path):
    classes = []
    for library in (keras, ranvier):
        with pytest.raises(Exception) as error:
            train(models, library, tmp_path, *ERRORS[name])
        classes.append(error.type)
    assert issubclass(classes[1], classes[0]), classes


@pytest.mark.parametrize("library", [keras, ranvier])
def test_metric_that_is_missing_warns_and_saves(library, models, tmp_path):
    case = "{epoch}.weights.h5", {"monitor": "nothing", "mode": "min", **BEST}
    with pytest.warns(UserWarning, match="nothing"):
        files, best = train(models, library, tmp_path, *case)
    assert len(files) == 4 and best is None


@pytest.mark.parametrize("library", [keras, ranvier])
def test_what_it_says(library, models, tmp_path, capsys):
    options = {"verbose": 1, "monitor": "loss", **BEST}
    train(models, library, tmp_path, "best.weights.h5", options)
    text = capsys.readouterr().out
    path = os.path.join(tmp_path, library.__name__, "best.weights.h5")
    assert "Epoch 1: loss improved from None to " in text
    assert path in text and "did not improve from " in text
