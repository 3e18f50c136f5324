"""Record files: written, read in blocks, resumed, damaged."""

import gzip
import zlib

import numpy as np
import pytest

from ranvier.data import io
from ranvier.data.io._crc import crc32c, mask, masked_crc32c
from ranvier.tensors._errors import (
    DataLossError,
    FailedPreconditionError,
    NotFoundError,
)

COMPRESSIONS = ["", "GZIP", "ZLIB"]
# What TensorFlow wrote for b"abc" and b"ab".
WRITTEN = (
    b"\x03\x00\x00\x00\x00\x00\x00\x00\xb0\x99I\x0eabcnW\xf1!"
    b"\x02\x00\x00\x00\x00\x00\x00\x00x'\x0b4ab\x1c\xb0\xf0\xf4"
)


def write(path, records, options=None):
    with io.TFRecordWriter(path, options) as writer:
        for record in records:
            writer.write(record)


def read(path, **options):
    return [record for block in io.read_records(path, **options) for record in block]


def some_records(count=300):
    rng = np.random.default_rng(0)
    return [rng.bytes(int(rng.integers(0, 400))) for _ in range(count)]


def test_bytes_are_tensorflows(tmp_path):
    write(tmp_path / "x", [b"abc", "ab"])
    assert (tmp_path / "x").read_bytes() == WRITTEN


def test_checksums_of_the_standard():
    assert crc32c()(b"123456789") == 0xE3069283
    crcs = np.array([crc32c()(b"abc"), crc32c()(b"")], np.uint32)
    assert mask(crcs).tolist() == [masked_crc32c(b"abc"), masked_crc32c(b"")]


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("buffer_size", [None, 1, 17, 1000])
def test_both_ways(tmp_path, compression, buffer_size):
    records = some_records()
    write(tmp_path / "x", records, compression)
    got = read(
        str(tmp_path / "x"), compression_type=compression, buffer_size=buffer_size
    )
    assert got == records


def test_compressed_files_are_plain_gzip_and_zlib(tmp_path):
    for options, unpack in (("GZIP", gzip.decompress), ("ZLIB", zlib.decompress)):
        write(tmp_path / "x", [b"abc", b"ab"], io.TFRecordOptions(options))
        assert unpack((tmp_path / "x").read_bytes()) == WRITTEN


def test_compression_options(tmp_path):
    records = [b"a" * 1000] * 50
    sizes = []
    for level in (0, 1, 9):
        options = io.TFRecordOptions(
            "GZIP", compression_level=level, mem_level=9, compression_strategy=0
        )
        write(tmp_path / "x", records, options)
        assert read(tmp_path / "x", compression_type="GZIP") == records
        sizes.append((tmp_path / "x").stat().st_size)
    assert sizes[0] > sizes[1] > sizes[2]


def test_concatenated_gzip_files(tmp_path):
    write(tmp_path / "a", [b"one"], "GZIP")
    write(tmp_path / "b", [b"two"], "GZIP")
    both = (tmp_path / "a").read_bytes() + (tmp_path / "b").read_bytes()
    (tmp_path / "c").write_bytes(both)
    assert read(tmp_path / "c", compression_type="GZIP") == [b"one", b"two"]


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("limit", [1, 7, None])
def test_reading_goes_on_at_an_offset(tmp_path, compression, limit):
    records = some_records(100)
    write(tmp_path / "x", records, compression)
    got, offset = [], 0
    while True:
        with io.RecordReader(tmp_path / "x", compression, 1000, offset) as reader:
            assert reader.offset == offset
            block = reader.read_block(limit)
            offset = reader.offset
        if not block:
            break
        assert limit is None or len(block) <= limit
        got += block
    assert got == records


def test_flush_shows_what_was_written(tmp_path):
    writer = io.TFRecordWriter(tmp_path / "x")
    writer.write(b"abc")
    writer.flush()
    assert read(tmp_path / "x") == [b"abc"]
    writer.close()
    writer.close()
    for use in (lambda: writer.write(b"x"), writer.flush):
        with pytest.raises(FailedPreconditionError, match="Writer is closed"):
            use()


def test_a_forgotten_writer_completes_its_file(tmp_path):
    writer = io.TFRecordWriter(tmp_path / "x", "GZIP")
    writer.write(b"abc")
    del writer
    assert read(tmp_path / "x", compression_type="GZIP") == [b"abc"]


def test_records_that_cannot_be_written(tmp_path):
    with io.TFRecordWriter(tmp_path / "x") as writer:
        with pytest.raises(TypeError, match="`record` must be a string"):
            writer.write(3)
        with pytest.raises(ValueError, match="single string"):
            writer.write([b"a"])
        writer.write(np.array(b"abc", object))
        writer.write(bytearray(b"ab"))
    assert read(tmp_path / "x") == [b"abc", b"ab"]


def test_files_that_do_not_exist(tmp_path):
    for use in (io.RecordReader, io.TFRecordWriter):
        with pytest.raises(NotFoundError, match="nowhere/x; No such file"):
            use(tmp_path / "nowhere" / "x")
    with pytest.raises(FileNotFoundError):
        next(io.read_records(tmp_path / "x"))


def test_unknown_compression(tmp_path):
    for use in (
        lambda: io.TFRecordOptions("FOO"),
        lambda: io.TFRecordWriter(tmp_path / "x", "FOO"),
        lambda: io.RecordReader(tmp_path / "x", "FOO"),
    ):
        with pytest.raises(ValueError, match='Not a valid compression_type: "FOO"'):
            use()


def damaged(path, change, where=0):
    """Returns the intact records and the message after a byte was changed."""
    data = bytearray(WRITTEN)
    change(data)
    path.write_bytes(data)
    got = []
    with pytest.raises(DataLossError) as caught:
        for block in io.read_records(path, buffer_size=64):
            got += block
    assert str(path) in str(caught.value)
    return got, str(caught.value)


def test_damage_names_file_and_offset(tmp_path):
    def flip(i):
        return lambda data: data.__setitem__(i, data[i] ^ 1)

    path = tmp_path / "x"
    got, message = damaged(path, flip(0))
    assert (got, "corrupted record at 0 of" in message) == ([], True)
    assert "checksum of its length" in message
    got, message = damaged(path, flip(13))
    assert (got, "corrupted record at 0 of" in message) == ([], True)
    assert "checksum of its data" in message
    got, message = damaged(path, flip(16))  # of the checksum itself
    assert (got, "corrupted record at 0 of" in message) == ([], True)
    got, message = damaged(path, flip(20))
    assert (got, "corrupted record at 19 of" in message) == ([b"abc"], True)
    got, message = damaged(path, flip(32))
    assert (got, "corrupted record at 19 of" in message) == ([b"abc"], True)
    got, message = damaged(path, lambda data: data.__delitem__(slice(-1, None)))
    assert (got, "truncated record at 19 of" in message) == ([b"abc"], True)
    got, message = damaged(path, lambda data: data.__delitem__(slice(5, None)))
    assert (got, "truncated record at 0 of" in message) == ([], True)


def test_the_error_stays(tmp_path):
    (tmp_path / "x").write_bytes(b"no record file at all")
    with io.RecordReader(tmp_path / "x") as reader:
        for _ in range(2):
            with pytest.raises(DataLossError):
                reader.read_block()


@pytest.mark.parametrize("compression", ["GZIP", "ZLIB"])
def test_damaged_compression(tmp_path, compression):
    path = tmp_path / "x"
    path.write_bytes(WRITTEN)
    with pytest.raises(DataLossError, match="inflate.*x"):
        read(path, compression_type=compression)
    write(path, some_records(), compression)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataLossError, match="x is cut short"):
        read(path, compression_type=compression)


def test_a_false_length_claims_no_memory(tmp_path):
    header = (2**62).to_bytes(8, "little")
    checksum = masked_crc32c(header).to_bytes(4, "little")
    (tmp_path / "x").write_bytes(header + checksum + bytes(100))
    with pytest.raises(DataLossError, match="truncated record at 0"):
        read(tmp_path / "x")


def test_an_empty_file_has_no_records(tmp_path):
    (tmp_path / "x").write_bytes(b"")
    assert read(tmp_path / "x") == []
