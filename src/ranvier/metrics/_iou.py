"""Intersection over union of classes, for segmentation."""

import warnings

import numpy as np

from ranvier import ops
from ranvier.core import _config, _dtypes
from ranvier.core._arguments import (
    is_integer,
    optional,
    require,
    require_count,
    require_fraction,
    require_integer,
)
from ranvier.core._registry import builtin
from ranvier.metrics._metric import Metric


@builtin("keras.metrics")
class IoU(Metric):
    """Mean over classes of `overlap / (true + predicted - overlap)`.

    Args:
        num_classes: number of classes.
        target_class_ids: classes to average over.
        name: see `Metric`.
        dtype: dtype of the counts; integers by default.
        ignore_class: a class whose entries do not count, or None.
        sparse_y_true: whether targets are integers rather than one-hot.
        sparse_y_pred: whether predictions are integers rather than scores.
        axis: axis of the classes where targets or predictions have one.

    Raises:
        ValueError: for a class that is not below `num_classes`.

    Example:
        >>> metric = IoU(num_classes=2, target_class_ids=[0])
        >>> round(float(metric([0, 0, 1, 1], [0, 1, 0, 1])), 3)
        0.333
    """

    _direction = "up"

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        require_count(num_classes=num_classes)
        require(
            f"a list of classes below num_classes={num_classes}",
            lambda ids: (
                np.ndim(ids) == 1
                and all(is_integer(i) and abs(i) <= num_classes > i for i in ids)
            ),
            {"target_class_ids": target_class_ids},
        )
        optional(require_integer, ignore_class=ignore_class)
        require_integer(axis=axis)
        super().__init__(name=name, dtype=dtype or "int32")
        self.num_classes = num_classes
        self.target_class_ids = list(target_class_ids)
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable(
            (num_classes, num_classes),
            "zeros",
            dtype=self.dtype,
            name="total_confusion_matrix",
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the counts.

        Args:
            y_true: targets.
            y_pred: predictions.
            sample_weight: one weight for each entry, or None. Fractions need a
                floating `dtype`.
        """
        if not self.sparse_y_true:
            y_true = ops.argmax(y_true, axis=self.axis)
        if not self.sparse_y_pred:
            y_pred = ops.argmax(y_pred, axis=self.axis)
        y_true, y_pred = self._flat(y_true), self._flat(y_pred)
        weights = self._flat(self._checked(sample_weight))
        weights = ops.broadcast_to(weights, ops.shape(y_true))
        counts = ops.logical_and(self._in_range(y_true), self._in_range(y_pred))
        if self.ignore_class is not None:
            counts = ops.logical_and(counts, ops.not_equal(y_true, self.ignore_class))
        # Row and column of the matrix as one index.
        cells = ops.where(counts, y_true * self.num_classes + y_pred, 0)
        matrix = ops.segment_sum(
            ops.where(counts, weights, 0),
            ops.cast(cells, "int32"),
            num_segments=self.num_classes**2,
        )
        self.total_cm.assign_add(ops.reshape(matrix, self.total_cm.shape))

    def _flat(self, x):
        return ops.reshape(ops.convert_to_tensor(x, dtype=self.dtype), (-1,))

    def _in_range(self, classes):
        return ops.logical_and(
            ops.greater_equal(classes, 0), ops.less(classes, self.num_classes)
        )

    def _checked(self, sample_weight):
        if sample_weight is None:
            return 1
        if _dtypes.is_int_dtype(self.dtype) and _dtypes.is_float_dtype(
            getattr(sample_weight, "dtype", "int32")
        ):
            warnings.warn(
                f"{type(self).__name__} '{self.name}': the given weights are float and "
                "the counts int, so that casting rounds the weights down. Pass "
                "`dtype='float32'` to keep fractions.",
                stacklevel=3,
            )
        return sample_weight

    def result(self):
        matrix = self.total_cm.value
        overlap = ops.diagonal(matrix)
        union = ops.sum(matrix, axis=0) + ops.sum(matrix, axis=1) - overlap
        overlap, union = (
            ops.cast(ops.take(x, self.target_class_ids, axis=0), "float32")
            for x in (overlap, union)
        )
        occurs = ops.greater(union, 1e-9)
        epsilon = _config.epsilon()
        ratios = ops.where(occurs, overlap / (union + epsilon), 0.0)
        return ops.sum(ratios) / (ops.sum(ops.cast(occurs, "float32")) + epsilon)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }

    def _config_without(self, *names):
        config = IoU.get_config(self)
        return {key: value for key, value in config.items() if key not in names}


@builtin("keras.metrics")
class BinaryIoU(IoU):
    """Intersection over union of yes/no predictions.

    Args:
        target_class_ids: `(0, 1)` for both classes, `(1,)` for yes only.
        threshold: what a prediction must reach to mean yes.
        name: see `Metric`.
        dtype: dtype of the counts; integers by default.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> metric = BinaryIoU(threshold=0.3)
        >>> round(float(metric([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 3)
        0.333
    """

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        require_fraction(threshold=threshold)
        super().__init__(2, target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the counts.

        Args:
            y_true: targets, 0 or 1.
            y_pred: predictions from 0 to 1.
            sample_weight: one weight for each entry, or None.
        """
        y_pred = ops.convert_to_tensor(y_pred, dtype="float32")
        super().update_state(
            y_true, ops.greater_equal(y_pred, self.threshold), sample_weight
        )

    def get_config(self):
        return {
            "name": self.name,
            "dtype": self.dtype,
            "target_class_ids": self.target_class_ids,
            "threshold": self.threshold,
        }


@builtin("keras.metrics")
class MeanIoU(IoU):
    """Mean over all classes of intersection over union.

    Args:
        num_classes: number of classes.
        name: see `Metric`.
        dtype: dtype of the counts; integers by default.
        ignore_class: a class whose entries do not count, or None.
        sparse_y_true: whether targets are integers rather than one-hot.
        sparse_y_pred: whether predictions are integers rather than scores.
        axis: axis of the classes where targets or predictions have one.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> round(float(MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1])), 3)
        0.333
    """

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        require_count(num_classes=num_classes)
        super().__init__(
            num_classes,
            range(num_classes),
            name=name,
            dtype=dtype,
            ignore_class=ignore_class,
            sparse_y_true=sparse_y_true,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )

    def get_config(self):
        return self._config_without("target_class_ids")


@builtin("keras.metrics")
class OneHotIoU(IoU):
    """Intersection over union of one-hot targets.

    Args:
        num_classes: number of classes.
        target_class_ids: classes to average over.
        name: see `Metric`.
        dtype: dtype of the counts; integers by default.
        ignore_class: a class whose entries do not count, or None.
        sparse_y_pred: whether predictions are integers rather than scores.
        axis: axis of the classes.

    Example:
        >>> metric = OneHotIoU(num_classes=2, target_class_ids=[0])
        >>> round(float(metric([[1, 0], [0, 1]], [[0.9, 0.1], [0.8, 0.2]])), 3)
        0.5
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(
            num_classes,
            target_class_ids,
            name=name,
            dtype=dtype,
            ignore_class=ignore_class,
            sparse_y_true=False,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )

    def get_config(self):
        return self._config_without("sparse_y_true")


@builtin("keras.metrics")
class OneHotMeanIoU(MeanIoU):
    """Mean over all classes of intersection over union of one-hot targets.

    Args:
        num_classes: number of classes.
        name: see `Metric`.
        dtype: dtype of the counts; integers by default.
        ignore_class: a class whose entries do not count, or None.
        sparse_y_pred: whether predictions are integers rather than scores.
        axis: axis of the classes.

    Example:
        >>> metric = OneHotMeanIoU(num_classes=2)
        >>> round(float(metric([[1, 0], [0, 1]], [[0.9, 0.1], [0.8, 0.2]])), 3)
        0.25
    """

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(
            num_classes,
            name=name,
            dtype=dtype,
            ignore_class=ignore_class,
            sparse_y_true=False,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )

    def get_config(self):
        return self._config_without("target_class_ids", "sparse_y_true")
