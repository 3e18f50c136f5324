"""JAX's random bits, drawn faster.

The generator is Threefry-2x32 with 20 rounds (Salmon et al. 2011), counted by the flat
index of an entry: the same bits as JAX's, which the tests compare.

By NumPy, where compiling would cost more than drawing: initialising a network draws an
array of each shape once. JAX compiles a program per shape, some 0.2 s each, which is
most of the time that building a small model takes.

In programs, with all rounds in one expression. On CPU JAX loops over the rounds, each a
pass over memory, to compile sooner; a dropout layer draws several times faster without.
"""

import functools
import math

import jax
import numpy as np

# Beyond this size compiled code is faster, its compilation included.
_LARGEST = 2**20
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))


def is_quicker(size: int, dtype: str) -> bool:
    """Tells whether `uniform` here should be preferred to JAX's."""
    return (
        size <= _LARGEST
        and dtype == "float32"
        and jax.config.jax_threefry_partitionable
        and jax.config.jax_default_prng_impl == "threefry2x32"
    )


def bits(key, size: int, start: int = 0) -> np.ndarray:
    """Returns `size` random 32-bit integers.

    Args:
        key: two 32-bit integers.
        size: how many.
        start: how many to leave out before.
    """
    first, second = (np.uint32(k) for k in np.asarray(key))
    with np.errstate(over="ignore"):
        index = np.uint32(start % 2**32) + np.arange(size, dtype=np.uint32)
        return _mix(first, second, index)


def _mix(first, second, index):
    """Returns the bits of entries below 2**32, of NumPy's or JAX's arrays."""
    keys = (first, second, first ^ second ^ np.uint32(0x1BD11BDA))
    # The counter is a 64-bit index in two halves; the upper one is zero here.
    x = keys[0] + index * np.uint32(0)
    y = keys[1] + index
    for group in range(5):
        for rotation in _ROTATIONS[group % 2]:
            x += y
            y = (y << np.uint32(rotation)) | (y >> np.uint32(32 - rotation))
            y ^= x
        x += keys[(group + 1) % 3]
        y += keys[(group + 2) % 3] + np.uint32(group + 1)
    return x ^ y


def for_program(key):
    """Returns a raw key as one whose draws in a program are fast.

    Args:
        key: two 32-bit integers.
    """
    if jax.config.jax_threefry_partitionable:
        return jax.random.wrap_key_data(key, impl=_unrolled())
    return key


@functools.cache
def _unrolled():
    """Returns JAX's kind of key with the rounds in one expression."""
    from jax.extend import random  # brings much that only programs with draws need

    rolled = random.threefry_prng_impl

    def bits(key, width, shape):
        plain = all(isinstance(n, int) for n in shape) and math.prod(shape) < 2**32
        if width != 32 or not plain:
            return rolled.random_bits(key, width, shape)
        index = jax.lax.iota(np.uint32, math.prod(shape)).reshape(shape)
        return _mix(key[0], key[1], index)

    return random.define_prng_impl(
        key_shape=rolled.key_shape,
        seed=rolled.seed,
        split=rolled.split,
        random_bits=bits,
        fold_in=rolled.fold_in,
        name="unrolled threefry",
        tag="ufry",
    )


def uniform(key, shape, low: float, high: float) -> np.ndarray:
    """Returns float32 numbers from `[low, high)`, as `jax.random.uniform` does."""
    size = int(np.prod(shape, dtype=np.int64))
    # 23 random bits as the mantissa of a number in [1, 2).
    mantissa = (bits(key, size) >> np.uint32(9)) | np.uint32(0x3F800000)
    unit = mantissa.view(np.float32) - np.float32(1)
    bottom, top = np.float32(low), np.float32(high)
    # One rounding for the product and the sum, as compiled code does it.
    scaled = unit.astype(np.float64) * np.float64(top - bottom) + np.float64(bottom)
    return np.maximum(bottom, scaled.astype(np.float32)).reshape(shape)
