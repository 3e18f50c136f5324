"""Initialisers whose spread follows from the number of inputs and outputs."""

import math

from ranvier.core._arguments import require_positive
from ranvier.core._registry import builtin
from ranvier.initializers._random import RandomInitializer
from ranvier.ops import _random

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("uniform", "truncated_normal", "untruncated_normal")

# Standard deviation of a unit normal distribution cut at two standard deviations.
_TRUNCATED_STDDEV = 0.87962566103423978


def compute_fans(shape, input_axes=None, output_axes=None):
    """Returns the numbers of inputs and outputs of one unit of a weight.

    Args:
        shape: the weight's shape; of three axes or more, all but the last two are
            the window of a convolution.
        input_axes: axes to multiply for the inputs, or None.
        output_axes: axes to multiply for the outputs, or None.

    Example:
        >>> compute_fans((3, 3, 8, 16))
        (72, 144)
    """
    if input_axes is not None and output_axes is not None:
        fan_in = math.prod(shape[axis] for axis in input_axes)
        fan_out = math.prod(shape[axis] for axis in output_axes)
    elif len(shape) < 2:
        fan_in = fan_out = math.prod(shape)
    else:
        window = math.prod(shape[:-2])
        fan_in, fan_out = shape[-2] * window, shape[-1] * window
    return int(fan_in), int(fan_out)


@builtin("keras.initializers", "variance_scaling")
class VarianceScaling(RandomInitializer):
    """Draws with variance `scale / n`, `n` being a count of units.

    Args:
        scale: positive factor on the variance.
        mode: what `n` counts: `"fan_in"`, `"fan_out"`, or `"fan_avg"`, their mean.
        distribution: `"truncated_normal"`, `"untruncated_normal"` or `"uniform"`;
            `"normal"` means the truncated one.
        seed: an integer, a `SeedGenerator`, or None.
        input_axes: axes whose product is the number of inputs; with `output_axes`
            they replace the usual rule.
        output_axes: axes whose product is the number of outputs.

    Raises:
        ValueError: for a scale that is not positive, an unknown mode or
            distribution.

    Example:
        >>> VarianceScaling(2.0, mode="fan_out", seed=1)((4, 3)).shape
        (4, 3)
    """

    def __init__(
        self,
        scale=1.0,
        mode="fan_in",
        distribution="truncated_normal",
        seed=None,
        input_axes=None,
        output_axes=None,
    ):
        require_positive(scale=scale)
        if mode not in _MODES:
            raise ValueError(
                f"Invalid `mode` argument: expected one of {_MODES}. "
                f"Received: mode={mode}"
            )
        distribution = distribution.lower()
        if distribution == "normal":
            distribution = "truncated_normal"
        if distribution not in _DISTRIBUTIONS:
            raise ValueError(
                f"Invalid `distribution` argument: expected one of {_DISTRIBUTIONS}. "
                f"Received: distribution={distribution}"
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed=seed)

    def __call__(self, shape, dtype=None, **kwargs):
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        count = {
            "fan_in": fan_in,
            "fan_out": fan_out,
            "fan_avg": (fan_in + fan_out) / 2.0,
        }[self.mode]
        variance = self.scale / max(1.0, count)
        draw = {"dtype": dtype, "seed": self.seed}
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return _random.uniform(shape, minval=-limit, maxval=limit, **draw)
        stddev = math.sqrt(variance)
        if self.distribution == "untruncated_normal":
            return _random.normal(shape, mean=0.0, stddev=stddev, **draw)
        stddev = stddev / _TRUNCATED_STDDEV
        return _random.truncated_normal(shape, mean=0.0, stddev=stddev, **draw)

    def get_config(self):
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _Preset(VarianceScaling):
    """A `VarianceScaling` with fixed scale, mode and distribution."""

    _scale: float
    _mode: str
    _distribution: str

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(
            scale=self._scale,
            mode=self._mode,
            distribution=self._distribution,
            seed=seed,
            input_axes=input_axes,
            output_axes=output_axes,
        )

    def get_config(self):
        config = super().get_config()
        return {key: config[key] for key in ("seed", "input_axes", "output_axes")}


@builtin("keras.initializers", "glorot_uniform")
class GlorotUniform(_Preset):
    """Uniform in `±sqrt(6 / (fan_in + fan_out))` (Glorot & Bengio, 2010).

    Args:
        seed: an integer, a `SeedGenerator`, or None.
        input_axes: as in `VarianceScaling`.
        output_axes: as in `VarianceScaling`.

    Example:
        >>> GlorotUniform(seed=1)((4, 3)).shape
        (4, 3)
    """

    _scale, _mode, _distribution = 1.0, "fan_avg", "uniform"


@builtin("keras.initializers", "glorot_normal")
class GlorotNormal(_Preset):
    """Truncated normal, variance `2 / (fan_in + fan_out)` (Glorot & Bengio, 2010).

    Args:
        seed: an integer, a `SeedGenerator`, or None.
        input_axes: as in `VarianceScaling`.
        output_axes: as in `VarianceScaling`.

    Example:
        >>> GlorotNormal(seed=1)((4, 3)).shape
        (4, 3)
    """

    _scale, _mode, _distribution = 1.0, "fan_avg", "truncated_normal"


@builtin("keras.initializers", "lecun_normal")
class LecunNormal(_Preset):
    """Truncated normal, variance `1 / fan_in` (LeCun et al., 1998).

    Args:
        seed: an integer, a `SeedGenerator`, or None.
        input_axes: as in `VarianceScaling`.
        output_axes: as in `VarianceScaling`.

    Example:
        >>> LecunNormal(seed=1)((4, 3)).shape
        (4, 3)
    """

    _scale, _mode, _distribution = 1.0, "fan_in", "truncated_normal"


@builtin("keras.initializers", "lecun_uniform")
class LecunUniform(_Preset):
    """Uniform in `±sqrt(3 / fan_in)` (LeCun et al., 1998).

    Args:
        seed: an integer, a `SeedGenerator`, or None.
        input_axes: as in `VarianceScaling`.
        output_axes: as in `VarianceScaling`.

    Example:
        >>> LecunUniform(seed=1)((4, 3)).shape
        (4, 3)
    """

    _scale, _mode, _distribution = 1.0, "fan_in", "uniform"


@builtin("keras.initializers", "he_normal")
class HeNormal(_Preset):
    """Truncated normal, variance `2 / fan_in` (He et al., 2015).

    Args:
        seed: an integer, a `SeedGenerator`, or None.
        input_axes: as in `VarianceScaling`.
        output_axes: as in `VarianceScaling`.

    Example:
        >>> HeNormal(seed=1)((4, 3)).shape
        (4, 3)
    """

    _scale, _mode, _distribution = 2.0, "fan_in", "truncated_normal"


@builtin("keras.initializers", "he_uniform")
class HeUniform(_Preset):
    """Uniform in `±sqrt(6 / fan_in)` (He et al., 2015).

    Args:
        seed: an integer, a `SeedGenerator`, or None.
        input_axes: as in `VarianceScaling`.
        output_axes: as in `VarianceScaling`.

    Example:
        >>> HeUniform(seed=1)((4, 3)).shape
        (4, 3)
    """

    _scale, _mode, _distribution = 2.0, "fan_in", "uniform"
