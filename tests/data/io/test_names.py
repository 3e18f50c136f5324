"""Every name of tf.io and of tf.train's messages is here, or missing for a reason."""

import inspect

import pytest

from ranvier.data import io
from ranvier.data.io._messages import MESSAGES

# dir(tf.io) of TensorFlow 2.21.
TF_IO = """
    FixedLenFeature FixedLenSequenceFeature RaggedFeature SparseFeature
    TFRecordOptions TFRecordWriter VarLenFeature decode_and_crop_jpeg decode_base64
    decode_bmp decode_compressed decode_csv decode_gif decode_image decode_jpeg
    decode_json_example decode_jxl decode_png decode_proto decode_raw decode_webp
    deserialize_many_sparse encode_base64 encode_jpeg encode_png encode_proto
    extract_jpeg_shape gfile is_jpeg match_filenames_once matching_files parse_example
    parse_sequence_example parse_single_example parse_single_sequence_example
    parse_tensor read_file serialize_many_sparse serialize_sparse serialize_tensor
    write_file write_graph
""".split()
TF_TRAIN = """
    BytesList Checkpoint CheckpointManager CheckpointOptions CheckpointView ClusterDef
    ClusterSpec Coordinator Example ExponentialMovingAverage Feature FeatureList
    FeatureLists Features FloatList Int64List JobDef SequenceExample ServerDef
    TrackableView checkpoints_iterator experimental get_checkpoint_state
    latest_checkpoint list_variables load_checkpoint load_variable
""".split()
MISSING = {
    "decode_jxl": "Pillow does not read JPEG XL",
    "write_graph": "there are no graphs to write",
}
NOT_DATA = {
    "Checkpoint CheckpointManager CheckpointOptions CheckpointView TrackableView "
    "checkpoints_iterator get_checkpoint_state latest_checkpoint list_variables "
    "load_checkpoint load_variable": "checkpoints of variables",
    "ClusterDef ClusterSpec Coordinator JobDef ServerDef": "clusters and threads",
    "ExponentialMovingAverage experimental": "training",
}


def test_tf_io():
    here = set(io.__all__)
    assert set(TF_IO) - here == set(MISSING)
    assert here - set(TF_IO) == {"RecordReader", "read_records", "wrapped"}


def test_functions_can_be_wrapped():
    functions = io.wrapped(lambda value: ["shown", value])
    assert set(io.__all__) - set(functions) == {
        "FixedLenFeature",
        "FixedLenSequenceFeature",
        "RaggedFeature",
        "RecordReader",
        "SparseFeature",
        "TFRecordOptions",
        "TFRecordWriter",
        "VarLenFeature",
        "gfile",
        "read_records",
        "wrapped",
        "write_file",
    }
    assert functions["decode_csv"]("1,a", [0, ""]) == [["shown", 1], ["shown", b"a"]]
    example = io.Example(
        features=io.Features(
            feature={"a": io.Feature(int64_list=io.Int64List(value=[1]))}
        )
    ).SerializeToString()
    spec = {"a": io.FixedLenFeature([], "int64")}
    assert functions["parse_single_example"](example, spec) == {"a": ["shown", 1]}
    decoded = functions["decode_proto"](example, "tensorflow.Example", [], [])
    assert decoded.sizes[0] == "shown"
    assert functions["decode_raw"].__doc__ == io.decode_raw.__doc__


def test_tf_train():
    others = {name for names in NOT_DATA for name in names.split()}
    assert set(TF_TRAIN) - others == set(MESSAGES)


@pytest.mark.parametrize("name", io.__all__)
def test_names_have_docstrings(name):
    assert getattr(io, name).__doc__


@pytest.mark.tensorflow
def test_signatures_are_tensorflows():
    tf = pytest.importorskip("tensorflow")
    assert {name for name in dir(tf.io) if name[0] != "_"} == set(TF_IO)
    assert {name for name in dir(tf.train) if name[0] != "_"} == set(TF_TRAIN)
    for name in set(TF_IO) - set(MISSING) - {"gfile"}:
        ours = inspect.signature(getattr(io, name)).parameters
        theirs = inspect.signature(getattr(tf.io, name)).parameters
        assert list(ours) == list(theirs), name
        for key, parameter in theirs.items():
            default = parameter.default
            if isinstance(default, tf.DType):
                default = default.name
            assert ours[key].default == default, (name, key)
    names = {name for name in dir(tf.io.gfile) if name[0] != "_"}
    assert names == set(io.gfile.__all__)
    for name in names:
        ours = inspect.signature(getattr(io.gfile, name))
        theirs = inspect.signature(getattr(tf.io.gfile, name))
        assert list(ours.parameters) == list(theirs.parameters), name
    theirs = {name for name in dir(tf.io.gfile.GFile) if name[0] != "_"}
    assert theirs - set(dir(io.gfile.GFile)) == {"next"}
