"""Statistics of one layer, from what a look at the network saw."""

import dataclasses

import numpy as np

# Where an activation is flat: its derivative is below a twentieth of the largest.
_FLAT = {
    "sigmoid": lambda a: (a < 0.0127) | (a > 0.9873),
    "tanh": lambda a: np.abs(a) > 0.9747,
    "softsign": lambda a: np.abs(a) > 0.7764,
    "hard_sigmoid": lambda a: (a <= 0) | (a >= 1),
    "hard_tanh": lambda a: np.abs(a) >= 1,
    "softmax": lambda a: (a < 0.0127) | (a > 0.9873),
}
# Activations that are zero, with zero slope, on one side.
_WITH_DEAD_SIDE = {"relu", "relu6", "hard_silu", "hard_shrink", "soft_shrink"}

_ROWS_OF_RANK = 128


@dataclasses.dataclass(frozen=True)
class LayerStatistics:
    """What one layer does on the sample.

    Attributes:
        name: name of the layer.
        kind: its class.
        activation: name of its activation, or None.
        is_output: whether this is an output of the model.
        units: size of the last axis of the outputs.
        mean: mean of the outputs over samples and units.
        deviation: their standard deviation.
        pre_mean: mean of the values before the activation, or None.
        pre_deviation: their standard deviation, or None.
        saturated: share of the outputs where a bounded activation is flat, or None.
        dead: share of units that are zero for every sample, for activations that can
            die; else None.
        constant: share of units that never vary.
        varying: root mean square of the units' deviations over the samples.
        rank: effective rank of the outputs: the exponential of the entropy of their
            normalised squared singular values (Roy & Vetterli, 2007).
        gradient: norm of the loss's gradient by the layer's weights, over the root of
            their number; None without trainable weights.
        update: norm of one step's change over the norm of the weights, or None.
        is_deep: whether it multiplies by a trainable matrix.
        is_step: whether it does that, or applies an activation.
    """

    name: str
    kind: str
    activation: str | None
    is_output: bool
    units: int
    mean: float
    deviation: float
    pre_mean: float | None
    pre_deviation: float | None
    saturated: float | None
    dead: float | None
    constant: float
    varying: float
    rank: float
    gradient: float | None
    update: float | None
    is_deep: bool
    is_step: bool

    def to_dict(self) -> dict:
        """Returns the numbers by name, JSON-ready."""
        return dataclasses.asdict(self)


def statistics_of(look) -> list:
    """Returns the `LayerStatistics` of the calls in a look."""
    return [_statistics(call, look) for call in look.layers]


def _statistics(call, look):
    outputs = call.outputs.reshape(-1, call.outputs.shape[-1]).astype("float64")
    before = call.before
    with np.errstate(all="ignore"):
        means = outputs.mean(axis=0)
        centred = outputs - means
        variances = np.square(centred).mean(axis=0)
        spread = np.sqrt(variances)
        varies = spread > 1e-6 * max(np.abs(outputs).max(initial=0), 1e-30)
        flat = _FLAT.get(call.activation)
        gradient, update = _of_weights(call.layer, look)
        has_matrix = any(len(v.shape) > 1 for v in call.layer._trainable_variables)
        return LayerStatistics(
            name=call.layer.name,
            kind=type(call.layer).__name__,
            activation=call.activation,
            is_output=call.is_output,
            units=outputs.shape[-1],
            mean=float(means.mean()),
            # That of the units over the samples, and that of the units' means.
            deviation=float(np.sqrt(variances.mean() + means.var())),
            pre_mean=None if before is None else float(before.mean()),
            pre_deviation=None if before is None else float(before.std()),
            saturated=None if flat is None else float(flat(outputs).mean()),
            dead=(
                float((outputs == 0).all(axis=0).mean())
                if call.activation in _WITH_DEAD_SIDE
                else None
            ),
            constant=float(1 - varies.mean()),
            varying=float(np.sqrt(variances.mean())),
            rank=effective_rank(outputs[:_ROWS_OF_RANK]),
            gradient=gradient,
            update=update,
            is_deep=has_matrix and gradient is not None,
            is_step=has_matrix or call.activation is not None,
        )


def _of_weights(layer, look):
    """Returns the root mean square of the gradient and the update-to-weight ratio.

    Biases are left out where there are other weights: they start at zero.
    """
    variables = [v for v in layer._trainable_variables if v.path in look.gradients]
    variables = [v for v in variables if len(v.shape) > 1] or variables
    if not variables:
        return None, None
    paths = [v.path for v in variables]
    count = sum(look.sizes[p][1] for p in paths)
    gradient = np.sqrt(sum(look.gradients[p] ** 2 for p in paths) / max(count, 1))
    weights = np.sqrt(sum(look.sizes[p][0] ** 2 for p in paths))
    if not all(p in look.updates for p in paths) or weights == 0:
        return float(gradient), None
    update = np.sqrt(sum(look.updates[p] ** 2 for p in paths))
    return float(gradient), float(update / weights)


def effective_rank(x) -> float:
    """Returns the effective rank of a matrix, its rows centred.

    Example:
        >>> import numpy as np
        >>> round(effective_rank(np.eye(8)))
        7
    """
    x = x - x.mean(axis=0)
    if not np.isfinite(x).all():
        return float("nan")
    gram = x @ x.T if x.shape[0] < x.shape[1] else x.T @ x
    values = np.clip(np.linalg.eigvalsh(gram), 0, None)
    total = values.sum()
    if total <= 0:
        return 0.0
    p = values[values > 1e-12 * total] / total
    return float(np.exp(-(p * np.log(p)).sum()))
