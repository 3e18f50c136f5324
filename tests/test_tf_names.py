"""The names that `ranvier.tf` must have, and those still missing."""

import functools

import pytest

import ranvier.tf as tf

NAMES = """
__version__ constant Variable IndexedSlices SparseTensor RaggedTensor.from_sparse
TensorArray TensorSpec GradientTape function custom_gradient stop_gradient while_loop
newaxis float32 float64 int32 int64 uint8 string abs add add_n cast concat exp less
maximum one_hot range reduce_mean reduce_sum reshape shape size sqrt square stack
transpose where zeros_like math.count_nonzero math.log math.sin math.sqrt nn.moments
random.normal random.uniform random.set_seed strings.length strings.unicode_decode
strings.unicode_encode ragged.constant sparse.to_dense sparse.reorder
sparse.sparse_dense_matmul sets.union sets.difference sets.intersection sets.size
queue.FIFOQueue errors.InvalidArgumentError autograph.to_code
summary.create_file_writer summary.scalar summary.histogram summary.image summary.text
summary.audio data.Dataset data.TextLineDataset data.TFRecordDataset
data.Dataset.concatenate data.Dataset.from_tensor_slices data.Dataset.list_files
data.Dataset.range io.TFRecordWriter io.TFRecordOptions io.FixedLenFeature
io.VarLenFeature io.decode_csv io.decode_jpeg io.encode_jpeg io.decode_proto
io.parse_example io.parse_single_example io.parse_single_sequence_example
io.parse_tensor io.serialize_tensor io.serialize_sparse train.BytesList train.FloatList
train.Int64List train.Feature train.Features train.Example train.FeatureList
train.FeatureLists train.SequenceExample keras.Model keras.Sequential
keras.models.clone_model keras.models.load_model keras.backend.clear_session
keras.backend.epsilon keras.activations.get keras.initializers.VarianceScaling
keras.regularizers.l2 keras.constraints.max_norm keras.callbacks.EarlyStopping
keras.datasets.fashion_mnist keras.layers.Dense keras.losses.Huber
keras.metrics.Precision keras.optimizers.Nadam keras.utils.set_random_seed
""".split()

# Not there yet. A name that has come must be struck off.
MISSING = set(
    """
function while_loop autograph.to_code
summary.create_file_writer summary.scalar summary.histogram summary.image summary.text
summary.audio data.Dataset data.TextLineDataset data.TFRecordDataset
data.Dataset.concatenate data.Dataset.from_tensor_slices data.Dataset.list_files
data.Dataset.range io.TFRecordWriter io.TFRecordOptions io.FixedLenFeature
io.VarLenFeature io.decode_csv io.decode_jpeg io.encode_jpeg io.decode_proto
io.parse_example io.parse_single_example io.parse_single_sequence_example
io.parse_tensor io.serialize_tensor io.serialize_sparse train.BytesList train.FloatList
train.Int64List train.Feature train.Features train.Example train.FeatureList
train.FeatureLists train.SequenceExample
""".split()
)


def has(name):
    try:
        functools.reduce(getattr, name.split("."), tf)
    except (AttributeError, ImportError):
        return False
    return True


@pytest.mark.parametrize("name", NAMES)
def test_name(name):
    assert has(name) is (name not in MISSING), name


def test_an_absent_name_is_told_with_a_hint():
    with pytest.raises(AttributeError, match="docs/tensorflow.md"):
        tf.no_such_thing  # noqa: B018
