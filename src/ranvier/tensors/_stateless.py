"""Random tensors that depend on a seed alone, and generators: `tf.random`.

The numbers are drawn by JAX's generator, so they are not TensorFlow's; shapes, dtypes
and what depends on what are.
"""

import enum

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core._seeds import operation_seed
from ranvier.core._variable import Variable
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._functions import static
from ranvier.tensors._tensor import Tensor, is_traced


class Algorithm(enum.Enum):
    """Names of generators; all of them are JAX's here."""

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


def _key(seed):
    """Returns a key for a pair of integers."""
    seed = seed if isinstance(seed, Tensor) else convert_to_tensor(seed)
    if tuple(seed.shape) != (2,):
        raise InvalidArgumentError(f"seed must have shape [2], not {list(seed.shape)}")
    value = seed._value
    if is_traced(value):
        return jnp.asarray(value).astype(jnp.uint32)
    return jnp.asarray(np.asarray(value).astype(np.int64).astype(np.uint32))


def _of(drawn):
    return drawn if is_traced(drawn) else Tensor(drawn)


def _plain(value):
    """Returns a parameter as an array."""
    return convert_to_tensor(value)._device() if not is_traced(value) else value


def _wide(dtype):
    return jax.enable_x64(True) if dtype.is_wide else jax.enable_x64(False)


def _normal(key, shape, mean, stddev, dtype):
    dtype = as_dtype(dtype)
    with _wide(dtype):
        drawn = jax.random.normal(key, static(shape), dtype.name)
        return _of((drawn * stddev + mean).astype(dtype.name))


def _truncated(key, shape, mean, stddev, dtype):
    dtype = as_dtype(dtype)
    with _wide(dtype):
        drawn = jax.random.truncated_normal(key, -2.0, 2.0, static(shape), dtype.name)
        return _of((drawn * stddev + mean).astype(dtype.name))


def _uniform(key, shape, minval, maxval, dtype):
    dtype, shape = as_dtype(dtype), static(shape)
    with _wide(dtype):
        if dtype.is_integer:
            if (minval is None) is not (maxval is None):
                raise ValueError(
                    f"For integer dtype {dtype.name}, `minval` and `maxval` must be "
                    f"both None or both given. Received: {minval} and {maxval}"
                )
            if minval is None:
                return _of(
                    jax.random.bits(key, shape, _unsigned(dtype)).view(dtype.name)
                )
            low, high = (jnp.asarray(v).astype(dtype.name) for v in (minval, maxval))
            return _of(jax.random.randint(key, shape, low, high, dtype.name))
        high = 1.0 if maxval is None else maxval
        low = 0.0 if minval is None else minval
        drawn = jax.random.uniform(key, shape, dtype.name)
        return _of((drawn * (high - low) + low).astype(dtype.name))


def _unsigned(dtype):
    return dtype.name if dtype.is_unsigned else f"u{dtype.name}"


def _binomial(key, shape, counts, probs, dtype):
    drawn = jax.random.binomial(key, _plain(counts), _plain(probs), static(shape))
    return _of(_as(drawn, dtype))


def _as(drawn, dtype):
    dtype = as_dtype(dtype)
    with _wide(dtype):
        return jnp.asarray(drawn).astype(dtype.name)


def stateless_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype="float32", name=None, alg="auto_select"
):
    """Draws from a normal distribution.

    Args:
        shape: the shape.
        seed: a pair of integers: the same pair, the same numbers.
        mean: the mean.
        stddev: the standard deviation.
        dtype: a floating dtype.
        name: accepted as in TensorFlow.
        alg: accepted as in TensorFlow.

    Example:
        >>> a, b = (stateless_normal([2], seed=[1, 2]) for _ in range(2))
        >>> bool(np.all(a == b))
        True
    """
    return _normal(_key(seed), shape, mean, stddev, dtype)


def stateless_truncated_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype="float32", name=None, alg="auto_select"
):
    """Draws from a normal distribution, within two standard deviations."""
    return _truncated(_key(seed), shape, mean, stddev, dtype)


def stateless_uniform(
    shape, seed, minval=0, maxval=None, dtype="float32", name=None, alg="auto_select"
):
    """Draws from a uniform distribution; integers from their whole range, if asked."""
    return _uniform(_key(seed), shape, minval, maxval, dtype)


def stateless_binomial(shape, seed, counts, probs, output_dtype="int32", name=None):
    """Draws from a binomial distribution."""
    return _binomial(_key(seed), shape, counts, probs, output_dtype)


def stateless_poisson(shape, seed, lam, dtype="int32", name=None):
    """Draws from a Poisson distribution."""
    drawn = jax.random.poisson(_threefry(_key(seed)), _plain(lam), static(shape))
    return _of(_as(drawn, dtype))


def _threefry(key):
    """Returns a key that JAX's Poisson draws take."""
    return jax.random.wrap_key_data(key, impl="threefry2x32")


def stateless_gamma(shape, seed, alpha, beta=None, dtype="float32", name=None):
    """Draws from a gamma distribution."""
    drawn = jax.random.gamma(_key(seed), _plain(alpha), static(shape))
    return _of(_as(drawn if beta is None else drawn / _plain(beta), dtype))


def stateless_categorical(logits, num_samples, seed, dtype="int64", name=None):
    """Draws classes by rows of logits."""
    return _of(_categorical(_key(seed), logits, num_samples, dtype))


def _categorical(key, logits, num_samples, dtype):
    rows = _plain(logits)
    shape = (rows.shape[0], static(num_samples))
    drawn = jax.random.categorical(key, rows[:, None, :], axis=-1, shape=shape)
    return _as(drawn, dtype)


def stateless_shuffle(value, seed, alg="auto_select", name=None):
    """Puts rows in a random order."""
    return _shuffled(_key(seed), value)


def _shuffled(key, value):
    from ranvier.tensors._shaping import gather

    value = convert_to_tensor(value)
    order = jax.random.permutation(key, value.shape[0])
    return gather(value, Tensor(order))


def split(seed, num=2, alg="auto_select"):
    """Makes several seeds of one."""
    return Tensor(np.asarray(jax.random.split(_key(seed), num)).astype(np.int64))


def fold_in(seed, data, alg="auto_select"):
    """Makes a seed of a seed and an integer."""
    kind = convert_to_tensor(seed).dtype.as_numpy_dtype
    made = jax.random.fold_in(_key(seed), int(np.asarray(data)))
    return Tensor(np.asarray(made).view(np.int32).astype(kind))


# Draws from the global generator.


def _global_key(seed):
    from ranvier.ops._random import key_of

    return key_of(operation_seed(seed))


def gamma(shape, alpha, beta=None, dtype="float32", seed=None, name=None):
    """Draws from gamma distributions, `shape` times for each parameter."""
    alpha = _plain(alpha)
    shape = (*_tuple(shape), *alpha.shape)
    drawn = jax.random.gamma(_global_key(seed), alpha, shape)
    return _of(_as(drawn if beta is None else drawn / _plain(beta), dtype))


def poisson(shape, lam, dtype="float32", seed=None, name=None):
    """Draws from Poisson distributions, `shape` times for each rate."""
    rates = _plain(lam)
    shape = (*_tuple(shape), *rates.shape)
    drawn = jax.random.poisson(_threefry(_global_key(seed)), rates, shape)
    return _of(_as(drawn, dtype))


def _tuple(shape):
    shape = static(shape)
    return (shape,) if isinstance(shape, int) else tuple(shape)


def categorical(logits, num_samples, dtype="int64", seed=None, name=None):
    """Draws classes by rows of logits."""
    return _of(_categorical(_global_key(seed), logits, num_samples, dtype))


def shuffle(value, seed=None, name=None):
    """Puts rows in a random order."""
    return _shuffled(_global_key(seed), value)


# Generators.


class Generator:
    """A source of random tensors with a state of its own.

    Args:
        copy_from: another generator, whose state is copied; or None.
        state: a state, as `Generator.state` tells it.
        alg: accepted as in TensorFlow.

    Example:
        >>> g = Generator.from_seed(1)
        >>> a, b = g.normal([2]), Generator.from_seed(1).normal([2])
        >>> bool(np.all(a == b)), bool(np.all(a == g.normal([2])))
        (True, False)
    """

    def __init__(self, copy_from=None, state=None, alg=None):
        if copy_from is not None:
            state = copy_from.state.numpy()
        self._state = Variable(
            np.asarray(state, np.uint32).reshape(-1)[:3],
            dtype="uint32",
            trainable=False,
            name="generator_state",
        )
        self._alg = alg or 1

    @classmethod
    def from_seed(cls, seed, alg=None):
        """Makes a generator of an integer."""
        return cls(state=_state_of(seed), alg=alg)

    @classmethod
    def from_state(cls, state, alg=None):
        """Makes a generator of a state."""
        return cls(state=np.asarray(state), alg=alg)

    @classmethod
    def from_non_deterministic_state(cls, alg=None):
        """Makes a generator that nothing determines."""
        import secrets

        return cls.from_seed(secrets.randbits(63), alg)

    @classmethod
    def from_key_counter(cls, key, counter, alg=None):
        """Makes a generator of its parts."""
        key, counter = int(np.asarray(key)), np.ravel(np.asarray(counter))
        return cls(state=[key & 0xFFFFFFFF, key >> 32 & 0xFFFFFFFF, int(counter[0])])

    @property
    def state(self):
        """The state: two halves of the key, and a counter."""
        return self._state

    @property
    def key(self):
        """The key, as one integer."""
        low, high, _ = np.asarray(self._state.value).astype(np.uint64)
        return Tensor(np.asarray(low | high << np.uint64(32)))

    @property
    def algorithm(self):
        """The number of the algorithm asked for."""
        return self._alg

    def reset(self, state):
        """Goes to a state."""
        self._state.assign(np.asarray(state, np.uint32).reshape(-1)[:3])

    def reset_from_seed(self, seed):
        """Goes to the state of a new generator with a seed."""
        self._state.assign(_state_of(seed))

    def reset_from_key_counter(self, key, counter):
        """Goes to the state of a new generator of these parts."""
        self._state.assign(Generator.from_key_counter(key, counter).state.value)

    def skip(self, delta):
        """Leaves out draws."""
        self._state.assign(
            self._state.value + jnp.array([0, 0, int(np.asarray(delta))], jnp.uint32)
        )

    def _next(self):
        value = self._state.value
        self._state.assign(value + jnp.array([0, 0, 1], jnp.uint32))
        return jax.random.fold_in(value[:2], value[2])

    def normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        """Draws from a normal distribution."""
        return _normal(self._next(), shape, mean, stddev, dtype)

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        """Draws from a normal distribution, within two standard deviations."""
        return _truncated(self._next(), shape, mean, stddev, dtype)

    def uniform(self, shape, minval=0, maxval=None, dtype="float32", name=None):
        """Draws from a uniform distribution.

        Raises:
            ValueError: for integers without `maxval`.
        """
        if as_dtype(dtype).is_integer and maxval is None:
            raise ValueError(f"Must specify maxval for integer dtype {dtype}")
        return _uniform(self._next(), shape, minval, maxval, dtype)

    def uniform_full_int(self, shape, dtype="uint64", name=None):
        """Draws integers from the whole range of a dtype."""
        return _uniform(self._next(), shape, None, None, dtype)

    def binomial(self, shape, counts, probs, dtype="int32", name=None):
        """Draws from a binomial distribution."""
        return _binomial(self._next(), shape, counts, probs, dtype)

    def make_seeds(self, count=1):
        """Returns seeds for the stateless functions, in columns."""
        return self.uniform_full_int([2, count], "int64")

    def split(self, count=1):
        """Returns several generators, all different."""
        keys = np.asarray(jax.random.split(self._next(), count))
        return [Generator(state=[*key, 0]) for key in keys]


def _state_of(seed):
    seed = int(np.asarray(seed))
    return np.array([seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF, 0], np.uint32)


def create_rng_state(seed, alg=None):
    """Returns the state of a generator with a seed."""
    return _state_of(seed)


_global: dict = {}


def get_global_generator():
    """Returns the generator that all share."""
    if "generator" not in _global:
        _global["generator"] = Generator.from_non_deterministic_state()
    return _global["generator"]


def set_global_generator(generator):
    """Replaces the generator that all share."""
    _global["generator"] = generator
