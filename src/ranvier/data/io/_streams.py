"""Byte streams of plain and compressed files."""

import zlib

from ranvier.data.io._values import to_path
from ranvier.tensors._errors import DataLossError, NotFoundError

# What zlib calls the three formats.
WINDOW_BITS = {"GZIP": 31, "ZLIB": 15}


def open_file(path, mode="rb"):
    """Opens a file.

    Raises:
        NotFoundError: if there is none, or no folder to write it in.
    """
    path = to_path(path)
    try:
        return open(path, mode)
    except FileNotFoundError as error:
        raise NotFoundError(f"{path}; No such file or directory") from error


def compression_name(compression_type):
    """Returns "", "GZIP" or "ZLIB".

    Raises:
        ValueError: if it is none of these.
    """
    name = compression_type or ""
    if name not in ("", *WINDOW_BITS):
        raise ValueError(
            f'Not a valid compression_type: "{compression_type}". Expected "GZIP", '
            '"ZLIB" or "" (no compression).'
        )
    return name


class Inflater:
    """Reads a compressed file, a bounded piece at a time.

    Args:
        file: the compressed file, opened in binary mode.
        compression_type: "GZIP" or "ZLIB".
        path: the name used in messages.
    """

    def __init__(self, file, compression_type, path):
        self._file = file
        self._bits = WINDOW_BITS[compression_type]
        self._path = path
        self._stream = None
        self._input = b""

    def read(self, size):
        """Returns up to `size` bytes, at least one before the end.

        Raises:
            DataLossError: if the stream is damaged or cut short.
        """
        while True:
            self._input = self._input or self._file.read(1 << 16)
            if not self._input:
                if self._stream is not None:
                    raise DataLossError(
                        f"{self._path} is cut short: its compressed data ends early."
                    )
                return b""
            if self._stream is None:
                self._stream = zlib.decompressobj(self._bits)
            data = self._inflate(size)
            if data:
                return data

    def _inflate(self, size):
        try:
            data = self._stream.decompress(self._input, size)
        except zlib.error as error:
            raise DataLossError(
                f"inflate() failed on {self._path}: {error}. Is the file compressed "
                "in this way?"
            ) from error
        if self._stream.eof:  # another stream may follow: files can be concatenated
            self._input, self._stream = self._stream.unused_data, None
        else:
            self._input = self._stream.unconsumed_tail
        return data

    def close(self):
        """Closes the file."""
        self._file.close()
