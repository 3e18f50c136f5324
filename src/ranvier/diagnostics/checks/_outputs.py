"""Does the last activation fit the loss, and do both fit the targets?"""

import numpy as np

from ranvier.diagnostics._finding import Finding
from ranvier.metrics import (
    AUC,
    MeanMetricWrapper,
    Precision,
    Recall,
    binary_accuracy,
)

_WHY_LOGITS = (
    "A cross-entropy takes the logarithm of probabilities, or with from_logits=True "
    "applies softmax or sigmoid itself; twice or never, its gradient is wrong."
)
_PROBABILITIES = {"softmax", "sigmoid"}


def loss_and_activation(evidence):
    """Cross-entropies with outputs they do not expect, and the other way round."""
    for output in evidence.outputs:
        yield from _mismatch(output, evidence)


def _mismatch(output, evidence):
    activation, kind = output.activation, output.kind
    where, name = output.layer or output.name, output.loss.name
    plain = activation in (None, "linear")
    if kind in ("categorical", "sparse", "binary"):
        wanted = "sigmoid" if kind == "binary" else "softmax"
        if output.from_logits and activation in _PROBABILITIES:
            yield Finding(
                "from-logits-mismatch",
                "error",
                where,
                f"{name}(from_logits=True) after the activation {activation}",
                _WHY_LOGITS,
                f"Use from_logits=False, or take activation='{activation}' off "
                f"'{where}'.",
            )
        elif not output.from_logits and plain and not _are_probabilities(output):
            yield Finding(
                "from-logits-mismatch",
                "error",
                where,
                f"{name} of outputs that are no probabilities: no activation, "
                + _range(output.predictions),
                _WHY_LOGITS,
                f"Give '{where}' activation='{wanted}', or compile with "
                f"{type(output.loss).__name__}(from_logits=True).",
            )
        elif not output.from_logits and activation not in (
            *_PROBABILITIES,
            None,
            "linear",
            "hard_sigmoid",
            "sparsemax",
            "sparse_sigmoid",
        ):
            yield Finding(
                "wrong-output-activation",
                "error",
                where,
                f"{name} after the activation {activation}",
                _WHY_LOGITS,
                f"Give '{where}' activation='{wanted}'.",
            )
    units = None if output.predictions is None else output.predictions.shape[-1]
    if activation == "softmax" and units == 1:
        yield Finding(
            "wrong-output-activation",
            "error",
            where,
            "softmax over a single unit",
            "Softmax of one value is always 1: nothing can be learnt.",
            f"Use activation='sigmoid' with binary_crossentropy on '{where}', or one "
            "unit for each class.",
        )
        return
    if kind == "binary" and activation == "softmax" and _is_one_hot(output.targets):
        yield Finding(
            "wrong-loss",
            "error",
            where,
            "binary_crossentropy of softmax outputs, with one class a sample",
            "It scores every class as a question of its own, and binary accuracy "
            "counts all the classes that are rightly absent.",
            "Use categorical_crossentropy, or sparse_categorical_crossentropy for "
            "integer labels.",
        )
    elif kind in ("categorical", "sparse") and activation == "sigmoid":
        yield Finding(
            "wrong-output-activation",
            "error",
            where,
            f"{name} of sigmoid outputs",
            "The outputs do not add up to one: the loss falls by pushing all of them "
            "to one.",
            f"Give '{where}' activation='softmax'.",
        )
    elif kind == "squared":
        yield from _squared(output, where, activation)


def _squared(output, where, activation):
    y = np.asarray(output.all_targets, dtype="float64")
    if activation in _PROBABILITIES and (
        _is_one_hot(output.targets) or _is_binary(output.targets)
    ):
        many = activation == "softmax"
        cross_entropy = "categorical_crossentropy" if many else "binary_crossentropy"
        yield Finding(
            "wrong-loss",
            "warning",
            where,
            f"{output.loss.name} of {activation} outputs for class labels",
            "The slope of the squared error vanishes where the network is surest and "
            "wrong (Golik et al., 2013).",
            f"Compile with loss='{cross_entropy}'.",
        )
        return
    low, high = float(np.nanmin(y)), float(np.nanmax(y))
    limits = {
        "sigmoid": (0, 1),
        "hard_sigmoid": (0, 1),
        "softmax": (0, 1),
        "tanh": (-1, 1),
        "hard_tanh": (-1, 1),
        "softsign": (-1, 1),
        "relu": (0, np.inf),
        "relu6": (0, 6),
        "softplus": (0, np.inf),
        "exponential": (0, np.inf),
    }.get(activation)
    if limits is not None:
        outside = float(((y < limits[0]) | (y > limits[1])).mean())
        if outside > 0.01:
            yield Finding(
                "wrong-output-activation",
                "error",
                where,
                f"targets from {low:.3g} to {high:.3g}, but {activation} gives values "
                f"from {limits[0]:g} to {limits[1]:g}: {outside:.0%} cannot be reached",
                "The network cannot produce these targets, however long it trains.",
                f"Leave out the activation of '{where}', or scale the targets.",
                {"outside": outside},
            )
    elif _looks_like_labels(y) and output.predictions is not None:
        yield from _labels_as_numbers(output, where, y)


def _labels_as_numbers(output, where, y):
    units = output.predictions.shape[-1]
    classes = len(np.unique(y))
    if units == classes and units > 2:
        yield Finding(
            "wrong-loss",
            "error",
            where,
            f"{output.loss.name} between {units} outputs and integer labels",
            "Every output is pulled towards the number of the class.",
            "Use activation='softmax' and loss='sparse_categorical_crossentropy'.",
        )
    elif units == 1 and classes > 2 and _measures_accuracy(output):
        yield Finding(
            "wrong-loss",
            "error",
            where,
            f"{output.loss.name} of one output for {classes} classes, with accuracy",
            "One number orders the classes along a line: confusing the first with the "
            "last counts for more than confusing neighbours.",
            f"Use Dense({classes}, activation='softmax') and "
            "loss='sparse_categorical_crossentropy'; or, for numbers, metrics=['mae'].",
        )


def _measures_accuracy(output):
    return any("accuracy" in metric.name for metric in output.metrics)


def targets_in_range(evidence):
    """Targets that a loss does not take."""
    for output in evidence.outputs:
        y = np.asarray(output.all_targets, dtype="float64")
        name = output.loss.name
        if output.kind in ("binary", "categorical"):
            outside = float(((y < 0) | (y > 1)).mean())
            if outside > 0:
                yield Finding(
                    "targets-out-of-range",
                    "error",
                    output.name,
                    f"targets from {np.nanmin(y):.3g} to {np.nanmax(y):.3g} for {name}",
                    "It takes probabilities: targets from 0 to 1. Others make the loss "
                    "negative and without a minimum.",
                    "Give labels 0 and 1 (or one-hot rows); for -1 and 1 use "
                    "(y + 1) / 2 or loss='hinge'; for numbers use loss='mse'.",
                    {"outside": outside},
                )
        elif (
            name
            in (
                "poisson",
                "mean_squared_logarithmic_error",
                "kl_divergence",
            )
            and (y < 0).any()
        ):
            yield Finding(
                "targets-out-of-range",
                "error",
                output.name,
                f"negative targets, down to {np.nanmin(y):.3g}, for {name}",
                "The loss is defined for targets of zero and more.",
                "Use loss='mse' or 'huber', or shift the targets.",
            )


def metrics_that_mislead(evidence):
    """Metrics that say nothing about what the loss measures."""
    for output in evidence.outputs:
        names = {metric.name for metric in output.metrics}
        if output.kind == "squared" and "accuracy" in names:
            y = np.asarray(output.all_targets)
            if not _looks_like_labels(y) and not _is_one_hot(output.targets):
                yield Finding(
                    "misleading-metric",
                    "warning",
                    output.name,
                    "accuracy of targets that are numbers",
                    "It counts predictions that equal the target exactly: about zero, "
                    "whatever the loss does.",
                    "Watch metrics=['mae'] or RootMeanSquaredError instead.",
                )
        yield from _metric_of_logits(output)


def _metric_of_logits(output):
    """Metrics that expect probabilities, of outputs that are logits."""
    if output.kind != "binary" or not output.from_logits:
        return
    for metric in output.metrics:
        if isinstance(metric, AUC):
            wrong, cure = not metric._from_logits, "AUC(from_logits=True)"
        elif isinstance(metric, MeanMetricWrapper):
            threshold = metric._arguments().get("threshold", 0.5)
            wrong = metric._fn is binary_accuracy and threshold == 0.5
            cure = "BinaryAccuracy(threshold=0.0)"
        else:
            wrong = (
                isinstance(metric, Precision | Recall)
                and metric.init_thresholds is None
            )
            cure = f"{type(metric).__name__}(thresholds=0.0)"
        if wrong:
            yield Finding(
                "misleading-metric",
                "warning",
                output.name,
                f"'{metric.name}' of logits, which it takes for probabilities",
                "A probability of one half is the logit 0: at 0.5 it decides for some "
                "samples otherwise than the loss does.",
                f"Use {cure}, or activation='sigmoid' and from_logits=False.",
            )
            return


CHECKS = (loss_and_activation, targets_in_range, metrics_that_mislead)


def _are_probabilities(output):
    """Whether outputs of no activation are probabilities all the same."""
    p = output.predictions
    if p is None:
        return True
    if (p < -1e-6).any() or (p > 1 + 1e-6).any():
        return False
    return output.kind == "binary" or bool(np.allclose(p.sum(axis=-1), 1, atol=1e-3))


def _range(values):
    return f"values from {np.nanmin(values):.3g} to {np.nanmax(values):.3g}"


def _is_one_hot(y):
    y = np.asarray(y)
    return (
        y.ndim > 1
        and y.shape[-1] > 1
        and bool(((y == 0) | (y == 1)).all())
        and bool((y.sum(axis=-1) == 1).all())
    )


def _is_binary(y):
    return bool(np.isin(y, (0, 1)).all())


def _looks_like_labels(y):
    if y.ndim > 1 and y.shape[-1] > 1:
        return False
    values = np.unique(y)
    return (
        len(values) <= max(2, min(100, len(y) // 10))
        and bool((values == np.round(values)).all())
        and values.min() >= 0
        and values.max() < 1000
    )
