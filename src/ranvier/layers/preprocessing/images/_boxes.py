"""MaxNumBoundingBoxes: as many bounding boxes for each image."""

from ranvier import ops
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing.images._base import ImageLayer


@builtin("keras.layers")
class MaxNumBoundingBoxes(ImageLayer):
    """Cuts or pads the bounding boxes of images to one number.

    Args:
        max_number: the number of boxes of each image.
        fill_value: what boxes and labels that are added consist of.
        **kwargs: `bounding_box_format`, `data_format`, `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> boxes = {"boxes": np.ones((2, 3, 4)), "labels": np.ones((2, 3))}
        >>> data = {"images": np.ones((2, 8, 8, 3)), "bounding_boxes": boxes}
        >>> layer = MaxNumBoundingBoxes(5, bounding_box_format="xyxy")
        >>> layer(data)["bounding_boxes"]["boxes"].shape
        (2, 5, 4)
    """

    _arguments = ("max_number",)

    def __init__(self, max_number, fill_value=-1, **kwargs):
        super().__init__(**kwargs)
        self.max_number = int(max_number)
        self.fill_value = int(fill_value)

    def transform_images(self, images, transformation=None, training=True):
        """Returns the images of a batch as they are."""
        return images

    def transform_bounding_boxes(self, boxes, transformation=None, training=True):
        """Returns the bounding boxes of a batch, as many for each image."""
        return {
            **boxes,
            "boxes": self._fitted(boxes["boxes"]),
            "labels": self._fitted(boxes["labels"]),
        }

    def _fitted(self, values):
        values = values[:, : self.max_number]
        widths = [(0, 0)] * len(values.shape)
        widths[1] = (0, self.max_number - values.shape[1])
        return ops.pad(values, widths, constant_values=self.fill_value)
