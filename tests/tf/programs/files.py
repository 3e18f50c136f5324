"""Datasets, records, features, preprocessing layers, as a chapter on data has them."""

import contextlib
import pathlib

import numpy as np
import tensorflow as tf
from tensorflow.train import (
    BytesList,
    Example,
    Feature,
    FeatureList,
    FeatureLists,
    Features,
    FloatList,
    Int64List,
    SequenceExample,
)

keras, layers = tf.keras, tf.keras.layers
keras.utils.set_random_seed(3)
rng = np.random.default_rng(3)


def values(dataset):
    return [np.array(x).tolist() for x in dataset]


# Pipelines.
nested = tf.data.Dataset.from_tensor_slices({"p": ([1, 2], [3, 4]), "q": ["u", "v"]})
first = next(iter(nested))
assert first["p"][1] == 3 and first["q"].numpy() == b"u"
numbers = tf.data.Dataset.range(5).repeat(2).batch(4)
assert values(numbers) == [[0, 1, 2, 3], [4, 0, 1, 2], [3, 4]]
small = numbers.map(lambda x: x + 1).filter(lambda x: tf.reduce_sum(x) < 11)
assert values(small) == values(small) == [[1, 2, 3, 4], [4, 5]]
shuffled = tf.data.Dataset.range(9).shuffle(4, seed=1).batch(9)
assert values(shuffled) != values(shuffled)
assert [int(i) for i, _ in nested.enumerate()] == [0, 1]
assert repr(numbers.element_spec).startswith("TensorSpec(shape=(None,), dtype=tf.int64")
joined = tf.data.Dataset.concatenate(numbers.take(1), numbers.skip(2))
assert values(joined) == [[0, 1, 2, 3], [3, 4]]
assert all(
    getattr(tf.data.Dataset, name).__doc__
    for name in dir(tf.data.Dataset)
    if not name.startswith("_")
)

# Text files.
table = rng.normal(size=(60, 4))
paths = []
for i, part in enumerate(np.array_split(table, 4)):
    paths.append(f"part{i}.csv")
    lines = [",".join(map(repr, row)) for row in part.tolist()]
    pathlib.Path(paths[-1]).write_text("\n".join(["a,b,c,y", *lines]) + "\n")
mean, spread = table[:, :3].mean(0), table[:, :3].std(0)


def read_line(line):
    required = tf.constant([], dtype=tf.float32)
    fields = tf.io.decode_csv(line, record_defaults=[0.0] * 3 + [required])
    return (tf.stack(fields[:-1]) - mean) / spread, tf.stack(fields[-1:])


def read(files, batch_size=16):
    dataset = tf.data.Dataset.list_files(files, seed=5)
    dataset = dataset.interleave(
        lambda path: tf.data.TextLineDataset(path).skip(1),
        cycle_length=2,
        num_parallel_calls=2,
    )
    dataset = dataset.map(read_line, num_parallel_calls=2).cache()
    return dataset.shuffle(buffer_size=60, seed=5).batch(batch_size).prefetch(1)


batches = list(read(paths))
assert [len(b) for _, b in batches] == [16, 16, 16, 12]
assert batches[0][0].dtype == tf.float32 and batches[0][0].shape == [16, 3]
seen = np.sort(np.concatenate([b.numpy().ravel() for _, b in batches]))
np.testing.assert_allclose(seen, np.sort(table[:, 3]), rtol=1e-5)
try:
    tf.io.decode_csv("1,2,3,", [0.0] * 3 + [tf.constant([], dtype=tf.float32)])
except tf.errors.InvalidArgumentError:
    pass
else:
    raise AssertionError
model = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(1)])
model.compile(loss="mse", optimizer="sgd")
history = model.fit(read(paths), validation_data=read(paths[:2]), epochs=2, verbose=0)
assert set(history.history) == {"loss", "val_loss"}
assert model.predict(read(paths).take(2), verbose=0).shape == (32, 1)

# Records.
person = Example(
    features=Features(
        feature={
            "name": Feature(bytes_list=BytesList(value=[b"Ada"])),
            "born": Feature(int64_list=Int64List(value=[1815])),
            "sizes": Feature(float_list=FloatList(value=[1.5, 2.5])),
        }
    )
)
options = tf.io.TFRecordOptions(compression_type="GZIP")
with contextlib.ExitStack() as stack:
    for i in range(2):
        writer = tf.io.TFRecordWriter(f"{i}.tfrecord", options)
        stack.enter_context(writer)
        for _ in range(2):
            writer.write(person.SerializeToString())
wanted = {
    "name": tf.io.FixedLenFeature([], tf.string, default_value=""),
    "born": tf.io.FixedLenFeature([], tf.int64, default_value=0),
    "sizes": tf.io.VarLenFeature(tf.float32),
}
records = tf.data.TFRecordDataset(
    ["0.tfrecord", "1.tfrecord"], compression_type="GZIP", num_parallel_reads=2
)
for parsed in records.map(lambda s: tf.io.parse_single_example(s, wanted)):
    assert parsed["name"].numpy() == b"Ada" and parsed["born"] == 1815
    assert tf.sparse.to_dense(parsed["sizes"]).numpy().tolist() == [1.5, 2.5]
batch = next(iter(records.batch(3).map(lambda s: tf.io.parse_example(s, wanted))))
assert batch["sizes"].dense_shape.numpy().tolist() == [3, 2]

tensor = tf.constant([[1.0, 2.0], [3.0, 4.0]])
packed = tf.io.serialize_tensor(tensor)
assert tf.reduce_all(tf.io.parse_tensor(packed, out_type=tf.float32) == tensor)
three = tf.io.serialize_sparse(parsed["sizes"])
assert len(BytesList(value=three.numpy()).value) == 3
image = (rng.random((8, 8, 3)) * 255).astype(np.uint8)
assert tf.io.decode_jpeg(tf.io.encode_jpeg(image)).shape == (8, 8, 3)


def words(text):
    return Feature(bytes_list=BytesList(value=[w.encode() for w in text.split()]))


sequence = SequenceExample(
    context=Features(feature={"id": Feature(int64_list=Int64List(value=[7]))}),
    feature_lists=FeatureLists(
        feature_list={"text": FeatureList(feature=[words("a b c"), words("d")])}
    ),
)
context, lists = tf.io.parse_single_sequence_example(
    sequence.SerializeToString(),
    {"id": tf.io.FixedLenFeature([], tf.int64)},
    {"text": tf.io.VarLenFeature(tf.string)},
)
ragged = tf.RaggedTensor.from_sparse(lists["text"])
assert context["id"] == 7 and ragged.to_list() == [[b"a", b"b", b"c"], [b"d"]]

# Preprocessing layers.
scale = layers.Normalization(input_shape=[4])
scale.adapt(table)
np.testing.assert_allclose(np.std(scale(table), axis=0), 1, rtol=1e-4)
data = tf.data.Dataset.from_tensor_slices((table, table[:, :1])).batch(20)
for scaled, _ in data.map(lambda a, b: (scale(a), b)):
    assert scaled.dtype == tf.float32 and scaled.shape == [20, 4]
ages = tf.constant([[4.0], [31.0], [88.0]])
bins = layers.Discretization(bin_boundaries=[18.0, 65.0])(ages)
assert bins.numpy().ravel().tolist() == [0, 1, 2]
one_hot = layers.CategoryEncoding(num_tokens=3)
assert one_hot(bins).numpy().tolist() == np.eye(3).tolist()
towns = layers.StringLookup(output_mode="one_hot")
towns.adapt(["Oslo", "Rome", "Rome"])
assert towns([["Rome"], ["Bonn"]]).numpy().tolist() == [[0, 1, 0], [1, 0, 0]]
assert layers.IntegerLookup(vocabulary=[5, 7])([[7], [1]]).numpy().tolist() == [
    [2],
    [0],
]
assert layers.Hashing(num_bins=4)([["a"], ["b"]]).shape == (2, 1)
lookup = layers.StringLookup()
lookup.adapt(["x", "y"])
embed = keras.Sequential(
    [
        layers.InputLayer(input_shape=[], dtype=tf.string),
        lookup,
        layers.Embedding(input_dim=lookup.vocabulary_size(), output_dim=2),
    ]
)
assert embed(np.array(["x", "z", "x"])).shape == (3, 2)
number, kind = layers.Input(shape=[4]), layers.Input(shape=[], dtype=tf.string)
both = layers.concatenate([number, embed(kind)])
model = keras.Model(inputs=[number, kind], outputs=[layers.Dense(1)(both)])
model.compile(loss="mse", optimizer="sgd")
kinds = np.array(["x", "y"] * 30, dtype=object)
model.fit((table, kinds), table[:, :1], epochs=1, verbose=0)
pairs = tf.data.Dataset.from_tensor_slices(((table, kinds), table[:, :1])).batch(16)
model.fit(pairs, epochs=1, verbose=0)

reviews = tf.constant(["Good, good!", "bad", "not so bad", "good"] * 8)
labels = tf.constant([1, 0, 0, 1] * 8)
texts = tf.data.Dataset.from_tensor_slices((reviews, labels)).batch(8)
vectors = layers.TextVectorization(max_tokens=20, output_mode="tf_idf")
vectors.adapt(texts.map(lambda text, label: text))
assert vectors.get_vocabulary()[0] == "[UNK]"
model = keras.Sequential([vectors, layers.Dense(1, activation="sigmoid")])
model.compile(loss="binary_crossentropy", optimizer="nadam", metrics=["accuracy"])
assert model.fit(texts, epochs=2, verbose=0).history["accuracy"]
tokens = layers.TextVectorization(ragged=True)
tokens.adapt(["a b", "b"])
assert tokens(["b a b", "c"]).to_list() == [[2, 3, 2], [1]]


def mean_of_words(inputs):
    present = tf.math.count_nonzero(inputs, axis=-1)
    count = tf.math.count_nonzero(present, axis=-1, keepdims=True)
    return tf.reduce_sum(inputs, axis=1) / tf.math.sqrt(tf.cast(count, tf.float32))


numbers = layers.TextVectorization(max_tokens=20, output_mode="int")
numbers.adapt(texts.map(lambda text, label: text))
model = keras.Sequential(
    [
        numbers,
        layers.Embedding(input_dim=20, output_dim=3, mask_zero=True),
        layers.Lambda(mean_of_words),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(loss="binary_crossentropy", optimizer="nadam")
model.fit(texts, epochs=1, verbose=0)

# What Keras makes of folders and arrays are datasets of tensors.
for name in ("bad", "good"):
    pathlib.Path("reviews", name).mkdir(parents=True)
    pathlib.Path("reviews", name, "1.txt").write_text(f"a {name} film")
    pathlib.Path("pictures", name).mkdir(parents=True)
    picture = tf.io.encode_png(np.full((6, 8, 3), len(name), np.uint8))
    tf.io.write_file(f"pictures/{name}/1.png", picture)
reviews = keras.utils.text_dataset_from_directory("reviews", shuffle=False)
pictures = keras.utils.image_dataset_from_directory("pictures", image_size=(4, 4))
windows = keras.utils.timeseries_dataset_from_array(
    [1, 2, 3, 4], [2, 3, 4], sequence_length=2, batch_size=2
)
left, right = keras.utils.split_dataset(np.arange(4.0), 0.5)
for dataset in (reviews, pictures, windows, left, right):
    assert isinstance(dataset, tf.data.Dataset)
for batch, labels in reviews.take(1):
    assert batch[0].numpy() == b"a bad film" and labels.numpy().tolist() == [0, 1]
for images, labels in pictures.take(1):
    assert images[0].numpy().astype("uint8").shape == (4, 4, 3)
    assert pictures.class_names[int(labels[0])] in ("bad", "good")
for inputs, targets in windows.take(1):
    assert inputs.dtype == tf.int32 and targets.numpy().tolist() == [2, 3]
scaled = pictures.map(lambda image, label: (image / 255.0, label)).cache().prefetch(1)
assert scaled.element_spec[0].shape.as_list() == [None, 4, 4, 3]
print("done")
