"""What training and validation data, inputs and targets, have in common."""

import numpy as np

from ranvier.core import _tree
from ranvier.diagnostics._finding import Finding


def leaking_features(evidence):
    """Features that are the target itself."""
    for output in evidence.outputs:
        if not output.is_finite:
            continue
        y = output.as_columns(output.targets)
        for x in evidence.inputs:
            if x.dtype.kind != "f" or x.shape[1] > 2000 or len(x) < 20:
                continue
            deviation = x.std(axis=0)
            z = (x - x.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
            spread = y.std(axis=0)
            t = (y - y.mean(axis=0)) / np.where(spread > 0, spread, 1)
            correlation = np.abs(z.T @ t) / len(x)
            same = correlation > 0.9999
            if same.any() and not _is_reconstruction(same):
                feature = int(np.argmax(correlation.max(axis=1)))
                yield Finding(
                    "leaking-feature",
                    "warning",
                    f"inputs, feature {feature}",
                    f"feature {feature} correlates {correlation.max():.5f} with the "
                    "target",
                    "The answer is among the inputs; it will not be there when it "
                    "counts.",
                    f"Leave out feature {feature}, unless it is known when predicting.",
                    {"feature": feature},
                )
                break


def _is_reconstruction(same):
    """Whether targets are the inputs over again, as an autoencoder's are."""
    features, targets = same.shape
    return targets > 1 and same.any(axis=0).sum() > 0.5 * min(features, targets)


def leaking_rows(evidence):
    """Rows of the validation data that are training rows."""
    if evidence.validation is None or evidence.quick:
        return
    seen = set(_row_bytes(evidence.feed.arrays[0]))
    rows = _row_bytes(evidence.validation_batch[0])
    share = sum(row in seen for row in rows) / len(rows)
    within = 1 - len(seen) / evidence.feed.samples
    if share > 0.05 and share > 3 * within:
        yield Finding(
            "leaking-rows",
            "error" if share > 0.5 else "warning",
            "validation data",
            f"{share:.0%} of the validation rows are training rows too",
            "The validation measures memory rather than generalisation.",
            "Split before duplicating or augmenting, and drop duplicates "
            "(np.unique(x, axis=0)).",
            {"share": share},
        )


def shifted_validation(evidence):
    """Validation inputs of another scale or other classes than the training's."""
    if evidence.validation is None:
        return
    others = _tree.flatten(evidence.validation_batch[0])
    for x, other in zip(evidence.inputs, others, strict=True):
        if x.dtype.kind != "f":
            continue
        other = np.asarray(other).reshape(len(other), -1)
        deviation, elsewhere = x.std(axis=0), other.std(axis=0)
        varying = (deviation > 0) & np.isfinite(deviation)
        if not varying.any():
            continue
        shift = np.abs(other.mean(axis=0) - x.mean(axis=0))[varying]
        ratio = elsewhere[varying] / deviation[varying]
        far = (shift > 1.5 * deviation[varying]) | (ratio > 4) | (ratio < 0.25)
        if far.mean() > 0.5 and len(other) >= 20:
            yield Finding(
                "shifted-validation",
                "error",
                "validation data",
                f"{far.mean():.0%} of the features have another mean or scale than in "
                f"the training data (deviations {np.median(ratio):.3g} times theirs)",
                "The network is measured on inputs it never saw the like of.",
                "Scale both with the training data's statistics: adapt one "
                "Normalization layer, or use one fitted scaler, for both.",
                {"share": float(far.mean())},
            )


def _row_bytes(x):
    arrays = [np.ascontiguousarray(a).reshape(len(a), -1) for a in _tree.flatten(x)]
    return [b"".join(a[i].tobytes() for a in arrays) for i in range(len(arrays[0]))]


CHECKS = (shifted_validation, leaking_features, leaking_rows)
