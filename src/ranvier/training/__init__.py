"""Training: steps, programs, feeds, the loop around them, and tools for it."""

from ranvier.core._later import imported_later

# Tools are imported when first named: models need this package without them.
_TOOLS = {
    "LearningRateCurve": "._learning_rate",
    "MonteCarloPrediction": "._mc_dropout",
    "SelfNormalizationReport": "._self_normalization",
    "check_self_normalization": "._self_normalization",
    "find_learning_rate": "._learning_rate",
    "mc_dropout": "._mc_dropout",
    "unfreeze_gradually": "._unfreezing",
}
__getattr__, __dir__ = imported_later(__name__, _TOOLS)

__all__ = [*_TOOLS]  # pyright: ignore
