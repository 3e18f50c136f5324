"""CenterCrop and RandomCrop: parts of images of one size."""

from ranvier import ops
from ranvier.core._registry import builtin
from ranvier.core._seeds import make_default_seed
from ranvier.layers.preprocessing.images._base import images_of
from ranvier.layers.preprocessing.images._box_formats import convert_format, crop
from ranvier.layers.preprocessing.images._resizing import SizedLayer


class CroppingLayer(SizedLayer):
    """Base of the layers that cut out a part of given size."""

    def _cut(self, images, top, left, height, width):
        index = [slice(None)] * len(images.shape)
        index[self.height_axis] = slice(top, top + height)
        index[self.width_axis] = slice(left, left + width)
        return images[tuple(index)]

    def _widest(self, height, width):
        """Returns the largest part of the wanted aspect ratio, around the centre."""
        inner_height = max(min(height, int(width * self.height / self.width)), 1)
        inner_width = max(min(width, int(height * self.width / self.height)), 1)
        top, left = int((height - inner_height) / 2), int((width - inner_width) / 2)
        return top, left, inner_height, inner_width

    def _cut_boxes(self, boxes, top, left, part, size):
        """Returns the boxes of images of a size, in a part of them that is resized."""
        height, width = size
        boxes = convert_format(
            boxes, self.bounding_box_format, "xyxy", height=height, width=width
        )
        inside = crop(boxes["boxes"], top, left, *part)
        down, across = self.height / part[0], self.width / part[1]
        scale = ops.convert_to_tensor([across, down, across, down], dtype="float32")
        return self._finished({**boxes, "boxes": inside * scale})

    def _resize(self, images):
        size = (self.height, self.width)
        return ops.image.resize(images, size=size, data_format=self.data_format)


@builtin("keras.layers")
class CenterCrop(CroppingLayer):
    """Cuts out the middle of images, in training or not.

    Images that are too small are resized, without distortion.

    Args:
        height: height of the outputs.
        width: width of the outputs.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> CenterCrop(2, 2)(np.arange(16.0).reshape(4, 4, 1))[..., 0].tolist()
        [[5.0, 6.0], [9.0, 10.0]]
    """

    _arguments = ("height", "width")

    def __init__(self, height, width, data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.height = height
        self.width = width

    def transform_images(self, images, transformation=None, training=True):
        """Returns the middle of a batch of images."""
        images = self._floats(images)
        height, width = self._size_of(images)
        if height >= self.height and width >= self.width:
            top, left = (height - self.height) // 2, (width - self.width) // 2
            return self._cut(images, top, left, self.height, self.width)
        return self._resize(self._cut(images, *self._widest(height, width)))

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns the shape of the inputs."""
        return {"input_shape": images_of(data).shape}

    def transform_bounding_boxes(self, boxes, transformation, training=True):
        """Returns the bounding boxes of a batch in the middle of the images."""
        shape = transformation["input_shape"]
        height, width = shape[self.height_axis], shape[self.width_axis]
        if height >= self.height and width >= self.width:
            top, left = (height - self.height) // 2, (width - self.width) // 2
            part = self.height, self.width
        else:
            top, left, *part = self._widest(height, width)
        return self._cut_boxes(boxes, top, left, part, (height, width))

    def transform_segmentation_masks(self, masks, transformation=None, training=True):
        """Returns the middle of a batch of segmentation masks."""
        return self.transform_images(masks)


@builtin("keras.layers")
class RandomCrop(CroppingLayer):
    """Cuts out a part of images at random in training, the middle otherwise.

    All images of a batch are cut at the same place. Images that are too small are
    resized, without distortion.

    Args:
        height: height of the outputs.
        width: width of the outputs.
        seed: integer, or None.
        data_format: `"channels_last"` or `"channels_first"`.
        name: optional name.
        **kwargs: `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomCrop(2, 3)(np.ones((5, 8, 8, 3))).shape
        (5, 2, 3, 3)
    """

    _arguments = ("height", "width", "seed")

    def __init__(self, height, width, seed=None, data_format=None, name=None, **kwargs):
        seed = make_default_seed() if seed is None else seed
        super().__init__(seed=seed, data_format=data_format, name=name, **kwargs)
        self.height = height
        self.width = width

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns the upper left corner of the part, and the size of the images."""
        height, width = self._size_of(images_of(data))
        if not (training and height > self.height and width > self.width):
            return (*self._widest(height, width)[:2], (height, width))
        top, left = (
            ops.cast(self._uniform((), 0, float(have - want + 1), seed), "int32")
            for have, want in ((height, self.height), (width, self.width))
        )
        return top, left, (height, width)

    def transform_images(self, images, transformation, training=True):
        """Returns a part of a batch of images."""
        if not training:
            return images
        images = self._floats(images)
        top, left, *_ = transformation
        height, width = self._size_of(images)
        if isinstance(top, int):
            part = self._cut(images, top, left, self.height, self.width)
        else:
            starts = [0] * len(images.shape)
            starts[self.height_axis], starts[self.width_axis] = top, left
            shape = list(images.shape)
            shape[self.height_axis] = min(height, self.height)
            shape[self.width_axis] = min(width, self.width)
            part = ops.slice(images, starts, shape)
        if self._size_of(part) != (self.height, self.width):
            part = self._floats(self._resize(part))
        return part

    def transform_bounding_boxes(self, boxes, transformation, training=True):
        """Returns the bounding boxes of a batch in the same part; labels stay."""
        if not training:
            return boxes
        top, left, (height, width) = transformation
        part = min(height, self.height), min(width, self.width)
        moved = self._cut_boxes(boxes, top, left, part, (height, width))
        return {**moved, "labels": boxes["labels"]}

    def transform_segmentation_masks(self, masks, transformation, training=True):
        """Returns the same part of a batch of segmentation masks."""
        return self.transform_images(masks, transformation)
