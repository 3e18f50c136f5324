"""Finding the types of messages in descriptor sets."""

import functools
import os

from ranvier.core._errors import require
from ranvier.data.io._messages import message_class
from ranvier.tensors._errors import InvalidArgumentError

_BYTES = b"bytes://"


def find_message(message_type, source):
    """Returns the class of a message.

    Args:
        message_type: its full name.
        source: a path to a file with a `FileDescriptorSet` (what `protoc
            --include_imports --descriptor_set_out` writes), `b"bytes://"` with the
            contents of such a file, or `"local://"` for the messages of the Python
            modules imported so far.

    Raises:
        InvalidArgumentError: if there is no such set or message.
    """
    if isinstance(source, str):
        source = source.encode()
    factory = require("google.protobuf.message_factory", "data")
    if source in (b"", b"local://"):
        if message_type in ("tensorflow.Example", "tensorflow.SequenceExample"):
            return message_class(message_type.removeprefix("tensorflow."))
        pool = require("google.protobuf.descriptor_pool", "data").Default()
    elif source.startswith(_BYTES):
        pool = _pool(source[len(_BYTES) :])
    else:
        pool = _pool(_read(os.fsdecode(source)))
    try:
        return factory.GetMessageClass(pool.FindMessageTypeByName(message_type))
    except KeyError:
        raise InvalidArgumentError(
            f"No descriptor found for message type {message_type}"
        ) from None


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise InvalidArgumentError(
            f"`descriptor_source` must be a file with a FileDescriptorSet: {error}"
        ) from error


@functools.lru_cache(16)
def _pool(contents):
    from google.protobuf import descriptor_pb2, descriptor_pool
    from google.protobuf.message import DecodeError

    pool = descriptor_pool.DescriptorPool()
    try:
        for file in descriptor_pb2.FileDescriptorSet.FromString(contents).file:
            pool.AddSerializedFile(file.SerializeToString())
    except (DecodeError, TypeError) as error:
        raise InvalidArgumentError(
            f"Source does not represent serialized file descriptor set proto: {error}"
        ) from error
    return pool
