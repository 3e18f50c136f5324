"""Networks with SELU: do the conditions of self-normalisation hold?"""

from ranvier.diagnostics._finding import Finding
from ranvier.ops._graph import Function
from ranvier.training._self_normalization import check_self_normalization

_ARCHITECTURE = {
    "no normalisation layer",
    "AlphaDropout",
    "LeCun normal weights",
    "activation selu",
}


def broken_self_normalization(evidence):
    """Conditions that the theory of SELU needs and the network breaks."""
    hidden = [x for x in evidence.layers if x.activation and not x.is_output]
    share = sum(x.activation == "selu" for x in hidden) / max(len(hidden), 1)
    if share < 0.5:
        return
    graph = getattr(evidence.model, "_functional", evidence.model)
    if not isinstance(graph, Function):
        return
    report = check_self_normalization(evidence.model, evidence.batch[0])
    broken = [p for p in report.problems if p.condition in _ARCHITECTURE]
    if not broken:
        return
    first = broken[0]
    yield Finding(
        "broken-self-normalization",
        "warning",
        first.layer,
        f"{len(broken)} conditions fail, first: expected {first.condition}, found "
        f"{first.seen}",
        "SELU keeps mean 0 and deviation 1 only in plain dense stacks with LeCun "
        "normal weights, AlphaDropout and scaled inputs (Klambauer et al., 2017).",
        first.remedy,
        {"conditions": [p.condition for p in broken]},
    )


CHECKS = (broken_self_normalization,)
