"""The learning-rate range test: how large may the rate be?

Training runs for a while with a rate that grows exponentially, in one compiled program
and on a copy of the state (arXiv 1506.01186; fast.ai's and Géron's recipe). The loss
falls, then explodes; a good rate lies well before the explosion.
"""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core import _errors
from ranvier.core._programs import Program
from ranvier.core._scope import StateScope
from ranvier.core._variable import Variable
from ranvier.training._array_feed import ArrayFeed
from ranvier.training._build import build_model, check_labels
from ranvier.training._feeds import make_feed
from ranvier.training._loop import Stepper


@dataclasses.dataclass(frozen=True)
class LearningRateCurve:
    """The result of a range test.

    Attributes:
        rates: the rate of each step.
        losses: the loss of each step.
        smoothed: the losses, smoothed.
        steepest: the rate at which the smoothed loss falls fastest.
        divergence: the rate at which it explodes (the largest, if it never does).
        suggestion: the smaller of `steepest` and a tenth of `divergence`.
    """

    rates: np.ndarray
    losses: np.ndarray
    smoothed: np.ndarray
    steepest: float
    divergence: float

    @property
    def suggestion(self) -> float:
        return min(self.steepest, self.divergence / 10)

    def plot(self, ax=None):
        """Draws the curve with matplotlib and returns the axes."""
        plt = _errors.require("matplotlib.pyplot", "plot")
        if ax is None:
            _, ax = plt.subplots()
        ax.plot(self.rates, self.losses, color="0.8", label="loss of a batch")
        ax.plot(self.rates, self.smoothed, label="smoothed")
        ax.axvline(self.suggestion, color="C2", label=f"rate {self.suggestion:.2g}")
        ax.axvline(self.divergence, color="C3", ls="--", label="divergence")
        finite = self.smoothed[np.isfinite(self.smoothed)]
        ax.set_ylim(0.9 * finite.min(), 1.2 * max(finite[0], finite.min()))
        ax.set(xscale="log", xlabel="learning rate", ylabel="loss")
        ax.legend()
        return ax


def find_learning_rate(
    model,
    x,
    y=None,
    sample_weight=None,
    min_rate=1e-6,
    max_rate=10.0,
    steps=None,
    batch_size=32,
    smoothing=0.9,
    explosion=2.0,
):
    """Runs a learning-rate range test; the model is left as it was.

    Args:
        model: a compiled model whose optimizer has a settable learning rate.
        x: inputs, as arrays.
        y: targets.
        sample_weight: weight of each sample.
        min_rate: rate of the first step.
        max_rate: rate of the last step.
        steps: number of steps; default: one epoch, at least 200.
        batch_size: samples per step.
        smoothing: factor of the running mean of the losses, in [0, 1).
        explosion: the smoothed loss counts as diverged at this many times its
            smallest value so far.

    Returns:
        A `LearningRateCurve`.

    Raises:
        ValueError: for rates out of order, an iterable of batches, a learning rate that
            follows a schedule, or before `compile`.

    Example:
        >>> import numpy as np
        >>> import ranvier as rv
        >>> model = rv.Sequential([rv.layers.Dense(1)])
        >>> model.compile(optimizer="sgd", loss="mse")
        >>> x = np.random.default_rng(0).normal(size=(256, 4))
        >>> curve = find_learning_rate(model, x, x[:, :1])
        >>> curve.rates.shape
        (200,)
    """
    model.assert_compiled("find_learning_rate")
    if not 0 < min_rate < max_rate:
        raise ValueError(
            "`min_rate` must be positive and smaller than `max_rate`. Received: "
            f"min_rate={min_rate}, max_rate={max_rate}"
        )
    if not 0 <= smoothing < 1:
        raise ValueError(
            f"`smoothing` must be in [0, 1). Received: smoothing={smoothing}"
        )
    if steps is not None and (not hasattr(steps, "__index__") or steps < 1):
        raise ValueError(
            f"`steps` must be a positive integer or None. Received: steps={steps!r}"
        )
    feed = make_feed(
        x, y, sample_weight, batch_size=batch_size, shuffle=True, model=model
    )
    if not isinstance(feed, ArrayFeed):
        raise ValueError(
            "`find_learning_rate` needs arrays that fit on the device: pass a part of "
            f"the data. Received: x of type {type(x).__name__}"
        )
    build_model(model, feed, "train")
    check_labels(model, feed)
    if not isinstance(model.optimizer._learning_rate, Variable):
        raise ValueError(
            "The optimizer's learning rate is a schedule. Compile the model with a "
            "plain rate to find a good one."
        )
    full = feed.samples // feed.batch_size
    if not full:
        raise ValueError(
            f"`batch_size` ({batch_size}) is larger than the {feed.samples} samples."
        )
    steps = max(full, 200) if steps is None else steps
    program = model.program(
        ("range test", steps, feed.signature()), lambda: _build(model, feed, steps)
    )
    rates = np.geomspace(min_rate, max_rate, steps).astype("float32")
    feed.begin_pass(0)
    losses = np.asarray(program(feed.arrays, feed._order, rates))
    return _read_off(rates, losses, smoothing, explosion)


def _build(model, feed, steps):
    full = feed.samples // feed.batch_size
    stepper = Stepper(model, "train")
    rate = model.optimizer._learning_rate

    def function(arrays, order, rates):
        variables = program.variables

        def one(values, i):
            with StateScope(zip(variables, values, strict=True)) as scope:
                rate.assign(rates[i])
                # The tracker then holds the loss of this batch alone.
                model._loss_tracker.reset_state()
                logs = stepper(feed.batch_at(arrays, order, i % full))
                loss = logs.get("loss", model._loss_tracker.result())
                return [scope.get(v) for v in variables], loss

        _, losses = jax.lax.scan(one, [v.value for v in variables], jnp.arange(steps))
        return losses

    program = Program(function, model.state_variables("train"), donate=False)
    return program


def _read_off(rates, losses, smoothing, explosion):
    smoothed = _smooth(losses, smoothing)
    lowest = np.fmin.accumulate(smoothed)
    exploded = ~np.isfinite(smoothed) | (smoothed > explosion * lowest)
    # The first losses are those of an untrained net: let a few go by.
    exploded[: len(rates) // 20] = False
    end = int(np.argmax(exploded)) if exploded.any() else len(rates) - 1
    divergence = float(rates[end])
    steepest = float(rates[_steepest(smoothed[:end], np.log(rates[:end]))])
    return LearningRateCurve(rates, losses, smoothed, steepest, divergence)


def _steepest(losses, log_rates):
    """Returns where the losses fall fastest: the slope of a line through a window.

    A window of a seventh of the run (about a decade of rates) is wide enough not to
    take the noise of single batches for a slope.
    """
    width = max(len(losses) // 7, 3)
    if len(losses) <= width:
        return 0
    x = log_rates[:width] - log_rates[:width].mean()
    slopes = np.convolve(losses, x[::-1], mode="valid")  # up to a positive factor
    return int(np.argmin(slopes)) + width // 2


def _smooth(losses, factor):
    """Returns the exponential running mean, free of the bias of its start."""
    result, mean = np.empty(len(losses)), 0.0
    for i, loss in enumerate(losses):
        mean = factor * mean + (1 - factor) * float(loss)
        result[i] = mean / (1 - factor ** (i + 1))
    return result
