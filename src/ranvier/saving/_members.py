"""Files in other files, and in memory: what HDF5 writes to and reads from.

`zipfile` writes a member from front to back, but HDF5 goes back and forth. Writing the
weights elsewhere first would copy all of them once more.
"""

import contextlib
import io
import os
import threading
import time
import zipfile
import zlib


@contextlib.contextmanager
def seekable_member(archive, name: str):
    """Gives a file that becomes a member of an archive, stored as it is.

    Args:
        archive: a `ZipFile` open for writing, on a file that can also be read.
        name: the member's name.
    """
    file = archive.fp
    info = zipfile.ZipInfo(name, time.localtime()[:6])
    info.external_attr = 0o600 << 16
    info.header_offset = archive.start_dir
    info.CRC = info.file_size = info.compress_size = 0
    file.seek(info.header_offset)
    file.write(info.FileHeader(zip64=True))
    start = file.tell()
    yield _Part(file, start)
    with _syncing(file):
        info.CRC, info.file_size = _checksum(file, start)
    info.compress_size = info.file_size
    archive.start_dir = file.tell()
    file.seek(info.header_offset)
    file.write(info.FileHeader(zip64=True))
    archive.filelist.append(info)
    archive.NameToInfo[name] = info


class _Part(io.RawIOBase):
    """A file from some place on, as a file of its own."""

    def __init__(self, file, start):
        self.file, self.start = file, start

    def seek(self, offset, whence=os.SEEK_SET):
        base = self.start if whence == os.SEEK_SET else 0
        return self.file.seek(base + offset, whence) - self.start

    def tell(self):
        return self.file.tell() - self.start

    def readinto(self, buffer):
        return self.file.readinto(buffer)

    def write(self, data):
        return self.file.write(data)

    def truncate(self, size=None):
        size = self.tell() if size is None else size
        return self.file.truncate(self.start + size) - self.start

    def flush(self):
        self.file.flush()

    def seekable(self):
        return True

    def readable(self):
        return True

    def writable(self):
        return True


class Buffer(io.RawIOBase):
    """Bytes in memory as a file that can be read.

    Args:
        content: an array of bytes. It is not copied, unlike by `io.BytesIO`.
    """

    def __init__(self, content):
        self.content, self.place = memoryview(content), 0

    def seek(self, offset, whence=os.SEEK_SET):
        bases = {
            os.SEEK_SET: 0,
            os.SEEK_CUR: self.place,
            os.SEEK_END: len(self.content),
        }
        self.place = bases[whence] + offset
        return self.place

    def tell(self):
        return self.place

    def readinto(self, buffer):
        piece = self.content[self.place : self.place + len(buffer)]
        buffer[: len(piece)] = piece
        self.place += len(piece)
        return len(piece)

    def seekable(self):
        return True

    def readable(self):
        return True


def _checksum(file, start):
    """Returns checksum and size of a file from some place to its end."""
    file.seek(start)
    checksum = size = 0
    buffer = memoryview(bytearray(2**18))
    while count := file.readinto(buffer):
        checksum = zlib.crc32(buffer[:count], checksum)
        size += count
    return checksum, size


@contextlib.contextmanager
def _syncing(file):
    """Has what was written go to the disk meanwhile: it takes as long as a checksum."""
    try:
        number = file.fileno()
    except (AttributeError, OSError):  # a file in memory
        yield
        return
    file.flush()
    # Errors come up again when the complete file is synchronised.
    thread = threading.Thread(target=_sync, args=(number,))
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _sync(number):
    with contextlib.suppress(OSError):
        os.fsync(number)
