"""ImageLayer: what the layers that change images have in common."""

import numpy as np

from ranvier import ops
from ranvier.core import _tree
from ranvier.core._config import standardize_data_format
from ranvier.core._errors import ShapeError
from ranvier.core._seeds import SeedGenerator
from ranvier.layers._layer import Layer
from ranvier.layers.preprocessing.images._box_formats import (
    clip_to_image_size,
    convert_format,
)
from ranvier.layers.preprocessing.images._box_inputs import dense_boxes
from ranvier.ops import _random
from ranvier.ops._symbolic import any_symbolic, infer_outputs


class ImageLayer(Layer):
    """Base of the layers that change images.

    Called on a batch of images, on one image, or on a dictionary with `"images"` and
    any of `"labels"`, `"segmentation_masks"` and `"bounding_boxes"`. A subclass draws
    what is random in `get_random_transformation` and applies it in `transform_images`.

    Args:
        seed: integer, or None; for layers that draw numbers.
        bounding_box_format: format of bounding boxes, for example `"xyxy"`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Call arguments:
        data: images, or a dictionary.
        training: whether to change the images; True unless told otherwise.
    """

    _arguments: tuple = ()  # names of the constructor's arguments, for the config

    def __init__(self, seed=None, bounding_box_format=None, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self._allow_non_tensor_positional_args = True
        self.bounding_box_format = bounding_box_format
        self.data_format = standardize_data_format(data_format)
        first = self.data_format == "channels_first"
        self.height_axis = -2 if first else -3
        self.width_axis = -1 if first else -2
        self.channel_axis = -3 if first else -1
        if "seed" in self._arguments:
            self.seed = seed
            self.generator = SeedGenerator(seed)

    # Calling.

    def __call__(self, data, **kwargs):
        if isinstance(data, (list, tuple)):
            data = np.stack([np.asarray(image) for image in data])
        if isinstance(data, dict) and "bounding_boxes" in data:
            data = {**data, "bounding_boxes": self._checked(data["bounding_boxes"])}
        return super().__call__(data, **kwargs)

    def call(self, data, training=True):
        batch_size_of(data)  # raises for other ranks, before numbers are drawn
        transformation = self.get_random_transformation(data, training=training)
        if not isinstance(data, dict):
            return self._apply(
                self.transform_images, data, data, transformation, training
            )
        images = data["images"]
        data = dict(data)
        for key, transform in (
            ("images", self.transform_images),
            ("bounding_boxes", self.transform_bounding_boxes),
            ("labels", self.transform_labels),
            ("segmentation_masks", self.transform_segmentation_masks),
        ):
            if key in data:
                data[key] = self._apply(
                    transform, images, data[key], transformation, training
                )
        return data

    def _apply(self, transform, images, values, transformation, training):
        """Applies a method for batches, also to one image's values."""
        single = batch_size_of(images) is None
        if single:
            values = _tree.map_structure(lambda x: ops.expand_dims(x, 0), values)
        else:
            values = _tree.map_structure(ops.convert_to_tensor, values)
        values = transform(values, transformation=transformation, training=training)
        if single:
            values = _tree.map_structure(lambda x: ops.squeeze(x, axis=0), values)
        return values

    def _checked(self, boxes):
        if not self.bounding_box_format:
            raise ValueError(
                f"Layer '{self.name}' ({type(self).__name__}) was called on data with "
                "'bounding_boxes', but has no bounding box format. Pass it a "
                "`bounding_box_format`, for example 'xyxy'."
            )
        return boxes if any_symbolic(boxes) else dense_boxes(boxes)

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns what `transform_images` needs to know, numbers drawn included.

        Args:
            data: as for the call.
            training: as for the call.
            seed: generator of random numbers; default: the layer's own.
        """
        return None

    def transform_images(self, images, transformation, training=True):
        """Returns a batch of images, changed."""
        raise NotImplementedError

    def transform_labels(self, labels, transformation, training=True):
        """Returns the labels of a batch: they stay."""
        return labels

    def transform_segmentation_masks(self, masks, transformation, training=True):
        """Returns the segmentation masks of a batch: they stay."""
        return masks

    def transform_bounding_boxes(self, boxes, transformation, training=True):
        """Returns the bounding boxes of a batch: they stay."""
        return boxes

    def _floats(self, images):
        return ops.cast(images, self.compute_dtype)

    def _uniform(self, shape, low, high, seed, dtype=None):
        seed = self.generator if seed is None else seed
        return _random.uniform(shape, low, high, dtype=dtype, seed=seed)

    # Shapes and configuration.

    def compute_output_shape(self, input_shape):
        """Returns the shape of the outputs: that of the inputs."""
        return input_shape

    def compute_output_spec(self, data, **kwargs):
        """Returns symbolic outputs."""
        if isinstance(data, dict):
            return infer_outputs(self.call, (data,), kwargs)
        return super().compute_output_spec(data, **kwargs)

    def get_config(self):
        """Returns the arguments of the constructor."""
        config = {**super().get_config(), "data_format": self.data_format}
        if self.bounding_box_format is not None:
            config["bounding_box_format"] = self.bounding_box_format
        return {**config, **{name: getattr(self, name) for name in self._arguments}}


def refuse_boxes(layer, boxes, transformation, training=True):
    """Raises: boxes would have to change with the images."""
    raise NotImplementedError(
        f"{type(layer).__name__} cannot change bounding boxes. Leave 'bounding_boxes' "
        "out of the data."
    )


class GeometricLayer(ImageLayer):
    """Base of the layers that move pixels: masks move along, by nearest neighbours."""

    interpolation = "bilinear"

    def transform_images(self, images, transformation, training=True):
        """Returns a batch of images, changed in training."""
        images = self._floats(images)
        if not training or transformation is None:
            return images
        return self._move(images, transformation, self.interpolation)

    def transform_segmentation_masks(self, masks, transformation, training=True):
        """Returns the segmentation masks of a batch, changed in training."""
        if not training or transformation is None:
            return masks
        return self._move(masks, transformation, "nearest")

    def transform_bounding_boxes(self, boxes, transformation, training=True):
        """Returns the bounding boxes of a batch, changed in training.

        Labels of boxes of which nothing is left become -1.
        """
        if not training or transformation is None:
            return boxes
        shape = transformation["input_shape"]
        height, width = shape[self.height_axis], shape[self.width_axis]
        size = {"height": height, "width": width}
        boxes = convert_format(boxes, self.bounding_box_format, "xyxy", **size)
        given = boxes["boxes"]
        single = len(given.shape) == 2
        moved = given[None] if single else given
        moved = self._move_boxes(moved, transformation, height, width)
        moved = moved[0] if single else moved
        boxes = clip_to_image_size({**boxes, "boxes": moved}, **size)
        return convert_format(boxes, "xyxy", self.bounding_box_format, **size)

    def _move_boxes(self, boxes, transformation, height, width):
        """Returns where boxes `"xyxy"` come to lie in images of a size."""
        refuse_boxes(self, boxes, transformation)

    def _move(self, images, transformation, interpolation):
        raise NotImplementedError


def images_of(data):
    """Returns the images of what an image layer is called on."""
    return data["images"] if isinstance(data, dict) else data


def batch_size_of(data):
    """Returns the number of images in a batch; None for one image.

    Raises:
        ShapeError: for other ranks.
    """
    shape = images_of(data).shape
    if len(shape) not in (3, 4):
        raise ShapeError(
            "Expected image tensor to have rank 3 (single image) or 4 (batch of "
            f"images). Received: data.shape={tuple(shape)}"
        )
    return shape[0] if len(shape) == 4 else None


def count_of(data):
    """Returns the number of images, 1 for one without a batch axis."""
    size = batch_size_of(data)
    return 1 if size is None else size
