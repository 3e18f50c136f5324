"""Numbers that are none: NaN and infinity in data, weights and losses."""

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core import _tree
from ranvier.diagnostics._finding import Finding


def nonfinite_data(evidence):
    """NaN or infinite values among inputs or targets."""
    for name, part in zip(("inputs", "targets"), evidence.feed.arrays[:2]):
        bad = total = 0
        for array in _tree.flatten(part):
            if array is not None and jnp.issubdtype(array.dtype, jnp.floating):
                bad += int(jnp.sum(~jnp.isfinite(array)))
                total += array.size
        if bad:
            yield Finding(
                f"nonfinite-{name}",
                "error",
                name,
                f"{bad:,} of {total:,} values are NaN or infinite",
                "One such value makes the loss, and after one step every weight, NaN.",
                "Drop these rows or fill the gaps (np.nan_to_num, the column's median) "
                "before training.",
                {"count": bad, "total": total},
            )


def nonfinite_weights(evidence):
    """Weights that are NaN already."""
    bad = [
        v.path
        for v in evidence.model.variables
        if jnp.issubdtype(v.value.dtype, jnp.floating)
        and not np.isfinite(np.asarray(v.value)).all()
    ]
    if bad:
        yield Finding(
            "nonfinite-weights",
            "error",
            bad[0],
            f"{len(bad)} variables hold NaN or infinite values",
            "Training has diverged; no further step can bring the weights back.",
            "Load the last good weights, and train with a tenth of the learning rate "
            "or with clipnorm=1.0.",
            {"variables": bad},
        )


def nonfinite_loss(evidence):
    """A loss that is not finite although data and weights are."""
    look = evidence.look
    gradients = np.array(list(look.gradients.values()))
    if np.isfinite(look.loss) and np.isfinite(gradients).all():
        return
    leaves = jax.tree.leaves(evidence.feed.arrays)
    if not all(np.isfinite(np.asarray(a, dtype="float64")).all() for a in leaves):
        return
    where = next(
        (
            layer.name
            for layer in evidence.layers
            if not np.isfinite([layer.mean, layer.deviation]).all()
        ),
        "loss",
    )
    yield Finding(
        "nonfinite-loss",
        "error",
        where,
        f"the loss is {look.loss:.3g} at the first step",
        "A value overflows, or a logarithm, root or quotient leaves its domain.",
        f"Look at '{where}': scale inputs and initial weights down, and keep arguments "
        "of log, sqrt and divisions away from zero.",
        {"loss": look.loss},
    )


CHECKS = (nonfinite_data, nonfinite_weights, nonfinite_loss)
