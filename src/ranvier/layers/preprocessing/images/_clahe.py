"""ContrastLimitedAdaptiveHistogramEqualization: shades equalised tile by tile."""

import jax.numpy as jnp

from ranvier import ops
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing.images._base import ImageLayer
from ranvier.layers.preprocessing.images._intensity import rescaled

_SHADES = 256


@builtin("keras.layers")
class ContrastLimitedAdaptiveHistogramEqualization(ImageLayer):
    """Equalises the shades of each tile of an image, without exaggerating.

    Each pixel is mapped as the four nearest tiles would, in proportion to their
    distances. (Zuiderveld, 1994)

    Args:
        value_range: the least and the greatest value of a pixel.
        clip_limit: how often a shade counts at most, in multiples of the mean; 0 for no
            limit.
        tile_grid_size: number of tiles, down and across.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> layer = ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2))
        >>> layer(np.ones((1, 8, 8, 3))).shape
        (1, 8, 8, 3)
    """

    _arguments = ("value_range", "clip_limit", "tile_grid_size")

    def __init__(
        self,
        value_range=(0, 255),
        clip_limit=4.0,
        tile_grid_size=(8, 8),
        data_format=None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range
        self.clip_limit = clip_limit
        self.tile_grid_size = tile_grid_size

    def transform_images(self, images, transformation=None, training=True):
        """Returns a batch of images, equalised."""
        dtype = images.dtype
        if self.data_format == "channels_first":
            images = ops.moveaxis(images, 1, -1)
        images = ops.cast(rescaled(images, self.value_range, (0, 255)), "float32")
        images = rescaled(self._equalized(images), (0, 255), self.value_range)
        if self.data_format == "channels_first":
            images = ops.moveaxis(images, -1, 1)
        return ops.cast(images, dtype)

    def _equalized(self, images):
        batch, height, width, channels = images.shape
        rows, columns = self.tile_grid_size
        tile_height, tile_width = -(-height // rows), -(-width // columns)
        below, beside = tile_height * rows - height, tile_width * columns - width
        padding = ((0, 0), (0, below), (0, beside), (0, 0))
        shades = jnp.pad(images, padding, mode="symmetric")
        shades = jnp.clip(shades, 0, _SHADES - 1).astype("int32")
        tiles = shades.reshape(batch, rows, tile_height, columns, tile_width, channels)
        tiles = tiles.transpose(0, 1, 3, 5, 2, 4).reshape(
            batch, rows, columns, channels, tile_height * tile_width
        )
        # A border of tiles like the outermost ones: pixels near the edge of the image
        # have four neighbours as well.
        border = ((0, 0), (1, 1), (1, 1), (0, 0), (0, 0))
        tables = jnp.pad(self._tables(tiles), border, mode="edge")
        top, down = _nearest(tile_height * rows, tile_height)
        left, right = _nearest(tile_width * columns, tile_width)
        image = jnp.arange(batch)[:, None, None, None]
        channel = jnp.arange(channels)[None, None, None, :]

        def mapped(row, column):
            row, column = row[None, :, None, None], column[None, None, :, None]
            return tables[image, row, column, channel, shades]

        across = right[None, None, :, None]
        upper = _mix(mapped(top, left), mapped(top, left + 1), across)
        lower = _mix(mapped(top + 1, left), mapped(top + 1, left + 1), across)
        result = _mix(upper, lower, down[None, :, None, None])
        return result[:, :height, :width, :]

    def _tables(self, tiles):
        """Returns the new shade for each shade, for each tile and channel."""
        pixels = tiles.shape[-1]
        places = (*jnp.indices(tiles.shape, sparse=True)[:-1], tiles)
        counts = jnp.zeros((*tiles.shape[:-1], _SHADES)).at[places].add(1.0)
        if self.clip_limit > 0:
            clipped = jnp.clip(counts, 0, self.clip_limit * pixels / _SHADES)
            excess = (counts - clipped).sum(axis=-1, keepdims=True)
            counts = clipped + excess / _SHADES
        below = jnp.cumsum(counts, axis=-1)
        least = below.min(axis=-1, keepdims=True)
        spread = jnp.where(pixels - least == 0, 1.0, pixels - least)
        return jnp.clip((below - least) * 255.0 / spread, 0, 255)


def _nearest(length, tile):
    """Returns the tile before each pixel, the border counted, and the next's weight."""
    place = (jnp.arange(length, dtype="float32") - tile / 2.0) / tile + 1.0
    before = jnp.floor(place)
    return before.astype("int32"), place - before


def _mix(first, second, weight):
    return first * (1.0 - weight) + second * weight
