"""Initialisers that draw from one distribution, whatever the shape.

A seed given as an integer makes every call of the initialiser return the same
numbers; without one a seed is drawn when the initialiser is made.
"""

import math

import numpy as np

from ranvier import ops
from ranvier.core import _seeds
from ranvier.core._arguments import is_number, require
from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.initializers._initializer import Initializer
from ranvier.ops import _random


class RandomInitializer(Initializer):
    """Base of the initialisers that draw random numbers.

    Args:
        seed: an integer, a `SeedGenerator`, or None.

    Raises:
        ValueError: for any other seed.
    """

    def __init__(self, seed=None):
        self._init_seed = seed
        if seed is None:
            seed = _seeds.make_default_seed()
        elif isinstance(seed, dict):
            seed = deserialize_object(seed)
        elif not isinstance(seed, (int, _seeds.SeedGenerator)):
            raise ValueError(
                "Argument `seed` must be an integer or a `SeedGenerator`. "
                f"Received: seed={seed} (of type {type(seed).__name__})"
            )
        self.seed = seed

    def get_config(self):
        return {"seed": serialize_object(self._init_seed)}


def _require_numbers(**arguments):
    require(
        "a number (or an array of numbers)",
        lambda value: is_number(value) or np.ndim(value) > 0,
        arguments,
    )


def _require_deviation(stddev):
    require(
        "a number >= 0",
        lambda value: (
            (is_number(value) or np.ndim(value) > 0) and np.all(np.asarray(value) >= 0)
        ),
        {"stddev": stddev},
    )


@builtin("keras.initializers", "random_normal")
class RandomNormal(RandomInitializer):
    """Draws from a normal distribution.

    Args:
        mean: its mean.
        stddev: its standard deviation.
        seed: an integer, a `SeedGenerator`, or None.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> RandomNormal(stddev=0.1, seed=1)((2, 3)).shape
        (2, 3)
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        _require_numbers(mean=mean)
        _require_deviation(stddev)
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed=seed)

    def __call__(self, shape, dtype=None, **kwargs):
        return _random.normal(
            shape, mean=self.mean, stddev=self.stddev, dtype=dtype, seed=self.seed
        )

    def get_config(self):
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


@builtin("keras.initializers", "truncated_normal")
class TruncatedNormal(RandomInitializer):
    """Draws from a normal distribution cut at two standard deviations.

    Args:
        mean: mean of the distribution before it is cut.
        stddev: standard deviation before it is cut.
        seed: an integer, a `SeedGenerator`, or None.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> bool(abs(TruncatedNormal(stddev=1.0, seed=1)((100,))).max() <= 2.0)
        True
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        _require_numbers(mean=mean)
        _require_deviation(stddev)
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed=seed)

    def __call__(self, shape, dtype=None, **kwargs):
        return _random.truncated_normal(
            shape, mean=self.mean, stddev=self.stddev, dtype=dtype, seed=self.seed
        )

    def get_config(self):
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


@builtin("keras.initializers", "random_uniform")
class RandomUniform(RandomInitializer):
    """Draws uniformly from `[minval, maxval)`.

    Args:
        minval: lower end.
        maxval: upper end.
        seed: an integer, a `SeedGenerator`, or None.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> bool((RandomUniform(1.0, 2.0, seed=1)((100,)) >= 1.0).all())
        True
    """

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        _require_numbers(minval=minval, maxval=maxval)
        if np.any(np.asarray(minval) > np.asarray(maxval)):
            raise ValueError(
                "Argument `minval` must not exceed `maxval`. Received: "
                f"minval={minval}, maxval={maxval}"
            )
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed=seed)

    def __call__(self, shape, dtype=None, **kwargs):
        return _random.uniform(
            shape, minval=self.minval, maxval=self.maxval, dtype=dtype, seed=self.seed
        )

    def get_config(self):
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


@builtin("keras.initializers", "orthogonal", "OrthogonalInitializer")
class Orthogonal(RandomInitializer):
    """A random matrix with orthogonal rows or columns (Saxe et al., 2013).

    More than two axes are seen as a matrix: all but the last are its rows.

    Args:
        gain: factor on the matrix.
        seed: an integer, a `SeedGenerator`, or None.

    Raises:
        ValueError: when called with a shape of fewer than two axes.

    Example:
        >>> from ranvier import ops
        >>> q = Orthogonal(seed=1)((3, 3))
        >>> bool(abs(q @ q.T - ops.eye(3)).max() < 1e-5)
        True
    """

    def __init__(self, gain=1.0, seed=None):
        _require_numbers(gain=gain)
        self.gain = gain
        super().__init__(seed=seed)

    def __call__(self, shape, dtype=None, **kwargs):
        if len(shape) < 2:
            raise ValueError(
                "`Orthogonal` initialises weights of at least two axes. "
                f"Received: shape={shape} of rank {len(shape)}."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        q, r = ops.qr(_random.normal(tall, dtype=dtype, seed=self.seed))
        # Making R's diagonal positive makes the draw uniform over such matrices.
        q = q * ops.sign(ops.diag(r))
        if rows < columns:
            q = ops.transpose(q)
        return self.gain * ops.reshape(q, shape)

    def get_config(self):
        return {**super().get_config(), "gain": self.gain}
