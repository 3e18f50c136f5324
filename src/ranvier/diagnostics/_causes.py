"""What follows from what: which illness explains which symptoms."""

_SYMPTOMS_OF_STEPS = {
    "dead-units",
    "exploding-gradients",
    "exploding-signal",
    "rate-too-high",
    "rate-too-low",
    "saturated-units",
    "underfitting",
    "vanishing-gradients",
    "vanishing-signal",
    "collapsed-predictions",
}

# By cause. The order of the checks decides between two that explain each other.
EXPLAINS = {
    "unscaled-inputs": _SYMPTOMS_OF_STEPS,
    "unscaled-targets": _SYMPTOMS_OF_STEPS,
    "hidden-softmax": _SYMPTOMS_OF_STEPS,
    "broken-self-normalization": _SYMPTOMS_OF_STEPS,
    "symmetric-weights": _SYMPTOMS_OF_STEPS,
    "weight-decay-too-strong": _SYMPTOMS_OF_STEPS,
    "constraint-too-tight": _SYMPTOMS_OF_STEPS,
    "penalty-too-strong": _SYMPTOMS_OF_STEPS,
    "dropout-too-strong": {"underfitting", "rate-too-low"},
    "stale-batch-norm": {"overfitting", "underfitting"},
    "exploding-signal": _SYMPTOMS_OF_STEPS,
    "vanishing-signal": {"dead-units", "rate-too-low", "rate-too-high"},
    "vanishing-gradients": {"vanishing-signal", "rate-too-low", "rate-too-high"},
    "saturated-units": {"vanishing-gradients", "rate-too-low", "rate-too-high"},
    "rate-too-high": {"dead-units", "saturated-units", "collapsed-predictions"},
    "momentum-too-high": _SYMPTOMS_OF_STEPS,
    "batch-too-large": {"rate-too-low", "underfitting"},
    "class-imbalance": {"collapsed-predictions", "rate-too-low", "underfitting"},
    "clipping-too-hard": {"rate-too-low", "underfitting"},
    "shifted-validation": {"overfitting"},
    "labels-without-relation": {"overfitting", "underfitting", "rate-too-low"},
    "shifted-labels": {"overfitting", "underfitting", "rate-too-low"},
}


def ranked(findings, severities) -> list:
    """Returns findings gravest first, a cause no later than the symptoms it makes.

    Args:
        findings: in the order of the checks.
        severities: their names, gravest first.
    """
    ranks = {f.code: severities.index(f.severity) for f in reversed(findings)}

    def rank(finding):
        explained = EXPLAINS.get(finding.code, set()) & ranks.keys()
        own = severities.index(finding.severity)
        return min([own, *(ranks[code] - 0.5 for code in explained)])

    return sorted(findings, key=rank)
