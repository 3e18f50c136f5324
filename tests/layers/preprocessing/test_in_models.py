"""Layers on strings inside models: a host part ahead of the compiled program."""

import numpy as np
import pytest

import ranvier as rv
from ranvier.tensors._errors import FailedPreconditionError

layers = rv.layers
RNG = np.random.default_rng(0)
CITIES = RNG.choice(["paris", "rome", "oslo", "?"], 60)
TEXTS = np.array(
    [" ".join(RNG.choice(["good", "bad", "fine"], RNG.integers(0, 6))) for _ in CITIES],
    dtype=object,
)
AGES = RNG.normal(size=(60, 2)).astype("float32")
IDS = RNG.choice([10, 20, 2**40], (60, 1))
Y = RNG.normal(size=60).astype("float32")
INPUTS = {"city": CITIES[:, None], "text": TEXTS, "age": AGES, "id": IDS}


def make_model():
    city = rv.Input((1,), dtype="string", name="city")
    text = rv.Input((), dtype="string", name="text")
    age = rv.Input((2,), name="age")
    number = rv.Input((1,), dtype="int64", name="id")
    one_hot = layers.StringLookup(output_mode="one_hot")
    one_hot.adapt(CITIES)
    words = layers.TextVectorization(output_mode="tf_idf")
    words.adapt(TEXTS)
    sequence = layers.TextVectorization(output_sequence_length=3)
    sequence.adapt(TEXTS)
    lookup = layers.IntegerLookup(vocabulary=[20, 2**40])
    bins = layers.Discretization(num_bins=4)
    bins.adapt(AGES)
    # A crossing of what other layers, also numeric ones, make on the host.
    column = layers.Reshape((1,))(bins(age[:, :1]))
    crossed = layers.HashedCrossing(7, output_mode="one_hot")(
        [layers.Hashing(5)(city), column]
    )
    embedded = layers.Flatten()(layers.Embedding(6, 2)(sequence(text)))
    numbers = layers.Flatten()(layers.Embedding(3, 2)(lookup(number)))
    parts = [one_hot(city), words(text), age, crossed, embedded, numbers]
    outputs = layers.Dense(1)(layers.Concatenate()(parts))
    return rv.Model([city, text, age, number], outputs)


@pytest.fixture(scope="module")
def model():
    rv.utils.set_random_seed(0)
    model = make_model()
    model.compile("adam", "mse")
    return model


def by_hand(model):
    """Returns the outputs computed layer by layer."""
    found = {layer.name: layer for layer in model.layers}

    def of(kind):
        return [layer for layer in found.values() if type(layer) is kind]

    words, sequence = of(layers.TextVectorization)
    if words._output_mode != "tf_idf":
        words, sequence = sequence, words
    of_text, of_id = of(layers.Embedding)
    if of_text.input_dim != 6:
        of_text, of_id = of_id, of_text
    bins = of(layers.Discretization)[0](AGES[:, :1])
    crossing = of(layers.HashedCrossing)[0]
    parts = [
        of(layers.StringLookup)[0](CITIES[:, None]),
        words(TEXTS),
        AGES,
        crossing([of(layers.Hashing)[0](CITIES[:, None]), np.asarray(bins)]),
        np.reshape(of_text(sequence(TEXTS)), (60, -1)),
        np.reshape(of_id(of(layers.IntegerLookup)[0](IDS)), (60, -1)),
    ]
    return of(layers.Dense)[0](np.concatenate([np.asarray(p) for p in parts], axis=1))


def test_outputs_are_those_of_the_layers_one_by_one(model):
    expected = np.asarray(by_hand(model))
    in_order = [INPUTS[name] for name in ("city", "text", "age", "id")]
    for inputs in (INPUTS, in_order):
        # Sums in other orders.
        np.testing.assert_allclose(model(inputs), expected, rtol=2e-5, atol=1e-6)
        predicted = model.predict(inputs, batch_size=16, verbose=0)
        np.testing.assert_allclose(predicted, expected, rtol=2e-5, atol=1e-6)


def test_lists_of_strings(model):
    as_lists = {key: value.tolist() for key, value in INPUTS.items()}
    predicted = model.predict(INPUTS, verbose=0)
    # `predict` takes lists where the whole is a dictionary.
    np.testing.assert_allclose(model.predict(as_lists, verbose=0), predicted, rtol=1e-5)


class Batches:
    def __iter__(self):
        for start in range(0, 60, 20):
            rows = slice(start, start + 20)
            yield {key: value[rows] for key, value in INPUTS.items()}, Y[rows]


def test_streams_and_arrays_train_alike(model):
    weights = model.get_weights()
    histories = []
    for data in ((INPUTS, Y), (Batches(),)):
        model.set_weights(weights)
        model.compile("sgd", "mse")
        history = model.fit(
            *data,
            batch_size=20 if len(data) == 2 else None,
            epochs=2,
            shuffle=False,
            verbose=0,
        )
        histories.append(history.history["loss"])
    np.testing.assert_allclose(*histories, rtol=1e-5)


def test_the_host_part_runs_once_for_arrays(model, monkeypatch):
    lookup = next(x for x in model.layers if isinstance(x, layers.StringLookup))
    calls = []
    on_host = lookup.on_host
    monkeypatch.setattr(lookup, "on_host", lambda x: calls.append(len(x)) or on_host(x))
    model.fit(INPUTS, Y, epochs=3, batch_size=16, verbose=0)
    assert calls == [60]
    calls.clear()
    model.fit(INPUTS, Y, epochs=2, validation_split=0.25, verbose=0)
    assert calls == [60]
    calls.clear()
    model.fit(Batches(), epochs=1, verbose=0)
    assert calls == [20, 20, 20]


def test_every_way_to_run(model):
    loss = model.evaluate(INPUTS, Y, verbose=0)
    assert loss == pytest.approx(model.evaluate(Batches(), verbose=0), rel=1e-5)
    assert model.predict_on_batch(INPUTS).shape == (60, 1)
    assert np.isfinite(model.train_on_batch(INPUTS, Y))
    assert np.isfinite(model.test_on_batch(INPUTS, Y))
    history = model.fit(INPUTS, Y, validation_data=(INPUTS, Y), verbose=0).history
    assert set(history) == {"loss", "val_loss"}
    model.fit(INPUTS, Y, validation_data=Batches(), train_eval=True, verbose=0)


def test_run_eagerly():
    model = make_model()
    model.compile("sgd", "mse", run_eagerly=True)
    assert np.isfinite(model.fit(INPUTS, Y, batch_size=30, verbose=0).history["loss"])


def test_saved_models_predict_alike(model, tmp_path):
    model.save(tmp_path / "model.keras")
    again = rv.models.load_model(tmp_path / "model.keras")
    expected = model.predict(INPUTS, verbose=0)
    np.testing.assert_array_equal(again.predict(INPUTS, verbose=0), expected)
    again.fit(INPUTS, Y, verbose=0)


def test_clones_and_summaries(model, capsys):
    clone = rv.models.clone_model(model)
    assert clone.output_shape == model.output_shape
    model.summary()
    assert "string_lookup" in capsys.readouterr().out


def test_models_of_numbers_have_no_host_part():
    model = rv.Sequential([rv.Input((2,)), layers.Dense(1)])
    assert model.host_part is None and not model.runs_on_host
    assert rv.Model(model.inputs, model.outputs).host_part is None


@pytest.mark.parametrize("with_input", [True, False])
def test_sequential(with_input):
    words = layers.TextVectorization(output_mode="count")
    words.adapt(TEXTS)
    start = [rv.Input((), dtype="string")] if with_input else []
    model = rv.Sequential([*start, words, layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(TEXTS, Y, epochs=2, validation_split=0.2, verbose=0)
    assert len(history.history["val_loss"]) == 2
    predicted = model.predict(list(TEXTS), verbose=0)
    np.testing.assert_allclose(predicted, model(TEXTS), rtol=1e-5)
    np.testing.assert_allclose(predicted, model(list(TEXTS)), rtol=1e-5)


def test_sequential_of_strings_that_no_dtype_tells():
    model = rv.Sequential([layers.Hashing(5, output_mode="one_hot"), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(CITIES[:, None], Y, verbose=0)
    assert model.inputs[0].dtype == "string"


def test_model_with_strings_inside_another():
    inner = rv.Sequential(
        [
            rv.Input((), dtype="string"),
            layers.StringLookup(vocabulary=["paris", "rome"]),
            layers.Embedding(3, 2),
            layers.Dropout(0.5),
        ]
    )
    city, age = rv.Input((), dtype="string"), rv.Input((2,))
    joined = layers.Concatenate()([inner(city), age])
    outer = rv.Model([city, age], layers.Dense(1)(joined))
    outer.compile("sgd", "mse")
    before = inner.get_weights()[0]
    outer.fit([CITIES, AGES], Y, verbose=0)
    assert not np.array_equal(before, inner.get_weights()[0])  # it is trained
    predicted = outer.predict([CITIES, AGES], verbose=0)
    np.testing.assert_allclose(predicted, outer([CITIES, AGES]), rtol=1e-5)
    # Dropout is told that it trains.
    assert not np.allclose(outer([CITIES, AGES], training=True), predicted)


def test_preprocessing_model_alone():
    city = rv.Input((1,), dtype="string")
    model = rv.Model(city, layers.StringLookup(vocabulary=["rome"])(city))
    expected = (CITIES == "rome").astype(int)[:, None]
    np.testing.assert_array_equal(model.predict(CITIES[:, None], verbose=0), expected)
    np.testing.assert_array_equal(model.predict(CITIES, verbose=0), expected)


class Subclass(rv.Model):
    def __init__(self, lookup):
        super().__init__()
        self.lookup = lookup
        self.head = layers.Embedding(3, 1)

    def call(self, x):
        return self.head(self.lookup(x))


def test_subclassed_models_say_what_to_do():
    strings = Subclass(layers.StringLookup(vocabulary=["rome"]))
    assert strings(CITIES).shape == (60, 1)  # outside of programs all is well
    strings.compile("sgd", "mse")
    with pytest.raises(ValueError, match="Functional or Sequential model"):
        strings.fit(CITIES, Y, verbose=0)
    integers = Subclass(layers.IntegerLookup(vocabulary=[1, 2]))
    integers.compile("sgd", "mse")
    with pytest.raises(TypeError, match="Functional or Sequential model"):
        integers.fit(np.arange(60), Y, verbose=0)


def test_missing_and_extra_inputs(model):
    with pytest.raises(ValueError, match="age"):
        model.predict({k: v for k, v in INPUTS.items() if k != "age"}, verbose=0)
    with pytest.raises(ValueError, match="input"):
        model.predict([CITIES], verbose=0)
    wrong = {**INPUTS, "city": np.stack([CITIES, CITIES], axis=1)[:, :, None]}
    with pytest.raises(ValueError, match="city"):
        model.predict(wrong, verbose=0)


@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("kind", ["IntegerLookup", "Hashing"])
def test_integers_from_datasets_in_memory(kind, shuffle, rank):
    kwargs = {
        "IntegerLookup": {"vocabulary": [20, 2**40]},
        "Hashing": {"num_bins": 3},
    }[kind]
    layer = getattr(layers, kind)(output_mode="one_hot", **kwargs)
    number = rv.Input((1,), dtype="int64", name="id")
    model = rv.Model({"id": number}, layers.Dense(1)(layer(number)))
    model.compile("sgd", "mse")
    dataset = rv.data.Dataset.from_tensor_slices(
        ({"id": IDS if rank == 2 else IDS[:, 0]}, Y)
    )
    if shuffle:
        dataset = dataset.shuffle(60, seed=0)
    dataset = dataset.batch(16)
    model.fit(dataset, epochs=2, verbose=0)
    expected = model.predict({"id": IDS}, verbose=0)
    np.testing.assert_allclose(
        model.evaluate(dataset, verbose=0),
        np.mean((expected[:, 0] - Y) ** 2),
        rtol=1e-5,
    )
    if not shuffle:
        found = model.predict(dataset.map(lambda x, y: x), verbose=0)
        np.testing.assert_allclose(found, expected, rtol=1e-6)
        found = model.predict(dataset, verbose=0)
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_errors_of_layers_on_strings_come_through():
    text = rv.Input((1,), dtype="string")
    model = rv.Model(text, layers.StringLookup()(text))
    for run in (model, model.predict):
        with pytest.raises(FailedPreconditionError, match="no vocabulary"):
            run(CITIES[:, None].astype(object))


@pytest.mark.parametrize("stack", [False, True])
def test_predictions_that_are_strings(stack):
    """A model that turns the likeliest class into its name."""
    names = layers.StringLookup(vocabulary=["low", "high"], invert=True)
    ids = np.array([[1], [2], [0], [2], [9]])
    if stack:
        model = rv.Sequential([rv.Input((1,), dtype="int64"), names])
    else:
        number = rv.Input((1,), dtype="int64")
        model = rv.Model(number, names(number))
    expected = [[b"low"], [b"high"], [b"[UNK]"], [b"high"], [b"[UNK]"]]
    dataset = rv.data.Dataset.from_tensor_slices(ids).batch(2)
    assert model.predict(ids, verbose=0).tolist() == expected
    assert model.predict(ids, batch_size=2, verbose=0).tolist() == expected
    assert model.predict(ids, batch_size=2, steps=1, verbose=0).tolist() == expected[:2]
    assert model.predict(dataset, verbose=0).tolist() == expected
    assert model.predict_on_batch(ids).tolist() == expected


def test_names_of_classes_next_to_probabilities():
    inputs = rv.Input((2,), name="x")
    probabilities = layers.Dense(3, activation="softmax")(inputs)
    names = layers.StringLookup(
        vocabulary=["a", "b", "c"], num_oov_indices=0, invert=True
    )
    best = names(rv.ops.argmax(probabilities, axis=-1))
    model = rv.Model(inputs, {"name": best, "probabilities": probabilities})
    found = model.predict(AGES, batch_size=16, verbose=0)
    assert found["probabilities"].shape == (60, 3)
    expected = np.array([b"a", b"b", b"c"])[found["probabilities"].argmax(axis=-1)]
    assert found["name"].tolist() == expected.tolist()
    alone = rv.Model(inputs, probabilities).predict(AGES, verbose=0)
    np.testing.assert_allclose(found["probabilities"], alone, rtol=1e-5)
