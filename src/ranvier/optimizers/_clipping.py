"""Clipping of gradients: by value, by the norm of each, by the norm of all."""

import jax.numpy as jnp


def clip_by_value(gradients, limit):
    """Returns the gradients with every entry in [-limit, limit]."""
    return [jnp.clip(g, -limit, limit) for g in gradients]


def clip_by_norm(gradients, limit):
    """Returns the gradients, each scaled down to a norm of at most `limit`."""
    return [_scale_to(g, limit, jnp.sqrt(jnp.sum(g * g))) for g in gradients]


def clip_by_global_norm(gradients, limit):
    """Returns the gradients scaled by one factor, their common norm at most `limit`.

    A norm that is not finite makes every gradient NaN: an update from the finite
    ones alone would hide the overflow.
    """
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in gradients))
    norm = jnp.where(jnp.isfinite(norm), norm, jnp.nan)
    return [_scale_to(g, limit, norm) for g in gradients]


def _scale_to(gradient, limit, norm):
    # The larger of the two is never zero, so neither is the divisor.
    return (gradient * (limit / jnp.maximum(norm, limit))).astype(gradient.dtype)
