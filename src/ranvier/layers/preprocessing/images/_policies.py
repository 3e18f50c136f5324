"""RandAugment and AugMix: a random choice of other layers."""

import functools
import random

from ranvier import ops
from ranvier.core import _tree
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing.images import (
    _affine,
    _color,
    _equalization,
    _intensity,
    _sharpness,
)
from ranvier.layers.preprocessing.images._arguments import factor_range
from ranvier.layers.preprocessing.images._base import ImageLayer
from ranvier.ops import _random


def _augmentations(layer, kwargs):
    """Returns the layers to choose from, by name."""
    factor, values = layer.factor, {"value_range": layer.value_range}
    seeded = {"seed": layer.seed}
    moving = {"interpolation": layer.interpolation, **seeded}
    bits = max(1, int(8 * factor[1]))
    made = {
        "random_shear": (
            _affine.RandomShear,
            {"x_factor": factor, "y_factor": factor, **moving},
        ),
        "random_translation": (
            _affine.RandomTranslation,
            {"height_factor": factor, "width_factor": factor, **moving},
        ),
        "random_rotation": (_affine.RandomRotation, {"factor": factor, **moving}),
        "random_brightness": (
            _intensity.RandomBrightness,
            {"factor": factor, **values, **seeded},
        ),
        "random_color_degeneration": (
            _color.RandomColorDegeneration,
            {"factor": factor, **values, **seeded},
        ),
        "random_contrast": (
            _intensity.RandomContrast,
            {"factor": factor, **values, **seeded},
        ),
        "random_sharpness": (
            _sharpness.RandomSharpness,
            {"factor": factor, **values, **seeded},
        ),
        "random_posterization": (
            _intensity.RandomPosterization,
            {"factor": bits, **values, **seeded},
        ),
        "solarization": (
            _intensity.Solarization,
            {
                "addition_factor": factor,
                "threshold_factor": factor,
                **values,
                **seeded,
            },
        ),
        "auto_contrast": (_intensity.AutoContrast, values),
        "equalization": (_equalization.Equalization, values),
    }
    return {
        name: cls(**arguments, data_format=layer.data_format, **kwargs)
        for name, (cls, arguments) in made.items()
    }


@builtin("keras.layers")
class RandAugment(ImageLayer):
    """Applies some layers that are chosen at random, the same to a whole batch.

    In training only. (Cubuk et al., 2020)

    Args:
        value_range: the least and the greatest value of a pixel.
        num_ops: how many layers are applied, one after another.
        factor: strength of the layers, in [0, 1]: a number or two.
        interpolation: `"nearest"` or `"bilinear"`.
        seed: integer, or None.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandAugment()(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("value_range", "num_ops", "factor", "interpolation", "seed")

    def __init__(
        self,
        value_range=(0, 255),
        num_ops=2,
        factor=0.5,
        interpolation="bilinear",
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = value_range
        self.num_ops = num_ops
        self.factor = factor_range("factor", factor, 0, 1)
        self.interpolation = interpolation
        kwargs.pop("name", None)
        self._augmentations = _augmentations(self, kwargs)

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns which layers are applied, and what each of them draws."""
        if not training:
            return None
        seed = self.generator if seed is None else seed
        count = len(self._augmentations)
        chosen = _random.randint((self.num_ops,), 0, count, seed=seed)
        drawn = {
            name: layer.get_random_transformation(data, seed=seed)
            for name, layer in self._augmentations.items()
        }
        return {"transforms": drawn, "layer_idxes": chosen}

    def transform_images(self, images, transformation, training=True):
        """Returns a batch of images, changed in training."""
        images = self._floats(images)
        if not training:
            return images
        return self._floats(self._chosen(images, transformation, "transform_images"))

    def transform_segmentation_masks(self, masks, transformation, training=True):
        """Returns the segmentation masks of a batch, moved in training."""
        if not training:
            return masks
        return self._chosen(masks, transformation, "transform_segmentation_masks")

    def transform_bounding_boxes(self, boxes, transformation, training=True):
        """Returns the bounding boxes of a batch, moved in training."""
        if not training:
            return boxes
        return self._chosen(boxes, transformation, "transform_bounding_boxes")

    def _chosen(self, values, transformation, method):
        for i in range(self.num_ops):
            for index, (name, layer) in enumerate(self._augmentations.items()):
                drawn = transformation["transforms"][name]
                changed = getattr(layer, method)(values, drawn)
                chosen = transformation["layer_idxes"][i] == index
                choose = functools.partial(ops.where, chosen)
                values = _tree.map_structure(choose, changed, values)
        return values


@builtin("keras.layers")
class AugMix(ImageLayer):
    """Mixes images with the results of chains of layers chosen at random.

    In training only. The layers of the chains are chosen when the layer is called, or
    when a program that calls it is compiled. (Hendrycks et al., 2020)

    Args:
        value_range: the least and the greatest value of a pixel.
        num_chains: number of chains.
        chain_depth: number of layers in a chain.
        factor: strength of the layers, in [0, 1]: a number or two.
        alpha: parameter of the distributions of the weights.
        all_ops: whether layers on brightness, contrast and colour may be chosen.
        interpolation: `"nearest"` or `"bilinear"`.
        seed: integer, or None.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> AugMix()(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = (
        "value_range",
        "num_chains",
        "chain_depth",
        "factor",
        "alpha",
        "all_ops",
        "interpolation",
        "seed",
    )
    _on_values = (
        "random_brightness",
        "random_color_degeneration",
        "random_contrast",
        "random_sharpness",
    )

    def __init__(
        self,
        value_range=(0, 255),
        num_chains=3,
        chain_depth=3,
        factor=0.3,
        alpha=1.0,
        all_ops=True,
        interpolation="bilinear",
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = value_range
        self.num_chains = num_chains
        self.chain_depth = chain_depth
        self.factor = factor_range("factor", factor, 0, 1)
        self.alpha = alpha
        self.all_ops = all_ops
        self.interpolation = interpolation
        kwargs.pop("name", None)
        self._augmentations = {
            name: layer
            for name, layer in _augmentations(self, kwargs).items()
            if all_ops or name not in self._on_values
        }
        self._choices = random.Random(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns the weights, and the layers of each chain with what they draw."""
        if not training:
            return None
        seed = self.generator if seed is None else seed
        weights = _random.gamma((self.num_chains,), self.alpha, seed=seed)
        own = _random.beta((), self.alpha, self.alpha, seed=seed)
        names = [*self._augmentations, None]  # None: a step that changes nothing
        chains = []
        for _ in range(self.num_chains):
            chosen = [self._choices.choice(names) for _ in range(self.chain_depth)]
            chains.append(
                [
                    (
                        name,
                        self._augmentations[name].get_random_transformation(
                            data, seed=seed
                        ),
                    )
                    for name in chosen
                    if name is not None
                ]
            )
        return {
            "chain_mixing_weights": weights / ops.sum(weights),
            "weight_sample": own,
            "chain_transforms": chains,
        }

    def transform_images(self, images, transformation, training=True):
        """Returns a batch of images, mixed in training."""
        images = self._floats(images)
        if not training:
            return images
        mixed = self._mixed(images, transformation, "transform_images")
        return self._floats(ops.clip(mixed, *self.value_range))

    def transform_segmentation_masks(self, masks, transformation, training=True):
        """Returns the segmentation masks of a batch, mixed in training."""
        if not training:
            return masks
        return self._mixed(masks, transformation, "transform_segmentation_masks")

    def _mixed(self, values, transformation, method):
        weights = self._floats(transformation["chain_mixing_weights"])
        own = self._floats(transformation["weight_sample"])
        total = ops.zeros_like(values)
        for i, chain in enumerate(transformation["chain_transforms"]):
            changed = values
            for name, drawn in chain:
                changed = getattr(self._augmentations[name], method)(changed, drawn)
            total = total + changed * weights[i]
        return own * values + (1 - own) * total
