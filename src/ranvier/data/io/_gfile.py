"""A file by `tf.io.gfile`'s methods."""

from ranvier.data.io._streams import open_file
from ranvier.data.io._values import to_bytes, to_path
from ranvier.tensors._errors import InvalidArgumentError, PermissionDeniedError

_MODES = ("r", "w", "a", "r+", "w+", "a+")


class GFile:
    """A file, opened when it is first used.

    Args:
        name: its path.
        mode: "r", "w", "a", "r+", "w+" or "a+"; with a "b" for bytes, else text in
            UTF-8.

    Raises:
        InvalidArgumentError: for another mode.

    Example:
        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "hello.txt")
        >>> with GFile(path, "w") as file:
        ...     file.write("hello")
        >>> with GFile(path) as file:
        ...     file.read()
        'hello'
    """

    def __init__(self, name, mode="r"):
        self._file = None
        plain = mode.replace("b", "")
        if plain not in _MODES:
            raise InvalidArgumentError(
                "mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+'. Received: "
                f"mode={mode!r}"
            )
        self._name = to_path(name)
        self._mode = mode
        self._plain = plain
        self._bytes = "b" in mode

    @property
    def name(self):
        """The path."""
        return self._name

    @property
    def mode(self):
        """The mode."""
        return self._mode

    def _open(self, reading=False, writing=False):
        if reading and self._plain in ("w", "a"):
            raise PermissionDeniedError("File isn't open for reading")
        if writing and self._plain == "r":
            raise PermissionDeniedError("File isn't open for writing")
        if self._file is None:
            self._file = open_file(self._name, self._plain[0] + "b" + self._plain[1:])
        return self._file

    def _shown(self, data):
        return data if self._bytes else data.decode()

    def read(self, n=-1):
        """Returns up to `n` bytes, all that are left by default."""
        return self._shown(self._open(reading=True).read(n))

    def readline(self):
        """Returns the next line; nothing at the end."""
        return self._shown(self._open(reading=True).readline())

    def readlines(self):
        """Returns the lines that are left."""
        return list(self)

    def write(self, file_content):
        """Writes text or bytes."""
        self._open(writing=True).write(to_bytes(file_content, "file_content"))

    def seek(self, offset=None, whence=0):
        """Goes to a position, from the start (0), from here (1) or from the end (2)."""
        file = self._open()
        target = offset + (0, file.tell(), self.size())[whence]
        if target < 0:
            raise InvalidArgumentError(f"Seeking to a negative position: {target}")
        file.seek(target)

    def seekable(self):
        """Returns True."""
        return True

    def tell(self):
        """Returns the position."""
        return self._open().tell()

    def size(self):
        """Returns the number of bytes."""
        file = self._open()
        if self._plain != "r":
            file.flush()
        here = file.tell()
        end = file.seek(0, 2)
        file.seek(here)
        return end

    def flush(self):
        """Hands what was written over to the operating system."""
        if self._file is not None:
            self._file.flush()

    def close(self):
        """Closes the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def __del__(self):
        self.close()
