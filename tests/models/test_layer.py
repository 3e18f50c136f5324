"""Layers of a user's own, beside the same classes on Keras."""

import warnings

import numpy as np
import pytest

from tests.training.comparing import (
    X,
    assert_same,
    assert_same_error,
    parametrize,
    plain,
    variables,
)


def describe(layer):
    """Returns what the outside of a layer tells about it."""
    return {
        "name": layer.name,
        "built": layer.built,
        "trainable": [v.path for v in layer.trainable_variables],
        "non-trainable": [v.path for v in layer.non_trainable_variables],
        "weights": variables(layer.weights),
        "variables": [v.path for v in layer.variables],
        "losses": [np.asarray(loss) for loss in layer.losses],
    }


def linear(k):
    class Linear(k.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")
            self.b = self.add_weight(
                shape=(self.units,), initializer="zeros", trainable=False, name="b"
            )

        def call(self, x):
            return k.ops.matmul(x, self.w) + self.b

    layer = Linear(3)
    before = describe(layer)
    y = np.asarray(layer(X))
    return before, describe(layer), y, plain(layer.get_config()), layer.count_params()


def weights_in_init(k):
    class Scale(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.factor = self.add_weight(initializer="ones", name="factor")
            self.count = self.add_weight(
                shape=(), initializer="zeros", dtype="int32", trainable=False, name="n"
            )

        def call(self, x):
            self.count.assign_add(1)
            return x * self.factor

    layer = Scale()
    layer(X), layer(X)
    return describe(layer)


def kinds_of_weights(k):
    class Many(k.layers.Layer):
        def build(self, shape):
            self.a = self.add_weight((2,), "ones", regularizer="l2", name="a")
            self.b = self.add_weight((2,), k.initializers.Constant(2.0), name="b")
            self.c = self.add_weight((2,), constraint="non_neg", name="c")
            self.d = self.add_weight((2,), dtype="bool", trainable=False, name="d")
            self.e = k.Variable([1.0, 2.0], name="e")
            self.f = k.Variable([1, 2], trainable=False, name="f")

        def call(self, x):
            return x

    layer = Many()
    layer(X)
    return describe(layer)


def nested(k):
    class Block(k.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.layers = [k.layers.Dense(4, name=f"d{i}") for i in range(2)]
            self.by_name = {"norm": k.layers.LayerNormalization(name="norm")}
            self.seeds = k.random.SeedGenerator(1)

        def call(self, x):
            for layer in self.layers:
                x = layer(x)
            return self.by_name["norm"](x)

    class Outer(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.left, self.right = Block(name="left"), Block(name="right")
            self.drop = k.layers.Dropout(0.5)

        def call(self, x):
            return self.drop(self.left(x) + self.right(x))

    layer = Outer()
    y = np.asarray(layer(X))
    return describe(layer), y


def frozen(k):
    layer = k.layers.BatchNormalization()
    layer(X)
    layer.trainable = False
    frozen = describe(layer)
    layer.trainable = True
    return frozen, describe(layer)


def several_arguments(k):
    class Mix(k.layers.Layer):
        def build(self, query_shape, value_shape):
            self.shapes = (tuple(query_shape), tuple(value_shape))
            self.w = self.add_weight((query_shape[-1], value_shape[-1]), name="w")

        def call(self, query, value, scale=1.0):
            return scale * k.ops.matmul(query, self.w) + value

        def compute_output_shape(self, query_shape, value_shape):
            return value_shape

    layer = Mix()
    y = layer(X, X[:, :2], scale=2.0)
    symbolic = layer(k.Input((4,)), value=k.Input((2,)))
    return describe(layer), np.asarray(y), layer.shapes, symbolic.shape


def nested_arguments(k):
    class Sum(k.layers.Layer):
        def build(self, shapes):
            self.seen = [tuple(shape) for shape in shapes]

        def call(self, tensors):
            return {"sum": tensors[0] + tensors[1], "first": [tensors[0]]}

    layer = Sum()
    y = layer([X, X])
    s = layer([k.Input((4,)), k.Input((4,))])
    return layer.seen, np.asarray(y["sum"]), s["sum"].shape, s["first"][0].shape


def training_argument(k):
    class Tell(k.layers.Layer):
        def call(self, x, training=None):
            return x * (2.0 if training else 1.0)

    class Default(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.tell = Tell()

        def call(self, x, training=True):
            return self.tell(x)

    tell, default = Tell(), Default()
    return [
        np.asarray(y[0, 0])
        for y in (
            tell(X),
            tell(X, training=True),
            default(X),
            default(X, training=False),
            default(X, training=True),
        )
    ]


def masks(k):
    class Keep(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.supports_masking = True
            self.seen = []

        def call(self, x, mask=None):
            self.seen.append(mask is not None)
            return x * 2

    class Shorten(k.layers.Layer):
        def call(self, x):
            return x[:, 1:]

        def compute_mask(self, x, previous_mask):
            return None if previous_mask is None else previous_mask[:, 1:]

    x = np.array([[[1.0], [0.0], [2.0]]], "float32")
    keep, shorten = Keep(), Shorten()
    y = shorten(keep(k.layers.Masking()(x)))
    keep(x)
    return np.asarray(y._keras_mask), keep.seen[-2:]


def masks_of_several_arguments(k):
    class Two(k.layers.Layer):
        def call(self, a, b, a_mask=None, b_mask=None):
            self.seen = [None if m is None else np.asarray(m) for m in (a_mask, b_mask)]
            return a + b

    tokens = np.array([[1, 0], [2, 3]])
    embed = k.layers.Embedding(4, 2, mask_zero=True)
    layer = Two()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the mask ends here
        layer(embed(tokens), np.ones((2, 2, 2), "float32"))
    return layer.seen


def losses(k):
    class Penalty(k.layers.Layer):
        def call(self, x):
            self.add_loss(k.ops.mean(x))
            self.add_loss([k.ops.sum(x), x])
            return x

    layer = Penalty(activity_regularizer="l2")
    layer(X), layer(2 * X)
    return describe(layer)


def stateless(k):
    layer = k.layers.BatchNormalization()
    layer.build((None, 4))
    trainable = [np.full(v.shape, 2, "float32") for v in layer.trainable_variables]
    others = [np.full(v.shape, 3, "float32") for v in layer.non_trainable_variables]
    y, updated = layer.stateless_call(trainable, others, X, training=True)
    return np.asarray(y), [np.asarray(v) for v in updated], describe(layer)


def stateless_losses(k):
    layer = k.layers.Dense(2, kernel_regularizer="l2")
    layer.build((None, 4))
    values = [np.ones(v.shape, "float32") for v in layer.trainable_variables]
    y, others, losses = layer.stateless_call(values, [], X, return_losses=True)
    return np.asarray(y), others, sorted(float(loss) for loss in losses)


def input_spec(k):
    class Checked(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.input_spec = k.layers.InputSpec(ndim=2, axes={-1: 4})

        def call(self, x):
            return x

    layer = Checked()
    return np.asarray(layer(X)), repr(layer.input_spec.shape), layer.input_spec.ndim


def dtypes(k):
    layer = k.layers.Dense(2, dtype="mixed_bfloat16")
    y = layer(X)
    half = k.layers.Dense(2, dtype="float16")
    z = half(X.astype("float64"))
    return [
        (str(y.dtype), layer.dtype, layer.compute_dtype, layer.variable_dtype),
        (str(z.dtype), half.dtype, str(half.kernel.dtype)),
        layer.dtype_policy.name,
    ]


def no_autocast(k):
    class Raw(k.layers.Layer):
        def call(self, x):
            return x

    return [str(Raw(autocast=auto, dtype="float16")(X).dtype) for auto in (True, False)]


def paths(k):
    class Inner(k.layers.Layer):
        def build(self, shape):
            self.w = self.add_weight((1,), name="w")

        def call(self, x):
            return x * self.w

    class Outer(k.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = Inner(name="inner")

        def call(self, x):
            return self.inner(x)

    first, second = Outer(), Outer(name="named")
    first(X), second(X)
    return [v.path for layer in (first, second) for v in layer.weights], first.path


def build_with_sublayers(k):
    class Outer(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense = k.layers.Dense(3)

        def build(self, input_shape):
            self.dense.build(input_shape)

        def call(self, x):
            return self.dense(x)

    layer = Outer()
    layer.build((None, 4))
    built = layer.built, layer.dense.built
    layer(X)
    return built, describe(layer), layer.get_build_config()


def automatic_names(k):
    class MyHTTPLayer2(k.layers.Layer):
        pass

    return [MyHTTPLayer2().name, MyHTTPLayer2().name, k.layers.Dense(1).name]


def set_weights(k):
    layer = k.layers.Dense(2)
    layer.build((None, 4))
    layer.set_weights([np.ones((4, 2)), np.zeros(2)])
    return describe(layer), layer.get_weights()


def add_metric_attribute(k):
    class Counting(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.mean = k.metrics.Mean(name="average")

        def call(self, x):
            self.mean.update_state(x)
            return x

    layer = Counting()
    layer(X)
    return float(layer.mean.result()), describe(layer)


def keyword_only(k):
    class Shift(k.layers.Layer):
        def call(self, x, *, by=0.0, axis=None):
            return x + by

    x = k.Input((4,))
    model = k.Model(x, Shift()(x, by=2.0))
    return np.asarray(Shift()(X, by=1.0)), np.asarray(model(X))


def from_config(k):
    class Custom(k.layers.Layer):
        def __init__(self, units=3, name=None, **kwargs):
            super().__init__(name=name, **kwargs)
            self.units = units

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    layer = Custom(5, name="c", trainable=False, dtype="float16")
    again = Custom.from_config(layer.get_config())
    return plain(layer.get_config()), again.units, again.trainable, again.dtype


@parametrize(
    [
        linear,
        weights_in_init,
        kinds_of_weights,
        nested,
        frozen,
        several_arguments,
        nested_arguments,
        training_argument,
        masks,
        masks_of_several_arguments,
        losses,
        stateless,
        stateless_losses,
        input_spec,
        dtypes,
        no_autocast,
        paths,
        build_with_sublayers,
        automatic_names,
        set_weights,
        add_metric_attribute,
        keyword_only,
        from_config,
    ]
)
def test_like_keras(case):
    assert_same(case)


def wrong_features(k):
    layer = k.layers.Dense(2, name="mine")
    layer.build((None, 4))
    layer(X[:, :3])


def wrong_rank(k):
    k.layers.Dense(2, name="mine")(X[:, 0])


def positional_non_tensor(k):
    k.layers.Dense(2)("text")


def without_call(k):
    class Lazy(k.layers.Layer):
        pass

    Lazy()(X)


def without_super(k):
    class Lazy(k.layers.Layer):
        def __init__(self):
            pass

        def call(self, x):
            return x

    Lazy()(X)


def bad_name(k):
    k.layers.Dense(2, name="a/b")


def unknown_argument(k):
    k.layers.Dense(2, unitz=3)


def unknown_activation(k):
    k.layers.Dense(2, activation="rellu")


def unknown_initializer(k):
    k.layers.Dense(2, kernel_initializer="glorot_unifrom")


def bad_units(k):
    k.layers.Dense(-1)


def weights_of_another_shape(k):
    layer = k.layers.Dense(2, name="mine")
    layer.build((None, 4))
    layer.set_weights([np.ones((3, 2)), np.zeros(2)])


def too_few_weights(k):
    layer = k.layers.Dense(2, name="mine")
    layer.build((None, 4))
    layer.set_weights([np.ones((4, 2))])


def build_arguments(k):
    class Two(k.layers.Layer):
        def build(self, a, b):
            pass

        def call(self, x, y):
            return x

    Two()(X, X)


def stateless_too_few(k):
    layer = k.layers.Dense(2)
    layer.build((None, 4))
    layer.stateless_call([np.ones((4, 2))], [], X)


def missing_argument(k):
    class Two(k.layers.Layer):
        def call(self, x, y):
            return x

    Two()(X)


ERRORS = {
    wrong_features: r"'mine'.*axis -1.*value 4.*\(16, 3\)",
    wrong_rank: "'mine'.*min_ndim=2.*ndim=1",
    positional_non_tensor: "positional arguments.*text",
    without_call: "Lazy does not have a `call",
    without_super: r"'Lazy'.*super\(\).__init__\(\)",
    bad_name: "name=a/b",
    unknown_argument: "Dense.*unitz",
    unknown_activation: "rellu.*'relu'",
    unknown_initializer: "glorot_unifrom.*glorot_uniform",
    bad_units: "units.*-1",
    weights_of_another_shape: r"mine.*\(4, 2\).*\(3, 2\)",
    too_few_weights: "'mine'.*length 1.*2 weights",
    build_arguments: "_shape",
    stateless_too_few: "trainable_variables.*length 1.*2",
    missing_argument: "'y'",
}


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.__name__)
def test_errors(case):
    assert_same_error(case, ERRORS[case])


@pytest.mark.parametrize("verbose", ["auto", 0, 2])
def test_callbacks_are_told_verbose_as_given(verbose):
    def told(k):
        class Notes(k.callbacks.Callback):
            def on_train_begin(self, logs=None):
                seen.append(("fit", self.params["verbose"]))

            def on_test_begin(self, logs=None):
                seen.append(("test", self.params["verbose"]))

            def on_predict_begin(self, logs=None):
                seen.append(("predict", self.params["verbose"]))

        seen = []
        model = k.Sequential([k.layers.Dense(1)])
        model.compile("sgd", "mse")
        arguments = {"verbose": verbose, "callbacks": [Notes()]}
        history = model.fit(X, X[:, :1], **arguments)
        model.evaluate(X, X[:, :1], **arguments)
        model.predict(X, **arguments)
        return seen, history.params

    assert_same(told)
