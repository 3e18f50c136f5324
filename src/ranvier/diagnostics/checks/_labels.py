"""Do the targets follow from the inputs?"""

from ranvier.diagnostics._finding import Finding


def labels_without_relation(evidence):
    """Targets that do not follow from the inputs: shuffled, or shifted by rows."""
    if evidence.quick or evidence.learner is None or evidence.feed.samples < 100:
        return
    learner, rows = evidence.learner, evidence.learning_rows
    for output in evidence.outputs:
        if output.all_targets.ndim > 2 or not output.is_finite:
            continue

        def correlation(shift, output=output):
            moved = (rows + shift) % evidence.feed.samples
            return learner.correlation(output.as_columns(output.all_targets[moved]))

        own = correlation(0)
        if own > learner.noise or _has_learnt(evidence):
            continue
        shifts = [k for size in range(1, 9) for k in (size, -size)]
        found = {k: correlation(k) for k in shifts}
        best = max(found, key=found.get)
        if found[best] > max(2 * learner.noise, own + 0.1):
            yield Finding(
                "shifted-labels",
                "error",
                output.name,
                f"targets correlate {own:.2f} with what quick learners predict, but "
                f"{found[best]:.2f} when moved by {best} rows",
                "Inputs and targets of different samples stand in one row.",
                f"Align them: y = np.roll(y, {-best}) undoes it; find where the rows "
                "were shifted.",
                {"shift": best, "correlation": own, "shifted": found[best]},
            )
        else:
            yield Finding(
                "labels-without-relation",
                "error",
                output.name,
                f"quick learners' predictions of unseen rows correlate {own:.2f} with "
                f"the targets; chance alone gives up to {learner.noise:.2f}",
                "Targets that were shuffled against their inputs can be learnt by "
                "heart, but nothing carries over (Zhang et al., 2017).",
                "Check that inputs and targets are in the same order: shuffle both "
                "with one permutation, and look at some rows.",
                {"correlation": own},
            )


def _has_learnt(evidence):
    """Whether validation shows that there is something to learn after all."""
    losses = evidence.losses_of("val_loss")
    return len(losses) > 2 and min(losses) < 0.8 * losses[0]


CHECKS = (labels_without_relation,)
