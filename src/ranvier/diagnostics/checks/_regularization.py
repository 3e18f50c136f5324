"""Regularisation: too strong, in the wrong place, or in conflict."""

import numpy as np

from ranvier.diagnostics._finding import Finding
from ranvier.layers import BatchNormalization, Dropout


def penalty_dominates(evidence):
    """Penalties on weights or activities that outweigh the loss of the data."""
    look = evidence.look
    if not evidence.outputs:
        return  # what layers add is all the loss there is
    data = look.loss - look.penalty
    if np.isfinite(look.loss) and look.penalty > max(data, 0) and look.penalty > 0.01:
        share = look.penalty / look.loss if look.loss > 0 else 1.0
        gain = evidence.trial.last < 0.5 * look.loss if evidence.trial else False
        strongest = _strongest(evidence.model)
        if share > 0.75 or not gain:
            yield Finding(
                "penalty-too-strong",
                "error" if share > 0.9 else "warning",
                strongest or "model.losses",
                f"penalties make {share:.0%} of the loss ({look.penalty:.3g} of "
                f"{look.loss:.3g})",
                "Training shrinks the weights before it fits the data.",
                "Use a tenth of the factor, or less: l2 between 1e-5 and 1e-3 is "
                "usual; start without.",
                {"penalty": look.penalty, "loss": look.loss},
            )


def _strongest(model):
    for layer in model._flatten_layers():
        for name in ("kernel_regularizer", "activity_regularizer", "bias_regularizer"):
            if getattr(layer, name, None) is not None:
                return f"{layer.name}.{name}"
    return None


def weight_decay_too_strong(evidence):
    """Decoupled decay that takes the weights away within an epoch."""
    optimizer = evidence.model.optimizer
    decay = getattr(optimizer, "weight_decay", None)
    if not isinstance(decay, (int, float)) or not decay:
        return
    try:
        rate = float(np.asarray(optimizer.learning_rate))
    except TypeError:
        return
    loss = rate * decay * evidence.feed.steps
    if rate * decay > 5e-3 or (loss > 1 and rate * decay > 1e-3):
        yield Finding(
            "weight-decay-too-strong",
            "warning",
            "optimizer",
            f"weight_decay={decay:g} at rate {rate:.3g} takes {rate * decay:.1%} of "
            "every weight at each step",
            "Weights vanish faster than gradients rebuild them "
            "(Loshchilov & Hutter, 2019).",
            "Use weight_decay between 1e-4 and 1e-2.",
            {"weight_decay": float(decay)},
        )


def dropout_too_strong(evidence):
    """Dropout that leaves hardly anything."""
    for layer in evidence.model._flatten_layers():
        if isinstance(layer, Dropout) and layer.rate >= 0.75:
            yield Finding(
                "dropout-too-strong",
                "warning",
                layer.name,
                f"rate {layer.rate:g} keeps {1 - layer.rate:.0%} of the units",
                "Rates of 0.1 to 0.5 regularise; beyond that the network underfits "
                "(Srivastava et al., 2014).",
                "Use rate=0.2 to 0.5.",
                {"rate": float(layer.rate)},
            )
            return


def constraint_too_tight(evidence):
    """Norm constraints that leave the weights next to nothing."""
    for layer in evidence.model._flatten_layers():
        constraint = getattr(layer, "kernel_constraint", None)
        limit = getattr(constraint, "max_value", None)
        if isinstance(limit, (int, float)) and limit < 0.2:
            yield Finding(
                "constraint-too-tight",
                "warning",
                layer.name,
                f"{type(constraint).__name__}(max_value={limit:g}) on "
                f"'{layer.name}.kernel'",
                "Signals shrink to that part of their size in each such layer.",
                "Use max_value between 1 and 4 (Srivastava et al., 2014).",
                {"max_value": float(limit)},
            )
            return


def stale_batch_norm(evidence):
    """Moving averages that are far from the statistics they stand for."""
    look = evidence.look
    norms = [
        layer
        for layer in evidence.model._flatten_layers()
        if isinstance(layer, BatchNormalization) and layer.built
    ]
    if not norms or look.inference_loss is None:
        return
    trained = len(evidence.losses_of()) > 0 or _has_moved(norms)
    bad = (
        look.inference_loss > 1.5 * look.loss and look.inference_loss > look.loss + 0.1
    )
    if trained and bad:
        momentum = norms[0].momentum
        yield Finding(
            "stale-batch-norm",
            "error",
            norms[0].name,
            f"the loss is {look.loss:.3g} with the batch's statistics and "
            f"{look.inference_loss:.3g} with the moving averages "
            f"(momentum {momentum:g})",
            "In inference the layer normalises with statistics it has not learnt yet "
            "(Ioffe & Szegedy, 2015).",
            "Use momentum=0.9 for short trainings (0.99 takes some 500 steps), train "
            "longer, and larger batches than a few samples.",
            {"training": look.loss, "inference": look.inference_loss},
        )
    elif evidence.feed.batch_size < 8:
        yield Finding(
            "batch-too-small",
            "warning",
            norms[0].name,
            f"batch normalisation over batches of {evidence.feed.batch_size}",
            "Mean and variance of so few samples are noise (Wu & He, 2018).",
            "Use batch_size=32, or LayerNormalization.",
            {"batch_size": evidence.feed.batch_size},
        )


def _has_moved(norms):
    return any(
        np.asarray(n.moving_mean.value).any()
        or (np.asarray(n.moving_variance) != 1).any()
        for n in norms
    )


CHECKS = (
    penalty_dominates,
    weight_decay_too_strong,
    constraint_too_tight,
    stale_batch_norm,
    dropout_too_strong,
)
