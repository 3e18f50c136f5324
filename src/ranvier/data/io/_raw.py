"""Bytes as numbers, as text in base 64, and compressed."""

import base64
import binascii
import io
import re

import numpy as np

from ranvier.data.io._streams import WINDOW_BITS, Inflater
from ranvier.data.io._texts import elementwise
from ranvier.data.io._values import each_string, to_strings
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError

_RAW_DTYPES = frozenset(
    "float16 float32 float64 int32 uint16 uint8 int16 int8 int64 complex64 complex128 "
    "bool bfloat16".split()
)
_WEB_SAFE = re.compile(rb"[A-Za-z0-9_-]*={0,2}")


def _length_varies(out_type, little_endian=True, fixed_length=None, name=None):
    return fixed_length is None


@elementwise(sizes_vary=_length_varies)
def decode_raw(input_bytes, out_type, little_endian=True, fixed_length=None, name=None):
    """Reads the bytes of strings as numbers.

    Args:
        input_bytes: a string, or an array or tensor of strings of one length.
        out_type: the dtype of the numbers.
        little_endian: whether their lowest byte comes first.
        fixed_length: number of bytes to take from each string, which may then have
            different lengths: longer ones are cut, shorter ones filled with zeros.
        name: ignored.

    Returns:
        An array with one more axis: the numbers of each string.

    Raises:
        InvalidArgumentError: if lengths differ or do not fit the dtype.

    Example:
        >>> decode_raw([b"ab", b"cd"], "uint8")
        array([[ 97,  98],
               [ 99, 100]], dtype=uint8)
    """
    dtype = as_dtype(out_type)
    if dtype.name not in _RAW_DTYPES:
        raise InvalidArgumentError(
            f"`out_type` must be one of {', '.join(sorted(_RAW_DTYPES))}. Received: "
            f"{dtype.name}"
        )
    strings = to_strings(input_bytes, "input_bytes")
    width = dtype.dtype.itemsize
    flat = strings.ravel().tolist()
    if fixed_length is not None:
        length = int(fixed_length)
        _check_fixed_length(length, width, dtype.name)
        flat = [string[:length].ljust(length, b"\0") for string in flat]
    else:
        length = _common_length(flat, width, dtype.name)
    numbers = np.frombuffer(b"".join(flat), np.uint8)
    if dtype.name == "bool":
        numbers = numbers != 0
    elif not little_endian:
        part = width // 2 if dtype.is_complex else width
        numbers = numbers.reshape(-1, part)[:, ::-1].copy()
    numbers = numbers.reshape(-1).view(dtype.dtype)
    return numbers.reshape(*strings.shape, length // width)


def _check_fixed_length(length, width, name):
    if length <= 0:
        raise InvalidArgumentError(
            f"fixed_length ({length}) must be greater than zero."
        )
    if length % width:
        raise InvalidArgumentError(
            f"fixed_length ({length}) must be a multiple of the size of out_type "
            f"({width}, {name})"
        )


def _common_length(strings, width, name):
    length = len(strings[0]) if strings else 0
    for i, string in enumerate(strings):
        if len(string) != length:
            raise InvalidArgumentError(
                "DecodeRaw requires input strings to all be the same size, but element "
                f"{i} has size {len(string)} != {length}"
            )
    if length % width:
        raise InvalidArgumentError(
            f"Input to DecodeRaw has length {length} that is not a multiple of {width},"
            f" the size of {name}"
        )
    return length


@elementwise()
def encode_base64(input, pad=False, name=None):
    """Writes bytes as text in base 64, with the alphabet for web addresses.

    Args:
        input: a string, or an array or tensor of strings.
        pad: whether to fill up with `=`.
        name: ignored.

    Returns:
        Bytes, or an array of bytes of the same shape.

    Example:
        >>> encode_base64(b"a?>")
        b'YT8-'
    """

    def encode(string):
        text = base64.urlsafe_b64encode(string)
        return text if pad else text.rstrip(b"=")

    return each_string(encode, input, "input")


@elementwise()
def decode_base64(input, name=None):
    """Reads text in base 64, with the alphabet for web addresses.

    Args:
        input: a string, or an array or tensor of strings, filled up with `=` or not.
        name: ignored.

    Returns:
        Bytes, or an array of bytes of the same shape.

    Raises:
        InvalidArgumentError: if it is no such text.

    Example:
        >>> decode_base64("YT8-")
        b'a?>'
    """
    return each_string(_decode_base64, input, "input")


def _decode_base64(text):
    padded = text.endswith(b"=")
    if not _WEB_SAFE.fullmatch(text) or padded and len(text) % 4:
        raise InvalidArgumentError("Invalid character found in base64.")
    if len(text) % 4 == 1:
        raise InvalidArgumentError("Base64 string length cannot be 1 modulo 4.")
    try:
        return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error as error:
        raise InvalidArgumentError(f"Invalid base64: {error}") from error


@elementwise()
def decode_compressed(bytes, compression_type="", name=None):
    """Unpacks compressed strings.

    Args:
        bytes: a string, or an array or tensor of strings.
        compression_type: "GZIP", "ZLIB" or "" (nothing is done).
        name: ignored.

    Returns:
        Bytes, or an array of bytes of the same shape.

    Raises:
        InvalidArgumentError: if there is no such compression.
        DataLossError: if the data is damaged or cut short.

    Example:
        >>> import zlib
        >>> decode_compressed(zlib.compress(b"abc"), "ZLIB")
        b'abc'
    """
    if compression_type and compression_type not in WINDOW_BITS:
        raise InvalidArgumentError(
            "Only ZLIB, GZIP or NONE are supported compressions. Received: "
            f"compression_type={compression_type!r}"
        )
    if not compression_type:
        return each_string(lambda string: string, bytes, "bytes")

    def decompress(string):
        stream = Inflater(io.BytesIO(string), compression_type, "the string")
        return b"".join(iter(lambda: stream.read(1 << 20), b""))

    return each_string(decompress, bytes, "bytes")
