"""Losses with their arguments and the kind of data they are for."""

import numpy as np

_rng = np.random.default_rng(0)


def _one_hot(classes, depth):
    return np.eye(depth, dtype="float32")[classes]


def _probabilities(shape):
    logits = _rng.normal(size=shape)
    exp = np.exp(logits)
    return (exp / exp.sum(-1, keepdims=True)).astype("float32")


_NUMBERS = _rng.normal(size=(2, 4, 3)).astype("float32")
_CLASSES = _rng.integers(0, 3, size=(4,))
_BITS = _rng.integers(0, 2, size=(4, 3))

# Kind of data: targets and predictions of four samples.
DATA = {
    "numbers": (_NUMBERS[0], _NUMBERS[1]),
    "positive": (np.exp(_NUMBERS[0]), np.exp(_NUMBERS[1])),
    "bits": (_BITS, _rng.uniform(size=(4, 3)).astype("float32")),
    "bit logits": (_BITS.astype("bool"), _NUMBERS[1]),
    "signs": (2 * _BITS - 1, _NUMBERS[1]),
    "one-hot": (_one_hot(_CLASSES, 3), _probabilities((4, 3))),
    "one-hot logits": (_one_hot(_CLASSES, 3), _NUMBERS[1]),
    "distributions": (_probabilities((4, 3)), _probabilities((4, 3))),
    "classes": (_CLASSES, _probabilities((4, 3))),
    "class column": (_CLASSES[:, None], _probabilities((4, 3))),
    "class logits": (_CLASSES.astype("uint8"), _NUMBERS[1]),
    "class maps": (_rng.integers(0, 3, size=(4, 2)), _probabilities((4, 2, 3))),
    "embeddings": (
        np.array([0, 1, 0, 1]),
        _NUMBERS[1] / np.linalg.norm(_NUMBERS[1], axis=-1, keepdims=True),
    ),
    "label sequences": (
        np.array([[1, 2], [2, 0], [2, 2], [1, 1]]),
        _rng.normal(size=(4, 5, 3)).astype("float32"),
    ),
}

# Class, arguments, kinds of data.
CASES = [
    ("MeanSquaredError", {}, ["numbers"]),
    ("MeanAbsoluteError", {}, ["numbers"]),
    ("MeanAbsolutePercentageError", {}, ["numbers", "bits"]),
    ("MeanSquaredLogarithmicError", {}, ["positive", "numbers"]),
    ("CosineSimilarity", {}, ["numbers"]),
    ("CosineSimilarity", {"axis": 0}, ["numbers"]),
    ("Huber", {}, ["numbers"]),
    ("Huber", {"delta": 0.3}, ["numbers"]),
    ("LogCosh", {}, ["numbers"]),
    ("Hinge", {}, ["signs", "bits"]),
    ("SquaredHinge", {}, ["signs", "bits"]),
    ("CategoricalHinge", {}, ["one-hot"]),
    ("KLDivergence", {}, ["distributions", "one-hot"]),
    ("Poisson", {}, ["positive"]),
    ("BinaryCrossentropy", {}, ["bits"]),
    ("BinaryCrossentropy", {"from_logits": True}, ["bit logits"]),
    ("BinaryCrossentropy", {"label_smoothing": 0.2, "axis": 0}, ["bits"]),
    ("BinaryFocalCrossentropy", {}, ["bits"]),
    (
        "BinaryFocalCrossentropy",
        {
            "apply_class_balancing": True,
            "alpha": 0.3,
            "gamma": 1.5,
            "from_logits": True,
            "label_smoothing": 0.1,
        },
        ["bit logits"],
    ),
    ("CategoricalCrossentropy", {}, ["one-hot", "distributions"]),
    ("CategoricalCrossentropy", {"from_logits": True}, ["one-hot logits"]),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, ["one-hot"]),
    ("CategoricalCrossentropy", {"axis": 0}, ["positive"]),
    ("CategoricalFocalCrossentropy", {}, ["one-hot"]),
    (
        "CategoricalFocalCrossentropy",
        {"alpha": [0.1, 0.2, 0.3], "gamma": 1.0, "label_smoothing": 0.1},
        ["one-hot"],
    ),
    ("CategoricalFocalCrossentropy", {"from_logits": True}, ["one-hot logits"]),
    (
        "SparseCategoricalCrossentropy",
        {},
        ["classes", "class column", "class maps"],
    ),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, ["class logits"]),
    (
        "SparseCategoricalCrossentropy",
        {"ignore_class": 1},
        ["classes", "class column", "class maps"],
    ),
    ("CTC", {}, ["label sequences"]),
    ("Dice", {}, ["bits"]),
    ("Dice", {"axis": (1,)}, ["bits"]),
    ("Tversky", {}, ["bits"]),
    ("Tversky", {"alpha": 0.3, "beta": 0.9, "axis": 0}, ["bits"]),
    ("Circle", {}, ["embeddings"]),
    (
        "Circle",
        {"gamma": 10.0, "margin": 0.1, "remove_diagonal": False},
        ["embeddings"],
    ),
    ("CategoricalGeneralizedCrossEntropy", {}, ["classes"]),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.2}, ["classes"]),
]
IDS = [f"{name}-{i}" for i, (name, _, _) in enumerate(CASES)]
WITH_DATA = [
    (name, arguments, kind) for name, arguments, kinds in CASES for kind in kinds
]
