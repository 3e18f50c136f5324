"""What the layers take, how they learn from streams, and what they keep in files."""

import itertools
import json
import zipfile

import numpy as np
import pytest

import ranvier as rv
from ranvier import data, tensors
from ranvier.core._byte_column import ByteColumn
from ranvier.core._farmhash import farmhash64
from ranvier.core._siphash import siphash64
from ranvier.layers.preprocessing._table import StringTable
from ranvier.tensors._errors import FailedPreconditionError

layers = rv.layers
WORDS = ["earth", "wind", "fire"]
RAGGED = tensors.ragged_constant([["earth", "?"], [], ["fire"]])
SPARSE = tensors.SparseTensor(
    indices=[[0, 0], [0, 2], [2, 1]],
    values=["earth", "?", "fire"],
    dense_shape=[3, 3],
)


# Kinds of inputs.


def test_ragged_and_sparse_strings_to_ids():
    layer = layers.StringLookup(vocabulary=WORDS)
    assert layer(RAGGED).to_list() == [[1, 0], [], [3]]
    found = layer(SPARSE)
    np.testing.assert_array_equal(found.indices, SPARSE.indices)
    assert found.values.numpy().tolist() == [1, 0, 3]


@pytest.mark.parametrize("x", [RAGGED, SPARSE], ids=["ragged", "sparse"])
@pytest.mark.parametrize("mode", ["multi_hot", "count"])
def test_ragged_and_sparse_strings_encoded(x, mode):
    layer = layers.StringLookup(vocabulary=WORDS, output_mode=mode)
    expected = [[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]
    assert layer(x).numpy().tolist() == expected
    hashed = layers.Hashing(4, output_mode=mode)(x).numpy()
    assert hashed.sum(axis=1).tolist() == [len(row) for row in ([1, 2], [], [3])] or (
        mode == "multi_hot"
    )


def test_ragged_inputs_stay_ragged_where_each_value_is_a_row():
    lookup = layers.StringLookup(vocabulary=WORDS, output_mode="one_hot")
    rows = lookup(RAGGED).to_list()
    assert rows == [[[0, 1, 0, 0], [1, 0, 0, 0]], [], [[0, 0, 0, 1]]]
    deep = tensors.ragged_constant([[["earth"], ["?", "fire"]], []])
    with pytest.raises(ValueError, match="Rows of rows"):
        layers.StringLookup(vocabulary=WORDS, output_mode="count")(deep)


def test_lists_of_tensors():
    texts = [tensors.constant("fire"), tensors.constant("?")]
    lookup = layers.StringLookup(vocabulary=WORDS)
    np.testing.assert_array_equal(lookup(texts), [3, 0])


def test_sparse_integers_are_zero_in_their_gaps():
    numbers = tensors.sparse_from_dense([[12, 0], [0, 36]])
    ids = layers.IntegerLookup(vocabulary=[12, 36])(numbers)
    assert ids.numpy().tolist() == [[1, 0], [0, 2]]


def test_tensors_give_tensors_with_64_bits():
    ids = layers.StringLookup(vocabulary=WORDS)(tensors.constant(["fire", "?"]))
    assert isinstance(ids, tensors.Tensor) and ids.dtype == "int64"
    inverted = layers.StringLookup(vocabulary=WORDS, invert=True)(ids)
    assert inverted.numpy().tolist() == [b"fire", b"[UNK]"]
    numbers = tensors.constant([[0, 2]])
    encoded = layers.CategoryEncoding(3)(numbers)
    assert isinstance(encoded, tensors.Tensor)
    bins = layers.Discretization(bin_boundaries=[1.0])(tensors.constant([0.0, 2.0]))
    assert isinstance(bins, tensors.Tensor) and bins.numpy().tolist() == [0, 1]


def test_ragged_output_of_texts():
    layer = layers.TextVectorization(vocabulary=WORDS, ragged=True)
    assert layer(["Earth fire", "", "wind"]).to_list() == [[2, 4], [], [3]]
    short = layers.TextVectorization(
        vocabulary=WORDS, ragged=True, output_sequence_length=1
    )
    assert short(["Earth fire", "", "wind"]).to_list() == [[2], [], [3]]


def test_sparse_outputs():
    for layer, x in (
        (
            layers.StringLookup(vocabulary=WORDS, output_mode="count", sparse=True),
            RAGGED,
        ),
        (layers.CategoryEncoding(3, output_mode="count", sparse=True), [[0, 0, 2]]),
        (layers.Hashing(5, output_mode="multi_hot", sparse=True), [["a", "b"]]),
        (
            layers.TextVectorization(
                vocabulary=WORDS, output_mode="count", sparse=True
            ),
            ["earth fire earth", "?"],
        ),
    ):
        config = {**layer.get_config(), "sparse": False}
        dense = type(layer).from_config(config)(x)
        found = layer(x)
        assert isinstance(found, tensors.SparseTensor)
        np.testing.assert_array_equal(tensors.sparse_to_dense(found), dense)


def test_pandas_columns():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"word": WORDS, "n": [1, 2, 3]})
    lookup = layers.StringLookup()
    lookup.adapt(frame["word"])
    assert lookup(frame["word"]).tolist() == lookup(WORDS).tolist()
    assert layers.IntegerLookup(vocabulary=[3])(frame["n"]).tolist() == [0, 0, 1]


def test_missing_values_are_told():
    layer = layers.StringLookup(vocabulary=WORDS)
    with pytest.raises(ValueError, match=r"nan .*float.*missing values"):
        layer(np.array(["earth", float("nan")], object))


def test_boundaries_must_ascend():
    with pytest.raises(ValueError, match="`bin_boundaries` must ascend"):
        layers.Discretization(bin_boundaries=[2.0, 1.0])
    layer = layers.Discretization(bin_boundaries=[1.0, 1.0])
    assert layer(np.array([0.5, 1.0])).tolist() == [0, 2]


# Large columns go another way than short ones.


def test_large_columns_of_all_kinds():
    rng = np.random.default_rng(0)
    words = [f"word{i}" for i in range(3000)] + ["é" * i for i in range(1, 20)]
    words += ["x" * 40 + str(i) for i in range(20)] + [""]
    known = {word: 3 * i for i, word in enumerate(words)}
    table = StringTable(words, list(known.values()))
    column = rng.choice([*words, "other", "日本", "x" * 40, "wor"], 5000)
    expected = [known.get(word, -1) for word in column.tolist()]
    encoded = np.array([word.encode() for word in column.tolist()])
    for values in (column, encoded, column.astype(object), encoded.astype(object)):
        assert table.find(values).tolist() == expected
    ascii_only = np.array(["word7", "wor", "word70000"] * 200)
    assert table.find(ascii_only)[:3].tolist() == [21, -1, -1]


ODD = ["", "a\0b", "a\0", "\0", "long" * 50, "\ud800", "é", b"a", b"\xff", None, 7.0]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("words", [["a", "a\0b", "a\0", ""], ["a" * 80, "é", "a"]])
def test_objects_beside_an_odd_one(odd, words):
    known = {word: i for i, word in enumerate(words)}
    known |= {word.encode(): i for word, i in known.items()}
    column = np.array([*words, "?", "aa"] * 100, object)
    for values in (column, np.char.encode(column.astype(str)).astype(object)):
        for values[-1] in (odd, "a"):
            found = StringTable(words, range(len(words))).find(values).tolist()
            assert found == [known.get(value, -1) for value in values.tolist()]
    assert (StringTable([], []).find(column) == -1).all()
    empty = np.full(300, "", object)
    assert set(StringTable(words, range(len(words))).find(empty)) == {known.get("", -1)}


def test_hashes_do_not_depend_on_their_neighbours():
    rng = np.random.default_rng(0)
    items = [rng.bytes(n) for n in rng.integers(0, 300, 500)]
    for function in (farmhash64, lambda column: siphash64(column, (1, 2**63))):
        together = function(ByteColumn.of_bytes(items))
        alone = [function(ByteColumn.of_bytes([item]))[0] for item in items]
        assert together.tolist() == alone


# Learning from streams.

TEXTS = ["b a b", "c b", "a", "d d d d"]


def streams(items):
    yield "list", items
    yield "array", np.array(items)
    yield "generator", (np.array(items[i : i + 2]) for i in range(0, len(items), 2))
    yield "dataset", data.Dataset.from_tensor_slices(np.array(items)).batch(2)
    yield "pairs", [(np.array(items[:2]), 0), (np.array(items[2:]), 1)].__iter__()


@pytest.mark.parametrize("kind", range(5))
def test_texts_from_all_kinds_of_streams(kind):
    name, stream = next(itertools.islice(streams(TEXTS), kind, None))
    layer = layers.TextVectorization()
    layer.adapt(stream)
    assert layer.get_vocabulary() == ["", "[UNK]", "d", "b", "a", "c"], name


def test_steps_limit_a_stream():
    layer = layers.StringLookup()
    layer.adapt((np.array([word]) for word in itertools.cycle("abc")), steps=4)
    assert layer.get_vocabulary() == ["[UNK]", "a", "c", "b"]


def test_adapting_twice_forgets():
    layer = layers.StringLookup()
    layer.adapt(["a", "b", "b"])
    layer.adapt(["c"])
    assert layer.get_vocabulary() == ["[UNK]", "c"]


@pytest.mark.parametrize("batches", [1, 10, 1000, 5000])
@pytest.mark.parametrize("order", ["random", "ascending", "descending", "waves"])
def test_quantiles_of_a_stream_keep_their_bound(order, batches):
    rng = np.random.default_rng(0)
    values = rng.lognormal(size=200_000).astype("float32")
    if order != "random":
        values = np.sort(values)
    if order == "descending":
        values = values[::-1]
    if order == "waves":
        values = values.reshape(500, 400).T.ravel()
    epsilon, bins = 0.01, 10
    layer = layers.Discretization(num_bins=bins, epsilon=epsilon)
    layer.adapt(iter(np.split(values, batches)))
    shares = np.searchsorted(np.sort(values), layer.bin_boundaries) / len(values)
    assert np.abs(shares - np.arange(1, bins) / bins).max() <= 2 * epsilon
    kept = sum(len(run) for run in layer._sketch._runs if run is not None)
    assert kept <= 16 / epsilon * np.log2(len(values))  # bounded memory


def test_quantiles_of_few_different_values():
    layer = layers.Discretization(num_bins=4)
    layer.adapt(iter([np.zeros(1000), np.ones(10)] * 20))
    assert layer.bin_boundaries == [0.0, 0.0, 0.0]


# Files.


def lookup_model():
    text = rv.Input((1,), dtype="string")
    vectorize = layers.TextVectorization(output_mode="tf_idf")
    vectorize.adapt(TEXTS)
    return rv.Model(text, vectorize(text))


def test_vocabularies_in_files(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("earth\nwind\n\nfire\n")
    layer = layers.StringLookup(vocabulary=str(path), mask_token="-")
    assert layer.get_vocabulary() == ["-", "[UNK]", "earth", "wind", "", "fire"]
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("5\r\n7\r\n")
    assert layers.IntegerLookup(vocabulary=str(numbers))([7, 9]).tolist() == [2, 0]
    # The file need not be there when the model is loaded.
    x = rv.Input((1,), dtype="string")
    model = rv.Model(x, layer(x))
    model.save(tmp_path / "model.keras")
    path.unlink()
    again = rv.models.load_model(tmp_path / "model.keras")
    assert again.predict(np.array(["fire"]), verbose=0).tolist() == [[5]]


@pytest.mark.parametrize("name", ["StringLookup", "TextVectorization"])
def test_a_loaded_config_cannot_name_a_file(name, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("password")
    layer = getattr(layers, name)(vocabulary=["a"])
    config = rv.saving.serialize_keras_object(layer)
    config["config"]["vocabulary"] = str(secret)
    config["config"]["vocabulary_size"] = None
    with pytest.raises(ValueError, match="file"):
        rv.saving.deserialize_keras_object(config)


def test_a_model_file_cannot_name_a_file(tmp_path):
    x = rv.Input((1,), dtype="string")
    model = rv.Model(x, layers.StringLookup(vocabulary=["a"])(x))
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["config.json"].decode().replace('["a"]', '"/etc/passwd"')
    assert "/etc/passwd" in json.dumps(json.loads(text))
    with zipfile.ZipFile(tmp_path / "changed.keras", "w") as archive:
        for name, content in {**parts, "config.json": text}.items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match="file"):
        rv.models.load_model(tmp_path / "changed.keras")


def test_learned_vocabularies_are_saved(tmp_path):
    model = lookup_model()
    model.save(tmp_path / "model.keras")
    again = rv.models.load_model(tmp_path / "model.keras")
    x = np.array(TEXTS)
    np.testing.assert_array_equal(again(x), model(x))
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        name = "assets/layers/text_vectorization/vocabulary.txt"
        assert archive.read(name).decode() == "[UNK]\nd\nb\na\nc"


def test_tokens_with_line_breaks_are_not_saved_wrongly(tmp_path):
    layer = layers.TextVectorization(split=None, standardize=None)
    layer.adapt(["one\ntwo"])
    with pytest.raises(ValueError, match="line break"):
        layer.save_assets(str(tmp_path))


def shout(texts):
    return np.strings.upper(texts)


def by_comma(texts):
    return [text.split(",") for text in texts]


def test_functions_to_standardize_and_split():
    layer = layers.TextVectorization(standardize=shout, split=by_comma)
    layer.adapt(["a,b c", "a"])
    assert layer.get_vocabulary() == ["", "[UNK]", "A", "B C"]
    assert layer(np.array([b"b c,a"])).tolist() == [[3, 2]]
    names = {"shout": shout, "by_comma": by_comma}
    config = rv.saving.serialize_keras_object(layer)
    again = rv.saving.deserialize_keras_object(config, custom_objects=names)
    assert again._standardize is shout and again._split is by_comma


@pytest.mark.tensorflow
def test_files_are_exchanged_with_keras(tmp_path):
    pytest.importorskip("tensorflow")
    import keras

    model = lookup_model()
    model.save(tmp_path / "ours.keras")
    theirs = keras.models.load_model(tmp_path / "ours.keras")
    layer = theirs.layers[-1]
    x = np.array(TEXTS)[:, None]
    np.testing.assert_allclose(layer(x), model(x), rtol=1e-6)
    theirs.save(tmp_path / "theirs.keras")
    again = rv.models.load_model(tmp_path / "theirs.keras")
    np.testing.assert_array_equal(again(x), model(x))


NOT_ADAPTED = [
    (layers.StringLookup, ["a"]),
    (lambda: layers.StringLookup(invert=True), [1]),
    (lambda: layers.StringLookup(output_mode="multi_hot"), ["a"]),
    (lambda: layers.StringLookup(max_tokens=4, output_mode="count"), ["a"]),
    (layers.IntegerLookup, [1]),
    (layers.TextVectorization, ["a"]),
    (lambda: layers.TextVectorization(output_mode="tf_idf"), ["a"]),
]


@pytest.mark.parametrize(("make", "x"), NOT_ADAPTED)
def test_a_layer_without_vocabulary_cannot_be_called(make, x):
    layer = make()
    with pytest.raises(FailedPreconditionError, match="no vocabulary"):
        layer(x)
    with pytest.raises(RuntimeError, match="no vocabulary"):
        list(data.Dataset.from_tensor_slices(x).map(layer))
    if isinstance(layer, layers.StringLookup) and not layer.invert:
        layer.adapt([])
        with pytest.raises(RuntimeError, match="no vocabulary"):
            layer(x)


# What a layer was built for.


@pytest.mark.parametrize(
    "layer, x, shape",
    [
        (layers.TextVectorization(vocabulary=WORDS), np.array([["wind"]]), (1, 1)),
        (layers.Hashing(3), np.array([["wind", "?"]]), (1, 2)),
        (
            layers.HashedCrossing(3),
            [np.array(["wind"]), np.array([4])],
            [(1,), (1,)],
        ),
        (layers.StringLookup(vocabulary=WORDS), np.array(["wind"]), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_build_config(layer, x, shape):
    serialized = rv.saving.serialize_keras_object(layer)
    is_lookup = shape is None
    assert serialized.get("build_config") == ({} if is_lookup else None)
    layer(x)
    assert layer.get_build_config() == ({} if is_lookup else {"input_shape": shape})
    config = rv.saving.serialize_keras_object(layer)
    again = rv.saving.deserialize_keras_object(config)
    assert np.asarray(again(x)).tolist() == np.asarray(layer(x)).tolist()
