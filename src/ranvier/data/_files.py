"""Datasets of the lines, records or pieces of files."""

import os

import numpy as np

from ranvier.data import _spec
from ranvier.data._block import Block
from ranvier.data._dataset import Dataset
from ranvier.data._file_names import existing
from ranvier.data._making import integer
from ranvier.data._mixing import Interleave
from ranvier.data._node import UNKNOWN, Node, Stream
from ranvier.data._sources import Rows
from ranvier.data.io._records import RecordReader
from ranvier.data.io._streams import Inflater, compression_name, open_file
from ranvier.tensors._errors import InvalidArgumentError

_CHUNK = 1 << 20


class LineReader:
    """Reads the lines of a file in blocks, without their ends.

    Args:
        path: the file.
        compression_type: "" or None, "GZIP" or "ZLIB".
        buffer_size: how many bytes to read at once.
        offset: where to begin, in bytes before compression: that of another reader.
        quoted: whether a line goes on where it ends within double quotes.
    """

    def __init__(
        self, path, compression_type=None, buffer_size=None, offset=0, quoted=False
    ):
        self.offset = offset
        self._read = _opened(path, compression_type, offset)
        self._size = max(buffer_size or _CHUNK, 16)
        self._quoted = quoted
        self._rest = b""
        self._lines: list = []
        self._has_returns = False
        self._next = 0

    def read_block(self, limit) -> list:
        """Returns up to `limit` lines, an empty list at the end."""
        if self._next == len(self._lines) and not self._read_lines():
            return []
        lines = self._lines[self._next : self._next + limit]
        self._next += len(lines)
        self.offset += sum(map(len, lines)) + len(lines)
        if self._has_returns:
            lines = [line.removesuffix(b"\r") for line in lines]
        return lines

    def _read_lines(self):
        """Reads until a line ends; tells whether there was one."""
        pieces = [self._rest]
        while True:
            data = self._read(self._size)
            pieces.append(data)
            if not data or b"\n" in data:
                break
        data = b"".join(pieces)
        if not pieces[-1]:  # the last line may lack an end
            self._rest = b""
            self._lines = data.removesuffix(b"\n").split(b"\n") if data else []
        else:
            end = data.rindex(b"\n")
            self._rest = data[end + 1 :]
            self._lines = data[:end].split(b"\n")
        self._has_returns = b"\r" in data
        self._next = 0
        if self._quoted and b'"' in data:
            self._join_quoted(at_end=not pieces[-1])
            if not self._lines and pieces[-1]:
                return self._read_lines()
        return bool(self._lines)

    def _join_quoted(self, at_end):
        joined: list = []
        open_line = None
        for line in self._lines:
            line = line if open_line is None else open_line + b"\n" + line
            if line.count(b'"') % 2:
                open_line = line
            else:
                joined.append(line)
                open_line = None
        if open_line is not None:
            if at_end:
                joined.append(open_line)
            else:
                self._rest = open_line + b"\n" + self._rest
        self._lines = joined


class PieceReader:
    """Reads pieces of one length from a file.

    Args:
        path: the file.
        length: bytes in a piece.
        header: bytes to leave out at the beginning.
        footer: bytes to leave out at the end.
        compression_type: "" or None, "GZIP" or "ZLIB".
        offset: where to begin, in bytes before compression: that of another reader.

    Raises:
        InvalidArgumentError: if the file is no whole number of pieces.
    """

    def __init__(self, path, length, header, footer, compression_type, offset=0):
        self.offset = offset or header
        self._length = length
        self._footer = footer
        self._path = path
        if not compression_name(compression_type):
            self._check(os.path.getsize(path) - header - footer)
        self._read = _opened(path, compression_type, self.offset)
        self._data = b""

    def read_block(self, limit) -> list:
        """Returns up to `limit` pieces, an empty list at the end."""
        wanted = limit * self._length + self._footer
        while len(self._data) < wanted:
            more = self._read(max(wanted - len(self._data), _CHUNK))
            if not more:
                break
            self._data += more
        there = len(self._data) - self._footer
        count = min(limit, there // self._length)
        if count <= 0:
            self._check(there)
            return []
        size = count * self._length
        pieces = [
            self._data[i : i + self._length] for i in range(0, size, self._length)
        ]
        self._data = self._data[size:]
        self.offset += size
        return pieces

    def _check(self, size):
        if size % self._length or size < 0:
            raise InvalidArgumentError(
                f"{self._path} is no whole number of records of {self._length} bytes: "
                f"{size} bytes are between its header and its footer."
            )


class _Reopened:
    """A file that is open only while it is read: streams may be left anywhere."""

    def __init__(self, path, position=0):
        self._path = path
        self._position = position

    def read(self, size):
        """Returns up to `size` bytes."""
        with open_file(self._path) as file:
            file.seek(self._position)
            data = file.read(size)
        self._position += len(data)
        return data


def _opened(path, compression_type, offset):
    """Returns a function that reads bytes from an offset on."""
    compression_type = compression_name(compression_type)
    if not compression_type:
        return _Reopened(path, offset).read
    stream = Inflater(_Reopened(path), compression_type, path)
    while offset > 0:
        skipped = stream.read(min(offset, _CHUNK))
        if not skipped:
            break
        offset -= len(skipped)
    return stream.read


class File(Node):
    """What a reader gives for one file.

    Args:
        path: the file.
        open_at: function of path and offset that returns a reader.
        label: name of the source.
        key: what the elements depend on besides the content of the file.
    """

    def __init__(self, path, open_at, label, key):
        self.path = path
        self.open_at = open_at
        self.name = label
        self.key = key

    def format_key(self):
        """Returns what the elements depend on besides the content of the file."""
        return (self.name, *self.key)

    def stream(self):
        return _FileStream(self)

    def spec(self):
        return _spec.TensorSpec((), "string")

    def cardinality(self):
        return UNKNOWN


class _FileStream(Stream):
    """The position is the reader's: a number of bytes.

    A file ends where it is damaged: whoever leaves out errors goes on with the next.
    """

    def __init__(self, node):
        self.node = node
        self.offset = 0
        self.ended = False
        self._reader = None

    def produce(self, limit):
        if self.ended:
            return None
        try:
            if self._reader is None:
                self._reader = self.node.open_at(self.node.path, self.offset)
            items = self._reader.read_block(limit)
        except Exception:
            self.ended = True
            raise
        if not items:
            return None
        column = np.empty(len(items), object)
        column[:] = items
        return Block(column, len(items))

    def _close(self):
        if hasattr(self._reader, "close"):
            self._reader.close()
        self._reader = None

    __del__ = _close

    def get_state(self):
        offset = self.offset if self._reader is None else self._reader.offset
        return {"offset": offset, "ended": self.ended}

    def set_state(self, state):
        self.offset, self.ended = state["offset"], state["ended"]
        self._close()


class Files(Interleave):
    """Several files, one after the other, or some in turn.

    Args:
        source: node whose elements are names of files.
        open_at: function of path and offset that returns a reader.
        parallel: how many files are read in turn.
        label: name of the source.
        key: what the elements depend on besides the contents of the files.
    """

    def __init__(self, source, open_at, parallel, label, key):
        super().__init__(source, None, parallel, 1)
        self.open_at = open_at
        self.key = key
        self.name = label

    def make(self, element, position):
        path = os.fsdecode(element)
        return File(path, self.open_at, self.name, self.key)

    def spec(self):
        return _spec.TensorSpec((), "string")


class FileDataset(Dataset):
    """Base of the datasets that read files."""

    _plain = Dataset

    @classmethod
    def _of(cls, node):
        return cls._plain(node)

    def _init_files(self, filenames, open_at, num_parallel_reads, *key):
        label = type(self).__name__
        names = None
        if hasattr(filenames, "_data_node"):
            source = filenames._data_node
        else:
            names = existing(filenames)
            column = np.array([os.fsencode(path) for path in names], object)
            source = Rows(column, len(names))
        parallel = 1 if num_parallel_reads is None else num_parallel_reads
        parallel = integer(parallel, "num_parallel_reads")
        if parallel == -1:
            parallel = os.cpu_count() or 1
        if parallel < 1:
            raise InvalidArgumentError(
                "`num_parallel_reads` must be positive or AUTOTUNE. Received: "
                f"{num_parallel_reads}"
            )
        if names is not None and len(names) == 1:
            super().__init__(File(names[0], open_at, label, key))
        else:
            super().__init__(Files(source, open_at, parallel, label, key))


class TextLineDataset(FileDataset):
    """A dataset of the lines of text files, as `bytes` without line ends.

    Args:
        filenames: a name, a list of names, or a dataset of names.
        compression_type: `""`, `"GZIP"` or `"ZLIB"`.
        buffer_size: how many bytes to read at once.
        num_parallel_reads: how many files to read in turn, a line each.
        name: ignored.

    Raises:
        NotFoundError: if a file is missing.

    Example:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp(), "a.txt")
        >>> _ = path.write_text("one\\ntwo\\n")
        >>> list(TextLineDataset(path))
        [b'one', b'two']
    """

    def __init__(
        self,
        filenames,
        compression_type=None,
        buffer_size=None,
        num_parallel_reads=None,
        name=None,
    ):
        def open_at(path, offset):
            return LineReader(path, compression_type, buffer_size, offset)

        _check_compression(compression_type)
        self._init_files(filenames, open_at, num_parallel_reads, compression_type)


class TFRecordDataset(FileDataset):
    """A dataset of the records of TFRecord files, as `bytes`.

    Args:
        filenames: a name, a list of names, or a dataset of names.
        compression_type: `""`, `"GZIP"` or `"ZLIB"`.
        buffer_size: how many bytes to read at once.
        num_parallel_reads: how many files to read in turn, a record each.
        name: ignored.

    Raises:
        NotFoundError: if a file is missing.
        DataLossError: in iteration, for a damaged record; it tells file and offset.

    Example:
        >>> import os, tempfile
        >>> from ranvier.data.io import TFRecordWriter
        >>> path = os.path.join(tempfile.mkdtemp(), "words.tfrecord")
        >>> with TFRecordWriter(path) as writer:
        ...     writer.write(b"one")
        >>> list(TFRecordDataset(path))
        [b'one']
    """

    def __init__(
        self,
        filenames,
        compression_type=None,
        buffer_size=None,
        num_parallel_reads=None,
        name=None,
    ):
        def open_at(path, offset):
            return RecordReader(path, compression_type or "", buffer_size, offset)

        _check_compression(compression_type)
        self._init_files(filenames, open_at, num_parallel_reads, compression_type)


class FixedLengthRecordDataset(FileDataset):
    """A dataset of pieces of one length of files, as `bytes`.

    Args:
        filenames: a name, a list of names, or a dataset of names.
        record_bytes: bytes in a piece.
        header_bytes: bytes to leave out at the beginning of each file.
        footer_bytes: bytes to leave out at the end of each file.
        buffer_size: ignored.
        compression_type: `""`, `"GZIP"` or `"ZLIB"`.
        num_parallel_reads: how many files to read in turn, a piece each.
        name: ignored.

    Raises:
        NotFoundError: if a file is missing.
        InvalidArgumentError: in iteration, if a file is no whole number of pieces.

    Example:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp(), "a.bin")
        >>> _ = path.write_bytes(b"head" + b"aabb")
        >>> list(FixedLengthRecordDataset(path, 2, header_bytes=4))
        [b'aa', b'bb']
    """

    def __init__(
        self,
        filenames,
        record_bytes,
        header_bytes=None,
        footer_bytes=None,
        buffer_size=None,
        compression_type=None,
        num_parallel_reads=None,
        name=None,
    ):
        length = integer(record_bytes, "record_bytes")
        if length < 1:
            raise InvalidArgumentError(
                f"`record_bytes` must be positive. Received: {record_bytes}"
            )

        for argument, size in (("header", header_bytes), ("footer", footer_bytes)):
            if integer(size or 0, argument) < 0:
                raise InvalidArgumentError(
                    f"`{argument}_bytes` must be >= 0. Received: {size}"
                )

        def open_at(path, offset):
            return PieceReader(
                path,
                length,
                header_bytes or 0,
                footer_bytes or 0,
                compression_type,
                offset,
            )

        _check_compression(compression_type)
        key = (length, header_bytes, footer_bytes, compression_type)
        self._init_files(filenames, open_at, num_parallel_reads, *key)


def _check_compression(compression_type):
    try:
        compression_name(compression_type)
    except ValueError as error:
        raise InvalidArgumentError(str(error)) from None
