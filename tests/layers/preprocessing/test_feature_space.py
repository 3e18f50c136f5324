"""FeatureSpace: values of Keras (see `golden/feature_space.json`), models, files."""

import json
import pathlib

import numpy as np
import pytest

import ranvier as rv
import ranvier.tf as tf
from ranvier.utils import FeatureSpace
from tests.layers.preprocessing.golden.feature_spaces import DATA, ROW, SPACES

GOLDEN = json.loads(
    pathlib.Path(__file__).parent.joinpath("golden", "feature_space.json").read_text()
)


def adapted(name):
    space = FeatureSpace(**SPACES[name](FeatureSpace))
    space.adapt(DATA)
    return space


def compare(ours, theirs):
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        for key in theirs:
            compare(ours[key], theirs[key])
    else:
        # Mean and variance are in 64 bits here, in 32 bits there.
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", SPACES)
def test_values_and_config(name):
    space = adapted(name)
    compare(space(DATA), GOLDEN[name]["batch"])
    compare(space(ROW), GOLDEN[name]["row"])
    assert sorted(space.get_config()) == GOLDEN[name]["config"]


@pytest.mark.parametrize("name", SPACES)
def test_saved_spaces_encode_alike(name, tmp_path):
    space = adapted(name)
    space.save(tmp_path / "space.keras")
    again = rv.saving.load_model(tmp_path / "space.keras")
    compare(again(DATA), space(DATA))


def test_adapting_to_batches_is_adapting_to_all():
    class Batches:
        def __iter__(self):
            yield {key: np.asarray(value[:3]) for key, value in DATA.items()}
            yield {key: np.asarray(value[3:]) for key, value in DATA.items()}

    space = FeatureSpace(**SPACES["strings"](FeatureSpace))
    space.adapt(Batches())
    compare(space(DATA), GOLDEN["strings"]["batch"])
    rows = FeatureSpace(**SPACES["strings"](FeatureSpace))
    rows.adapt([{k: v[i] for k, v in DATA.items()} for i in range(len(DATA["age"]))])
    compare(rows(DATA), GOLDEN["strings"]["batch"])


@pytest.mark.parametrize("name", SPACES)
def test_tensors_and_rows_of_a_dataset(name):
    space = adapted(name)
    compare(space({k: tf.constant(v) for k, v in DATA.items()}), space(DATA))
    compare(space({k: tf.constant(v) for k, v in ROW.items()}), space(ROW))
    rows = rv.data.Dataset.from_tensors(ROW).map(lambda row: space(row))
    compare(next(rows.as_numpy_iterator()), space(ROW))
    scalars = {k: np.asarray(v)[()] for k, v in ROW.items()}
    compare(space(scalars), space(ROW))


def test_a_model_on_raw_columns():
    space = adapted("mixed")
    outputs = rv.layers.Dense(1)(space.get_encoded_features())
    model = rv.Model(space.get_inputs(), outputs)
    model.compile("sgd", "mse")
    columns = {key: np.asarray(value) for key, value in DATA.items()}
    model.fit(columns, np.zeros(len(DATA["age"])), verbose=0)
    expected = model.layers[-1](space(DATA))
    np.testing.assert_allclose(model.predict(columns, verbose=0), expected, rtol=1e-5)


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"features": {}}, "empty"),
        ({"features": {"a": "floaty"}}, "floaty"),
        ({"features": {"a": "float"}, "output_mode": "list"}, "output_mode"),
        ({"features": {"a": "float"}, "crosses": [("a", "b")]}, "unknown features"),
        (
            {"features": {"a": "float"}, "crosses": [("a",)], "crossing_dim": None},
            "crossing_dim",
        ),
    ],
)
def test_errors_of_the_constructor(kwargs, message):
    with pytest.raises(ValueError, match=message):
        FeatureSpace(**kwargs)


def test_errors_of_use():
    space = FeatureSpace({"a": "float_normalized"})
    with pytest.raises(ValueError, match="adapt"):
        space({"a": [1.0]})
    with pytest.raises(ValueError, match="several times"):
        space.adapt(iter([{"a": [1.0]}]))
    space = FeatureSpace({"a": "float"})
    with pytest.raises(ValueError, match="dict"):
        space([1.0])
    space = FeatureSpace(
        {"a": FeatureSpace.string_hashed(3, output_mode="int")}, output_mode="concat"
    )
    with pytest.raises(ValueError, match="has not been encoded"):
        space({"a": ["x"]})


@pytest.mark.parametrize("beside", [[], ["age"]])
@pytest.mark.parametrize("mode", ["multi_hot", "count"])
def test_encodings_of_layers_of_ones_own_are_numbers(mode, beside):
    """A layer that encodes by itself gives integers, which are joined as floats."""
    space = FeatureSpace(
        {
            "city": FeatureSpace.feature(
                "string", rv.layers.StringLookup(output_mode=mode), "float"
            ),
            **dict.fromkeys(beside, "float"),
        }
    )
    table = {"city": ["rome", "oslo", "rome"], "age": [1.0, 2.0, 3.0]}
    table = {name: table[name] for name in ["city", *beside]}
    space.adapt(table)
    expected = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    if beside:
        ages = table["age"]
        expected = [[age, *row] for age, row in zip(ages, expected, strict=True)]
    for given in (table, {name: np.array(c) for name, c in table.items()}):
        found = space(given)
        assert found.dtype == "float32" and found.tolist() == expected
    assert space({name: c[0] for name, c in table.items()}).tolist() == expected[0]
    rows = rv.data.Dataset.from_tensor_slices(table).batch(2).map(space)
    joined = np.concatenate([np.asarray(x) for x in rows])
    assert joined.dtype == "float32" and joined.tolist() == expected


def test_inner_classes_are_named_in_files():
    space = FeatureSpace({"age": "float", "city": "string_hashed"})
    config = rv.saving.serialize_keras_object(space)
    feature = config["config"]["features"]["age"]
    assert config["registered_name"] is None
    assert feature["registered_name"] == "Feature"
    assert feature["config"]["preprocessor"]["registered_name"] == "TFDIdentity"
    again = rv.saving.deserialize_keras_object(config)
    assert again.get_config() == space.get_config()
