"""CRC32C as record files keep it: rotated and shifted.

A checksum of data that holds checksums would be weak, so the format masks them:
`masked = rotate_right(crc, 15) + 0xA282EAD8`, in 32 bits.
"""

import functools

import numpy as np

from ranvier.core._errors import require

_SHIFT = 0xA282EAD8
_BITS = 0xFFFFFFFF


@functools.cache
def crc32c():
    """Returns the function that computes the CRC32C of bytes."""
    return require("google_crc32c", "data").value


def masked_crc32c(data: bytes) -> int:
    """Returns the masked checksum of bytes."""
    crc = crc32c()(data)
    return ((crc >> 15 | crc << 17) + _SHIFT) & _BITS


def mask(crcs):
    """Masks an array of checksums of type uint32."""
    return (crcs >> np.uint32(15) | crcs << np.uint32(17)) + np.uint32(_SHIFT)
