"""Messages are protobuf's, and the same as TensorFlow's on the wire and in print."""

import copy
import pickle
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from ranvier.data import io
from ranvier.data.io._messages import MESSAGES


class Scalar:
    """Something like a tensor of one number."""

    def __index__(self):
        return 7

    def __float__(self):
        return 7.0


def person():
    return io.Example(
        features=io.Features(
            feature={
                "id": io.Feature(int64_list=io.Int64List(value=[123, -1])),
                "name": io.Feature(bytes_list=io.BytesList(value=[b"Alice"])),
                "score": io.Feature(float_list=io.FloatList(value=[0.5])),
            }
        )
    )


def test_every_name_is_a_message():
    assert set(MESSAGES) == {
        "BytesList",
        "FloatList",
        "Int64List",
        "Feature",
        "Features",
        "FeatureList",
        "FeatureLists",
        "Example",
        "SequenceExample",
    }
    for name in MESSAGES:
        message = getattr(io, name)
        assert message.DESCRIPTOR.full_name == f"tensorflow.{name}"
        assert message().SerializeToString() == b""
    with pytest.raises(AttributeError, match="no attribute 'Exampel'"):
        io.Exampel  # noqa: B018


def test_bytes():
    feature = io.Feature(int64_list=io.Int64List(value=[1, 300]))
    assert feature.SerializeToString() == b"\x1a\x05\x0a\x03\x01\xac\x02"
    feature = io.Feature(float_list=io.FloatList(value=[1.0]))
    assert feature.SerializeToString() == b"\x12\x06\x0a\x04\x00\x00\x80?"
    example = person()
    assert io.Example.FromString(example.SerializeToString()) == example


def test_print():
    feature = io.Feature(bytes_list=io.BytesList(value=[b"a\xff", b"b"]))
    text = 'bytes_list {\n  value: "a\\377"\n  value: "b"\n}\n'
    assert repr(feature) == str(feature) == text


def test_values_of_other_kinds():
    assert io.Int64List(value=[Scalar(), np.int64(3)]).value == [7, 3]
    assert io.FloatList(value=[Scalar(), np.float32(0.5)]).value == [7.0, 0.5]
    strings = np.array([b"a", b"b"], object)
    assert io.BytesList(value=strings).value == [b"a", b"b"]
    with pytest.raises(TypeError):
        io.Int64List(value=["a"])
    with pytest.raises(ValueError):
        io.Example(feature={})


def test_copies():
    example = person()
    assert copy.deepcopy(example) == example
    assert pickle.loads(pickle.dumps(example)) == example
    assert io.Example.__module__ == "ranvier.data.io"


def test_messages_of_sequences():
    lists = io.FeatureLists(
        feature_list={"x": io.FeatureList(feature=[io.Feature(), io.Feature()])}
    )
    example = io.SequenceExample(context=person().features, feature_lists=lists)
    again = io.SequenceExample.FromString(example.SerializeToString())
    assert len(again.feature_lists.feature_list["x"].feature) == 2
    assert again.context.feature["id"].int64_list.value == [123, -1]


def test_importing_loads_neither_protobuf_nor_pillow():
    code = """
        import sys
        import ranvier.data.io
        heavy = {"google.protobuf", "PIL", "google_crc32c", "tensorflow"}
        assert not heavy & set(sys.modules), heavy & set(sys.modules)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


@pytest.mark.parametrize(
    ("package", "use"),
    [
        ("google.protobuf", "io.Example()"),
        ("google_crc32c", "io.TFRecordWriter('{folder}/x').write(b'')"),
        ("PIL", "io.decode_image(b'\\xff\\xd8\\xff')"),
    ],
)
def test_a_missing_package_names_its_extra(package, use, tmp_path):
    code = f"""
        import sys
        sys.modules[{package!r}] = None
        sys.modules[{package!r} + ".message_factory"] = None
        sys.modules[{package!r} + ".Image"] = None
        from ranvier.data import io
        try:
            {use.format(folder=tmp_path)}
        except ImportError as error:
            assert "pip install 'ranvier[data]'" in str(error), error
        else:
            raise AssertionError("no error")
    """
    code = textwrap.dedent(code)
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.tensorflow
def test_the_same_as_tensorflows():
    tf = pytest.importorskip("tensorflow")
    for name in MESSAGES:
        ours, theirs = getattr(io, name).DESCRIPTOR, getattr(tf.train, name).DESCRIPTOR
        for a, b in zip(ours.fields, theirs.fields, strict=True):
            assert (a.name, a.number, a.type) == (b.name, b.number, b.type)
    data = person().SerializeToString()
    theirs = tf.train.Example.FromString(data)
    assert sorted(str(theirs).split()) == sorted(str(person()).split())
    assert io.Example.FromString(theirs.SerializeToString()) == person()
