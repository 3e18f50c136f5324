"""What every layer must do, compared with Keras 3 on JAX.

Values agree to float32 rounding: both sides run the same formulas, but XLA may fuse
or order them in another way. Random draws and initial weights agree bit for bit.
"""

import random
import warnings

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from ranvier import layers
from ranvier.core import _naming, _policy
from ranvier.core._mask import get_mask
from ranvier.core._serialization import deserialize_object, serialize_object
from tests.layers.cases import CASES, halve

TOLERANCE = {"rtol": 2e-5, "atol": 2e-6}
HALF_TOLERANCE = {"rtol": 2e-2, "atol": 2e-2}  # 8 bits of mantissa: about 2 digits

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def pair(case):
    """Returns Keras's layer and ours, made with the same names and seeds."""
    keras.backend.clear_session(free_memory=False)
    _naming.reset_names()
    made = []
    for module in (keras.layers, layers):
        random.seed(7)
        made.append(case.make(module))
    return made


def call(layer, inputs, **kwargs):
    """Calls a layer; should it be built by this, then with the same seeds."""
    random.seed(8)
    return layer(inputs, **kwargs)


def as_numpy(tree):
    return jax.tree.map(np.asarray, tree)


def assert_close(ours, theirs, **tolerance):
    ours, theirs = as_numpy(ours), as_numpy(theirs)
    assert jax.tree.structure(ours) == jax.tree.structure(theirs)
    for x, y in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        assert x.dtype == y.dtype
        assert x.shape == y.shape
        np.testing.assert_allclose(
            x.astype("float32"), y.astype("float32"), **(tolerance or TOLERANCE)
        )


def values(layer):
    return [v.value for v in layer.variables]


@every_case
def test_weights_and_config(case):
    theirs, ours = pair(case)
    if case.name != "lambda":  # a function without a registered name
        assert ours.get_config() == theirs.get_config()
    assert ours.built == theirs.built
    for layer in (theirs, ours):
        call(layer, case.inputs)
    for group in (
        "weights",
        "trainable_weights",
        "non_trainable_weights",
        "variables",
        "trainable_variables",
        "non_trainable_variables",
    ):
        assert [
            (v.name, v.path, tuple(v.shape), v.dtype, v.trainable)
            for v in getattr(ours, group)
        ] == [
            (v.name, v.path, tuple(v.shape), v.dtype, v.trainable)
            for v in getattr(theirs, group)
        ]
    for v, w in zip(ours.variables, theirs.variables, strict=True):
        np.testing.assert_array_equal(v.numpy(), np.asarray(w), strict=True)

    config = serialize_object(ours)
    if case.name != "lambda":  # a function without a registered name
        assert config == keras.saving.serialize_keras_object(theirs)
    copy = deserialize_object(config, custom_objects={"halve": halve})
    assert serialize_object(copy) == config
    assert [v.shape for v in copy.weights] == [v.shape for v in ours.weights]


@every_case
@pytest.mark.parametrize("training", [False, True])
def test_outputs(case, training):
    theirs, ours = pair(case)
    for _ in range(2):  # random layers draw anew, statistics move
        expected = call(theirs, case.inputs, training=training)
        outputs = call(ours, case.inputs, training=training)
        assert_close(outputs, expected)
        assert_close(ours.losses, theirs.losses)
    assert_close(values(ours), values(theirs))
    if training:
        for layer in (theirs, ours):
            layer.trainable = False
        assert ours.trainable_variables == []
        expected = call(theirs, case.inputs, training=True)
        assert_close(call(ours, case.inputs, training=True), expected)
        assert_close(values(ours), values(theirs))


@every_case
def test_symbolic(case):
    theirs, ours = pair(case)

    def symbols(module):
        made = [
            module.Input(shape=x.shape[1:], dtype=x.dtype.name) for x in case.arrays
        ]
        return made if isinstance(case.inputs, list) else made[0]

    expected = theirs(symbols(keras.layers))
    output = ours(symbols(layers))
    assert output.shape == tuple(expected.shape)
    assert output.dtype == expected.dtype
    shapes = [(None, *x.shape[1:]) for x in case.arrays]
    shapes = shapes if isinstance(case.inputs, list) else shapes[0]
    assert ours.compute_output_shape(shapes) == tuple(
        theirs.compute_output_shape(shapes)
    )


@every_case
def test_gradients(case):
    theirs, ours = pair(case)
    for layer in (theirs, ours):
        call(layer, case.inputs)

    def gradients(layer, in_scope):
        trainable = [v.value for v in layer.trainable_variables]

        def loss(trainable, inputs):
            outputs, losses = in_scope(layer, trainable, inputs)
            return jnp.sum(jnp.sin(outputs)) + sum(losses), outputs

        inputs = jax.tree.map(jnp.asarray, case.inputs)
        argnums = (0, 1) if case.differentiable else 0
        gradient = jax.grad(loss, argnums, has_aux=True)
        if not ours._seed_generators:
            # One program: compiling operations one by one takes longer, except those
            # of random draws, which other tests have compiled.
            gradient = jax.jit(gradient)
        return gradient(trainable, inputs)

    assert_close(
        gradients(ours, _our_call), gradients(theirs, _their_call), rtol=1e-4, atol=1e-5
    )


def _our_call(layer, trainable, inputs):
    fixed = [v.value for v in layer.non_trainable_variables]
    outputs, _, losses = layer.stateless_call(
        trainable, fixed, inputs, training=True, return_losses=True
    )
    return outputs, losses


def _their_call(layer, trainable, inputs):
    # Keras's `stateless_call` of a single layer leaves out penalties on activities.
    mapping = zip(layer.trainable_variables, trainable, strict=True)
    with keras.StatelessScope(list(mapping), collect_losses=True) as scope:
        outputs = layer(inputs, training=True)
        weights = [
            v.regularizer(v)
            for v in layer.trainable_variables
            if v.regularizer is not None
        ]
    return outputs, [*scope.losses, *weights]


@every_case
def test_mixed_precision(case):
    results = []
    try:
        for module, set_policy in (
            (keras.layers, keras.config.set_dtype_policy),
            (layers, _policy.set_dtype_policy),
        ):
            set_policy("mixed_bfloat16")
            random.seed(7)
            layer = case.make(module)
            results.append((call(layer, case.inputs, training=True), values(layer)))
    finally:
        keras.config.set_dtype_policy("float32")
        _policy.set_dtype_policy("float32")
    assert_close(results[1], results[0], **HALF_TOLERANCE)


@every_case
def test_half_inputs(case):
    if not case.differentiable:
        pytest.skip("takes integers")
    theirs, ours = pair(case)
    inputs = jax.tree.map(lambda x: x.astype("float16"), case.inputs)
    assert_close(call(ours, inputs), call(theirs, inputs))


MASKED = [
    case
    for case in CASES
    # Softmax wants a mask of another form.
    if all(x.ndim == 3 for x in case.arrays) and "softmax" not in case.name
]


@pytest.mark.parametrize("case", MASKED, ids=lambda case: case.name)
def test_masks(case):
    results = []
    for module, layer in zip((keras.layers, layers), pair(case), strict=True):
        masking = module.Masking()
        masked = [
            masking(np.where(np.arange(x.shape[1])[:, None] % 2 == 0, x, 0))
            for x in case.arrays
        ]
        with warnings.catch_warnings():  # some layers warn that they drop the mask
            warnings.simplefilter("ignore")
            out = call(layer, masked if isinstance(case.inputs, list) else masked[0])
        results.append((out, get_mask(out)))
    (expected, expected_mask), (output, mask) = results
    assert_close(output, expected)
    assert (mask is None) == (expected_mask is None)
    if mask is not None:
        np.testing.assert_array_equal(mask, expected_mask)
