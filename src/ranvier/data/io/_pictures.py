"""Pictures through Pillow: opening, limits, and channels."""

import io

import numpy as np

from ranvier.core._errors import require
from ranvier.data.io._values import to_bytes
from ranvier.tensors._errors import InvalidArgumentError

# A few bytes may claim to be a picture of any size. Those with more pixels than this
# must have at least a byte for so many of them: a blank page in black and white has.
_LARGE = 2**20
_PIXELS_A_BYTE = 2**14


class Picture:
    """An encoded picture, opened but not decoded yet.

    Args:
        contents: its bytes.
        formats: the formats it may have, by Pillow's names.
        what: the format in messages.

    Raises:
        InvalidArgumentError: if it is no such picture.
    """

    def __init__(self, contents, formats, what):
        self.contents = to_bytes(contents, "contents")
        self._what = what
        module = require("PIL.Image", "data")
        self.image = self._do(
            lambda: module.open(io.BytesIO(self.contents), formats=formats)
        )
        width, height = self.image.size
        pixels = width * height
        if pixels > max(_LARGE, _PIXELS_A_BYTE * len(self.contents)):
            raise InvalidArgumentError(
                f"Invalid {what} data: {len(self.contents)} bytes claim to be "
                f"{width} x {height} pixels."
            )

    def _do(self, action):
        """Lets Pillow do something; whatever it raises means damaged data."""
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # large pictures, odd metadata
            try:
                return action()
            except MemoryError:
                raise
            except Exception as error:
                raise InvalidArgumentError(
                    f"Invalid {self._what} data, size {len(self.contents)}: {error}"
                ) from error

    def pixels(self, *modes):
        """Decodes the picture, as the first mode that is its own, else the last."""
        mode = self.image.mode if self.image.mode in modes else modes[-1]
        return np.asarray(self._do(lambda: self.image.convert(mode)))

    def raw_pixels(self):
        """Decodes the picture in its own mode."""
        return self._do(lambda: np.asarray(self.image))

    def draft(self, mode, size):
        """Asks for another mode or a smaller size, where decoding can give it."""
        self._do(lambda: self.image.draft(mode, size))

    def frames(self, mode="RGB"):
        """Yields the frames of an animation, each as it is seen."""
        count = self._do(lambda: getattr(self.image, "n_frames", 1))
        for i in range(count):
            self._do(lambda i=i: self.image.seek(i))
            yield self.pixels(mode)


def opaque(image):
    """Returns a picture with full opacity as a further channel."""
    full = np.full((*image.shape[:2], 1), np.iinfo(image.dtype).max, image.dtype)
    return np.concatenate([image, full], axis=2)


def check_channels(channels, allowed, what):
    """Returns the number of channels, 0 for None.

    Raises:
        InvalidArgumentError: if the format cannot have so many.
    """
    channels = 0 if channels is None else int(channels)
    if channels not in allowed:
        expected = ", ".join(map(str, allowed))
        raise InvalidArgumentError(
            f"channels must be {expected} for {what}, got {channels}"
        )
    return channels


def has_tensor_axes(image, name, depths):
    """Checks the axes of a picture to encode.

    Raises:
        InvalidArgumentError: if it is not of shape `(height, width, channels)`.
    """
    if image.ndim != 3 or image.shape[2] not in depths or 0 in image.shape:
        raise InvalidArgumentError(
            f"`{name}` takes pictures of shape (height, width, channels) with "
            f"{', '.join(map(str, depths))} channels. Received: shape {image.shape}"
        )
