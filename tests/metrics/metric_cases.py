"""Metrics with their arguments and the kind of data they are for."""

import numpy as np

_rng = np.random.default_rng(0)


def _probabilities(*shape):
    exp = np.exp(_rng.normal(size=shape))
    return (exp / exp.sum(-1, keepdims=True)).astype("float32")


def _one_hot(*shape):
    return np.eye(3, dtype="float32")[_rng.integers(0, 3, size=shape)]


def _bits(*shape):
    return _rng.integers(0, 2, size=shape)


def _normal(*shape):
    return _rng.normal(size=shape).astype("float32")


def _uniform(*shape):
    # Many fall exactly on a threshold, 0 and 1 among them.
    return (_rng.integers(0, 21, size=shape) / 20).astype("float32")


def _two(make):
    return [make(), make()]


# Kind of data: two batches of four samples, targets and predictions.
DATA = {
    "values": _two(lambda: (_normal(4, 3),)),
    "vector": _two(lambda: (_normal(4),)),
    "numbers": _two(lambda: (_normal(4, 3), _normal(4, 3))),
    "positive": _two(lambda: (np.exp(_normal(4, 3)), np.exp(_normal(4, 3)))),
    "integers": _two(lambda: (_bits(4, 3), _bits(4, 3))),
    "row and column": _two(lambda: (_normal(4), _normal(4, 1))),
    "bits": _two(lambda: (_bits(4, 3), _uniform(4, 3))),
    "bit column": _two(lambda: (_bits(4, 1), _uniform(4, 1))),
    "bit vector": _two(lambda: (_bits(4), _uniform(4))),
    "bits and column": _two(lambda: (_bits(4), _uniform(4, 1))),
    "bit logits": _two(lambda: (_bits(4, 3), _normal(4, 3))),
    "signs": _two(lambda: (2 * _bits(4, 3) - 1, _normal(4, 3))),
    "one-hot": _two(lambda: (_one_hot(4), _probabilities(4, 3))),
    "one-hot maps": _two(lambda: (_one_hot(4, 2), _probabilities(4, 2, 3))),
    "distributions": _two(lambda: (_probabilities(4, 3), _probabilities(4, 3))),
    "classes": _two(lambda: (_rng.integers(0, 3, (4,)), _probabilities(4, 3))),
    "class column": _two(lambda: (_rng.integers(0, 3, (4, 1)), _probabilities(4, 3))),
    "class maps": _two(lambda: (_rng.integers(0, 3, (4, 2)), _probabilities(4, 2, 3))),
    "sorted ids": _two(
        lambda: (
            _rng.integers(0, 3, (4,)),
            np.stack([_rng.permutation(3) for _ in range(4)]).astype("int32"),
        )
    ),
    "regions": _two(
        lambda: (_rng.integers(-1, 3, (4, 2)), _rng.integers(0, 4, (4, 2)))
    ),
}

# Class, arguments, kinds of data.
CASES = [
    ("Sum", {}, ["values", "vector"]),
    ("Mean", {}, ["values", "vector"]),
    ("MeanSquaredError", {}, ["numbers", "row and column"]),
    ("RootMeanSquaredError", {}, ["numbers", "row and column"]),
    ("MeanAbsoluteError", {}, ["numbers"]),
    ("MeanAbsolutePercentageError", {}, ["numbers"]),
    ("MeanSquaredLogarithmicError", {}, ["positive"]),
    ("LogCoshError", {}, ["numbers"]),
    ("CosineSimilarity", {}, ["numbers"]),
    ("CosineSimilarity", {"axis": 1}, ["numbers"]),
    ("R2Score", {}, ["numbers", "row and column"]),
    ("R2Score", {"class_aggregation": None}, ["numbers"]),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, ["numbers"]),
    ("R2Score", {"num_regressors": 2}, ["numbers"]),
    ("Accuracy", {}, ["integers"]),
    ("BinaryAccuracy", {}, ["bits", "bit vector", "bits and column"]),
    ("BinaryAccuracy", {"threshold": 0.25}, ["bits"]),
    ("CategoricalAccuracy", {}, ["one-hot", "one-hot maps"]),
    ("SparseCategoricalAccuracy", {}, ["classes", "class column", "class maps"]),
    ("TopKCategoricalAccuracy", {"k": 2}, ["one-hot", "one-hot maps"]),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, ["classes", "class maps"]),
    (
        "SparseTopKCategoricalAccuracy",
        {"k": 2, "from_sorted_ids": True},
        ["sorted ids"],
    ),
    ("BinaryCrossentropy", {}, ["bits"]),
    (
        "BinaryCrossentropy",
        {"from_logits": True, "label_smoothing": 0.1},
        ["bit logits"],
    ),
    ("CategoricalCrossentropy", {}, ["one-hot"]),
    (
        "CategoricalCrossentropy",
        {"from_logits": True, "label_smoothing": 0.1},
        ["one-hot"],
    ),
    ("SparseCategoricalCrossentropy", {}, ["classes", "class maps"]),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, ["classes", "class maps"]),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, ["classes"]),
    ("KLDivergence", {}, ["distributions"]),
    ("Poisson", {}, ["positive"]),
    ("Hinge", {}, ["signs", "bits"]),
    ("SquaredHinge", {}, ["signs"]),
    ("CategoricalHinge", {}, ["one-hot"]),
    ("PearsonCorrelation", {}, ["numbers"]),
    ("PearsonCorrelation", {"axis": 0}, ["numbers"]),
    ("ConcordanceCorrelation", {}, ["numbers"]),
    ("ConcordanceCorrelation", {"axis": 0}, ["numbers"]),
    ("TruePositives", {}, ["bits", "bit vector", "bits and column"]),
    ("TrueNegatives", {}, ["bits"]),
    ("FalsePositives", {"thresholds": [0.25, 0.6]}, ["bits"]),
    ("FalseNegatives", {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}, ["bits"]),
    ("Precision", {}, ["bits", "bit column"]),
    ("Precision", {"thresholds": 0.3}, ["bits"]),
    ("Precision", {"thresholds": [0.0, 0.5, 1.0]}, ["bits"]),
    ("Precision", {"top_k": 2}, ["one-hot"]),
    ("Precision", {"top_k": 2, "class_id": 1, "thresholds": 0.2}, ["one-hot"]),
    ("Recall", {}, ["bits"]),
    ("Recall", {"thresholds": [0.2, 0.4, 0.9], "class_id": 2}, ["bits"]),
    ("Recall", {"top_k": 1}, ["one-hot"]),
    ("SensitivityAtSpecificity", {"specificity": 0.4}, ["bits"]),
    ("SensitivityAtSpecificity", {"specificity": 0.4, "class_id": 1}, ["bits"]),
    ("SpecificityAtSensitivity", {"sensitivity": 0.4, "num_thresholds": 5}, ["bits"]),
    ("SpecificityAtSensitivity", {"sensitivity": 0.4, "num_thresholds": 1}, ["bits"]),
    ("PrecisionAtRecall", {"recall": 0.6}, ["bits"]),
    ("PrecisionAtRecall", {"recall": 0.6, "num_thresholds": 2}, ["bits"]),
    ("RecallAtPrecision", {"precision": 0.6}, ["bits"]),
    ("AUC", {}, ["bits", "bit vector"]),
    ("AUC", {"curve": "PR"}, ["bits"]),
    ("AUC", {"curve": "pr", "summation_method": "majoring"}, ["bits"]),
    ("AUC", {"curve": "PRGAIN", "summation_method": "Minoring"}, ["bits"]),
    ("AUC", {"curve": "prgain", "num_thresholds": 21}, ["bits"]),
    ("AUC", {"num_thresholds": 5, "from_logits": True}, ["bit logits"]),
    ("AUC", {"thresholds": [0.7, 0.2, 0.5]}, ["bits"]),
    ("AUC", {"thresholds": [0.25, 0.5, 0.75]}, ["bits"]),
    ("AUC", {"multi_label": True}, ["bits"]),
    ("AUC", {"multi_label": True, "num_labels": 3, "curve": "PR"}, ["bits"]),
    (
        "AUC",
        {
            "multi_label": True,
            "label_weights": [0.5, 1.0, 2.0],
            "thresholds": [0.1, 0.8],
        },
        ["bits"],
    ),
    ("AUC", {"label_weights": [0.5, 1.0, 2.0]}, ["bits"]),
    ("F1Score", {}, ["bits"]),
    ("F1Score", {"average": "macro", "threshold": 0.5}, ["bits"]),
    ("FBetaScore", {"average": "micro", "beta": 2.0, "threshold": 0.3}, ["bits"]),
    ("FBetaScore", {"average": "weighted", "beta": 0.5}, ["bits"]),
    ("IoU", {"num_classes": 3, "target_class_ids": [0, 2]}, ["regions"]),
    (
        "IoU",
        {"num_classes": 3, "target_class_ids": (1,), "ignore_class": 0},
        ["regions"],
    ),
    (
        "IoU",
        {"num_classes": 3, "target_class_ids": [0, 1], "sparse_y_pred": False},
        ["class maps"],
    ),
    ("BinaryIoU", {}, ["bits"]),
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.3}, ["bits"]),
    ("MeanIoU", {"num_classes": 3}, ["regions"]),
    ("MeanIoU", {"num_classes": 3, "dtype": "float32"}, ["regions"]),
    ("OneHotIoU", {"num_classes": 3, "target_class_ids": [0, 1]}, ["one-hot"]),
    ("OneHotMeanIoU", {"num_classes": 3}, ["one-hot", "one-hot maps"]),
]
IDS = [f"{name}-{i}" for i, (name, _, _) in enumerate(CASES)]
WITH_DATA = [
    (name, arguments, kind) for name, arguments, kinds in CASES for kind in kinds
]
