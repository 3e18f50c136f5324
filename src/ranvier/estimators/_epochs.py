"""Epochs of stochastic training in one program, which also decides when to stop.

The rules are scikit-learn's: training stops where the loss, or the score on held-out
data, has not improved by `tol` for so many epochs; the rate may fall instead. They
run inside the program, so that many short epochs are one call.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core._dynamic import dynamic_names, lift
from ranvier.core._programs import Program
from ranvier.core._scope import StateScope
from ranvier.estimators._rows import dense
from ranvier.estimators._scores import SCORES
from ranvier.layers import Dropout
from ranvier.training._array_feed import ArrayFeed
from ranvier.training._loop import Stepper, run_steps
from ranvier.training._passes import Pace

# Entries of the orders that are handed over at once.
_BLOCK = 2**18
_SMALLEST_RATE = 1e-6


class Rules(NamedTuple):
    """What a program follows when an epoch ends."""

    rate: str = "constant"  # or "invscaling", "adaptive"
    score: str | None = None  # a key of `SCORES`, where there are held-out data


def new_progress(best, waited, seen):
    """Returns what decides when to stop.

    Args:
        best: loss or score so far.
        waited: epochs since it was that good.
        seen: samples trained on.
    """
    return {
        "best": np.array(best, np.float32),
        "waited": np.array(waited, np.int32),
        "seen": np.array(seen, np.int32),
        "stopped": np.array(False),
    }


class Run:
    """Training of a network over arrays.

    Args:
        network: a compiled `Network` with its weights.
        data: `(x, y, sample_weight)`; `x` as `to_rows` gives it.
        held_out: `(x, y, sample_weight)` to score after each epoch, or None.
        batch_size: samples in a batch.
        random: the `RandomState` that orders come from, or None not to shuffle.
        rules: the `Rules`.
        numbers: what the program takes as inputs: `tol`, `patience`, `power_t`,
            `learning_rate_init`, `alpha`, `dropout` and those of the optimizer.
        progress: what decides when to stop, as `new_progress` makes it.

    Attributes:
        losses: of each epoch.
        scores: of each epoch, on the held-out data.
        progress: as the last step left it.
        best_values: the weights of the best score.
    """

    def __init__(
        self, network, data, held_out, batch_size, random, rules, numbers, progress
    ):
        self.network = network
        self.feed = ArrayFeed(data, batch_size)
        self.held_out = held_out
        self.rules = rules
        self.numbers = {k: np.array(v, np.float32) for k, v in numbers.items()}
        self.losses: list[float] = []
        self.scores: list[float] = []
        self.progress = progress
        self.best_values = []
        if rules.score is not None:
            self.best_values = [jnp.array(v.value) for v in network.variables]
        self._random = random
        self._order = np.arange(self.feed.samples, dtype=np.int32)
        # A smaller last batch is filled up with samples of no weight, which saves a
        # second body in the program; not where a batch is normalised as a whole.
        self.pads = network.structure.normalization != "batch"

    def go(self, epochs, on_epoch=None):
        """Trains for so many epochs, or until the rules say stop.

        Args:
            epochs: how many at most.
            on_epoch: called after each epoch as `(number, loss, score)`, or None.
        """
        block = max(1, min(epochs, _BLOCK // self.feed.samples))
        program = self._program(block)
        pace = Pace()
        while len(self.losses) < epochs and not self.progress["stopped"]:
            count = min(block, epochs - len(self.losses))
            runner = _Block(self, program, self._draw(count, block))
            end = count * self.feed.steps
            while runner.position < end and not self.progress["stopped"]:
                pace.run(runner, end - runner.position)
                for loss, score in runner.take_ended():
                    self.losses.append(loss)
                    self.scores.append(score)
                    if on_epoch is not None:
                        on_epoch(len(self.losses), loss, score)

    def _draw(self, count, block):
        """Returns the orders of epochs to come, as scikit-learn draws them."""
        samples = self.feed.samples
        width = self.feed.steps * self.feed.batch_size if self.pads else samples
        orders = np.zeros((block, width), np.int32)
        for i in range(count):
            if self._random is not None:
                shuffled = np.arange(samples)
                self._random.shuffle(shuffled)
                self._order = self._order[shuffled]
            orders[i, :samples] = self._order
        return jax.device_put(orders)

    def _program(self, block):
        key = (
            self.feed.signature(),
            self.feed.arrays[2] is None,
            self.rules,
            block,
            *(a.shape for a in jax.tree.leaves((self.feed.arrays, self.held_out))),
        )
        programs = self.network.programs
        if key not in programs:
            programs[key] = _build(self, block)
        return programs[key]


class _Block:
    """Some epochs whose orders are drawn, run by steps in the form `Pace` wants."""

    def __init__(self, run, program, orders):
        self._run = run
        self._program = program
        self._orders = orders
        self.position = 0
        self._ended = 0

    def run(self, count):
        run = self._run
        run.progress, run.best_values, self._history = self._program(
            (run.feed.arrays, run.held_out, self._orders),
            (np.int32(self.position), np.int32(self.position + count)),
            run.numbers,
            run.progress,
            run.best_values,
        )
        self.position += count
        return count, self._history

    def take_ended(self):
        """Returns loss and score of each epoch that ended in the last call."""
        history = jax.device_get(self._history)
        ended = int(history["ended"])
        new = slice(self._ended, ended)
        self._ended = ended
        return zip(history["loss"][new].tolist(), history["score"][new].tolist())


def _build(run, block):
    """Returns the program that runs steps `first` to `last` of a block of epochs."""
    network, feed, rules, pads = run.network, run.feed, run.rules, run.pads
    stepper = Stepper(network, "train")
    features = network.structure.sizes[0]
    steps, samples, size = feed.steps, feed.samples, feed.batch_size

    def complete(batch, present):
        """Returns a batch with dense rows, weights, and its number of samples."""
        rows, y, weights = batch
        if weights is None:
            weights = jnp.ones(len(y))
        if pads:
            weights = jnp.where(jnp.arange(len(y)) < present, weights, 0.0)
        return dense(rows, features), y, (weights, present)

    def run_part(arrays, order, start, stop):
        """Runs steps of one epoch."""
        tail = None if pads else feed.tail(arrays, order)
        if tail is not None:
            rest = samples % size
            tail = (tail[0], lambda batch=tail[1]: complete(batch(), rest))
        run_steps(
            stepper,
            program.variables,
            lambda i: complete(
                feed.batch_at(arrays, order, i), jnp.minimum(size, samples - i * size)
            ),
            start,
            stop,
            tail,
        )

    def end_epoch(held_out, numbers, progress, best_values):
        """Applies the rules; returns what has changed, and loss and score."""
        loss = network._loss_tracker.result()
        score = jnp.float32(0)
        if rules.score is None:
            improved = ~(loss > progress["best"] - numbers["tol"])
            best = jnp.fmin(loss, progress["best"])
        else:
            x, y, weights = held_out
            predictions = network(dense(x, features), training=False)
            score = SCORES[rules.score](y, predictions, weights)
            improved = ~(score < progress["best"] + numbers["tol"])
            is_best = score > progress["best"]
            best = jnp.where(is_best, score, progress["best"])
            best_values = [
                jnp.where(is_best, variable.value, value)
                for variable, value in zip(network.variables, best_values)
            ]
        waited = jnp.where(improved, 0, progress["waited"] + 1)
        seen = progress["seen"] + samples
        stopped = waited > numbers["patience"]
        rate = network.optimizer.learning_rate
        if rules.rate == "invscaling":
            initial = numbers["learning_rate_init"]
            rate.assign(initial / (seen + 1.0) ** numbers["power_t"])
        elif rules.rate == "adaptive":
            waited = jnp.where(stopped, 0, waited)
            falls = stopped & (rate.value > _SMALLEST_RATE)
            stopped &= ~falls
            rate.assign(jnp.where(falls, rate.value / 5.0, rate.value))
        # Weights that are no numbers will not become numbers again.
        stopped |= ~jnp.isfinite(loss)
        network.reset_metrics()
        progress = {"best": best, "waited": waited, "seen": seen, "stopped": stopped}
        return progress, best_values, loss, score

    def function(data, span, numbers, progress, best_values):
        arrays, held_out, orders = data
        first, last = span
        variables = program.variables
        dynamic = list(_dynamic_pairs(network, numbers))

        def body(carry):
            epoch, values, progress, best_values, history = carry
            order = orders[epoch]
            start = jnp.maximum(first - epoch * steps, 0)
            stop = jnp.minimum(last - epoch * steps, steps)
            with StateScope([*zip(variables, values), *dynamic]) as scope:
                run_part(arrays, order, start, stop)
                trained = [scope.get(v) for v in variables]

            def end():
                with StateScope(zip(variables, trained)) as scope:
                    new, best, loss, score = end_epoch(
                        held_out, numbers, progress, best_values
                    )
                    kept = {
                        "loss": history["loss"].at[epoch].set(loss),
                        "score": history["score"].at[epoch].set(score),
                        "ended": epoch + 1,
                    }
                    return [scope.get(v) for v in variables], new, best, kept

            values, progress, best_values, history = jax.lax.cond(
                stop == steps, end, lambda: (trained, progress, best_values, history)
            )
            return epoch + 1, values, progress, best_values, history

        def goes_on(carry):
            return (carry[0] * steps < last) & ~carry[2]["stopped"]

        begin = first // steps
        history = {
            "loss": jnp.zeros(block),
            "score": jnp.zeros(block),
            "ended": begin,
        }
        carry = (
            begin,
            [v.value for v in variables],
            progress,
            best_values,
            history,
        )
        _, values, progress, best_values, history = jax.lax.while_loop(
            goes_on, body, carry
        )
        for variable, value in zip(variables, values):
            variable.assign(value)
        return progress, best_values, history

    program = Program(function, network.state_variables("train"))
    return program


def numbers_of(optimizer):
    """Returns an optimizer's numbers, such as momenta, that may be inputs."""
    values = {
        name: optimizer.__dict__.get(name) for name in dynamic_names(type(optimizer))
    }
    return {k: v for k, v in values.items() if isinstance(v, float) and v}


def _dynamic_pairs(network, numbers):
    """Yields the dynamic numbers of a network with their values in a program."""
    yield lift(network, "alpha"), numbers["alpha"]
    for name in numbers_of(network.optimizer):
        yield lift(network.optimizer, name), numbers[name]
    for layer in network.layers:
        if isinstance(layer, Dropout):
            yield lift(layer, "rate"), numbers["dropout"]
