"""MixUp and CutMix: images joined with others of their batch."""

from ranvier import ops
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing.images._arguments import factor_range
from ranvier.layers.preprocessing.images._base import (
    ImageLayer,
    batch_size_of,
    count_of,
    images_of,
    refuse_boxes,
)
from ranvier.layers.preprocessing.images._masks import rectangle_masks
from ranvier.ops import _random


class MixingLayer(ImageLayer):
    """Base: the labels of two images are mixed by weight."""

    transform_bounding_boxes = refuse_boxes

    def transform_labels(self, labels, transformation, training=True):
        """Returns the labels of a batch, mixed in training."""
        if not training or transformation is None:
            return labels
        weight = ops.reshape(transformation["mix_weight"], [-1, 1])
        others = ops.take(labels, transformation["permutation_order"], axis=0)
        return weight * labels + (1.0 - weight) * others

    def _shuffled(self, count, seed):
        seed = self.generator if seed is None else seed
        return _random.shuffle(ops.arange(count, dtype="int32"), seed=seed)


@builtin("keras.layers")
class MixUp(MixingLayer):
    """Mixes each image with another one of the batch, and their labels, in training.

    (Zhang et al., 2018)

    Args:
        alpha: both parameters of the beta distribution of the weights.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> data = {"images": np.ones((2, 4, 4, 3)), "labels": np.eye(2)}
        >>> MixUp()(data)["labels"].shape
        (2, 2)
    """

    _arguments = ("alpha", "seed")

    def __init__(self, alpha=0.2, data_format=None, seed=None, **kwargs):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.alpha = alpha

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns the other image of each, and the weight of the first."""
        seed = self.generator if seed is None else seed
        count = count_of(data)
        order = self._shuffled(count, seed)
        weight = _random.beta((count,), self.alpha, self.alpha, seed=seed)
        return {"mix_weight": weight, "permutation_order": order}

    def transform_images(self, images, transformation=None, training=True):
        """Returns a batch of images, mixed in training."""
        if not training:
            return images
        return self._mix(self._floats(images), transformation)

    def transform_segmentation_masks(self, masks, transformation, training=True):
        """Returns the segmentation masks of a batch, mixed in training."""
        return self._mix(masks, transformation) if training else masks

    def transform_bounding_boxes(self, boxes, transformation, training=True):
        """Returns the boxes of both images, in training."""
        if not training:
            return boxes
        order = transformation["permutation_order"]
        joined = dict(boxes)
        for key in ("boxes", "labels"):
            others = ops.take(boxes[key], order, axis=0)
            axis = min(1, len(others.shape) - 1)
            joined[key] = ops.concatenate([boxes[key], others], axis=axis)
        return joined

    def _mix(self, images, transformation):
        weight = self._floats(transformation["mix_weight"])
        weight = ops.reshape(weight, (-1, 1, 1, 1))
        others = ops.take(images, transformation["permutation_order"], axis=0)
        return weight * images + (1.0 - weight) * others


@builtin("keras.layers")
class CutMix(MixingLayer):
    """Puts a rectangle of another image of the batch into each, in training.

    Labels are mixed by area. (Yun et al., 2019)

    Args:
        factor: the range of both parameters of the beta distribution of the areas, in
            [0, 1]: a number or two.
        seed: integer, or None.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> CutMix()(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("factor", "seed")

    def __init__(self, factor=1.0, seed=None, data_format=None, **kwargs):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1)

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns the other image of each, the rectangle, and the share that stays."""
        count = batch_size_of(data)
        if not training or count is None:
            return None
        seed = self.generator if seed is None else seed
        dtype = self.compute_dtype
        alpha = self._uniform((), *self.factor, seed, dtype) + 1e-6
        kept = _random.beta((count,), alpha, alpha, dtype=dtype, seed=seed)
        side = ops.sqrt(1.0 - kept)
        masks, share = rectangle_masks(self, images_of(data).shape, (side, side), seed)
        order = self._shuffled(count, seed)
        return {
            "permutation_order": order,
            "batch_masks": masks,
            "mix_weight": 1.0 - share,
        }

    def transform_images(self, images, transformation=None, training=True):
        """Returns a batch of images, with rectangles of others in training."""
        images = self._floats(images)
        if not training or transformation is None:
            return images
        others = ops.take(images, transformation["permutation_order"], axis=0)
        return ops.where(transformation["batch_masks"], others, images)

    def transform_segmentation_masks(self, masks, transformation, training=True):
        """Returns the segmentation masks of a batch, changed in the same way."""
        return self.transform_images(masks, transformation, training)
