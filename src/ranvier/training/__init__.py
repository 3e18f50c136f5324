"""Training: steps, programs, feeds, the loop around them, and tools for it."""

import importlib

# Tools are imported when first named: models need this package without them.
_TOOLS = {
    "LearningRateCurve": "_learning_rate",
    "MonteCarloPrediction": "_mc_dropout",
    "SelfNormalizationReport": "_self_normalization",
    "check_self_normalization": "_self_normalization",
    "find_learning_rate": "_learning_rate",
    "mc_dropout": "_mc_dropout",
    "unfreeze_gradually": "_unfreezing",
}


def __getattr__(name):
    if name in _TOOLS:
        return getattr(importlib.import_module(f"{__name__}.{_TOOLS[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__():
    return [*globals(), *_TOOLS]


__all__ = [*_TOOLS]  # pyright: ignore
