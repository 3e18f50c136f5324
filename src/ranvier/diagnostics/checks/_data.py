"""The data by themselves: constants, scale, classes."""

import numpy as np

from ranvier.core import _tree
from ranvier.diagnostics._finding import Finding
from ranvier.layers import (
    BatchNormalization,
    Dense,
    Embedding,
    LayerNormalization,
    Normalization,
)

_NORMS = (BatchNormalization, LayerNormalization, Normalization)


def unscaled_inputs(evidence):
    """Features whose scale is far from one where they meet the first weights."""
    for name, x in _first_meetings(evidence):
        if np.isfinite(x).all():
            found = _scale_of(x, name)
            if found is not None:
                yield found
                return


def _first_meetings(evidence):
    """Gives the features that dense layers see before any weights: those of the first
    one, and inputs that join later as they are (the wide part of wide & deep).
    """
    first = True
    for call in evidence.look.layers:
        if isinstance(call.layer, _NORMS):
            first = False
        elif isinstance(call.layer, Dense) and call.inputs is not None:
            x = call.inputs.reshape(-1, call.inputs.shape[-1]).astype("float64")
            if not first:
                x = x[:, _as_given(x, evidence.inputs)]
            if x.shape[1]:
                yield call.layer.name, x
            first = False
        elif call.layer._trainable_variables:
            first = False


def _as_given(x, inputs):
    """Tells which columns are columns of the inputs, unchanged."""
    given = {
        column.tobytes()
        for part in inputs
        if part.dtype.kind in "fiu" and len(part) == len(x) and part.shape[1] <= 2000
        for column in part.astype("float64").T
    }
    return np.array([column.tobytes() in given for column in x.T], dtype=bool)


def _scale_of(x, name):
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    varying = deviation > 0
    if not varying.any():
        return None
    deviation, mean = deviation[varying], np.abs(mean[varying])
    size = np.sqrt((x**2).mean(axis=0)[varying])
    largest, smallest = float(size.max()), float(np.median(size))
    off_centre = float((mean / deviation).max())
    wide = largest > 15
    tiny = largest < 0.01
    uneven = largest > 5 and largest / max(smallest, 1e-12) > 30
    if wide or tiny or uneven:
        return Finding(
            "unscaled-inputs",
            "error" if largest > 100 else "warning",
            name,
            f"features reach '{name}' with sizes up to {largest:.3g} "
            f"(median {smallest:.3g}), means up to {off_centre:.3g} deviations from 0",
            "Weights are initialised, and learning rates chosen, for inputs of about "
            "unit size; others make the loss a narrow valley (LeCun et al., "
            "Efficient BackProp, 1998).",
            "Put a Normalization layer (adapted to the training data) or, for "
            "pixels, Rescaling(1 / 255) first.",
            {"largest": largest, "median": smallest},
        )
    return None


def unscaled_targets(evidence):
    """Targets of a regression far from unit scale."""
    for output in evidence.outputs:
        if output.kind != "squared" or output.activation not in (None, "linear"):
            continue
        y = np.asarray(output.all_targets, dtype="float64")
        if not np.isfinite(y).all():
            continue
        size, deviation = float(np.sqrt((y**2).mean())), float(y.std())
        if size > 50 or 0 < deviation < 1e-3:
            yield Finding(
                "unscaled-targets",
                "error" if size > 1000 else "warning",
                output.name,
                f"targets have mean {y.mean():.3g} and deviation {deviation:.3g}",
                "The output layer starts with values of about one: its weights must "
                "first grow to the targets' scale, and gradients with them.",
                "Train on (y - mean) / deviation and undo it in predictions; or divide "
                "by a round number.",
                {"size": size, "deviation": deviation},
            )


def constant_data(evidence):
    """Features or targets that are the same for all samples."""
    everything = _tree.flatten(evidence.feed.arrays[0])
    for x, full in zip(evidence.inputs, everything, strict=True):
        if x.dtype.kind not in "fiu" or len(x) < 2:
            continue
        constant = (x == x[0]).all(axis=0)
        if constant.any() and not constant.all():  # in the sample; in all rows too?
            columns = np.flatnonzero(constant)
            rest = full.reshape(len(full), -1)[:, columns]
            constant[columns] = np.asarray((rest == rest[0]).all(axis=0))
        if constant.all():
            yield Finding(
                "constant-inputs",
                "error",
                "inputs",
                "all samples are the same",
                "There is nothing to tell the samples apart by.",
                "Check how the inputs were read.",
            )
        elif constant.any() and _are_columns(evidence, x):
            yield Finding(
                "constant-features",
                "hint",
                "inputs",
                f"{int(constant.sum())} of {x.shape[1]} features never vary: "
                f"{np.flatnonzero(constant)[:8].tolist()}",
                "They carry no information.",
                "Leave them out.",
            )
    for output in evidence.outputs:
        y = np.asarray(output.all_targets)
        if len(y) > 1 and (y == y[0]).all():
            yield Finding(
                "constant-targets",
                "error",
                output.name,
                f"every target is {y.reshape(len(y), -1)[0][:4].tolist()}",
                "The bias of the last layer learns that; the inputs do not matter.",
                "Check how the targets were read.",
            )


def _are_columns(evidence, x):
    """Whether each feature means something: no pixels at a border, no tokens."""
    layers = evidence.model._flatten_layers()
    return x.shape[1] < 100 and not any(isinstance(one, Embedding) for one in layers)


def class_imbalance(evidence):
    """One class that outweighs the others."""
    for output in evidence.outputs:
        counts = _counts(output)
        if counts is None or len(counts) < 2 or evidence.feed.arrays[2] is not None:
            continue
        share = counts.max() / counts.sum()
        if share > 0.9 or (counts.min() > 0 and counts.max() / counts.min() > 20):
            yield Finding(
                "class-imbalance",
                "warning",
                output.name,
                f"classes from {counts.min() / counts.sum():.1%} to {share:.1%} of the "
                "samples",
                f"Always naming the largest class is right {share:.1%} of the time: "
                "accuracy says little, and rare classes are hardly learnt.",
                "Pass class_weight= to fit, and watch metrics such as AUC, Precision "
                "and Recall.",
                {"share": float(share)},
            )


def _counts(output):
    y = np.asarray(output.all_targets)
    if output.kind == "sparse":
        return np.unique(y, return_counts=True)[1]
    if output.kind == "categorical":
        return y.reshape(-1, y.shape[-1]).sum(axis=0)
    if output.kind == "binary" and output.classes == 2 and np.isin(y, (0, 1)).all():
        return np.array([(y == 0).sum(), (y == 1).sum()])
    return None


CHECKS = (constant_data, unscaled_inputs, unscaled_targets, class_imbalance)
