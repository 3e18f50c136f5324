"""Random tensors. The same seed gives the same bits as Keras on JAX.

Each function takes `seed`: an integer (the same draw at every call), a
`SeedGenerator` (a new draw at every call; its state is a variable), or None for the
global generator, which `set_random_seed` fixes.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ranvier.core import _config, _dtypes, _scope, _threefry
from ranvier.core._seeds import draw_key
from ranvier.core._variable import standardize_shape
from ranvier.ops._dispatch import op
from ranvier.ops._symbolic import SymbolicScope

_BAKED_SEED = (
    "A random function without `seed` was called while JAX traces a function: its "
    "draw would become a constant of the program, the same at every run. Create a "
    "`SeedGenerator` once, keep it as an attribute of your layer or model, and pass "
    "it:\n\n"
    "    self.seed_generator = SeedGenerator(1337)\n"
    "    ...\n"
    "    x = random.normal((2, 3), seed=self.seed_generator)"
)


def _sizes(shape):
    """Returns a shape as a tuple; one number stands for one axis."""
    return standardize_shape((shape,) if isinstance(shape, int) else shape)


def key_of(seed):
    """Returns the key of a seed.

    Raises:
        ValueError: for the global generator where a program would bake its draw in.
    """
    if seed is None and _would_be_baked():
        raise ValueError(_BAKED_SEED)
    key = draw_key(seed)
    return _threefry.for_program(key) if isinstance(key, Tracer) else key


def _would_be_baked():
    scopes = _scope.stacks.state
    if any(isinstance(scope, SymbolicScope) for scope in scopes):
        return False
    if scopes and (scopes[0].note_strays or any(s.takes_inputs for s in scopes)):
        return False  # the program will take the generator's state as an input
    return isinstance(jnp.zeros(()), Tracer)


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Draws from a normal distribution.

    Args:
        shape: the shape of the result.
        mean: the mean.
        stddev: the standard deviation.
        dtype: a float dtype; defaults to `floatx()`.
        seed: an integer, a `SeedGenerator`, or None for the global generator.

    Example:
        >>> from ranvier import random
        >>> random.normal((2, 3), seed=1).shape
        (2, 3)
    """
    shape, dtype = _sizes(shape), dtype or _config.floatx()
    return _draw(jax.random.normal, key_of(seed), shape, dtype) * stddev + mean


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Draws from a normal distribution without its tails beyond two deviations.

    Args:
        shape: the shape of the result.
        mean: the mean.
        stddev: the standard deviation of the untruncated distribution.
        dtype: a float dtype; defaults to `floatx()`.
        seed: an integer, a `SeedGenerator`, or None for the global generator.

    Example:
        >>> from ranvier import random
        >>> bool((abs(random.truncated_normal((100,), seed=1)) <= 2.0).all())
        True
    """
    shape, dtype = _sizes(shape), dtype or _config.floatx()
    return _draw(_truncated, key_of(seed), shape, dtype) * stddev + mean


def _truncated(key, shape, dtype):
    return jax.random.truncated_normal(key, -2.0, 2.0, shape, dtype)


def _draw(function, key, shape, dtype):
    """Draws an array; outside programs by one of few compiled sizes.

    An entry's bits depend on its flat index alone, so the start of a larger draw is the
    draw of a smaller shape: a model of many shapes needs one compiled program.
    """
    size = math.prod(shape)
    if isinstance(key, Tracer) or not _threefry.is_quicker(size, "float32"):
        return function(key, shape, dtype)
    bucket = 4096
    while bucket < size:
        bucket *= 4
    flat = function(key, (bucket,), dtype)
    if isinstance(flat, Tracer):
        return function(key, shape, dtype)
    return jax.device_put(np.asarray(flat)[:size].reshape(shape))


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Draws from a uniform distribution on `[minval, maxval)`.

    Args:
        shape: the shape of the result.
        minval: the lower bound, included.
        maxval: the upper bound, excluded.
        dtype: a float dtype; defaults to `floatx()`.
        seed: an integer, a `SeedGenerator`, or None for the global generator.

    Raises:
        ValueError: if `dtype` is no float dtype; `randint` draws integers.

    Example:
        >>> from ranvier import random
        >>> random.uniform((2,), seed=1).dtype.name
        'float32'
    """
    if dtype and not _dtypes.is_float_dtype(dtype):
        raise ValueError(
            "`random.uniform` requires a floating point `dtype`. `randint` draws "
            f"integers. Received: dtype={dtype}"
        )
    shape, dtype = _sizes(shape), dtype or _config.floatx()
    key = key_of(seed)
    concrete = not isinstance(key, Tracer)
    plain = isinstance(minval, (int, float)) and isinstance(maxval, (int, float))
    if concrete and plain and _threefry.is_quicker(math.prod(shape), dtype):
        # JAX would compile its own copy once for each shape.
        return jax.device_put(_threefry.uniform(key, shape, minval, maxval))
    return jax.random.uniform(key, shape, dtype, minval, maxval)


def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Draws integers uniformly from `[minval, maxval)`.

    Args:
        shape: the shape of the result.
        minval: the lower bound, included.
        maxval: the upper bound, excluded.
        dtype: an integer dtype.
        seed: an integer, a `SeedGenerator`, or None for the global generator.

    Raises:
        ValueError: if `dtype` is no integer dtype; `uniform` draws floats.

    Example:
        >>> from ranvier import random
        >>> random.randint((2,), 0, 10, seed=1).dtype.name
        'int32'
    """
    if dtype and not _dtypes.is_int_dtype(dtype):
        raise ValueError(
            "`random.randint` requires an integer `dtype`. `uniform` draws floats. "
            f"Received: dtype={dtype}"
        )
    shape = _sizes(shape)
    return jax.random.randint(key_of(seed), shape, minval, maxval, dtype or "int32")


def gamma(shape, alpha, dtype=None, seed=None):
    """Draws from the gamma distribution of unit scale.

    Args:
        shape: the shape of the result.
        alpha: the shape parameter; a number, or a tensor that broadcasts to `shape`.
        dtype: a float dtype; defaults to `floatx()`.
        seed: an integer, a `SeedGenerator`, or None for the global generator.

    Example:
        >>> from ranvier import random
        >>> bool((random.gamma((3,), alpha=2.0, seed=1) > 0).all())
        True
    """
    shape, dtype = _sizes(shape), dtype or _config.floatx()
    return jax.random.gamma(key_of(seed), jnp.asarray(alpha), shape, dtype)


def beta(shape, alpha, beta, dtype=None, seed=None):
    """Draws from the beta distribution.

    Args:
        shape: the shape of the result.
        alpha: the first parameter; a number, or a tensor that broadcasts to `shape`.
        beta: the second parameter, likewise.
        dtype: a float dtype; defaults to `floatx()`.
        seed: an integer, a `SeedGenerator`, or None for the global generator.

    Example:
        >>> from ranvier import random
        >>> bool((random.beta((3,), alpha=2.0, beta=1.0, seed=1) < 1).all())
        True
    """
    shape, dtype = _sizes(shape), dtype or _config.floatx()
    return jax.random.beta(
        key_of(seed), jnp.asarray(alpha), jnp.asarray(beta), shape, dtype
    )


def binomial(shape, counts, probabilities, dtype=None, seed=None):
    """Draws from the binomial distribution: successes in `counts` trials.

    Args:
        shape: the shape of the result.
        counts: the number of trials; a number, or a tensor that broadcasts to
            `shape`.
        probabilities: the probability of success, likewise.
        dtype: a float dtype; defaults to `floatx()`.
        seed: an integer, a `SeedGenerator`, or None for the global generator.

    Example:
        >>> from ranvier import random
        >>> random.binomial((2,), counts=10.0, probabilities=1.0, seed=1).tolist()
        [10.0, 10.0]
    """
    shape, dtype = _sizes(shape), dtype or _config.floatx()
    return jax.random.binomial(
        key_of(seed), jnp.asarray(counts), jnp.asarray(probabilities), shape, dtype
    )


@op
def categorical(logits, num_samples, dtype="int32", seed=None):
    """Draws classes from the distributions that rows of logits describe.

    Args:
        logits: unnormalised log-probabilities, of shape `(rows, classes)`.
        num_samples: the number of draws for each row.
        dtype: the dtype of the result.
        seed: an integer, a `SeedGenerator`, or None for the global generator.

    Returns:
        Integers of shape `(rows, num_samples)`.

    Raises:
        ValueError: if `logits` is no matrix.

    Example:
        >>> from ranvier import random
        >>> random.categorical([[0.0, -1e9]], num_samples=3, seed=1).tolist()
        [[0, 0, 0]]
    """
    logits = jnp.asarray(logits)
    if logits.ndim != 2:
        raise ValueError(
            "`logits` should be a 2-D tensor with shape [batch_size, num_classes]. "
            f"Received: logits.shape={logits.shape}"
        )
    draw = jax.random.categorical(
        key_of(seed), logits[..., None], axis=1, shape=(len(logits), num_samples)
    )
    return draw.astype(dtype)


@op
def shuffle(x, axis=0, seed=None):
    """Shuffles the entries along an axis, each line for itself.

    Args:
        x: a tensor.
        axis: the axis.
        seed: an integer, a `SeedGenerator`, or None for the global generator.

    Example:
        >>> from ranvier import random
        >>> sorted(random.shuffle([1, 2, 3], seed=1).tolist())
        [1, 2, 3]
    """
    return jax.random.permutation(key_of(seed), jnp.asarray(x), axis, independent=True)


@op
def dropout(inputs, rate, noise_shape=None, seed=None):
    """Sets a random part of the entries to zero and scales up the others.

    Dropout: https://jmlr.org/papers/v15/srivastava14a.html.

    Args:
        inputs: a tensor.
        rate: the probability of an entry to become zero, between 0 and 1. The others
            are divided by `1 - rate`.
        noise_shape: the shape of the random mask, which broadcasts to the inputs;
            None, as a whole or for an axis, for that of the inputs.
        seed: an integer, a `SeedGenerator`, or None for the global generator.

    Example:
        >>> from ranvier import random
        >>> sorted(set(random.dropout([1.0] * 20, 0.5, seed=1).tolist()))
        [0.0, 2.0]
    """
    inputs = jnp.asarray(inputs)
    if isinstance(rate, (int, float)) and rate in (0, 1):
        return inputs if rate == 0 else jnp.zeros_like(inputs)
    if noise_shape is None:
        noise_shape = inputs.shape
    shape = [inputs.shape[i] if n is None else n for i, n in enumerate(noise_shape)]
    keep = 1.0 - rate
    mask = jax.random.bernoulli(key_of(seed), keep, shape)
    if isinstance(keep, jax.Array):  # traced: must not divide by zero nor widen
        keep = jnp.where(keep > 0, keep, 1).astype(inputs.dtype)
    return jnp.where(mask, inputs / keep, jnp.zeros_like(inputs))
