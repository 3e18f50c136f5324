"""Writing record files."""

import zlib

from ranvier.data.io._crc import masked_crc32c
from ranvier.data.io._records import HEADER
from ranvier.data.io._streams import WINDOW_BITS, compression_name, open_file
from ranvier.data.io._values import to_bytes
from ranvier.tensors._errors import FailedPreconditionError


class TFRecordOptions:
    """How a record file is compressed.

    Args:
        compression_type: "GZIP", "ZLIB", or "" or None for no compression.
        flush_mode: zlib's flush mode for `flush()`, such as `zlib.Z_SYNC_FLUSH`; by
            default data stays with the compressor until the file is closed.
        input_buffer_size: accepted and ignored.
        output_buffer_size: accepted and ignored.
        window_bits: zlib's window bits; they override the format.
        compression_level: 0 (none) to 9 (smallest).
        compression_method: zlib's method; there is one.
        mem_level: 1 to 9, the memory the compressor takes.
        compression_strategy: one of zlib's strategies.

    Raises:
        ValueError: if there is no such compression type.

    Example:
        >>> TFRecordOptions(compression_type="GZIP", compression_level=9)
        TFRecordOptions(compression_type='GZIP')
    """

    def __init__(
        self,
        compression_type=None,
        flush_mode=None,
        input_buffer_size=None,
        output_buffer_size=None,
        window_bits=None,
        compression_level=None,
        compression_method=None,
        mem_level=None,
        compression_strategy=None,
    ):
        self.get_compression_type_string(compression_type)
        self.compression_type = compression_type
        self.flush_mode = flush_mode
        self.input_buffer_size = input_buffer_size
        self.output_buffer_size = output_buffer_size
        self.window_bits = window_bits
        self.compression_level = compression_level
        self.compression_method = compression_method
        self.mem_level = mem_level
        self.compression_strategy = compression_strategy

    @classmethod
    def get_compression_type_string(cls, options):
        """Returns "", "GZIP" or "ZLIB" for options or a name."""
        if isinstance(options, TFRecordOptions):
            options = options.compression_type
        return compression_name(options)

    def __repr__(self):
        return f"TFRecordOptions(compression_type={self.compression_type!r})"

    def compressor(self):
        """Returns zlib's compressor, or None."""
        name = self.get_compression_type_string(self)
        if not name:
            return None
        settings = {
            "level": self.compression_level,
            "method": self.compression_method,
            "wbits": self.window_bits or WINDOW_BITS[name],
            "memLevel": self.mem_level,
            "strategy": self.compression_strategy,
        }
        return zlib.compressobj(**{k: v for k, v in settings.items() if v is not None})


class TFRecordWriter:
    """Writes records to a file, each with its checksums.

    Args:
        path: the file; it is replaced if it exists.
        options: a `TFRecordOptions`, or its compression type.

    Raises:
        NotFoundError: if the folder does not exist.
        ValueError: if the compression type does not exist.

    Example:
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "words.tfrecord")
        >>> with TFRecordWriter(path) as writer:
        ...     writer.write(b"hello")
        >>> os.path.getsize(path)
        21
    """

    _file = None  # until it is open

    def __init__(self, path, options=None):
        if not isinstance(options, TFRecordOptions):
            options = TFRecordOptions(options)
        self._flush_mode = options.flush_mode
        self._compressor = options.compressor()
        self._file = open_file(path, "wb")

    def write(self, record):
        """Writes one record.

        Args:
            record: bytes, text or a scalar string tensor.
        """
        self._require_open()
        data = to_bytes(record, "record")
        length = len(data).to_bytes(8, "little")
        header = HEADER.pack(len(data), masked_crc32c(length))
        footer = masked_crc32c(data).to_bytes(4, "little")
        framed = header + data + footer
        if self._compressor:
            framed = self._compressor.compress(framed)
        self._file.write(framed)

    def flush(self):
        """Hands what was written over to the operating system."""
        self._require_open()
        if self._compressor and self._flush_mode:
            self._file.write(self._compressor.flush(self._flush_mode))
        self._file.flush()

    def close(self):
        """Completes and closes the file."""
        if self._file is None or self._file.closed:
            return
        if self._compressor:
            self._file.write(self._compressor.flush())
        self._file.close()

    def _require_open(self):
        if self._file.closed:
            raise FailedPreconditionError("Writer is closed.")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def __del__(self):
        self.close()
