"""Models of many kinds through both formats, in several sizes of batches."""

import numpy as np
import pytest

import ranvier as rv
from ranvier import layers, ops
from tests.export.exporting import FORMATS, assert_same, exported, rows

_rng = np.random.default_rng(0)


def normal(*shape):
    return _rng.normal(size=shape).astype("float32")


def ids(high, *shape):
    return _rng.integers(0, high, shape).astype("int32")


def shared_twice():
    dense = layers.Dense(4, "tanh")
    x = rv.Input((4,))
    return rv.Model(x, dense(dense(x))), normal(6, 4)


def siamese():
    a, b = rv.Input((6,)), rv.Input((6,))
    tower = rv.Sequential([layers.Dense(5, "relu"), layers.UnitNormalization()])
    return rv.Model([a, b], layers.Dot(axes=1)([tower(a), tower(b)])), [
        normal(4, 6),
        normal(4, 6),
    ]


def nested_three_deep():
    inner = rv.Sequential([layers.Dense(3, "gelu"), layers.LayerNormalization()])
    middle = rv.Sequential([layers.Dense(4), inner])
    return rv.Sequential([rv.Input((5,)), middle, layers.Dense(2)]), normal(3, 5)


def embedding_pooled():
    x = rv.Input((7,), dtype="int32")
    y = layers.Embedding(20, 4)(x)
    return rv.Model(x, layers.Dense(2)(ops.mean(y, axis=1))), ids(20, 5, 7)


def embedding_masked():
    x = rv.Input((None,), dtype="int32")
    y = layers.Embedding(20, 4, mask_zero=True)(x)
    y = layers.Dense(3)(y)
    mask = ops.cast(ops.not_equal(x, 0), "float32")[:, :, None]
    pooled = ops.sum(y * mask, axis=1) / ops.maximum(ops.sum(mask, axis=1), 1.0)
    return rv.Model(x, pooled), ids(4, 5, 6)


def masking():
    steps = np.where(_rng.random((4, 5, 1)) > 0.5, normal(4, 5, 3), 0)
    x = rv.Input((5, 3))
    return rv.Model(x, layers.Dense(2)(layers.Masking()(x))), steps.astype("float32")


def softmax_of_masked():
    x = rv.Input((5,))
    return rv.Model(x, layers.Softmax()(x, mask=ops.greater(x, 0))), normal(4, 5)


def wide_and_deep():
    wide, deep = rv.Input((3,), name="wide"), rv.Input((4,), name="deep")
    hidden = layers.Dense(5, "relu")(layers.Normalization(mean=1.0, variance=2.0)(deep))
    joined = layers.concatenate([wide, hidden])
    outputs = {"main": layers.Dense(1)(joined), "aux": layers.Dense(2)(hidden)}
    model = rv.Model({"wide": wide, "deep": deep}, outputs)
    return model, {"wide": normal(4, 3), "deep": normal(4, 4)}


def residual():
    x = y = rv.Input((6,))
    for _ in range(3):
        h = layers.Dense(6, use_bias=False)(layers.BatchNormalization()(y))
        y = layers.Add()([y, layers.Activation("swish")(h)])
    return rv.Model(x, y), normal(5, 6)


def dropout_everywhere():
    stack = [layers.Dense(8), layers.Dropout(0.5), layers.GaussianNoise(1.0)]
    stack += [layers.AlphaDropout(0.3), layers.GaussianDropout(0.3), layers.Dense(1)]
    return rv.Sequential([rv.Input((4,)), *stack]), normal(5, 4)


def self_normalizing():
    stack = [
        layers.Dense(9, "selu", kernel_initializer="lecun_normal") for _ in range(3)
    ]
    return rv.Sequential([rv.Input((4,)), *stack, layers.Dense(3, "softmax")]), normal(
        5, 4
    )


def adapted():
    x = 5 * normal(30, 4) + 3
    norm = layers.Normalization()
    norm.adapt(x)
    return rv.Sequential([rv.Input((4,)), norm, layers.Dense(2)]), x


def rescaled_bytes():
    x = rv.Input((4, 4, 3), dtype="uint8")
    y = layers.Flatten()(layers.Rescaling(1 / 255)(x))
    return rv.Model(x, layers.Dense(2)(y)), ids(255, 3, 4, 4, 3).astype("uint8")


def lambdas():
    def spread(x):
        return (x - ops.mean(x, axis=-1, keepdims=True)) / (ops.std(x, axis=-1) + 1)[
            :, None
        ]

    return rv.Sequential([rv.Input((4,)), layers.Lambda(spread)]), normal(5, 4)


class Attention(layers.Layer):
    """One head over steps."""

    def build(self, shape):
        width = shape[-1]
        self.query = self.add_weight((width, width), "glorot_uniform", name="query")
        self.key = self.add_weight((width, width), "glorot_uniform", name="key")

    def call(self, x):
        scores = ops.einsum("bid,bjd->bij", x @ self.query, x @ self.key)
        return ops.softmax(scores / np.sqrt(x.shape[-1]), axis=-1) @ x


def attention():
    x = rv.Input((None, 4))
    return rv.Model(x, Attention()(x)), normal(3, 6, 4)


class Steps(layers.Layer):
    """A small recurrent layer, by `ops.scan`."""

    def build(self, shape):
        self.mix = self.add_weight((shape[-1], shape[-1]), "orthogonal", name="mix")

    def call(self, x):
        def step(state, row):
            state = ops.tanh(row + ops.matmul(state, self.mix))
            return state, state

        _, states = ops.scan(step, ops.zeros_like(x[:, 0]), ops.swapaxes(x, 0, 1))
        return ops.swapaxes(states, 0, 1)


def recurrent():
    x = rv.Input((6, 4))
    return rv.Model(x, layers.Dense(1)(Steps()(x)[:, -1])), normal(3, 6, 4)


def recurrent_of_any_length():
    x = rv.Input((None, 4))
    return rv.Model(x, Steps()(x)), normal(3, 6, 4)


class Subclassed(rv.Model):
    """Layers in lists and dictionaries, a branch on `training`."""

    def __init__(self):
        super().__init__()
        self.blocks = [layers.Dense(4, "relu"), layers.Dense(4)]
        self.heads = {"a": layers.Dense(1), "b": layers.Dense(2)}

    def call(self, x, training=False):
        for block in self.blocks:
            x = x + block(x)
        if training:
            x = x * 0.0
        return {name: head(x) for name, head in self.heads.items()}


def subclassed():
    model, x = Subclassed(), normal(3, 4)
    model(x)
    return model, x


class TwoArguments(rv.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)

    def call(self, x, scale=None):
        y = self.dense(x)
        return y if scale is None else y * scale


def one_of_two_arguments():
    model, x = TwoArguments(), normal(3, 4)
    model(x)
    return model, x


def own_weights():
    class Net(rv.Model):
        def __init__(self):
            super().__init__()
            self.scale = rv.Variable([1.0, 2.0, 3.0], name="scale")
            self.shift = rv.Variable(0.5, trainable=False, name="shift")

        def call(self, x):
            return x * self.scale + self.shift

    model, x = Net(), normal(4, 3)
    model(x)
    return model, x


def mixtures():
    x = rv.Input((5,))
    gates = layers.Dense(3, "softmax")(x)
    experts = ops.stack([layers.Dense(2)(x) for _ in range(3)], axis=1)
    return rv.Model(x, ops.sum(gates[:, :, None] * experts, axis=1)), normal(4, 5)


def features_crossed():
    x = rv.Input((4,))
    pairs = x[:, :, None] * x[:, None, :]
    return rv.Model(x, layers.Dense(1)(layers.Flatten()(pairs))), normal(4, 4)


def multi_hot():
    x = rv.Input((6,), dtype="int32")
    return rv.Model(x, layers.Dense(2)(ops.multi_hot(x, 9))), ids(9, 4, 6)


def counted_categories():
    x = rv.Input((6,), dtype="int32")
    y = layers.CategoryEncoding(num_tokens=9, output_mode="count")(x)
    return rv.Model(x, layers.Dense(2)(y)), ids(9, 4, 6)


def buckets():
    x = rv.Input((3,))
    y = [
        layers.Discretization(bin_boundaries=[-1.0, 0.0, 1.0], output_mode=mode)(x)
        for mode in ("int", "multi_hot")
    ]
    return rv.Model(x, y), normal(4, 3)


def picked_by_index():
    table, index = rv.Input((5, 3)), rv.Input((1,), dtype="int32")
    picked = ops.take_along_axis(table, index[:, :, None], axis=1)
    return rv.Model([table, index], picked), [normal(4, 5, 3), ids(5, 4, 1)]


def top_classes():
    x = rv.Input((8,))
    values, places = ops.top_k(layers.Dense(6)(x), 3)
    return rv.Model(x, [values, places]), normal(4, 8)


def several_dtypes():
    x = rv.Input((4,))
    y = layers.Dense(3)(x)
    return rv.Model(
        x, {"float": y, "bool": y > 0, "int": ops.argmax(y, axis=-1)}
    ), normal(5, 4)


def untouched():
    x = rv.Input((4,))
    return rv.Model(x, [x, layers.Dense(2)(x), x]), normal(3, 4)


def unused_input():
    a, b = rv.Input((4,), name="a"), rv.Input((2,), name="b")
    return rv.Model([a, b], layers.Dense(2)(a)), [normal(3, 4), normal(3, 2)]


def constant_output():
    x = rv.Input((4,))
    return rv.Model(x, [ops.zeros_like(x) + 3.0, x * 0.5]), normal(3, 4)


def scalars():
    x = rv.Input(())
    return rv.Model(x, x * 2.0 + 1.0), normal(5)


def images():
    x = rv.Input((6, 6, 2))
    kernel = np.random.default_rng(2).normal(size=(3, 3, 2, 4)).astype("float32")
    y = ops.relu(ops.conv(x, kernel, padding="same"))
    y = layers.BatchNormalization()(ops.max_pool(y, 2))
    y = ops.mean(y, axis=(1, 2))
    return rv.Model(x, layers.Dense(3)(y)), normal(2, 6, 6, 2)


def odd_names():
    x = rv.Input((4,), name="x in put")
    return rv.Model(x, layers.Dense(2, name="çedilla (1)")(x)), normal(3, 4)


def many_layers():
    return rv.Sequential(
        [rv.Input((4,)), *(layers.Dense(4) for _ in range(40))]
    ), normal(2, 4)


ZOO = [
    shared_twice,
    siamese,
    nested_three_deep,
    embedding_pooled,
    embedding_masked,
    masking,
    softmax_of_masked,
    wide_and_deep,
    residual,
    dropout_everywhere,
    self_normalizing,
    adapted,
    rescaled_bytes,
    lambdas,
    attention,
    recurrent,
    recurrent_of_any_length,
    subclassed,
    one_of_two_arguments,
    own_weights,
    mixtures,
    features_crossed,
    multi_hot,
    counted_categories,
    buckets,
    picked_by_index,
    top_classes,
    several_dtypes,
    untouched,
    unused_input,
    constant_output,
    scalars,
    images,
    odd_names,
    many_layers,
]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("make", ZOO, ids=lambda make: make.__name__)
def test_zoo(make, format, tmp_path):
    model, x = make()
    served = exported(model, tmp_path, format)
    # Rows of one entry are where broadcasting could go wrong.
    for count in (1, 7) if format == "onnx" else (7,):
        batch = rows(x, count)
        assert_same(served(batch), model(batch, training=False))
