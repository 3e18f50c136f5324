"""Between scikit-learn's data and a model's: the default encoders of targets.

An encoder is a transformer. What its `get_metadata` returns, if it has one, becomes
attributes of the estimator, and is told to the function that makes the model.
"""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.multiclass import type_of_target, unique_labels


class ClassEncoder(TransformerMixin, BaseEstimator):
    """Classes to codes, or labels to numbers; probabilities back to classes.

    Args:
        classes: all classes there are; None for those of the targets.
    """

    def __init__(self, classes=None):
        self.classes = classes

    def fit(self, y):
        """Notes which classes there are."""
        told = y if self.classes is None else np.asarray(self.classes)
        self.target_type_ = type_of_target(told)
        self.classes_ = unique_labels(told)
        self.is_multilabel_ = self.target_type_.startswith("multilabel")
        self.n_outputs_ = y.shape[1] if self.is_multilabel_ else 1
        return self

    def transform(self, y):
        """Returns codes from 0; labels as they are, as floats."""
        if self.is_multilabel_:
            if y.ndim != 2 or y.shape[1] != self.n_outputs_:
                raise ValueError(
                    f"Expected labels with {self.n_outputs_} features, one a column. "
                    f"Received: targets of shape {y.shape}."
                )
            return y.astype("float32")
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(
                "Found unknown categories: `y` has classes that the model was not "
                f"built for, {list(unknown)}. Expected: {list(self.classes_)}."
            )
        return np.searchsorted(self.classes_, y).astype("int32")

    def inverse_transform(self, probabilities, return_proba=False):
        """Returns classes, or what `predict_proba` shows.

        Args:
            probabilities: a column a class or label, or one of the second class.
            return_proba: whether to return probabilities.
        """
        if len(self.classes_) == 1 and not self.is_multilabel_:
            probabilities = np.ones((len(probabilities), 1), probabilities.dtype)
        elif probabilities.shape[1] == 1 and not self.is_multilabel_:
            probabilities = np.concatenate([1 - probabilities, probabilities], axis=1)
        if return_proba:
            return probabilities
        if self.is_multilabel_:
            return (probabilities > 0.5).astype(int)
        return self.classes_[probabilities.argmax(axis=1)]

    def get_metadata(self):
        """Returns what the estimator and its model are told."""
        return {
            "target_type_": self.target_type_,
            "classes_": self.classes_,
            "n_classes_": len(self.classes_),
            "n_outputs_": self.n_outputs_,
            "n_outputs_expected_": 1,
        }


class NumberEncoder(TransformerMixin, BaseEstimator):
    """Targets of regression: as they are, predictions in the shape of targets."""

    def fit(self, y):
        """Notes the number of outputs."""
        self.n_outputs_ = _width(y)
        return self

    def transform(self, y):
        """Returns numbers."""
        if _width(y) != self.n_outputs_:
            raise ValueError(
                f"Detected ``y`` to have {_width(y)} outputs. Expected: "
                f"{self.n_outputs_}, as when the model was built."
            )
        return y.astype("float32") if y.dtype.kind in "OUS" else y

    def inverse_transform(self, outputs):
        """Returns predictions of shape (samples,) or (samples, outputs)."""
        one = outputs.ndim == 2 and outputs.shape[1] == 1
        return outputs[:, 0] if one else outputs

    def get_metadata(self):
        """Returns what the estimator and its model are told."""
        return {"n_outputs_": self.n_outputs_, "n_outputs_expected_": 1}


def _width(y):
    return 1 if y.ndim < 2 else y.shape[1]
