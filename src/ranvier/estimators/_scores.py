"""Scores of held-out data inside a program, equal to scikit-learn's."""

import jax.numpy as jnp


def _average(values, weights):
    return values.mean() if weights is None else jnp.average(values, weights=weights)


def _r2(y, predictions, weights):
    weights = jnp.ones(len(y)) if weights is None else weights
    weights = weights[:, None]
    mean = (y * weights).sum(axis=0) / weights.sum()
    residual = (weights * (y - predictions) ** 2).sum(axis=0)
    total = (weights * (y - mean) ** 2).sum(axis=0)
    score = 1 - residual / jnp.where(total > 0, total, 1.0)
    return jnp.where(total > 0, score, jnp.where(residual > 0, 0.0, 1.0)).mean()


SCORES = {
    "squared_error": _r2,
    "poisson": lambda y, scores, weights: _r2(y, jnp.exp(scores), weights),
    "binary": lambda y, scores, weights: _average(
        jnp.all((scores > 0) == (y > 0.5), axis=1), weights
    ),
    "multiclass": lambda y, scores, weights: _average(
        scores.argmax(axis=1) == y[:, 0], weights
    ),
}
