"""The perceptron's rule, sample after sample, in one program for all outputs."""

import functools
import time
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core._programs import Program


class Form(NamedTuple):
    """What a program depends on besides the shapes of the data."""

    penalty: str | None
    fit_intercept: bool
    early_stopping: bool


def scikit_learn_order(samples, seed):
    """Returns the permutation with which scikit-learn goes from epoch to epoch.

    Its linear models shuffle the order they had, by swaps drawn from a xorshift
    generator that starts from the same seed each time.

    Args:
        samples: how many there are.
        seed: positive integer.
    """
    order = np.arange(samples)
    state = seed or 1
    for i in range(samples - 1):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        j = i + (state & 0x7FFFFFFF) % (samples - i)
        order[i], order[j] = order[j], order[i]
    return order


def train(form, data, permutations, numbers, coef, intercept, max_iter, tell=None):
    """Trains units, each until its own stop.

    Args:
        form: a `Form`.
        data: `(x, y, weights, held_out)`: `y` of -1 and 1, a row a unit; `weights`
            and `held_out` likewise.
        permutations: from one epoch's order to the next, a row a unit; or None.
        numbers: `eta0`, `alpha`, `l1_ratio`, `tol`, `patience`, and `bias_rate`, the
            rate of the biases as a share of `eta0`, by name.
        coef: first weights, a row a unit.
        intercept: first biases.
        max_iter: largest number of epochs.
        tell: called after some epochs with their number and the mean loss.

    Returns:
        `(coef, intercept, epochs of each unit)`.
    """
    units, samples = data[1].shape
    dtype = data[0].dtype
    order = np.tile(np.arange(samples, dtype=np.int32), (units, 1))
    state = {
        "coef": jnp.asarray(coef, dtype),
        "intercept": jnp.asarray(intercept, dtype),
        "order": jnp.asarray(order),
        "u": jnp.zeros(units, dtype),
        "q": jnp.zeros((units, data[0].shape[1]), dtype),
        "best": jnp.full(units, -np.inf if form.early_stopping else np.inf, dtype),
        "waited": jnp.zeros(units, jnp.int32),
        "epochs": jnp.zeros(units, jnp.int32),
        "stopped": jnp.zeros(units, bool),
        "loss": jnp.zeros(units, dtype),
    }
    data = jax.device_put(data)
    if permutations is not None:
        permutations = jnp.asarray(permutations.astype(np.int32))
    numbers = {k: jnp.asarray(v, dtype) for k, v in numbers.items()}
    # Few epochs at once: Ctrl-C is heard between calls.
    chunk, done = 1, 0
    while done < max_iter:
        count = min(chunk, max_iter - done)
        started = time.perf_counter()
        state = _program(form)(data, permutations, numbers, state, np.int32(count))
        done += count
        if tell is not None:
            tell(int(state["epochs"].max()), float(state["loss"].mean()) / samples)
        if bool(state["stopped"].all()):
            break
        if time.perf_counter() - started < 0.1:
            chunk *= 2
    return tuple(np.array(state[k]) for k in ("coef", "intercept", "epochs"))


@functools.lru_cache
def _program(form):
    def function(data, permutations, numbers, state, count):
        x, *of_units = data

        def one(y, weights, held_out, permutation, state):
            return jax.lax.while_loop(
                lambda c: (c[0] < count) & ~c[1]["stopped"],
                lambda c: (
                    c[0] + 1,
                    _epoch(form, (x, y, weights, held_out), permutation, numbers, c[1]),
                ),
                (0, state),
            )[1]

        axes = (0, 0, 0, None if permutations is None else 0, 0)
        return jax.vmap(one, axes)(*of_units, permutations, state)

    return Program(function, [], donate=False)


def _epoch(form, data, permutation, numbers, state):
    """Passes over the samples once, then decides whether to go on."""
    x, y, weights, held_out = data
    eta, alpha, l1_ratio = (numbers[k] for k in ("eta0", "alpha", "l1_ratio"))
    order = state["order"]
    if permutation is not None:
        order = order[permutation]

    def step(i, carry):
        coef, intercept, u, q, loss, changes = carry
        i = order[i]
        row, sign = x[i], y[i]
        margin = sign * (row @ coef + intercept)
        wrong = margin <= 0
        seen = ~held_out[i]
        objective = jnp.where(wrong, -margin, 0.0)
        if form.penalty is not None:
            smooth = 0.5 * (1.0 - l1_ratio) * (coef @ coef)
            objective += alpha * (smooth + l1_ratio * jnp.abs(coef).sum())
        loss = loss + jnp.where(seen, objective, 0.0)
        update = jnp.where(wrong & seen, eta * weights[i] * sign, 0.0)
        if form.penalty in ("l2", "elasticnet"):
            shrink = jnp.maximum(0.0, 1.0 - (1.0 - l1_ratio) * eta * alpha)
            coef = jnp.where(seen, coef * shrink, coef)
        coef = coef + update * row
        if form.fit_intercept:
            intercept = intercept + update * numbers["bias_rate"]
        if form.penalty in ("l1", "elasticnet"):
            u, coef, q = _truncate(u + l1_ratio * eta * alpha, coef, q, row, seen, u)
        return coef, intercept, u, q, loss, changes + (update != 0)

    carry = [state[k] for k in ("coef", "intercept", "u", "q")]
    carry += [jnp.zeros((), x.dtype), 0]
    carry = jax.lax.fori_loop(0, len(order), step, tuple(carry))
    coef, intercept, u, q, loss, changes = carry
    if form.early_stopping:
        right = (x @ coef + intercept > 0) == (y > 0)
        scored = jnp.where(held_out, weights, 0.0)
        score = (scored * right).sum() / scored.sum()
        improved = score >= state["best"] + numbers["tol"]
        best = jnp.maximum(score, state["best"])
    else:
        count = (~held_out).sum()
        improved = ~(loss > state["best"] - numbers["tol"] * count)
        best = jnp.minimum(loss, state["best"])
    waited = jnp.where(improved, 0, state["waited"] + 1)
    stopped = waited >= numbers["patience"]
    if form.penalty is None:
        stopped |= changes == 0  # separated: no further epoch changes anything
    return {
        "coef": coef,
        "intercept": intercept,
        "order": order,
        "u": u,
        "q": q,
        "best": best,
        "waited": waited,
        "epochs": state["epochs"] + 1,
        "stopped": stopped,
        "loss": loss,
    }


def _truncate(u, coef, q, row, seen, old_u):
    """Applies the L1 penalty due so far to the weights of features that are there."""
    positive = jnp.maximum(0.0, coef - (u + q))
    negative = jnp.minimum(0.0, coef + (u - q))
    new = jnp.where(coef > 0, positive, jnp.where(coef < 0, negative, coef))
    new = jnp.where(seen & (row != 0), new, coef)
    return jnp.where(seen, u, old_u), new, q + new - coef
