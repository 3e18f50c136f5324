"""What single layers promise beyond the contract."""

import warnings

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from ranvier import layers, ops
from ranvier.core import _config
from ranvier.core._dynamic import dynamic_names, lift
from ranvier.core._mask import get_mask
from ranvier.core._registry import register_keras_serializable
from ranvier.core._scope import StateScope
from ranvier.core._seeds import set_random_seed
from ranvier.core._serialization import deserialize_object, serialize_object

rng = np.random.default_rng(0)
x = rng.normal(size=(4, 6)).astype("float32")
steps = rng.normal(size=(4, 5, 6)).astype("float32")


# Numbers that may vary without changing the program.

DYNAMIC = [
    (lambda value: layers.Dropout(value), "rate", 0.3),
    (lambda value: layers.AlphaDropout(value), "rate", 0.3),
    (lambda value: layers.GaussianDropout(value), "rate", 0.3),
    (lambda value: layers.GaussianNoise(value), "stddev", 0.3),
    (lambda value: layers.LeakyReLU(value), "negative_slope", 0.3),
    (lambda value: layers.ELU(value), "alpha", 0.3),
    (lambda value: layers.RReLU(lower=value, upper=0.6), "lower", 0.3),
    (lambda value: layers.RReLU(upper=value), "upper", 0.3),
    (lambda value: layers.BatchNormalization(momentum=value), "momentum", 0.3),
]


@pytest.mark.parametrize(
    ("make", "name", "value"), DYNAMIC, ids=lambda value: str(value)[:12]
)
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_dynamic_number(make, name, value, dtype):
    """One program for all values gives what a layer made with the value gives."""
    inputs = x.astype(dtype)
    set_random_seed(1)
    layer = make(0.5)
    assert name in dynamic_names(type(layer))
    layer.dtype_policy = dtype
    layer(inputs, training=False)
    state = [v.value for v in layer.variables]
    cell = lift(layer, name)

    @jax.jit
    def program(number, state):
        pairs = zip(layer.variables, state, strict=True)
        with StateScope([(cell, number), *pairs]) as scope:
            outputs = layer(inputs, training=True)
            return outputs, [scope.get(v) for v in layer.variables]

    outputs, variables = program(jnp.float32(value), state)
    assert outputs.dtype == dtype
    setattr(layer, name, value)
    expected = layer(inputs, training=True)
    tolerance = 1e-5 if dtype == "float32" else 4e-3
    np.testing.assert_allclose(outputs, expected, rtol=tolerance, atol=tolerance)
    for v, w in zip(variables, layer.variables, strict=True):
        np.testing.assert_allclose(v, w.value, rtol=1e-5)
    assert make(value).get_config()[name] == value


# Activations of our own.


def test_mish():
    expected = x * np.tanh(np.log1p(np.exp(x)))
    np.testing.assert_allclose(layers.Mish()(x), expected, rtol=1e-5, atol=1e-6)


def test_rrelu():
    layer = layers.RReLU(lower=0.2, upper=0.4, seed=3)
    np.testing.assert_allclose(layer(x), np.where(x < 0, 0.3 * x, x), rtol=1e-6)
    outputs = np.asarray(layer(x, training=True))
    np.testing.assert_array_equal(outputs[x >= 0], x[x >= 0])
    slopes = (outputs / x)[x < 0]
    assert (0.2 <= slopes).all() and (slopes < 0.4).all()
    assert len(np.unique(slopes)) > 3
    assert not np.array_equal(outputs, layer(x, training=True))
    config = serialize_object(layer)
    assert config["module"] == "ranvier.layers"
    assert deserialize_object(config).get_config() == layer.get_config()


def test_older_argument_names():
    with pytest.warns(UserWarning, match="negative_slope"):
        assert layers.LeakyReLU(alpha=0.5).negative_slope == 0.5
    with pytest.warns(UserWarning, match="input_length"):
        layers.Embedding(3, 2, input_length=4)
    with pytest.warns(UserWarning, match="RMSNormalization"):
        layers.LayerNormalization(rms_scaling=True)


def test_rms_scaling():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outputs = [
            module.LayerNormalization(rms_scaling=True)(x)
            for module in (keras.layers, layers)
        ]
    np.testing.assert_allclose(outputs[1], outputs[0], rtol=1e-5)


def test_softmax_mask():
    mask = rng.random((4, 6)) < 0.5
    mask[:, 0] = True
    expected = keras.layers.Softmax()(x, mask=mask)
    np.testing.assert_allclose(layers.Softmax()(x, mask=mask), expected, rtol=1e-6)
    np.testing.assert_array_equal(np.asarray(expected)[~mask], 0.0)
    with pytest.raises(ValueError, match="broadcastable"):
        layers.Softmax()(x, mask=mask[:, :2])


# Layers with a state.


def test_batch_normalization_mask():
    mask = rng.random((4, 5)) < 0.5
    pair = [k.BatchNormalization(momentum=0.5) for k in (keras.layers, layers)]
    theirs, ours = (layer(steps, training=True, mask=mask) for layer in pair)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    for v, w in zip(pair[1].weights, pair[0].weights, strict=True):
        np.testing.assert_allclose(v, w, rtol=1e-5)


def test_batch_normalization_of_one_channel_with_mask():
    layer = layers.BatchNormalization(epsilon=0.0)
    one = np.array([[[1.0], [3.0], [9.0]]])
    outputs = layer(one, training=True, mask=np.array([[True, True, False]]))
    np.testing.assert_allclose(outputs[0, :2, 0], [-1.0, 1.0], rtol=1e-5)


def test_frozen_batch_normalization_uses_moving_statistics():
    layer = layers.BatchNormalization()
    layer(x, training=True)
    before = layer.get_weights()
    layer.trainable = False
    np.testing.assert_array_equal(layer(x, training=True), layer(x, training=False))
    for v, w in zip(layer.get_weights(), before, strict=True):
        np.testing.assert_array_equal(v, w)


def test_spectral_normalization_of_zeros():
    layer = layers.SpectralNormalization(layers.Dense(2, kernel_initializer="zeros"))
    assert not np.asarray(layer(x, training=True)).any()
    assert np.isfinite(layer.vector_u.numpy()).all()


def test_embedding_of_given_weights():
    given = rng.normal(size=(5, 3)).astype("float32")
    for weights in (given, [given]):
        layer = layers.Embedding(5, 3, weights=weights)
        np.testing.assert_array_equal(layer(np.array([4])), given[[4]])


def test_embedding_gradient_of_repeated_indices():
    layer = layers.Embedding(3, 2)
    layer.build()

    def total(values):
        outputs, _ = layer.stateless_call([values], [], jnp.array([1, 1, 2]))
        return outputs.sum()

    gradient = jax.grad(total)(jnp.zeros((3, 2)))
    np.testing.assert_array_equal(gradient, [[0, 0], [2, 2], [1, 1]])


# Merging.

MERGES = "add subtract multiply average maximum minimum concatenate dot".split()


@pytest.mark.parametrize("name", MERGES)
def test_functional_form(name):
    pair = [x, x[::-1]]
    ours = getattr(layers, name)(pair, name="merged")
    theirs = getattr(keras.layers, name)(pair, name="merged")
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("name", ["Add", "Multiply", "Average", "Maximum", "Minimum"])
@pytest.mark.parametrize("masked", [(True, True), (True, False), (False, True)])
def test_merging_of_masked_inputs(name, masked):
    first = np.array([[[0, 0], [-1, -2], [0, 0], [-3, -4]]], "float32")
    second = np.array([[[0, 0], [0, 0], [1, 2], [3, 4]]], "float32")
    results = []
    for module in (keras.layers, layers):
        inputs = [
            module.Masking()(v) if is_masked else jnp.asarray(v)
            for v, is_masked in zip((first, second), masked, strict=True)
        ]
        results.append(getattr(module, name)()(inputs))
    np.testing.assert_array_equal(results[1], results[0])
    ours, theirs = get_mask(results[1]), get_mask(results[0])
    assert (ours is None) == (theirs is None)
    if ours is not None:
        np.testing.assert_array_equal(ours, theirs)


# Lambda and wrappers.


@register_keras_serializable("test_behaviour")
def shifted(inputs, by=1.0):
    return inputs + by


def test_lambda_arguments():
    layer = layers.Lambda(shifted, arguments={"by": 2.0}, output_shape=(6,))
    np.testing.assert_allclose(layer(x), x + 2.0)
    copy = deserialize_object(serialize_object(layer))
    np.testing.assert_allclose(copy(x), x + 2.0)
    assert copy.compute_output_shape((None, 6)) == (None, 6)


def test_lambda_sees_training_and_mask():
    def function(inputs, mask=None, training=None):
        scale = 2.0 if training else 1.0
        return inputs * scale if mask is None else ops.where(mask[..., None], 7.0, 0.0)

    layer = layers.Lambda(function)
    np.testing.assert_allclose(layer(x, training=True), 2 * x)
    np.testing.assert_allclose(layer(x), x)
    masked = layers.Masking()(steps)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it drops the mask
        np.testing.assert_allclose(layer(masked), np.full((4, 5, 1), 7.0))


def test_lambda_mask():
    layer = layers.Lambda(shifted, mask=lambda inputs, mask: ops.logical_not(mask))
    masked = layers.Masking()(np.array([[[1.0], [0.0]]]))
    assert get_mask(layer(masked)).tolist() == [[False, True]]


def test_lambda_without_name_is_saved_with_a_warning():
    layer = layers.Lambda(lambda inputs: 3 * inputs)
    copy = layers.Lambda.from_config(layer.get_config())
    np.testing.assert_allclose(copy(x), 3 * x)
    with pytest.warns(UserWarning, match="bytecode"):
        config = layers.serialize(layer)
    with pytest.raises(ValueError, match="lambda"):
        layers.deserialize(config)


def test_lambda_in_a_file_is_refused():
    config = layers.Lambda(shifted).get_config()
    config["function"] = {"class_name": "__lambda__", "config": {"code": "x"}}
    with pytest.raises(ValueError, match="lambda"):
        layers.Lambda.from_config(config)


def test_lambda_of_several_outputs():
    layer = layers.Lambda(lambda inputs: (inputs, ops.cast(inputs[:, :2], "int32")))
    first, second = layer(layers.Input((6,)))
    assert (first.shape, second.shape) == ((None, 6), (None, 2))
    assert (first.dtype, second.dtype) == ("float32", "int32")


def test_deserialize_is_the_inverse_of_serialize():
    layer = layers.SpectralNormalization(layers.Dense(2, activation="relu"))
    layer(x)
    copy = layers.deserialize(layers.serialize(layer))
    assert layers.serialize(copy) == layers.serialize(layer)
    assert layers.deserialize(keras.layers.serialize(keras.layers.Dense(2))).units == 2


def test_subclass_may_build():
    class Scaled(layers.Dropout):
        def build(self, input_shape):
            self.factor = self.add_weight(shape=(), initializer="ones")

        def call(self, inputs, training=False):
            return super().call(inputs * self.factor, training=training)

    layer = Scaled(0.5)
    np.testing.assert_allclose(layer(x), x)
    (factor,) = layer.weights
    # An unnamed weight is called `variable`, with a number if that name is taken.
    assert factor.path.startswith(f"{layer.name}/variable")


# Other layouts and shapes.


def test_rescaling_of_channels_first():
    outputs = []
    for module, config in ((keras.layers, keras.config), (layers, _config)):
        config.set_image_data_format("channels_first")
        try:
            outputs.append(module.Rescaling([1.0, 2.0])(np.ones((1, 2, 3, 3))))
        finally:
            config.set_image_data_format("channels_last")
    np.testing.assert_array_equal(outputs[1], outputs[0])


@pytest.mark.parametrize(
    ("make", "shape", "expected"),
    [
        (lambda: layers.Flatten(), (None, 3, None), (None, None)),
        (lambda: layers.Flatten(), (None,), (None, 1)),
        (lambda: layers.Reshape((3, -1)), (None, None, 3), (None, 3, None)),
        (lambda: layers.Reshape((-1, 2)), (5, 6), (5, 3, 2)),
        (lambda: layers.Reshape((None, 2)), (5, 6), (5, 3, 2)),
        (lambda: layers.Reshape(()), (5, 1), (5,)),
        (lambda: layers.Cropping1D(1), (None, None, 3), (None, None, 3)),
        (lambda: layers.UpSampling1D(2), (None, None, 3), (None, None, 3)),
        (lambda: layers.Identity(), (None, 3), (None, 3)),
    ],
)
def test_unknown_sizes(make, shape, expected):
    symbol = layers.Input(batch_shape=shape)
    assert make()(symbol).shape == expected


def test_empty_batch():
    assert layers.Flatten()(np.ones((0, 2, 3))).shape == (0, 6)
    assert layers.Reshape((3, -1))(np.ones((0, 2, 3))).shape == (0, 3, 2)
    assert layers.Dropout(0.5)(np.ones((0, 3)), training=True).shape == (0, 3)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (layers.Dropout, "rate"),
        (layers.AlphaDropout, "rate"),
        (layers.GaussianDropout, "rate"),
        (layers.GaussianNoise, "stddev"),
    ],
)
def test_noise_may_begin_later(make, name):
    layer = make(0.0)
    np.testing.assert_array_equal(layer(x, training=True), x)
    assert layer.variables == []
    setattr(layer, name, 0.5)
    assert len(layer.variables) == 1
    assert not np.array_equal(layer(x, training=True), x)
    setattr(layer, name, 0.0)
    np.testing.assert_array_equal(layer(x, training=True), x)


@pytest.mark.parametrize("shape", [(None, 1), (1,), (None, 1, 1), (1, 1, 1, 1, 2)])
def test_alpha_dropout_with_short_noise_shapes(shape):
    x = np.ones((2, 3, 2, 2, 2), "float32")
    ours, theirs = (
        np.asarray(k.AlphaDropout(0.3, noise_shape=shape, seed=1)(x, training=True))
        for k in (layers, keras.layers)
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
