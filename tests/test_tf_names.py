"""The names that `ranvier.tf` must have, and those still missing."""

import functools
import importlib
import subprocess
import sys

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
queue.FIFOQueue errors.InvalidArgumentError autograph.to_code summary.create_file_writer
summary.scalar summary.histogram summary.image summary.text summary.audio data.Dataset
data.TextLineDataset data.TFRecordDataset data.Dataset.concatenate
data.Dataset.from_tensor_slices data.Dataset.list_files data.Dataset.range
io.TFRecordWriter io.TFRecordOptions io.FixedLenFeature io.VarLenFeature io.decode_csv
io.decode_jpeg io.encode_jpeg io.decode_proto io.parse_example io.parse_single_example
io.parse_single_sequence_example io.parse_tensor io.serialize_tensor io.serialize_sparse
train.BytesList train.FloatList train.Int64List train.Feature train.Features
train.Example train.FeatureList train.FeatureLists train.SequenceExample keras.Model
keras.Sequential keras.models.Model keras.models.Sequential keras.models.clone_model
keras.models.load_model keras.backend.clear_session keras.backend.epsilon
keras.backend.get_value keras.backend.square keras.backend.transpose
keras.activations.get keras.activations.serialize keras.initializers.VarianceScaling
keras.regularizers.l2 keras.regularizers.Regularizer keras.constraints.max_norm
keras.callbacks.Callback keras.callbacks.EarlyStopping
keras.callbacks.LearningRateScheduler keras.callbacks.ModelCheckpoint
keras.callbacks.ReduceLROnPlateau keras.callbacks.TensorBoard
keras.datasets.cifar10.load_data keras.datasets.fashion_mnist.load_data
keras.datasets.mnist.load_data keras.layers.Activation keras.layers.AlphaDropout
keras.layers.BatchNormalization keras.layers.CategoryEncoding keras.layers.CenterCrop
keras.layers.Concatenate keras.layers.Dense keras.layers.Discretization
keras.layers.Dropout keras.layers.Embedding keras.layers.Flatten keras.layers.Hashing
keras.layers.Input keras.layers.InputLayer keras.layers.IntegerLookup
keras.layers.Lambda keras.layers.Layer keras.layers.LayerNormalization
keras.layers.LeakyReLU keras.layers.Normalization keras.layers.StringLookup
keras.layers.TextVectorization keras.layers.concatenate keras.losses.Huber
keras.losses.Loss keras.losses.MeanAbsoluteError keras.losses.MeanSquaredError
keras.losses.sparse_categorical_crossentropy keras.metrics.Mean
keras.metrics.MeanAbsoluteError keras.metrics.Metric keras.metrics.Precision
keras.metrics.SparseCategoricalAccuracy keras.metrics.sparse_categorical_accuracy
keras.optimizers.Adagrad keras.optimizers.Adam keras.optimizers.AdamW
keras.optimizers.Adamax keras.optimizers.Nadam keras.optimizers.RMSprop
keras.optimizers.SGD keras.optimizers.schedules.ExponentialDecay
keras.optimizers.schedules.InverseTimeDecay
keras.optimizers.schedules.PiecewiseConstantDecay keras.utils.get_file
keras.utils.set_random_seed keras.utils.to_categorical keras_tuner.BayesianOptimization
keras_tuner.HyperModel keras_tuner.Hyperband keras_tuner.RandomSearch
""".split()

# Not there yet. A name that has come must be struck off.
MISSING = set(
    """
""".split()
)


def has(name):
    package, _, rest = name.partition(".")
    try:
        if package == "keras_tuner":
            found = importlib.import_module("ranvier.tuner")
            return hasattr(found, rest)
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


IN_PLACE_OF_TENSORFLOW = """
import sys
import ranvier, ranvier.tf
sys.modules["tensorflow"] = ranvier.tf
sys.modules["keras"] = ranvier

import tensorflow as tf
import tensorflow.keras
from keras.layers import Dense
from tensorflow import keras
from tensorflow.data import Dataset
from tensorflow.io import gfile
from tensorflow.keras.layers import Dense as OtherDense
from tensorflow.keras.datasets.mnist import load_data
from tensorflow.train import (
    BytesList, Example, Feature, FeatureList, FeatureLists, Features, FloatList,
    Int64List, SequenceExample,
)

assert keras is ranvier and tf.keras is ranvier
assert Dense is OtherDense is ranvier.layers.Dense
assert Dataset is tf.data.Dataset and gfile is tf.io.gfile
assert Example is tf.train.Example
assert tf.keras.backend.__name__ == "ranvier.backend"
assert tf.keras.backend.__spec__.name == "ranvier.backend"
try:
    import tensorflow.no_such_thing
except ImportError:
    pass
else:
    raise AssertionError
try:
    from tensorflow import no_such_thing
except ImportError:
    pass
else:
    raise AssertionError
"""


def test_it_stands_in_for_tensorflow():
    subprocess.run([sys.executable, "-c", IN_PLACE_OF_TENSORFLOW], check=True)


def test_the_version_is_new_enough():
    from packaging import version

    assert version.parse(tf.__version__) >= version.parse("2.8.0")


@pytest.mark.parametrize(
    "name",
    ["random.set_seed", "keras.datasets.mnist.load_data", "keras.Model.fit", "square"],
)
def test_attributes_can_be_replaced(name, monkeypatch):
    *path, last = name.split(".")
    owner = functools.reduce(getattr, path, tf)
    monkeypatch.setattr(owner, last, "replaced")
    assert functools.reduce(getattr, name.split("."), tf) == "replaced"


@pytest.mark.parametrize("name", ["nn.nce_loss", "linalg.x", "data.x", "errors.x"])
def test_absent_names_below_are_told_with_a_hint(name):
    with pytest.raises(AttributeError, match=r"docs/tensorflow.md"):
        functools.reduce(getattr, name.split("."), tf)
