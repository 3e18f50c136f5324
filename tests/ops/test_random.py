"""Random functions: the bits of Keras, seeds, and programs."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from ranvier.core import _seeds
from ranvier.core._scope import StateScope
from ranvier.core._seeds import SeedGenerator
from ranvier.core._variable import Variable
from ranvier.ops import _random as random
from ranvier.ops._symbolic import KerasTensor, infer_outputs
from tests.ops.comparing import call, outcome

X = np.arange(12, dtype="float32").reshape(3, 4) + 1
LOGITS = np.log(np.array([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0]], "float32") + 1e-9)
ALPHA = np.array([0.5, 1.0, 4.0], "float32")

CASES = {
    "normal": [
        call((2, 3)),
        call((2, 3), 5.0, 0.1),
        call([4], mean=ALPHA[:1], dtype="float16"),
        call((), dtype="bfloat16"),
    ],
    "truncated_normal": [
        call((3, 4)),
        call((50,), 1.0, 2.0),
        call((3,), dtype="float16"),
    ],
    "uniform": [
        call((2, 3)),
        call((2, 3), -1.0, 5.0),
        call((3,), dtype="float16"),
        call((3,), dtype="int32"),
    ],
    "randint": [
        call((2, 3), 0, 10),
        call((4,), -3, 3, "int8"),
        call((2,), 0, 9, "float32"),
        call((2,), 0, 9, None),
    ],
    "categorical": [
        call(LOGITS, 5),
        call(LOGITS, 2, dtype="uint8"),
        call(LOGITS[0], 2),
    ],
    "gamma": [call((2, 3), ALPHA)],
    "beta": [call((3,), ALPHA, 1.0)],
    "binomial": [call((2, 3), [5, 6, 7], [0.1, 0.5, 0.9])],
    "shuffle": [call(X), call(X, 1), call(X.astype("int32"), axis=-1)],
    "dropout": [
        call(X, 0.5),
        call(X, 0.2, (3, 1)),
        call(X, 0.2, noise_shape=(None, 1)),
        call(X.astype("float16"), 0.3),
        call(X, 0.0),
        call(X, 1.0),
        call(X, 0),
    ],
}


# Rejection sampling takes long to compile.
MORE_CASES = {
    "gamma": [call((2, 3), 2.0), call((2,), 0.5, dtype="float16")],
    "beta": [call((2, 3), 2.0, 0.5), call((2,), [1, 2], [2, 1])],
    "binomial": [call((5,), 10, 0.3)],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MORE_CASES)
def test_more_bits_are_those_of_keras(name):
    _compare_bits(name, MORE_CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_the_bits_are_those_of_keras(name):
    _compare_bits(name, CASES[name])


def _compare_bits(name, calls):
    ours, theirs = getattr(random, name), getattr(keras.random, name)
    for i, (args, kwargs) in enumerate(calls):
        kwargs = {**kwargs, "seed": 1337 + i}
        tensors = [jnp.asarray(a) if isinstance(a, np.ndarray) else a for a in args]
        (error, mine), (expected, reference) = (
            outcome(ours, args, kwargs),
            outcome(theirs, tensors, kwargs),
        )
        assert error is expected, (args, kwargs)
        if error is None:
            assert mine[0].dtype == reference[0].dtype
            np.testing.assert_array_equal(mine[0], reference[0], str((args, kwargs)))


def test_generators_follow_those_of_keras():
    ours, theirs = SeedGenerator(7), keras.random.SeedGenerator(7)
    for name, args in [("normal", ((3,),)), ("dropout", (X, 0.5)), ("shuffle", (X,))]:
        mine = getattr(random, name)(*args, seed=ours)
        expected = getattr(keras.random, name)(*args, seed=theirs)
        np.testing.assert_array_equal(mine, expected)
    np.testing.assert_array_equal(ours.state.numpy(), theirs.state.value)


def test_the_global_generator_follows_that_of_keras():
    keras.utils.set_random_seed(11)
    expected = [keras.random.uniform((3,)) for _ in range(3)]
    _seeds.set_random_seed(11)
    drawn = [random.uniform((3,)) for _ in range(3)]
    np.testing.assert_array_equal(drawn, expected)


def test_kinds_of_seeds():
    expected = random.normal((2,), seed=5)
    np.testing.assert_array_equal(random.normal((2,), seed=np.int64(5)), expected)
    key = jnp.array([5, 0], "uint32")
    np.testing.assert_array_equal(random.normal((2,), seed=key), expected)
    for seed in ("5", 5.0, True):
        with pytest.raises(ValueError, match="Argument `seed`"):
            random.normal((2,), seed=seed)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: random.normal((2,)),
        lambda: random.randint((2,), 0, 5),
        lambda: random.dropout(jnp.ones(4), 0.5),
        lambda: random.shuffle(jnp.ones(4)),
    ],
)
def test_programs_do_not_bake_in_the_global_generator(draw):
    with pytest.raises(ValueError, match="SeedGenerator"):
        jax.jit(draw)()
    # Outside of programs, and where only shapes are asked for, it serves.
    assert draw().shape == infer_outputs(draw, (), {}).shape


def test_programs_that_lift_stray_variables_may_use_the_global_generator():
    def program():
        with StateScope(note_strays=True) as scope:
            random.normal((2,))
        assert [v.shape for v in scope.strays.values()] == [(2,)]

    jax.eval_shape(program)


def test_inferring_shapes_draws_no_numbers():
    generator = SeedGenerator(3)
    before = generator.state.numpy()
    result = random.dropout(KerasTensor((None, 4)), 0.5, seed=generator)
    assert result.shape == (None, 4)
    assert random.shuffle(KerasTensor((None, 4)), seed=generator).shape == (None, 4)
    drawn = random.categorical(KerasTensor((None, 3)), 5, seed=generator)
    assert (drawn.shape, drawn.dtype) == ((None, 5), "int32")
    np.testing.assert_array_equal(generator.state.numpy(), before)


def test_programs_may_vary_the_dropout_rate():
    program = jax.jit(lambda rate: random.dropout(jnp.ones(1000), rate, seed=1))
    np.testing.assert_array_equal(
        program(0.25), random.dropout(jnp.ones(1000), 0.25, seed=1)
    )
    assert bool((program(0.0) == 1).all()) and bool((program(1.0) == 0).all())
    half = jax.jit(lambda rate: random.dropout(jnp.ones(9, "float16"), rate, seed=1))
    assert half(0.5).dtype == "float16"


def test_dropout_passes_gradients_where_it_passes_values():
    x = jnp.ones(100)
    kept = random.dropout(x, 0.5, seed=1)
    gradient = jax.grad(lambda x: random.dropout(x, 0.5, seed=1).sum())(x)
    np.testing.assert_array_equal(gradient, kept)


def test_variables_are_taken():
    variable = Variable(X)
    np.testing.assert_array_equal(
        random.dropout(variable, 0.5, seed=1), random.dropout(X, 0.5, seed=1)
    )
    assert random.normal((3,), mean=Variable([1.0, 2.0, 3.0]), seed=1).shape == (3,)
