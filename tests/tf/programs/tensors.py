"""Tensors, variables, strings, ragged, sparse, sets, queues and arrays; gradients."""

import numpy as np
import tensorflow as tf


def same(tensor, expected, dtype=None):
    np.testing.assert_allclose(np.array(tensor), expected, rtol=1e-6)
    assert dtype is None or tensor.dtype == dtype, tensor.dtype


def raises(kind, function):
    try:
        function()
    except kind as error:
        assert str(error)
        return
    raise AssertionError(f"{kind} was not raised")


# Tensors.
m = tf.constant([[1.5, 2.0], [4.0, 8.0], [16.0, 32.0]])
same(m[1:, :1], [[4], [16]], tf.float32)
same(m[..., 1, tf.newaxis], [[2], [8], [32]])
same(m[::2, ::2], [[1.5], [16]])
assert m.shape[-1] == 2 and m.shape[1:] == [2] and m[1].numpy().tolist() == [4, 8]
same(3 - m / 2, 3 - m.numpy() / 2)
same(tf.transpose(m) @ m, m.numpy().T @ m.numpy())
same(m + np.ones(2), m.numpy() + 1, tf.float32)
same(np.ones(2) + m, m.numpy() + 1, tf.float32)
assert (
    tf.constant(7).dtype == tf.int32 and tf.constant(np.arange(3.0)).dtype == "float64"
)
assert tf.constant([], dtype=tf.float32).shape == [0]
assert tf.constant(3, dtype=np.uint8).dtype == tf.uint8
raises(tf.errors.InvalidArgumentError, lambda: tf.constant(1.0) + tf.constant(1))
raises(
    tf.errors.InvalidArgumentError,
    lambda: tf.constant(1.0) * tf.constant(1.0, tf.float64),
)
big = tf.constant(2**40 + 1, tf.int64)
assert int(big * 2) == 2**41 + 2
same(tf.constant(1e-20, tf.float64) + 1.0 - 1.0, 0.0, tf.float64)
assert f"{tf.constant(2.71828):.3f}" == "2.718"
assert ["a", "b", "c"][tf.constant(2, tf.int64)] == "c"
assert bool(tf.constant(2) < 3) and len(list(m)) == 3
assert repr(tf.constant(5)) == "<tf.Tensor: shape=(), dtype=int32, numpy=5>"
assert str(tf.constant([1, 2])) == "tf.Tensor([1 2], shape=(2,), dtype=int32)"
same(np.stack([m, m]).shape, (2, 3, 2))
same(np.mean(m), m.numpy().mean())
same(tf.add_n([m, m, m]), 3 * m.numpy())
same(tf.where(m > 4.0, m, tf.zeros_like(m)), np.where(m.numpy() > 4, m, 0))
same(tf.reshape(m, shape=[2, 3])[0], [1.5, 2, 4])
same(tf.concat([m, m], axis=1).shape, (3, 4))
same(tf.one_hot([1, 0], depth=3), [[0, 1, 0], [1, 0, 0]])
same(tf.math.count_nonzero(m > 2, axis=0, keepdims=True), [[2, 2]], tf.int64)
mean, variance = tf.nn.moments(m, axes=[0], keepdims=True)
same(variance, m.numpy().var(0, keepdims=True))
K = tf.keras.backend
same(K.transpose(K.square(m)), m.numpy().T ** 2)

# Variables.
v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
v.assign(10 * v)
v[1, 0].assign(-1)
v[:, 1].assign([0, 5])
same(v, [[10, 0], [-1, 5]])
v.scatter_nd_update(indices=[[0, 0], [1, 1]], updates=[7.0, 8.0])
v.scatter_update(tf.IndexedSlices(values=[[9.0, 9.0]], indices=[0]))
same(v.assign_add(tf.ones((2, 2))), [[10, 10], [0, 9]])
raises(TypeError, lambda: v.__setitem__(0, 1.0))
assert tf.Variable(3).dtype == tf.int32

# Strings and ragged tensors.
words = tf.constant(["naïve", "日本", "tea"])
assert tf.strings.length(words, unit="UTF8_CHAR").numpy().tolist() == [5, 2, 3]
codes = tf.strings.unicode_decode(words, "UTF-8")
assert codes.to_list()[1] == [ord(c) for c in "日本"]
assert tf.strings.unicode_encode(codes[2], "UTF-8").numpy() == b"tea"
assert codes[1:].to_list() == codes.to_list()[1:]
more = tf.ragged.constant([[1], [], [2, 3]])
assert tf.concat([codes, more], axis=0).to_list() == codes.to_list() + more.to_list()
assert tf.concat([codes, more], axis=1).to_list()[2] == [*codes.to_list()[2], 2, 3]
same(more.to_tensor(), [[1, 0], [0, 0], [2, 3]])
same(more.row_splits, [0, 1, 1, 3])

# Sparse tensors and sets.
s = tf.SparseTensor(indices=[[0, 1], [2, 0]], values=[3.0, 5.0], dense_shape=[3, 2])
same(tf.sparse.to_dense(s * 2.0), [[0, 6], [0, 0], [10, 0]])
same(tf.sparse.sparse_dense_matmul(s, tf.ones((2, 1))), [[3], [0], [5]])
raises(TypeError, lambda: s + 1.0)
wrong = tf.SparseTensor(indices=[[1, 0], [0, 0]], values=[1, 2], dense_shape=[2, 1])
raises(tf.errors.InvalidArgumentError, lambda: tf.sparse.to_dense(wrong))
same(tf.sparse.to_dense(tf.sparse.reorder(wrong)), [[2], [1]])
left = tf.SparseTensor(indices=[[0, 0], [2, 0]], values=[3, 5], dense_shape=[3, 2])
assert tf.RaggedTensor.from_sparse(left).to_list() == [[3], [], [5]]
one, other = tf.constant([[3, 8, 9]]), tf.constant([[8, 2]])
same(tf.sets.union(one, other).values, [2, 3, 8, 9])
same(tf.sparse.to_dense(tf.sets.difference(one, other)), [[3, 9]])
assert tf.sets.size(tf.sets.intersection(one, other)) > 0

# Queues and arrays.
q = tf.queue.FIFOQueue(4, [tf.int32, tf.string], shapes=[(), ()])
q.enqueue([1, "a"])
q.enqueue_many([[2, 3], ["b", "c"]])
assert q.size() == 3
number, text = q.dequeue()
assert number == 1 and text.numpy() == b"a"
numbers, _ = q.dequeue_many(2)
same(numbers, [2, 3])
array = tf.TensorArray(dtype=tf.float32, size=2, dynamic_size=True)
array = array.write(0, [1.0, 2.0]).write(1, [3.0, 4.0]).write(2, [5.0, 6.0])
same(array.read(1), [3, 4])
same(array.stack(), [[1, 2], [0, 0], [5, 6]])

# Gradients.
a, b = tf.Variable(2.0), tf.Variable(3.0)
with tf.GradientTape() as tape:
    z = a**2 * b + tf.stop_gradient(a * b)
same(tape.gradient(z, [a, b]), [12, 4])
raises(RuntimeError, lambda: tape.gradient(z, a))
c = tf.constant(4.0)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(c)
    y1, y2 = c * a, c * c
assert tape.gradient(y1, b) is None
same(tape.gradient([y1, y2], c), 10)
del tape
with tf.GradientTape(persistent=True) as outer:
    with tf.GradientTape() as inner:
        z = a**3 + a * b
    first = inner.gradient(z, [a, b])
same(outer.gradient(first[0], [a, b]), [12, 1])
assert outer.gradient(first[1], b) is None
w = tf.Variable([0.0, 1e30])
with tf.GradientTape(persistent=True) as tape:
    root, soft = tf.sqrt(w), tf.math.log(1 + tf.exp(w))
assert np.isinf(tape.gradient(root, w).numpy()[0])
assert np.isnan(tape.gradient(soft, w).numpy()[1])


@tf.custom_gradient
def steady_softplus(x):
    def gradient(upstream):
        return upstream / (1 + tf.exp(-x))

    return tf.maximum(x, 0.0) + tf.math.log(1 + tf.exp(-tf.abs(x))), gradient


with tf.GradientTape() as tape:
    z = steady_softplus(w)
same(tape.gradient(z, w), [0.5, 1])
print("done")
