"""Expressions in TensorFlow's names, whose results TensorFlow itself has written down.

`make_golden.py` evaluates them with TensorFlow; `test_golden.py` with ranvier. Each
group may have statements (`setup`) that run before each of its expressions.
"""
# ruff: noqa: E501

TENSORS = """
tf.constant(1)+2.5
tf.constant(1)+np.array([1.5])
tf.constant(1.)+np.array([1.5])
np.array([1.5])+tf.constant(1.)
np.array([1,2])+tf.constant(1.)
tf.constant(1.)+np.array([1,2])
tf.constant(1.)+tf.constant(1)
tf.constant(1.)+tf.constant(1,tf.float64)
tf.constant(1.)+True
tf.constant(1)+True
tf.constant(1.)<tf.constant(2)
tf.constant(1.)==tf.constant(2)
tf.constant(1.)=="a"
tf.constant([1.,2.])==tf.constant([1.,2.,3.])
tf.constant([1.,2.])!=tf.constant([1.,2.,3.])
tf.constant([1.,2.])==None
tf.constant([1.,2.])!=None
tf.constant([1.,2.])[5]
tf.constant([1.,2.])[-3]
tf.constant([1.,2.])[np.array([True,False])]
tf.constant([1.,2.])[[0]]
tf.constant([1.,2.])[1.0]
tf.constant(1)[0]
tf.constant([1,2,3])/2
tf.constant([1,2,3])/tf.constant(2)
tf.constant([1,2,3])//2
tf.constant([-1,2,3])%2
tf.constant([-7.5,2,3])%2
tf.constant([-7,7])//tf.constant(2)
tf.constant(np.uint8([1,2]))/2
tf.constant(np.int64([1,2]))/2
tf.constant([1.,2.])**2
tf.constant([1.,2.])**tf.constant([2., .5])
2**tf.constant([1,2])
2.0**tf.constant([1.,2.])
1-tf.constant([1,2])
1/tf.constant([1.,2.])
7//tf.constant([2,3])
7%tf.constant([2,3])
-tf.constant([True])
~tf.constant([True])
tf.constant([True])&tf.constant([False])
tf.constant([True])|tf.constant([False])
tf.constant([True])^tf.constant([True])
tf.constant([5])&tf.constant([3])
tf.constant([5])|3
~tf.constant([5])
tf.constant([1,2])@tf.constant([1,2])
tf.constant([[1.,2.]])@tf.constant([[1.],[3.]])
tf.constant([[1.,2.]])@np.array([[1.],[3.]])
np.array([[1.,2.]])@tf.constant([[1.],[3.]])
tf.constant("a")+"b"
"b"+tf.constant("a")
tf.constant(["a","b"])+tf.constant("c")
tf.constant("a")=="a"
tf.constant(["a","b"])!="a"
tf.constant(["a","b"])<"b"
repr(tf.constant(["a","b"]))
str(tf.constant(["a","b"]))
str(tf.constant("a"))
str(tf.constant(3.0))
repr(tf.constant(3.0))
repr(tf.constant(True))
repr(tf.constant(1+2j))
str(tf.constant([[1.,2.],[3,4]]))
repr(tf.constant([[1.,2.],[3,4]]))
repr(tf.zeros((2,0)))
f"{tf.constant(3.14159):.2f}"
f"{tf.constant([1.,2.])}"
f"{tf.constant(7)}"
f"{tf.constant(7):05d}"
format(tf.constant(3))
bool(tf.constant([1,2]))
bool(tf.constant("a"))
bool(tf.constant([[1]]))
bool(tf.constant(0.0))
len(tf.constant(1))
len(tf.constant([1,2]))
hash(tf.constant(1))
list(tf.constant(1))
list(tf.constant([1,2]))
[float(x) for x in tf.constant([1.,2.])]
int(tf.constant(2.7))
float(tf.constant(2))
complex(tf.constant(2))
float(tf.constant([2.7, 1.]))
[1,2,3][tf.constant(1)]
[1,2,3][tf.constant(1, tf.int64)]
[1,2,3][tf.constant(1.)]
tf.constant(1).shape
tf.constant([[1]]).shape
tf.constant([[1, 2]]).shape[1:]
tf.constant([[1, 2]]).shape[-1]
tf.constant([[1, 2]]).shape.as_list()
tf.constant([[1, 2]]).ndim
tf.constant([1,2]).device
tf.constant([1,"a"])
tf.constant([1,2.5])
tf.constant([[1],[1,2]])
tf.constant([["a"],["b", "c"]])
tf.constant(2**40)
tf.constant([2**40, 1])
tf.constant(2**70)
tf.constant(1+2j)
tf.constant(1.5, tf.int32)
tf.constant(1, tf.float32)
tf.constant(True, tf.float32)
tf.constant(1, tf.bool)
tf.constant(np.array([1.5]), tf.int32)
tf.constant([1.5], np.int32)
tf.constant("a", tf.int32)
tf.constant(1, tf.string)
tf.constant([], tf.string)
tf.constant([])
tf.constant([[], []])
tf.constant(None)
tf.constant({})
tf.constant([True, False])
tf.constant([True, 1])
tf.constant(np.float64(1))
tf.constant(np.float16(1))
tf.constant(np.array([1, 2]))
tf.constant(np.array([1, 2], np.uint8))
tf.constant(np.array(["a","bc"]))
tf.constant(np.array(["é"],dtype=object))
tf.constant("café")
tf.constant(b"ab\\x00")
tf.constant([b"ab\\x00", b""])
tf.constant([1,2,3,4], shape=(2,2))
tf.constant(0, shape=(2,2))
tf.constant([1,2,3], shape=(2,2))
tf.constant(tf.constant(1.), tf.float64)
tf.convert_to_tensor([tf.constant(1.), tf.constant(2.)])
tf.convert_to_tensor([tf.constant(1.), 2])
tf.convert_to_tensor([[tf.constant(1.), 2], [3, 4]])
tf.constant(tf.constant(1), dtype=tf.float32)
tf.convert_to_tensor(tf.constant(1), dtype=tf.float32)
tf.convert_to_tensor(3, dtype=tf.float64)
tf.convert_to_tensor("a")
tf.convert_to_tensor([1, 2], dtype_hint=tf.float32)
tf.convert_to_tensor(["a"], dtype_hint=tf.float32)
tf.constant([np.array([1,2]), np.array([3,4])])
tf.constant(range(3))
tf.constant((1, 2))
tf.constant(b"ab").numpy()
tf.constant([b"ab"]).numpy()
tf.constant(3.).numpy()
tf.constant([[1, 2]]).numpy()
abs(tf.constant(-3))
divmod(tf.constant(5),3)
tf.constant(5.)//2.
tf.constant(5)//0
tf.constant(1.)/0
tf.constant(1.) + "a"
tf.constant(1.) + None
tf.constant([1., 2.]) + tf.constant([1., 2., 3.])
tf.constant([[1.], [2.]]) * tf.constant([1., 2., 3.])
tf.constant(1, tf.int64) + tf.constant(2, tf.int64)
tf.constant(2**40) * 3
tf.constant(1, tf.float64) / 3
tf.constant(1., tf.float16) / 3
tf.constant(1.) in [tf.constant(1.)]
tf.constant([1,2,3])[tf.constant(1):]
tf.constant([1,2,3])[::-1]
tf.constant([1,2,3])[::2]
tf.constant([[1,2],[3,4]])[:, 1]
tf.constant([[1,2],[3,4]])[..., 0, tf.newaxis]
tf.constant([[1,2],[3,4]])[tf.newaxis]
tf.constant([[1,2],[3,4]])[1, -1]
tf.constant([[1,2],[3,4]])[5:]
tf.constant([[1,2],[3,4]])[0, 0, 0]
tf.constant(["a", "b"])[1]
tf.constant([1,2,3]).get_shape()
np.square(tf.constant([1., 2.]))
np.mean(tf.constant([1., 2.]))
np.stack([tf.constant([1., 2.]), tf.constant([3., 4.])])
np.concatenate([tf.constant([1.]), tf.constant([3.])])
np.array(tf.constant([1, 2]))
np.asarray(tf.constant([1, 2]), dtype=float)
np.float32(2) * tf.constant([1., 2.])
tf.constant([1., 2.]) * np.float64(2)
tf.constant([1, 2]) * np.int64(2)
np.array(5) + tf.constant(1)
tf.float32
str(tf.float32)
tf.float32 == "float32"
tf.float32 == np.float32
tf.float32 != tf.float64
tf.float32.name
tf.float32.as_numpy_dtype
tf.float32.is_floating
tf.int32.is_integer
tf.uint8.is_unsigned
tf.bool.is_bool
tf.complex64.real_dtype
tf.float64.size
tf.as_dtype(float)
tf.as_dtype(np.int64)
tf.as_dtype("float16")
tf.as_dtype(9)
tf.as_dtype("nope")
tf.int32.limits
tf.float32.max
tf.int8.min
tf.string.as_datatype_enum
tf.TensorSpec([None,3])
tf.TensorSpec((2,), tf.int32, "x")
tf.TensorSpec([None, 3]) == tf.TensorSpec([None, 3])
tf.TensorSpec([None, 3]).is_compatible_with(tf.constant([[1., 2., 3.]]))
tf.TensorSpec([None, 3]).is_compatible_with(tf.constant([[1., 2.]]))
tf.RaggedTensorSpec([2,None])
tf.SparseTensorSpec([2,3], tf.int64)
tf.TensorShape([1,None])
str(tf.TensorShape([1,None]))
tf.TensorShape(None)
tf.TensorShape([1, 2]) == [1, 2]
tf.TensorShape([1, 2]) == (1, 2)
tf.TensorShape([1, 2]) + [3]
tf.TensorShape([1, 2]).num_elements()
tf.TensorShape([1, None]).num_elements()
tf.TensorShape([1, None]).is_fully_defined()
tf.TensorShape([1, None]).is_compatible_with([1, 5])
tf.TensorShape([1, None]).merge_with([None, 5])
tf.TensorShape([1, None]).merge_with([2, 5])
tf.TensorShape([1, None]).concatenate([5])
tf.TensorShape(None).rank
tf.TensorShape([1, 2]).rank
tf.TensorShape(None).as_list()
len(tf.TensorShape(None))
"""

RAGGED_SETUP = """
rt = tf.ragged.constant([[3, 1, 4, 1], [], [5, 9, 2], [6], []])
rf = tf.ragged.constant([[1.5, 2.0], [], [3.0, 4.5, 5.0]])
r3 = tf.ragged.constant([[[1, 2], [3]], [], [[4], [], [5, 6]]])
rs = tf.ragged.constant([["hello", "world"], [], ["a"]])
ri = tf.RaggedTensor.from_row_splits(tf.reshape(tf.range(8), (4, 2)), [0, 1, 1, 4])
ru = tf.RaggedTensor.from_uniform_row_length(tf.range(6), 2)
"""

RAGGED = """
tf.ragged.constant([[1,2],[3]])
str(tf.ragged.constant([[1,2],[3]]))
repr(tf.ragged.constant([["a"],[]]))
repr(rf)
repr(r3)
tf.ragged.constant([[1,2],[3]]).shape
tf.ragged.constant([])
tf.ragged.constant([[], []])
tf.ragged.constant([[1.5], [2]], dtype=tf.float64)
tf.ragged.constant([[[1, 2]], [[3, 4], [5, 6]]], ragged_rank=1)
tf.ragged.constant([[[1, 2]], [[3, 4], [5, 6]]], inner_shape=(2,))
tf.ragged.constant([[1], 2])
tf.ragged.constant([[1], [[2]]])
tf.ragged.constant([1, 2, 3])
tf.ragged.constant(5)
tf.ragged.constant([[1], [2, 3]], row_splits_dtype=tf.int32).row_splits
tf.RaggedTensor.from_row_splits([3, 1, 4, 1, 5, 9, 2, 6], [0, 4, 4, 7, 8, 8])
tf.RaggedTensor.from_row_splits([3, 1], [0, 4])
tf.RaggedTensor.from_row_splits([3, 1], [1, 2])
tf.RaggedTensor.from_row_splits([3, 1], [0, 2, 1, 2])
tf.RaggedTensor.from_row_lengths([3, 1, 4, 1, 5, 9, 2, 6], [4, 0, 3, 1, 0])
tf.RaggedTensor.from_row_lengths([3, 1], [-1, 3])
tf.RaggedTensor.from_value_rowids([3, 1, 4, 1, 5, 9, 2, 6], [0, 0, 0, 0, 2, 2, 2, 3], nrows=5)
tf.RaggedTensor.from_value_rowids([3, 1], [1, 1])
tf.RaggedTensor.from_value_rowids([3, 1], [1, 0])
tf.RaggedTensor.from_value_rowids([3, 1], [0, 4], nrows=2)
tf.RaggedTensor.from_row_starts([3, 1, 4], [0, 1, 1])
tf.RaggedTensor.from_row_limits([3, 1, 4], [0, 1, 3])
tf.RaggedTensor.from_uniform_row_length([1, 2, 3, 4], 2)
tf.RaggedTensor.from_uniform_row_length([1, 2, 3, 4], 2).shape
tf.RaggedTensor.from_uniform_row_length([1, 2, 3], 2)
tf.RaggedTensor.from_nested_row_splits([1, 2, 3], [[0, 1, 2], [0, 2, 3]])
tf.RaggedTensor.from_nested_row_lengths([1, 2, 3], [[1, 1], [2, 1]])
tf.RaggedTensor.from_nested_value_rowids([1, 2, 3], [[0, 1], [0, 0, 1]])
tf.RaggedTensor.from_tensor([[1, 2, 0], [0, 3, 0]], padding=0)
tf.RaggedTensor.from_tensor([[1, 2, 0], [0, 3, 0]], lengths=[1, 2])
tf.RaggedTensor.from_tensor([[1, 2, 0], [0, 3, 0]])
tf.RaggedTensor.from_tensor([[1, 2], [3, 4]], lengths=[1, 2], padding=0)
tf.RaggedTensor.from_tensor([[[1, 2], [3, 0]], [[0, 0], [0, 0]]], ragged_rank=2)
tf.RaggedTensor.from_tensor([[[1, 2], [3, 0]], [[0, 0], [0, 0]]], ragged_rank=2, padding=0)
tf.RaggedTensor.from_tensor([[[1, 2], [3, 0]], [[0, 0], [0, 0]]], lengths=([1, 2], [2, 0, 1]))
tf.RaggedTensor.from_tensor([["a", ""], ["", ""]], padding="")
tf.RaggedTensor.from_sparse(tf.SparseTensor([[0, 0], [0, 1], [2, 0]], [1, 2, 3], [3, 3]))
tf.RaggedTensor.from_sparse(tf.SparseTensor([[0, 1], [2, 0]], [1, 2], [3, 3]))
rt.dtype
rt.shape
r3.shape
ri.shape
ru.shape
rt.ragged_rank
r3.ragged_rank
rt.values
r3.values
r3.flat_values
rt.row_splits
r3.nested_row_splits
r3.nested_row_lengths()
r3.nested_value_rowids()
rt.value_rowids()
rt.row_starts()
rt.row_limits()
rt.nrows()
rt.nrows(out_type=tf.int32)
rt.row_lengths()
r3.row_lengths(axis=2)
ri.row_lengths(axis=2)
rt.bounding_shape()
r3.bounding_shape()
r3.bounding_shape(axis=1)
rt.bounding_shape(out_type=tf.int32)
ru.uniform_row_length
rt.uniform_row_length
rt.to_list()
r3.to_list()
rs.to_list()
ri.to_list()
rt.numpy()
ru.numpy()
rt.to_tensor()
rt.to_tensor(-1)
rt.to_tensor(default_value=-1, shape=[None, 2])
rt.to_tensor(shape=(6, 6))
rt.to_tensor(shape=[None, None, 3])
rs.to_tensor()
rs.to_tensor("x")
r3.to_tensor()
r3.to_tensor(shape=[None, None, 3])
ri.to_tensor()
rf.to_tensor()
rt.to_tensor(1.5)
tf.ragged.constant([[], []]).to_tensor()
rt.to_sparse()
r3.to_sparse()
ri.to_sparse()
rs.to_sparse()
rt.with_values(tf.range(8))
rt.with_values([1])
r3.with_flat_values(tf.range(6) * 10)
rt.with_row_splits_dtype(tf.int32).row_splits
r3.merge_dims(0, 1)
r3.merge_dims(1, 2)
r3.merge_dims(0, 2)
ri.merge_dims(1, 2)
ri.merge_dims(0, 1)
r3.merge_dims(-2, -1)
len(rt)
bool(rt)
[row.numpy().tolist() for row in rt]
rt[0]
rt[-1]
rt[9]
rt[1:3]
rt[::2]
rt[::-1]
rt[:, :2]
rt[:, 1:]
rt[:, ::-1]
rt[:, -2:]
rt[0, 1]
rt[2, 1:]
rt[:, 0]
rt[tf.newaxis]
rt[:, tf.newaxis]
rt[..., :1]
r3[0]
r3[0, 1]
r3[2, :, :1]
r3[:, 1:]
r3[:, :, :1]
r3[..., 0:1]
r3[0, 1, 0]
ri[:, :, 1]
ri[..., 0]
ri[2]
ri[:, :, tf.newaxis]
ru[:, 1]
ru[:, 1:]
rs[0]
rs[2, 0]
rt + 1
1 + rt
rt * rt
rt - tf.constant(1)
rt / 2
rf * 2.0
rf / rf
-rt
abs(-rt)
rt == rt
rt > 2
rt != 3
rt ** 2
rt % 2
rt // 2
rt + tf.constant([[10], [20], [30], [40], [50]])
tf.ragged.constant([[1, 2], [3]]) + tf.ragged.constant([[1], [2]])
tf.ragged.constant([[1, 2], [3, 4]]) + tf.constant([10, 20])
tf.ragged.constant([[1, 2], [3]]) + tf.ragged.constant([[1, 2], [3, 4]])
r3 + tf.constant([[[10]], [[20]], [[30]]])
rs + "!"
rt + 1.5
rt == None
tf.concat([rt, rt], axis=0)
tf.concat([rt, rt], axis=1)
tf.concat([rt, rt], axis=-1)
tf.concat([r3, r3], axis=2)
tf.concat([r3, r3], axis=1)
tf.concat([rt, tf.constant([[7, 8]])], axis=0)
tf.concat([rt[:2], tf.constant([[7], [8]])], axis=1)
tf.concat([rs, rs], axis=0)
tf.concat([rt, rt], axis=2)
tf.concat([rt, r3], axis=0)
tf.stack([rt, rt])
tf.stack([rt, rt], axis=1)
tf.stack([rt, rt], axis=2)
tf.ragged.stack([rt, rt[:2]])
tf.ragged.stack([tf.constant([1, 2]), tf.constant([3])])
tf.ragged.stack([tf.constant([1, 2]), tf.constant([3, 4])], axis=1)
tf.reduce_sum(rt)
tf.reduce_sum(rt, axis=1)
tf.reduce_sum(rt, axis=0)
tf.reduce_sum(rt, axis=-1, keepdims=True)
tf.reduce_sum(rt, axis=[0, 1])
tf.reduce_sum(r3, axis=2)
tf.reduce_sum(r3, axis=1)
tf.reduce_sum(r3, axis=0)
tf.reduce_sum(r3, axis=[1, 2])
tf.reduce_sum(ri, axis=2)
tf.reduce_sum(ri, axis=1)
tf.reduce_max(rt[:1], axis=1)
tf.reduce_max(rt, axis=1)
tf.reduce_max(rf, axis=1)
tf.reduce_min(rt, axis=1)
tf.reduce_max(rt, axis=0)
tf.reduce_prod(rt, axis=1)
tf.reduce_mean(rf, axis=1)
tf.reduce_mean(rf)
tf.reduce_mean(rf, axis=0)
tf.reduce_any(rt > 5, axis=1)
tf.reduce_all(rt > 1, axis=1)
tf.reduce_all(rt > 1)
tf.reduce_sum(rt, axis=2)
tf.ragged.map_flat_values(lambda x: x * 10, rt)
tf.ragged.map_flat_values(tf.add, rt, rt)
tf.ragged.map_flat_values(tf.add, rt, tf.ragged.constant([[1]]))
tf.ragged.range([3, 5, 2])
tf.ragged.range([0, 3], [3, 8], [1, 2])
tf.ragged.range(3.0)
tf.ragged.range([0], [3], [0])
tf.ragged.boolean_mask([[1, 2, 3], [4, 5, 6]], [[True, False, True], [False, False, False]])
tf.ragged.boolean_mask(rt, [True, False, False, True, True])
tf.ragged.boolean_mask(rt, rt > 2)
tf.ragged.boolean_mask([1, 2, 3], [True, False, True])
tf.ragged.row_splits_to_segment_ids([0, 3, 3, 5])
tf.ragged.segment_ids_to_row_splits([0, 0, 2, 2])
tf.ragged.stack_dynamic_partitions(["a", "b", "c", "d"], [1, 0, 1, 2], 4)
tf.RaggedTensorSpec.from_value(rt)
tf.RaggedTensorSpec.from_value(r3)
"""

SPARSE_SETUP = """
s = tf.SparseTensor(indices=[[0, 1], [1, 0], [2, 3]], values=[1., 2., 3.], dense_shape=[3, 4])
t = tf.SparseTensor(indices=[[0, 1], [1, 2]], values=[10., 20.], dense_shape=[3, 4])
u = tf.SparseTensor(indices=[[1, 0], [0, 1]], values=[2, 1], dense_shape=[2, 2])
z = tf.SparseTensor(indices=np.zeros((0, 2), np.int64), values=np.zeros(0, np.float32), dense_shape=[2, 2])
ss = tf.SparseTensor(indices=[[0, 0], [1, 1]], values=["a", "b"], dense_shape=[2, 2])
s3 = tf.SparseTensor(indices=[[0, 0, 1], [1, 1, 0]], values=[1., 2.], dense_shape=[2, 2, 2])
"""

SPARSE = """
s
str(s)
repr(u)
s.indices
s.values
s.values[0]
ss.values[0]
s.dense_shape
s.shape
s.dtype
z
tf.SparseTensor(indices=[[0, 1]], values=[1, 2], dense_shape=[3, 4])
tf.SparseTensor(indices=[[0, 1, 2]], values=[1], dense_shape=[3, 4])
tf.SparseTensor(indices=[[0, 1]], values=[1.], dense_shape=(3, 4))
tf.sparse.to_dense(s)
tf.sparse.to_dense(s, default_value=-1.)
tf.sparse.to_dense(s, default_value=-1)
tf.sparse.to_dense(u)
tf.sparse.to_dense(ss)
tf.sparse.to_dense(ss, default_value="x")
tf.sparse.to_dense(z)
tf.sparse.to_dense(tf.sparse.reorder(u))
tf.sparse.to_dense(u, validate_indices=False)
tf.sparse.to_dense(tf.SparseTensor([[0, 5]], [1.], [2, 2]))
tf.sparse.reorder(u)
s * 42.0
42.0 * s
s + 42.0
42.0 + s
s - 1.0
s / 2.0
-s
s * 2
s * tf.constant([[1.], [2.], [3.]])
s * tf.constant([1., 2., 3., 4.])
s * np.ones((3, 4))
s * tf.ones((2, 3, 4))
s[0]
list(s)
s == s
s.with_values([7., 8., 9.])
tf.sparse.from_dense([[1, 0], [0, 2]])
tf.sparse.from_dense([["a", ""], ["", "b"]])
tf.sparse.from_dense([0., 3., 0.])
tf.sparse.sparse_dense_matmul(s, tf.ones((4, 2)))
tf.sparse.sparse_dense_matmul(s, tf.constant([[1., 2., 3.]]), adjoint_a=True, adjoint_b=True)
tf.sparse.sparse_dense_matmul(s, tf.ones((3, 2)), adjoint_a=True)
tf.sparse.sparse_dense_matmul(s, tf.ones((2, 4)), adjoint_b=True)
tf.sparse.sparse_dense_matmul(tf.ones((2, 3)), s)
tf.sparse.sparse_dense_matmul(s, tf.ones((3, 2)))
tf.sparse.add(s, t)
tf.sparse.add(s, tf.ones((3, 4)))
tf.sparse.add(tf.ones((3, 4)), s)
tf.sparse.add(s, s3)
tf.sparse.add(tf.ones((3, 4)), tf.ones((3, 4)))
tf.sparse.add(s, t, threshold=5.0)
tf.sparse.concat(0, [s, t])
tf.sparse.concat(1, [s, t])
tf.sparse.concat(-1, [s, t])
tf.sparse.concat(0, [s, s3])
tf.sparse.slice(s, [0, 0], [2, 2])
tf.sparse.slice(s, [1, 0], [5, 5])
tf.sparse.split(s, num_split=2, axis=1)
tf.sparse.split(sp_input=s, num_split=2, axis=0)
tf.sparse.reset_shape(s)
tf.sparse.reset_shape(s, [5, 5])
tf.sparse.reset_shape(s, [2, 2])
tf.sparse.fill_empty_rows(t, 5.)
tf.sparse.fill_empty_rows(ss, "x")
tf.sparse.reshape(s, [4, 3])
tf.sparse.reshape(s, [2, -1])
tf.sparse.reshape(s, [5, 5])
tf.sparse.transpose(s)
tf.sparse.transpose(s3, [1, 0, 2])
tf.sparse.expand_dims(s, 0)
tf.sparse.expand_dims(s)
tf.sparse.expand_dims(s, 1)
tf.sparse.reduce_sum(s)
tf.sparse.reduce_sum(s, axis=0)
tf.sparse.reduce_sum(s, axis=1, keepdims=True)
tf.sparse.reduce_sum(s, axis=[0, 1])
tf.sparse.reduce_max(s, axis=0)
tf.sparse.reduce_max(s * -1.0, axis=1)
tf.sparse.reduce_sum(s3, axis=-1)
tf.sparse.reduce_sum(s, axis=1, output_is_sparse=True)
tf.sparse.maximum(s, t)
tf.sparse.minimum(s, t)
tf.sparse.retain(s, [True, False, True])
tf.sparse.softmax(tf.SparseTensor([[0, 0], [0, 2], [1, 1]], [1., 2., 3.], [2, 3]))
tf.sparse.map_values(tf.add, s, 1.0)
tf.sparse.map_values(tf.multiply, s, t)
tf.sparse.eye(3)
tf.sparse.eye(2, 3, dtype=tf.int32)
tf.sparse.to_indicator(tf.SparseTensor([[0, 0], [1, 0]], [2, 0], [2, 1]), 4)
tf.sparse.segment_sum(tf.constant([[1., 2.], [3., 4.], [5., 6.]]), [0, 1, 2], [0, 0, 1])
tf.sparse.segment_mean(tf.constant([[1., 2.], [3., 4.], [5., 6.]]), [0, 1, 2], [0, 0, 1])
tf.sparse.segment_sqrt_n(tf.constant([[1., 2.], [3., 4.], [5., 6.]]), [0, 1, 2], [0, 0, 1])
tf.sparse.bincount([1, 1, 3])
tf.sparse.bincount([[1, 1], [3, 0]], axis=-1)
tf.sparse.bincount([[1, 1], [3, 0]], axis=-1, binary_output=True, minlength=6)
tf.SparseTensorSpec([None, 3]).is_compatible_with(s)
"""

VARIABLES_SETUP = """
v = tf.Variable([[1., 2., 3.], [4., 5., 6.]])
w = tf.Variable(3.0)
k = tf.Variable([1, 2, 3])
d = tf.Variable(np.array([1.5, 2.5]), name="d")
def after(variable, *results):
    return variable.numpy()
"""

VARIABLES = """
v
w
k
d
repr(tf.Variable(2., name="a"))
repr(v)
str(w)
v.dtype
v.shape
v.name
d.name
d.dtype
d.numpy()
w.numpy()
v.trainable
tf.Variable(1., trainable=False).trainable
tf.Variable(1., constraint=abs).constraint is abs
w.constraint
2 * w
w * 2
v @ tf.ones((3, 1))
tf.ones((1, 2)) @ v
v + v
v[0]
v[:, 1]
v[0, 1]
-v
v > 2
abs(-w)
w == 3.0
k + 1
k / 2
k + 1.5
d + 1
d * w
w + tf.constant(1)
np.array(v)
float(w)
len(v)
tf.square(v)
tf.reduce_sum(v)
tf.constant(w)
tf.convert_to_tensor(v)
after(v, v.assign(v * 2))
after(v, v[0, 1].assign(42))
after(v, v[:, 2].assign([0., 1.]))
after(v, v[0].assign_add([1., 1., 1.]))
after(v, v[0].assign_sub([1., 1., 1.]))
after(v, v.assign_add(v))
after(v, v.assign_sub(tf.ones((2, 3))))
after(d, d.assign_add([1., 2.]))
after(v, v.scatter_nd_update(indices=[[0, 0], [1, 2]], updates=[100., 200.]))
after(v, v.scatter_nd_add(indices=[[0, 0], [1, 2]], updates=[100., 200.]))
after(v, v.scatter_nd_sub(indices=[[0, 0], [1, 2]], updates=[100., 200.]))
after(v, v.scatter_update(tf.IndexedSlices(values=[[1., 2., 3.], [4., 5., 6.]], indices=[1, 0])))
after(v, v.scatter_add(tf.IndexedSlices([[1., 2., 3.]], [1])))
after(v, v.scatter_sub(tf.IndexedSlices([[1., 2., 3.]], [1])))
after(v, v.scatter_mul(tf.IndexedSlices([[1., 2., 3.]], [1])))
after(v, v.scatter_max(tf.IndexedSlices([[9., 2., 3.]], [1])))
after(v, v.scatter_update([1.]))
v.assign([1., 2.])
v.assign(tf.constant([[1, 2, 3], [4, 5, 6]]))
v.assign([["a"]])
v.__setitem__(0, 1.)
tf.Variable()
tf.Variable(tf.constant(1.), dtype=tf.float64)
tf.Variable(lambda: tf.ones(2))
w.assign(5.0).numpy()
tf.IndexedSlices(tf.constant([1.]), tf.constant([0])).values
"""

GRADIENTS_SETUP = """
x = tf.Variable(3.0)
y = tf.Variable(2.0)
n = tf.Variable(3)
m = tf.Variable([[1., 2.], [3., 4.]])
c = tf.constant(5.0)
cv = tf.constant([1., 2., 3.])
f64 = tf.constant(2.0, tf.float64)
def grad(f, sources, watch=(), persistent=False, **kwargs):
    with tf.GradientTape(persistent=persistent) as tape:
        for w in watch:
            tape.watch(w)
        z = f()
    return tape.gradient(z, sources, **kwargs)
def twice():
    with tf.GradientTape() as tape:
        z = x * x
    tape.gradient(z, x)
    return tape.gradient(z, x)
def persistent():
    with tf.GradientTape(persistent=True) as tape:
        z = x * x * y
    return tape.gradient(z, x), tape.gradient(z, y), tape.gradient(z, [x, y])
def hessian(f, sources):
    with tf.GradientTape(persistent=True) as outer:
        with tf.GradientTape() as inner:
            z = f()
        jac = inner.gradient(z, sources)
    return [outer.gradient(j, sources) for j in jac]
def third():
    with tf.GradientTape() as t1:
        with tf.GradientTape() as t2:
            with tf.GradientTape() as t3:
                z = x ** 4
            g = t3.gradient(z, x)
        g = t2.gradient(g, x)
    return t1.gradient(g, x)
def stopped():
    with tf.GradientTape() as tape:
        z = x * x
        with tape.stop_recording():
            u = x * 5.0
        z = z + u
    return tape.gradient(z, x)
def reset():
    with tf.GradientTape() as tape:
        z = x * x
        tape.reset()
        z = z + x
    return tape.gradient(z, x)
def jac(f, sources, watch=()):
    with tf.GradientTape() as tape:
        for w in watch:
            tape.watch(w)
        z = f()
    return tape.jacobian(z, sources)
def batch_jac(f, source):
    with tf.GradientTape() as tape:
        tape.watch(source)
        z = f()
    return tape.batch_jacobian(z, source)
def unwatched():
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(y)
        z = x * y
    return tape.gradient(z, [x, y]), [v is y for v in tape.watched_variables()]
def reassigned():
    with tf.GradientTape() as tape:
        z = x * x
        x.assign(10.0)
        z = z + 3.0 * x
    return z, tape.gradient(z, x)
def control():
    with tf.GradientTape() as tape:
        z = x * x
        if z > 5.0:
            z = z * 10.0
        for i in range(3):
            z = z + float(i) * x
    return z, tape.gradient(z, x)
def intermediate():
    with tf.GradientTape(persistent=True) as tape:
        u = x * x
        z = u * u
    return tape.gradient(z, u), tape.gradient(z, x), tape.gradient(u, x)
def watch_late():
    with tf.GradientTape() as tape:
        z = c * c
        tape.watch(c)
        z = z + 3.0 * c
    return tape.gradient(z, c)
@tf.custom_gradient
def tripled(a):
    def backward(up):
        return 3.0 * up
    return a * 2.0, backward
@tf.custom_gradient
def pair(a, b):
    def backward(up):
        return up * 10.0, up * 20.0
    return a * b, backward
@tf.custom_gradient
def softplus(a):
    e = tf.exp(a)
    def backward(up):
        return up * (1 - 1 / (1 + e))
    return tf.math.log(1 + e), backward
"""

GRADIENTS = """
grad(lambda: x * x, x)
grad(lambda: x * x, [x])
grad(lambda: x * y, (x, y))
grad(lambda: x * y, {"a": x, "b": y})
grad(lambda: x * y, [x, [y, x]])
grad(lambda: x * x, y)
grad(lambda: x * x, [x, y])
grad(lambda: x * x, [x, y], unconnected_gradients="zero")
grad(lambda: x * x, [x, y], unconnected_gradients=tf.UnconnectedGradients.ZERO)
grad(lambda: x * x, x, unconnected_gradients="other")
grad(lambda: c * c, c)
grad(lambda: c * c, c, watch=[c])
grad(lambda: c * x, [c, x], watch=[c])
grad(lambda: cv * cv, cv, watch=[cv])
grad(lambda: cv * cv, cv, watch=[cv], output_gradients=tf.constant([1., 10., 100.]))
grad(lambda: [x * x, 2 * y], [x, y])
grad(lambda: [x * x, x * y], [x, y])
grad(lambda: [x * x, x * y], x, output_gradients=[tf.constant(2.), tf.constant(3.)])
grad(lambda: f64 * f64, f64, watch=[f64])
grad(lambda: n * n, n)
grad(lambda: tf.cast(x, tf.int32) * 2, x)
grad(lambda: tf.cast(tf.cast(x, tf.int32), tf.float32) * x, x)
grad(lambda: tf.stop_gradient(x) * x, x)
grad(lambda: tf.stop_gradient(x * x), x)
grad(lambda: tf.floor(x) * 1.0, x)
grad(lambda: tf.sqrt(tf.Variable(0.)) + x, x)
grad(lambda: tf.sqrt(x - 3.0), x)
grad(lambda: tf.math.log(1 + tf.exp(x * 1e30)), x)
grad(lambda: tf.abs(x - 3.0), x)
grad(lambda: tf.maximum(x, 3.0), x)
grad(lambda: tf.nn.relu(x - 3.0), x)
grad(lambda: tf.reduce_max(m), m)
grad(lambda: tf.reduce_mean(m ** 2), m)
grad(lambda: tf.reduce_sum(m @ m), m)
grad(lambda: tf.reduce_sum(m[:, 0] * 3), m)
grad(lambda: tf.reduce_sum(tf.concat([m, m * 2], axis=0)), m)
grad(lambda: tf.reduce_sum(tf.gather(m * 1.0, [0, 0])), m)
grad(lambda: tf.add_n([x, y, x]), [x, y])
grad(lambda: tf.where(x > 2, x * 2, x * 3), x)
grad(lambda: x ** 3 / y, [x, y])
grad(lambda: x ** y, [x, y])
grad(lambda: 1.0, x)
grad(lambda: tf.constant(1.0), x)
grad(lambda: x, x)
grad(lambda: x * float(y.numpy()), [x, y])
twice()
persistent()
hessian(lambda: 3 * x ** 2 + 2 * x * y, [x, y])
hessian(lambda: tf.sin(x) * y ** 3, [x, y])
third()
stopped()
reset()
jac(lambda: tf.stack([x * x, x * y]), x)
jac(lambda: cv ** 2, cv, watch=[cv])
jac(lambda: tf.reduce_sum(m), m)
jac(lambda: m @ m, m)
jac(lambda: cv * x, [x, y])
batch_jac(lambda: tf.constant([[1., 2.], [3., 4.]]) ** 2, tf.constant([[1., 2.], [3., 4.]]))
unwatched()
reassigned()
control()
intermediate()
watch_late()
grad(lambda: tripled(x), x)
grad(lambda: tripled(tripled(x)), x)
grad(lambda: pair(x, y) * 2.0, [x, y])
grad(lambda: softplus(c * 20.0), c, watch=[c])
softplus(c)
hessian(lambda: tripled(x) * y, [x, y])
"""

CONTAINERS_SETUP = """
a = tf.constant([[2, 3, 5], [7, 3, 1]])
b = tf.constant([[4, 5, 6], [9, 1, 0]])
c = tf.constant([[1, 5, 9], [10, 0, 0]])
d = tf.constant([[5, 6], [10, 0]])
sa = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [1, 2, 3], [2, 2])
def array(*writes, read=(), **kwargs):
    kwargs.setdefault("dtype", tf.float32)
    t = tf.TensorArray(**kwargs)
    for i, v in writes:
        t = t.write(i, v)
    for i in read:
        t.read(i)
    return t
def queue(q, *items):
    for item in items:
        q.enqueue(item)
    return q
"""

CONTAINERS = """
tf.sets.union(a, b)
tf.sets.difference(a, b)
tf.sets.intersection(a, b)
tf.sparse.to_dense(tf.sets.union(c, d))
tf.sparse.to_dense(tf.sets.difference(c, d))
tf.sets.difference(a, b, aminusb=False)
tf.sets.intersection(c, d)
tf.sets.size(tf.sets.intersection(c, d))
tf.sets.size(tf.sets.intersection(a, b)) > 0
tf.sets.size(a)
tf.sets.union(a, tf.constant([[1]]))
tf.sets.union(a, tf.constant([[1.], [2.]]))
tf.sets.union(sa, sa)
tf.sets.size(sa)
tf.sets.union(tf.constant([["a", "b"]]), tf.constant([["c", "a"]]))
array((0, [1., 2.]), (1, [3., 10.]), (2, [5., 7.]), size=3).stack()
array((0, [1., 2.]), (1, [3., 10.]), (2, [5., 7.]), size=3).read(1)
array((0, [1., 2.]), (1, [3., 10.]), (2, [5., 7.]), size=3, read=[1]).stack()
array((0, [1., 2.]), (1, [3., 10.]), size=2, read=[1], clear_after_read=False).stack()
array((0, 1.), (5, 2.), size=0, dynamic_size=True).stack()
array((0, 1.), (5, 2.), size=3)
array((0, 1), size=3).read(0)
array((0, tf.constant(1)), size=3)
array((0, [1.]), (1, [1., 2.]), size=3)
array((0, 1.), size=2, read=[0, 0])
array((0, 1.), size=2).size()
array(size=2).read(5)
array(size=2).unstack([1., 2.]).stack()
array(size=3).scatter([0, 2], [[1.], [2.]]).stack()
array((0, 1.), (1, 2.), (2, 3.), size=3).gather([0, 2])
array((0, [1.]), (1, [2.]), size=2).concat()
queue(tf.queue.FIFOQueue(3, [tf.int32, tf.string], shapes=[(), ()]), [10, "windy"], [15, "sunny"]).size()
queue(tf.queue.FIFOQueue(3, [tf.int32, tf.string], shapes=[(), ()]), [10, "windy"], [15, "sunny"]).dequeue()
queue(tf.queue.FIFOQueue(3, [tf.int32, tf.string], shapes=[(), ()]), [10, "windy"], [15, "sunny"]).dequeue_many(2)
queue(tf.queue.FIFOQueue(3, tf.float32), 1.0).dequeue()
queue(tf.queue.FIFOQueue(3, [tf.float32]), [1.0]).dequeue()
queue(tf.queue.FIFOQueue(3, tf.float32, shapes=[2]), [1.0, 2.0]).dequeue()
queue(tf.queue.FIFOQueue(3, tf.float32, shapes=[2]), [1.0])
queue(tf.queue.PaddingFIFOQueue(3, tf.int32, shapes=[(None,)]), [[1, 2]], [[3]]).dequeue_many(2)
queue(tf.queue.PriorityQueue(3, tf.string, shapes=[()]), [tf.constant(5, tf.int64), "b"], [tf.constant(2, tf.int64), "a"]).dequeue()
tf.queue.FIFOQueue(3, [tf.int32, tf.string]).names
"""

STRINGS_SETUP = """
p = tf.constant(["Café", "Coffee", "caffè", "咖啡"])
r = tf.ragged.constant([["a b", "c"], [], ["d e f"]])
"""

STRINGS = """
tf.strings.length("café")
tf.strings.length("café", unit="UTF8_CHAR")
tf.strings.length(p, unit="UTF8_CHAR")
tf.strings.length(r)
tf.strings.length("a", unit="x")
tf.strings.length(1)
tf.strings.unicode_decode(p, "UTF8")
tf.strings.unicode_decode(p, "UTF-8")
tf.strings.unicode_decode("café", "UTF-8")
tf.strings.unicode_decode(b"a\\xff", "UTF-8")
tf.strings.unicode_decode(b"a\\xff", "UTF-8", errors="ignore")
tf.strings.unicode_decode(b"a\\xff", "UTF-8", errors="strict")
tf.strings.unicode_encode([99, 97, 102, 233], "UTF-8")
tf.strings.unicode_encode([[97, 98], [99, 100]], "UTF-8")
tf.strings.unicode_encode(tf.ragged.constant([[97], [98, 99]]), "UTF-8")
tf.strings.unicode_encode([97], "UTF-16-BE")
tf.strings.unicode_split(p, "UTF-8")
tf.strings.unicode_split("né", "UTF-8")
tf.strings.unicode_decode_with_offsets(["né"], "UTF-8")
tf.strings.unicode_split_with_offsets("éa", "UTF-8")
tf.strings.unicode_transcode(["é"], "UTF-8", "UTF-16-BE")
tf.strings.lower("ÀB")
tf.strings.lower("ÀB", encoding="utf-8")
tf.strings.upper(["ab", "é"], encoding="utf-8")
tf.strings.strip(["  a b  "])
tf.strings.substr(["hello", "world"], 1, 3)
tf.strings.substr("hello", -3, 2)
tf.strings.substr("café", 3, 1, unit="UTF8_CHAR")
tf.strings.substr("ab", 5, 1)
tf.strings.join(["a", "b"], separator="-")
tf.strings.join([["a", "b"], "c"])
tf.strings.reduce_join([["a", "b"], ["c", "d"]])
tf.strings.reduce_join([["a", "b"], ["c", "d"]], axis=0)
tf.strings.reduce_join([["a", "b"], ["c", "d"]], axis=1, separator="-", keepdims=True)
tf.strings.reduce_join(r, axis=-1, separator="+")
tf.strings.split("a b  c")
tf.strings.split(["a b", "c", ""])
tf.strings.split(["a,b,,c"], sep=",")
tf.strings.split(["a b c"], maxsplit=1)
tf.strings.split(r)
tf.strings.split([["a b", "c"], ["d", "e f"]])
tf.strings.bytes_split(["ab", ""])
tf.strings.bytes_split("ab")
tf.strings.regex_replace(["a1b22"], r"\\d+", "#")
tf.strings.regex_replace("a1b22", r"(\\d)", r"<\\1>")
tf.strings.regex_replace("a1b22", r"\\d", "", replace_global=False)
tf.strings.regex_replace("ab", "b", r"[\\0]")
tf.strings.regex_full_match(["abc", "abd"], "ab[c]")
tf.strings.to_number(["1.5", "2"])
tf.strings.to_number("3", out_type=tf.int64)
tf.strings.to_number("x")
tf.strings.to_number(r)
tf.strings.as_string([1, 2])
tf.strings.as_string([1.5, 2.25])
tf.strings.as_string(3.14159, precision=2)
tf.strings.as_string([True, False])
tf.strings.as_string(5, width=3, fill="0")
tf.strings.as_string(1e10, scientific=True)
tf.strings.ngrams(["A", "B", "C", "D"], 2)
tf.strings.ngrams(["A", "B", "C"], [1, 2])
tf.strings.ngrams(["TF", "and", "keras"], ngram_width=2, separator=" ", pad_values=("LP", "RP"))
tf.strings.ngrams(tf.ragged.constant([["a", "b", "c"], ["d"]]), 2)
tf.strings.ngrams(["a"], 3, preserve_short_sequences=True)
tf.strings.format("a: {}", tf.constant([1, 2, 3]))
tf.strings.format("{} and {}", (tf.constant(1.5), tf.constant("s")))
tf.strings.format("{}", tf.range(20))
tf.strings.format("{}", tf.constant([[1, 2], [3, 4]]))
tf.strings.format("{} {}", tf.constant(1))
tf.strings.unsorted_segment_join(["a", "b", "c"], [1, 0, 1], 2, separator=":")
"""

# Name: (statements that run first, expressions).
GROUPS = {
    "tensors": ("", TENSORS),
    "ragged": (RAGGED_SETUP, RAGGED),
    "sparse": (SPARSE_SETUP, SPARSE),
    "containers": (CONTAINERS_SETUP, CONTAINERS),
    "strings": (STRINGS_SETUP, STRINGS),
    "variables": (VARIABLES_SETUP, VARIABLES),
    "gradients": (GRADIENTS_SETUP, GRADIENTS),
}


def cases(groups=GROUPS):
    """Yields `(group, setup, expression)`."""
    for group, (setup, expressions) in groups.items():
        for expression in expressions.strip().splitlines():
            if expression.strip():
                yield group, setup, expression
