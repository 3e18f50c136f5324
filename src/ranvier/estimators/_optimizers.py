"""The optimizer of an estimator's parameters, and what makes two share a program."""

import json

from ranvier import optimizers
from ranvier.core._dynamic import dynamic_names
from ranvier.core._serialization import serialize_object


def make_optimizer(estimator):
    """Returns a new optimizer as an estimator's parameters say.

    Args:
        estimator: a multi-layer perceptron.
    """
    rate = estimator.schedule or estimator.learning_rate_init
    given = estimator.optimizer
    if given is None and estimator.solver == "sgd":
        return optimizers.SGD(
            rate,
            momentum=float(estimator.momentum),
            nesterov=bool(estimator.nesterovs_momentum),
        )
    if given is None:
        return optimizers.Adam(
            rate,
            beta_1=float(estimator.beta_1),
            beta_2=float(estimator.beta_2),
            epsilon=float(estimator.epsilon),
        )
    if isinstance(given, str):
        optimizer = optimizers.get(given)
        optimizer.learning_rate = rate
        return optimizer
    # A copy: fitting does not change the parameters of an estimator.
    if isinstance(given, optimizers.Optimizer):
        optimizer = type(given).from_config(given.get_config())
        if estimator.schedule is not None:
            optimizer.learning_rate = estimator.schedule
        return optimizer
    return optimizers.get(given)


def optimizer_key(optimizer):
    """Returns what programs depend on about an optimizer; None for all of it.

    Numbers that are inputs of programs do not count, only whether they are zero.
    """
    try:
        config = serialize_object(optimizer)["config"]
        inputs = dynamic_names(type(optimizer))
        config.pop("name", None)
        if isinstance(config.get("learning_rate"), float):
            config["learning_rate"] = 0.0
        for name in inputs:
            if isinstance(config.get(name), float):
                config[name] = bool(config[name])
        return type(optimizer), json.dumps(config, sort_keys=True)
    except (TypeError, ValueError, KeyError, NotImplementedError):
        return None
