"""Pure pieces that several rules share."""

import jax.numpy as jnp
import numpy as np


def constant(value):
    """Returns an initialiser `(shape, dtype)` that fills with one number."""
    return lambda shape, dtype: np.full(shape, value, dtype)


def moving_mean(mean, new, decay):
    """Returns the running mean moved towards `new` by `1 - decay`."""
    return mean + (new - mean) * (1 - decay)


def power(base, step):
    """Returns `base ** step` in the dtype of `step`."""
    return jnp.power(jnp.asarray(base, step.dtype), step)


def adam_rate(learning_rate, beta_1, beta_2, step):
    """Returns Adam's rate with the bias of both moments corrected."""
    return learning_rate * jnp.sqrt(1 - power(beta_2, step)) / (1 - power(beta_1, step))
