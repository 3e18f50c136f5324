"""The size of the steps: learning rate, clipping, momentum, batch."""

import numpy as np

from ranvier.diagnostics._finding import Finding
from ranvier.optimizers.schedules import LearningRateSchedule

_SMITH = "Smith, arXiv 1506.01186 and 1803.09820"


def rate_too_high(evidence):
    """Steps that make the loss worse rather than better."""
    history = evidence.losses_of()
    if len(history) > 1 and not np.isfinite(history[-1]):
        yield _too_high(
            evidence, f"the loss is {history[-1]} after {len(history)} epochs"
        )
        return
    trial = evidence.trial
    if trial is None:
        yield from _too_high_by_updates(evidence)
        return
    blown = blown_up(evidence)
    if blown is not None:
        yield _too_high(evidence, blown)
        return
    if not np.isfinite(evidence.look.loss) or evidence.has_learnt:
        return
    losses = trial.losses
    bad = np.flatnonzero(~np.isfinite(losses))
    if bad.size:
        yield _too_high(
            evidence, f"the loss is {losses[bad[0]]} after {bad[0]} further steps"
        )
        return
    start = evidence.trial_with(0.0).last  # of the same batches, without steps
    if trial.last > 1.5 * start and trial.last > start + 0.05:
        yield _too_high(
            evidence,
            f"{len(losses)} further steps take the loss from {start:.3g} to "
            f"{trial.last:.3g}",
        )
        return
    slower = evidence.trial_with(1 / 30)
    gain, slow_gain = start - trial.last, start - slower.last
    scale = max(abs(start), 1e-12)
    if (
        np.isfinite(slower.last)
        and slow_gain > 0.1 * scale
        and slow_gain > 2 * max(gain, 0)
    ):
        yield _too_high(
            evidence,
            f"{len(losses)} steps lower the loss by {gain:.3g}; with a thirtieth of "
            f"the rate by {slow_gain:.3g}",
        )


def blown_up(evidence):
    """Tells by how much training has blown up the weights, or returns None."""
    if evidence.quick or not evidence.losses_of():
        return None
    for call in evidence.look.layers:
        kernel = getattr(call.layer, "kernel", None)
        initializer = getattr(call.layer, "kernel_initializer", None)
        if kernel is None or initializer is None:
            continue
        drawn = float(np.square(np.asarray(initializer(kernel.shape))).mean() ** 0.5)
        now = float(np.square(np.asarray(kernel.value)).mean() ** 0.5)
        if now > 10 * drawn > 0:
            return (
                f"the weights of '{call.layer.name}' have grown to {now / drawn:.0f} "
                "times the size they were drawn with"
            )
    return None


def _too_high_by_updates(evidence):
    ratios = [
        layer.update
        for layer in evidence.layers
        if layer.update is not None and layer.is_deep
    ]
    history = evidence.losses_of()
    rising = len(history) > 2 and history[-1] > 1.2 * min(history)
    if ratios and np.median(ratios) > (0.1 if rising else 0.5):
        yield _too_high(
            evidence, f"one step changes the weights by {np.median(ratios):.0%}"
        )


def _too_high(evidence, seen):
    rate = _rate(evidence.model)
    return Finding(
        "rate-too-high",
        "error",
        "optimizer",
        f"learning rate {rate:.3g}: {seen}",
        f"Steps longer than the valley is wide climb its walls ({_SMITH}).",
        f"Try learning_rate={_round(rate / 10)}; training.find_learning_rate(model, x, "
        "y) measures a good one, clipnorm=1.0 tames single steps.",
        {"learning_rate": rate},
    )


def rate_too_low(evidence):
    """Steps so small that nothing happens."""
    trial = evidence.trial
    optimizer = evidence.model.optimizer
    if trial is None:
        yield from _too_low_by_updates(evidence)
        return
    if not np.isfinite(trial.losses).all():
        return
    if evidence.has_learnt and not _has_stalled(evidence):
        return
    start = evidence.trial_with(0.0).last  # of the same batches, without steps
    scale = max(abs(start), 1e-12)
    gain = start - trial.last
    factor, fast_gain = 1, gain
    if _is_warming_up(optimizer, len(trial.losses)):
        return
    for more in _higher_rates(optimizer):
        faster = evidence.trial_with(float(more))
        if not np.isfinite(faster.losses).all():
            break
        if start - faster.last > max(fast_gain, 0.1 * scale):
            factor, fast_gain = more, start - faster.last
            break
    if gain < 0.1 * scale and fast_gain > 0.1 * scale and fast_gain > 5 * max(gain, 0):
        clip = _strangling_clip(evidence)
        if clip is not None:
            yield clip
            return
        rate = _rate(evidence.model)
        updates = [v.update for v in evidence.layers if v.update is not None]
        yield Finding(
            "rate-too-low",
            "error" if gain < 0.01 * scale else "warning",
            "optimizer",
            f"learning rate {rate:.3g}: {len(trial.losses)} steps lower the loss by "
            f"{gain / scale:.1%}; with {factor:.3g} times the rate by "
            f"{fast_gain / scale:.1%}"
            + (
                f" (update-to-weight ratio {np.median(updates):.1g})" if updates else ""
            ),
            "Steps should change weights by about a thousandth; far smaller ones waste "
            f"epochs ({_SMITH}).",
            f"Try learning_rate={_round(rate * 10)} to {_round(rate * factor)}; "
            "training.find_learning_rate(model, x, y) measures a good one.",
            {"learning_rate": rate, "gain": gain, "faster": fast_gain},
        )
    elif clips_hard(evidence) and optimizer is not None and gain < 0.1 * scale:
        clip = _strangling_clip(evidence)
        if clip is not None:
            yield clip


def _has_stalled(evidence):
    """Whether a schedule ended the training long before its targets were learnt."""
    optimizer = evidence.model.optimizer
    skills = [output.skill for output in evidence.outputs if output.skill is not None]
    scheduled = isinstance(optimizer.rate_source, LearningRateSchedule)
    return scheduled and bool(skills) and max(skills) < 0.7


def _higher_rates(optimizer):
    """Gives factors by which the rate may be too low."""
    factors = {30, 1000, 30_000}
    schedule, now = optimizer.rate_source, int(optimizer.iterations)
    if isinstance(schedule, LearningRateSchedule) and now:
        before = max(float(schedule(k * now // 4)) for k in range(4))
        present = float(schedule(now))
        if before > 30 * present > 0:
            factors.add(before / present)
    return sorted(factors)


def _is_warming_up(optimizer, steps):
    """Whether a schedule will soon give far higher rates than it does now."""
    schedule = optimizer.rate_source
    if not isinstance(schedule, LearningRateSchedule):
        return False
    now = int(optimizer.iterations)
    rates = [float(schedule(now + k * steps)) for k in (0, 1, 3, 10, 30, 100)]
    return max(rates) > 2 * rates[0]


def _too_low_by_updates(evidence):
    ratios = [
        layer.update
        for layer in evidence.layers
        if layer.update is not None and layer.is_deep
    ]
    history = evidence.losses_of()
    flat = len(history) > 2 and history[-1] > 0.98 * history[0]
    if ratios and np.median(ratios) < 1e-6 and (flat or len(history) < 2):
        rate = _rate(evidence.model)
        yield Finding(
            "rate-too-low",
            "warning",
            "optimizer",
            f"learning rate {rate:.3g}: a step changes the weights by "
            f"{np.median(ratios):.1g} of their size",
            "Steps should change weights by about a thousandth; far smaller ones waste "
            f"epochs ({_SMITH}).",
            f"Try learning_rate={_round(rate * 10)} or more.",
            {"learning_rate": rate},
        )


def clips_hard(evidence):
    """Whether gradients are clipped to a small part of their size."""
    return _strangling_clip(evidence) is not None


def _strangling_clip(evidence):
    optimizer = evidence.model.optimizer
    norms = np.array(list(evidence.look.gradients.values()))
    if not len(norms):
        return None
    largest = float(norms.max())
    for name, size in (
        ("clipnorm", largest),
        ("global_clipnorm", float(np.sqrt((norms**2).sum()))),
        ("clipvalue", largest / 10),
    ):
        limit = getattr(optimizer, name, None)
        if limit and limit < 0.01 * size and limit < 0.1:
            return Finding(
                "clipping-too-hard",
                "error",
                "optimizer",
                f"{name}={limit:g} where gradients have norms up to {largest:.3g}",
                "Every step is cut to a hundredth or less: clipping is for rare, huge "
                "gradients (Pascanu et al., 2013).",
                f"Use {name}=1.0, or leave it out.",
                {"limit": float(limit), "norm": largest},
            )
    return None


def batch_size(evidence):
    """Batches so large that an epoch has few steps, or too small for statistics."""
    feed = evidence.feed
    steps, size = feed.steps, feed.batch_size
    if steps < 8 and size > 64 and feed.samples >= 256:
        yield Finding(
            "batch-too-large",
            "warning",
            "fit(batch_size=)",
            f"batch_size={size} makes {steps} step{'s' * (steps > 1)} an epoch",
            "Few, precise steps learn less from an epoch than many noisy ones, and "
            "often generalise worse (Keskar et al., 2017; Masters & Luschi, 2018).",
            "Use batch_size=32, or raise the learning rate in proportion with a "
            "warm-up (Goyal et al., 2017).",
            {"batch_size": size, "steps": steps},
        )


def momentum_too_high(evidence):
    """Momentum that makes a step last longer than a training."""
    optimizer = evidence.model.optimizer
    for name in ("momentum", "beta_1"):
        value = getattr(optimizer, name, None)
        if isinstance(value, (int, float)) and value > 0.985:
            yield Finding(
                "momentum-too-high",
                "warning",
                "optimizer",
                f"{name}={value:g}: a step is the sum of some {1 / (1 - value):.0f} "
                "gradients"
                if value < 1
                else f"{name}={value:g} never forgets",
                "Old gradients carry the weights past the minimum and back.",
                f"Use {name}=0.9, or 1cycle, which varies it from 0.95 to 0.85.",
                {"momentum": float(value)},
            )


def _rate(model):
    try:
        return float(np.asarray(model.optimizer.learning_rate))
    except (TypeError, AttributeError):
        return float("nan")


def _round(x):
    return f"{x:.0e}".replace("e-0", "e-").replace("e+0", "e")


CHECKS = (rate_too_high, rate_too_low, momentum_too_high, batch_size)
