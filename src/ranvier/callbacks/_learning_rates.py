"""Reading the learning rates of a model's optimizer, or of its several optimizers."""

import numpy as np


def optimizers_of(model) -> dict:
    """Returns `{name in the logs: optimizer}`, more than one for a multi-optimizer."""
    several = getattr(model.optimizer, "optimizers", None)
    if several is None:
        return {"learning_rate": model.optimizer}
    return {f"learning_rate_{optimizer.name}": optimizer for optimizer in several}


def learning_rate_of(optimizer) -> float:
    """Returns the current learning rate as a Python float.

    Raises:
        ValueError: if the optimizer has none.
    """
    if not hasattr(optimizer, "learning_rate"):
        raise ValueError(
            "This callback needs an optimizer with a `learning_rate`. Received: "
            f"{optimizer!r}"
        )
    return float(np.asarray(optimizer.learning_rate))


def record_learning_rates(model, logs) -> None:
    """Adds the learning rates to the logs of an epoch."""
    for name, optimizer in optimizers_of(model).items():
        logs[name] = learning_rate_of(optimizer)
