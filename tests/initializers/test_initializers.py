"""Initialisers against Keras: names, configs, and the same bits for the same seed."""

import keras
import keras.src.initializers as keras_source
import numpy as np
import pytest

from ranvier import initializers, ops
from ranvier.core import _seeds
from ranvier.core._serialization import deserialize_object, serialize_object

# Class, arguments, shapes.
MATRICES = ((4, 3), (2, 3, 4))
ANY = ((), (5,), *MATRICES)
WINDOW = np.linspace(0.1, 1.0, 8)
CASES = [
    ("Zeros", {}, ANY),
    ("Ones", {}, ANY),
    ("Constant", {"value": 2.5}, ANY),
    ("Constant", {"value": [1.0, 2.0, 3.0]}, ((3,), (4, 3))),
    ("Identity", {}, ((3, 3), (2, 4))),
    ("STFT", {}, ((8, 1, 5),)),
    ("STFT", {"side": "imag", "scaling": "spectrum"}, ((8, 1, 5),)),
    ("STFT", {"window": None, "scaling": None}, ((8, 1, 5),)),
    ("STFT", {"window": "hamming", "periodic": True}, ((8, 1, 5),)),
    ("STFT", {"window": WINDOW, "scaling": None}, ((8, 1, 5),)),
    ("RandomNormal", {"seed": 1}, ANY),
    ("RandomNormal", {"mean": 1.0, "stddev": 0.5, "seed": 2}, ANY),
    ("TruncatedNormal", {"seed": 3}, ANY),
    ("TruncatedNormal", {"mean": -1.0, "stddev": 2.0, "seed": 4}, ANY),
    ("RandomUniform", {"seed": 5}, ANY),
    ("RandomUniform", {"minval": 1.0, "maxval": 3.0, "seed": 6}, ANY),
    ("VarianceScaling", {"seed": 7}, ANY),
    ("VarianceScaling", {"scale": 3.0, "mode": "fan_out", "seed": 8}, ANY),
    ("VarianceScaling", {"distribution": "normal", "seed": 8}, ANY),
    (
        "VarianceScaling",
        {"mode": "fan_avg", "distribution": "UNIFORM", "seed": 9},
        ANY,
    ),
    ("VarianceScaling", {"distribution": "untruncated_normal", "seed": 10}, ANY),
    (
        "VarianceScaling",
        {"input_axes": [0, 1], "output_axes": [2], "seed": 11},
        ((2, 3, 4),),
    ),
    ("GlorotUniform", {"seed": 12}, ANY),
    ("GlorotUniform", {"seed": 12, "input_axes": [0], "output_axes": [1]}, MATRICES),
    ("GlorotNormal", {"seed": 13}, ANY),
    ("LecunNormal", {"seed": 14}, ANY),
    ("LecunUniform", {"seed": 15}, ANY),
    ("HeNormal", {"seed": 16}, ANY),
    ("HeUniform", {"seed": 17}, ANY),
    ("Orthogonal", {"seed": 18}, ((3, 4), *MATRICES)),
    ("Orthogonal", {"gain": 2.0, "seed": 19}, MATRICES),
]
RANDOM = sorted({name for name, arguments, _ in CASES if "seed" in arguments})
IDS = [f"{name}-{i}" for i, (name, _, _) in enumerate(CASES)]


def pair(name, arguments):
    return (
        getattr(initializers, name)(**arguments),
        getattr(keras.initializers, name)(**arguments),
    )


def test_public_names_of_keras():
    expected = {name for name in dir(keras.initializers) if not name.startswith("_")}
    assert sorted(expected) == sorted(initializers.__all__)


def test_every_class_has_a_case():
    classes = {
        member.__name__
        for member in vars(initializers).values()
        if isinstance(member, type)
    }
    assert classes - {"Initializer"} == {name for name, _, _ in CASES}


@pytest.mark.parametrize("alias", sorted(keras_source.ALL_OBJECTS_DICT))
def test_every_name_of_get(alias):
    expected = keras_source.ALL_OBJECTS_DICT[alias]
    assert type(initializers.get(alias)).__name__ == expected.__name__


@pytest.mark.parametrize(("name", "arguments", "shapes"), CASES, ids=IDS)
def test_values(name, arguments, shapes):
    ours, theirs = pair(name, arguments)
    # Draws are compared bit by bit. So is the rest, but for the Fourier kernels,
    # whose angles are rounded in another order: float32 rounding of numbers up to 30.
    tolerance = 1e-5 if name == "STFT" else 0
    for shape in shapes:
        np.testing.assert_allclose(
            ours(shape), np.asarray(theirs(shape)), rtol=0, atol=tolerance
        )


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("name", ["Ones", "GlorotUniform", "HeNormal", "RandomUniform"])
def test_dtypes(name, dtype):
    ours, theirs = pair(name, {"seed": 1} if name in RANDOM else {})
    value = ours((4, 3), dtype=dtype)
    assert value.dtype == dtype
    np.testing.assert_array_equal(value, theirs((4, 3), dtype=dtype))


@pytest.mark.parametrize(("name", "arguments", "shapes"), CASES, ids=IDS)
def test_config_and_round_trips(name, arguments, shapes):
    ours, theirs = pair(name, arguments)
    config = serialize_object(ours)
    assert config == keras.saving.serialize_keras_object(theirs)
    np.testing.assert_equal(ours.get_config(), theirs.get_config())
    if isinstance(arguments.get("window"), np.ndarray):
        return  # Keras does not read back the array it writes.
    for again in (
        deserialize_object(config),
        initializers.deserialize(config),
        ours.clone(),
    ):
        assert serialize_object(again) == config
        np.testing.assert_array_equal(again(shapes[0]), ours(shapes[0]))
    read = keras.saving.deserialize_keras_object(config)
    assert read.get_config() == theirs.get_config()


def test_a_gain_of_the_identity_survives():
    ours = initializers.Identity(gain=3.0)
    config = serialize_object(ours)
    assert initializers.deserialize(config).gain == 3.0
    assert keras.initializers.deserialize(config).gain == 3.0


@pytest.mark.parametrize("name", RANDOM)
def test_default_seed_follows_the_global_one(name):
    values = []
    for module, set_seed in (
        (initializers, _seeds.set_random_seed),
        (keras.initializers, keras.utils.set_random_seed),
    ):
        set_seed(42)
        first, second = getattr(module, name)(), getattr(module, name)()
        assert first.seed != second.seed
        assert first.get_config()["seed"] is None
        values.append([np.asarray(x((4, 3))) for x in (first, second, first)])
    np.testing.assert_array_equal(*values)
    np.testing.assert_array_equal(values[0][0], values[0][2])


def test_a_seed_generator_gives_new_numbers_at_each_call():
    ours = initializers.HeNormal(seed=_seeds.SeedGenerator(3))
    theirs = keras.initializers.HeNormal(seed=keras.random.SeedGenerator(3))
    for _ in range(2):
        np.testing.assert_array_equal(ours((2, 3)), theirs((2, 3)))
    assert not np.array_equal(ours((2, 3)), ours((2, 3)))


def test_a_seed_generator_in_a_config():
    seed = _seeds.SeedGenerator(3, name="g")
    config = serialize_object(initializers.HeNormal(seed=seed))
    theirs = keras.initializers.HeNormal(seed=keras.random.SeedGenerator(3, name="g"))
    assert config == keras.saving.serialize_keras_object(theirs)
    again = initializers.deserialize(config)
    np.testing.assert_array_equal(again((2, 3)), theirs((2, 3)))


ERRORS = [
    ("VarianceScaling", {"scale": 0.0}, "scale"),
    ("VarianceScaling", {"mode": "fan"}, "mode"),
    ("VarianceScaling", {"distribution": "cauchy"}, "distribution"),
    ("RandomNormal", {"seed": "one"}, "seed"),
    ("STFT", {"side": "left"}, "side"),
    ("STFT", {"scaling": "none"}, "scaling"),
    ("STFT", {"window": "curtain"}, "window"),
]


@pytest.mark.parametrize(("name", "arguments", "word"), ERRORS)
def test_bad_arguments(name, arguments, word):
    with pytest.raises(ValueError):
        getattr(keras.initializers, name)(**arguments)
    with pytest.raises(ValueError, match=word):
        getattr(initializers, name)(**arguments)


@pytest.mark.parametrize("name", ["RandomNormal", "TruncatedNormal"])
@pytest.mark.parametrize("stddev", [-0.1, float("nan"), "wide", None])
def test_bad_deviations(name, stddev):
    with pytest.raises(ValueError, match="`stddev`"):
        getattr(initializers, name)(stddev=stddev)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("RandomNormal", {"mean": "zero"}),
        ("TruncatedNormal", {"mean": None}),
        ("RandomUniform", {"minval": 1.0, "maxval": 0.0}),
        ("RandomUniform", {"minval": "low"}),
        ("RandomUniform", {"maxval": None}),
        ("Orthogonal", {"gain": None}),
        ("Identity", {"gain": "a"}),
        ("VarianceScaling", {"scale": "a"}),
        ("Constant", {"value": "a"}),
        ("Constant", {"value": None}),
    ],
)
def test_arguments_without_a_meaning(name, arguments):
    argument = next(iter(arguments))
    with pytest.raises(ValueError, match=f"`{argument}`.*Received: {argument}="):
        getattr(initializers, name)(**arguments)


def test_numbers_may_be_arrays():
    bounds = np.array([0.0, 1.0]), np.array([0.0, 2.0])
    first, second = initializers.RandomUniform(*bounds)((2,))
    assert first == 0.0 and 1.0 <= second < 2.0


@pytest.mark.parametrize(("name", "shape"), [("Identity", (3,)), ("Orthogonal", (3,))])
def test_bad_shapes(name, shape):
    for initializer in pair(name, {}):
        with pytest.raises(ValueError, match="shape="):
            initializer(shape)


def test_get_passes_objects_and_functions():
    zeros = initializers.Zeros()
    assert initializers.get(None) is None
    assert initializers.get(zeros) is zeros
    assert isinstance(initializers.get(initializers.Ones), initializers.Ones)
    halves = initializers.get(lambda shape, dtype=None: ops.full(shape, 0.5, dtype))
    assert halves((2,), dtype="float32").tolist() == [0.5, 0.5]


def test_get_takes_arrays():
    given = initializers.get(np.array([1.0, 2.0]))
    assert given((2,)).tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match=r"\(2,\)"):
        given((3,))


def test_get_reads_short_configs():
    config = {"class_name": "he_normal", "config": {"seed": 3}}
    assert initializers.get(config).seed == 3


def test_get_suggests_a_close_name():
    with pytest.raises(ValueError, match="glorot_uniform"):
        initializers.get("glorot_unifrom")
    with pytest.raises(ValueError, match="initializer"):
        initializers.get(3)


def test_custom_objects():
    class Twos(initializers.Initializer):
        def __call__(self, shape, dtype=None, **kwargs):
            return 2.0 * ops.ones(shape, dtype)

    config = serialize_object(Twos())
    found = initializers.deserialize(config, custom_objects={"Twos": Twos})
    assert found((1,)).tolist() == [2.0]
    assert initializers.deserialize("Twos", custom_objects={"Twos": Twos})((1,))[0] == 2


def test_the_base_class_draws_nothing():
    with pytest.raises(NotImplementedError, match="__call__"):
        initializers.Initializer()((2,))
