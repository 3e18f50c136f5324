"""Training against validation: overfitting, underfitting, contradictions."""

import numpy as np

from ranvier.diagnostics._finding import Finding


def overfitting(evidence):
    """A validation loss that rises while the training loss falls."""
    train, validation = evidence.losses_of(), evidence.losses_of("val_loss")
    clean = evidence.losses_of("train_loss")
    train = clean or train
    comparable = len(train) == len(validation) and np.isfinite(validation).all()
    if len(validation) >= 5 and comparable:
        best = int(np.nanargmin(validation))
        rise = validation[-1] / max(validation[best], 1e-12)
        fell = train[-1] < 0.95 * train[best]
        if rise > 1.1 and fell and best < len(validation) - 2:
            yield _overfits(
                "error" if rise > 1.5 else "warning",
                f"val_loss was lowest ({validation[best]:.3g}) in epoch {best + 1} and "
                f"is {validation[-1]:.3g} after {len(validation)}, while the training "
                f"loss fell from {train[best]:.3g} to {train[-1]:.3g}",
                {"best_epoch": best + 1, "rise": rise},
            )
            return
    gap = evidence.gap
    if gap is not None:
        inside, outside = gap
        if len(train) >= 5 and outside > 2 * inside and outside > inside + 0.05:
            yield _overfits(
                "warning",
                f"the loss is {inside:.3g} on training data and {outside:.3g} on "
                "validation data, both without dropout",
                {"training": inside, "validation": outside},
            )


def _overfits(severity, seen, values):
    return Finding(
        "overfitting",
        severity,
        "fit",
        seen,
        "The network learns its samples by heart instead of what they have in common.",
        "Stop earlier (EarlyStopping(patience=5, restore_best_weights=True)), add "
        "Dropout(0.3) or l2, use fewer units, or more data.",
        values,
    )


def underfitting(evidence):
    """A trained network that is hardly better than the simplest guess."""
    history = evidence.losses_of()
    if len(history) < 5 or evidence.quick:
        return
    look = evidence.look
    for output in evidence.outputs:
        if output.predictions is None or not np.isfinite(look.loss):
            continue
        skill = output.skill
        if skill is None or evidence.learner is None:
            continue
        rows = evidence.learning_rows
        reached = evidence.learner.correlation(
            output.as_columns(output.all_targets[rows])
        )
        if reached**2 > max(skill, 0) + 0.15:
            yield Finding(
                "underfitting",
                "warning",
                output.name,
                f"after {len(history)} epochs the outputs explain "
                f"{max(skill, 0):.0%} of the targets' variance; a quick learner "
                f"explains {reached**2:.0%} of unseen ones",
                "The network is too small, too restrained, or trained too briefly.",
                "More units or layers, less dropout and l2, more epochs, or a better "
                "learning rate (training.find_learning_rate).",
                {"skill": skill, "reached": reached**2},
            )


def collapsed_predictions(evidence):
    """The same prediction for every sample, after training."""
    if len(evidence.losses_of()) < 3:
        return
    for output in evidence.outputs:
        p = output.predictions
        if p is None or not np.isfinite(p).all() or len(p) < 10:
            continue
        y = np.asarray(output.targets)
        if (y == y[0]).all():
            continue
        spread = p.std(axis=0).max()
        if spread < 1e-3 * max(np.abs(p).max(), 1e-12):
            yield Finding(
                "collapsed-predictions",
                "error",
                output.name,
                "the network answers every sample alike "
                f"({np.round(p[0].ravel()[:4], 4).tolist()})",
                "It has become a constant: dead units, a huge penalty, or targets that "
                "do not follow from the inputs.",
                "See the other findings; start again with a smaller learning rate.",
                {"spread": float(spread)},
            )


def contradicting_metrics(evidence):
    """A loss that gets worse while a metric of the same data gets better."""
    losses = evidence.losses_of("val_loss")
    if len(losses) < 6 or not np.isfinite(losses).all():
        return
    best = int(np.nanargmin(losses))
    if losses[-1] < 1.1 * losses[best]:
        return
    for name in evidence.history:
        if name.startswith("val_") and "acc" in name:
            values = evidence.losses_of(name)
            if len(values) == len(losses) and values[-1] > values[best] + 0.005:
                yield Finding(
                    "contradicting-metrics",
                    "hint",
                    name,
                    f"since epoch {best + 1} val_loss rose from {losses[best]:.3g} to "
                    f"{losses[-1]:.3g} while {name} rose from {values[best]:.3f} to "
                    f"{values[-1]:.3f}",
                    "The network gets surer also where it is wrong: its probabilities "
                    "are no longer calibrated (Guo et al., 2017).",
                    "Choose by what you need: monitor='val_loss' for probabilities, "
                    f"monitor='{name}' for decisions; label smoothing helps.",
                )
                return


CHECKS = (overfitting, collapsed_predictions, underfitting, contradicting_metrics)
