"""Reading record files.

A record is its length (8 bytes) and the length's checksum (4), the data, and the
data's checksum (4). Whole blocks of records are read at once: cutting them apart
and taking checksums is all that happens for each.
"""

import functools
import struct

import numpy as np

from ranvier.data.io._crc import crc32c, mask, masked_crc32c
from ranvier.data.io._streams import Inflater, compression_name, open_file
from ranvier.data.io._values import to_path
from ranvier.tensors._errors import DataLossError

HEADER = struct.Struct("<QI")
_FOOTER = 4
_BLOCK = 1 << 20


@functools.lru_cache(4096)  # records of a file often have few lengths
def _length_of(header: bytes):
    """Returns the length that a header states, or None if its checksum is wrong."""
    length, checksum = HEADER.unpack(header)
    return length if checksum == masked_crc32c(header[:8]) else None


class RecordReader:
    """Reads the records of a file in blocks.

    The length of a record is believed only after its checksum, and memory is taken
    only for bytes that the file has. The intact records before a damaged one are
    returned before the error is raised.

    Args:
        path: the file.
        compression_type: "" (none), "GZIP" or "ZLIB".
        buffer_size: how many bytes to read at once.
        offset: where to begin: the `offset` of another reader. In a compressed file
            it counts the bytes before compression.

    Raises:
        NotFoundError: if there is no such file.
        DataLossError: while reading, if the file is damaged or cut short. The
            message tells the file and where the record begins.

    Example:
        >>> import tempfile, os
        >>> from ranvier.data.io import TFRecordWriter
        >>> path = os.path.join(tempfile.mkdtemp(), "words.tfrecord")
        >>> with TFRecordWriter(path) as writer:
        ...     for word in (b"one", b"two", b"three"):
        ...         writer.write(word)
        >>> with RecordReader(path) as reader:
        ...     print(list(reader), reader.offset)
        [[b'one', b'two', b'three']] 59
    """

    def __init__(self, path, compression_type="", buffer_size=None, offset=0):
        compression_type = compression_name(compression_type)
        self._path = to_path(path)
        self._size = max(buffer_size or _BLOCK, HEADER.size + _FOOTER)
        self._file = open_file(path)
        self._crc = crc32c()
        self._data = b""  # what was read, and how much of it was returned
        self._used = 0
        self._error = None
        self.offset = 0
        if compression_type:
            self._file = Inflater(self._file, compression_type, self._path)
            self._skip(offset)
        else:
            self._file.seek(offset)
            self.offset = offset

    def _skip(self, offset):
        while self.offset < offset:
            skipped = self._file.read(min(offset - self.offset, self._size))
            if not skipped:
                break
            self.offset += len(skipped)

    def read_block(self, limit=None) -> list[bytes]:
        """Returns the next records, or an empty list at the end of the file.

        Args:
            limit: the largest number of records to return.
        """
        while not self._error:
            records, end = self._split(limit)
            if records:
                self.offset += end - self._used
                self._used = end
                return records
            if not self._error and not self._read_more():
                return []
        raise self._error

    def _read_more(self):
        """Reads on; tells whether there was anything to read."""
        self._data = self._data[self._used :]
        self._used = 0
        # Twice as much each time: a record longer than the buffer is read in few
        # pieces, and a false length cannot claim memory.
        more = self._file.read(max(self._size, len(self._data)))
        if not more and self._data:
            self._error = self._damage("truncated", "The file ends within it.")
        self._data += more
        return bool(self._data)

    def _split(self, limit):
        """Returns the complete records that were read, and where they end."""
        data, position = self._data, self._used
        records, ends = [], []
        add_record, add_end = records.append, ends.append
        last_header = len(data) - HEADER.size
        while position <= last_header and len(records) != limit:
            start = position + HEADER.size
            length = _length_of(data[position:start])
            if length is None:
                if not records:
                    self._error = self._damage(
                        "corrupted",
                        "The checksum of its length does not match. Is this a record "
                        "file, and is `compression_type` right?",
                    )
                break
            end = start + length
            if end + _FOOTER > len(data):
                break
            add_record(data[start:end])
            add_end(end)
            position = end + _FOOTER
        if records:
            records, position = self._check(records, np.array(ends), position)
        return records, position

    def _check(self, records, ends, position):
        """Keeps the records before the first whose checksum does not match."""
        crcs = np.fromiter(map(self._crc, records), np.uint32, len(records))
        stored = np.frombuffer(self._data, np.uint8)[ends[:, None] + np.arange(_FOOTER)]
        wrong = np.flatnonzero(mask(crcs) != stored.view("<u4")[:, 0])
        if len(wrong):
            first = wrong[0]
            position = int(ends[first]) - len(records[first]) - HEADER.size
            records = records[:first]
            if not first:
                self._error = self._damage(
                    "corrupted", "The checksum of its data does not match."
                )
        return records, position

    def _damage(self, kind, detail):
        return DataLossError(
            f"{kind} record at {self.offset} of {self._path}: {detail}"
        )

    def __iter__(self):
        while records := self.read_block():
            yield records

    def close(self):
        """Closes the file."""
        self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def read_records(path, compression_type="", buffer_size=None, offset=0):
    """Yields the records of a file as lists of bytes, block by block.

    Args:
        path: the file.
        compression_type: "" (none), "GZIP" or "ZLIB".
        buffer_size: how many bytes to read at once; 1 MiB by default.
        offset: where to begin, see `RecordReader`.

    Raises:
        NotFoundError: if there is no such file.
        DataLossError: if the file is damaged or cut short.
    """
    with RecordReader(path, compression_type, buffer_size, offset) as reader:
        yield from reader
