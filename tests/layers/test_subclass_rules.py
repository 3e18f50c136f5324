"""What a user's own layer may not do: refused here and by Keras, with one class."""

import keras
import numpy as np
import pytest

import ranvier

x = np.ones((3, 2), "float32")


def weight_in_call(k):
    class Grows(k.layers.Layer):
        def call(self, inputs):
            self.w = self.add_weight(shape=())
            return inputs + self.w

    Grows()(x)


def layer_in_call(k):
    class Grows(k.layers.Layer):
        def call(self, inputs):
            self.inner = k.layers.Dense(2)
            return self.inner(inputs)

    Grows()(x)


def weight_when_built(k):
    layer = k.layers.Dense(2)
    layer.build((None, 3))
    layer.add_weight(shape=())


def adds(*args, **kwargs):
    return lambda k: k.layers.Layer().add_weight(*args, **kwargs)


def builds(*names):
    """A layer of two inputs whose `build` has parameters of these names."""

    def case(k):
        scope = {}
        exec(f"def build(self, {', '.join(names)}): self.built = True", scope)
        call = {"build": scope["build"], "call": lambda self, foo, bar: foo + bar}
        type("Two", (k.layers.Layer,), call)()(x, x)

    return case


def input_of(**kwargs):
    def case(k):
        k.layers.InputLayer(
            input_tensor=k.KerasTensor((2, 3), dtype="float32"), **kwargs
        )

    return case


REFUSED = {
    "weight in call": (weight_in_call, "cannot add new elements.*variable"),
    "layer in call": (layer_in_call, "cannot add new elements.*Grows"),
    "weight when built": (weight_when_built, "cannot add new elements.*Dense"),
    "name by position": (adds("w"), "`name`.*keyword argument.*name='w'"),
    "name and shape": (adds("w", shape=(2,)), "`name`.*keyword argument"),
    "shape twice": (adds((2,), shape=(2,)), "`shape`.*both"),
    "trainable word": (lambda k: k.layers.Dense(2, trainable="yes"), "boolean.*'yes'"),
    "trainable None": (lambda k: k.layers.Dense(2, trainable=None), "boolean.*None"),
    "build suffix": (builds("foo_shape", "bar"), "`bar`.*not end in `_shape`"),
    "build argument": (builds("foo_shape", "baz_shape"), "not have argument `baz`"),
    "no call": (lambda k: k.layers.Layer()(x), "`call` method"),
    "no shape": (
        lambda k: k.layers.Layer().compute_output_shape((2, 3)),
        "`compute_output_shape` method",
    ),
    "input shape": (input_of(shape=(4,)), r"incompatible `shape`.*\(3,\)"),
    "input batch shape": (input_of(batch_shape=(2, 4)), "incompatible `batch_shape`"),
    "input batch size": (input_of(batch_size=3), "incompatible `batch_size`"),
    "input dtype": (input_of(dtype="int32"), "incompatible `dtype`.*float32"),
    "wrapped": (lambda k: k.layers.Wrapper("dense"), "must be a layer.*'dense'"),
    "mask axes": (
        lambda k: k.layers.Softmax()(x, mask=np.ones((1, 3, 2))),
        "must not have more dimensions",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    case, message = REFUSED[name]
    with pytest.raises((ValueError, NotImplementedError)) as theirs:
        case(keras)
    with pytest.raises(type(theirs.value), match=f"(?s){message}"):
        case(ranvier)


def test_what_is_built_may_be_built_again_and_take_metrics():
    layer = ranvier.layers.Dense(2)
    layer.build((None, 3))
    layer.seen = ranvier.metrics.Mean()  # no state of the layer's computation
    assert layer.metrics == [layer.seen]
    again = ranvier.layers.Dense.from_config(layer.get_config())
    again.build((None, 3))
    assert len(again.weights) == 2


def test_weights_by_position():
    weight = ranvier.layers.Layer().add_weight((2, 3), "ones", "float16")
    assert weight.shape == (2, 3) and weight.dtype == "float16"
    with pytest.raises(TypeError, match="at most 3 positional"):
        ranvier.layers.Layer().add_weight((2,), "ones", "float16", True)


def test_older_name_of_an_input_shape():
    with pytest.warns(UserWarning, match="`input_shape` is deprecated"):
        layer = ranvier.layers.InputLayer(input_shape=(2, 3), batch_size=4)
    assert layer.batch_shape == (4, 2, 3)


@pytest.mark.parametrize("policy", ["bfloat16", "mixed_float16"])
def test_a_constructor_gets_the_name_of_a_policy(policy):
    class Watching(ranvier.layers.Dense):
        def __init__(self, *args, **kwargs):
            assert kwargs["dtype"] == policy
            super().__init__(*args, **kwargs)

    layer = Watching.from_config(ranvier.layers.Dense(2, dtype=policy).get_config())
    assert layer.dtype_policy.name == policy


@pytest.mark.parametrize("where", ["built", "new"])
def test_policies_of_a_map(where):
    policies = ranvier.dtype_policies.DTypePolicyMap(
        default_policy="mixed_float16", policy_map={"second": "mixed_bfloat16"}
    )
    first, second = (
        ranvier.layers.Dense(2, dtype=policies, name=name)
        for name in ("first", "second")
    )
    if where == "built":
        first.build((None, 3))
        second.build((None, 3))
    assert (first.compute_dtype, second.compute_dtype) == ("float16", "bfloat16")
    assert first.dtype_policy is policies


def test_a_shared_layer_shows_its_first_call():
    layer = ranvier.layers.Dense(3)
    first, second = ranvier.Input((3,)), ranvier.Input((3,))
    output = layer(first)
    layer(second)
    assert layer.input is first and layer.output is output
    with pytest.raises(AttributeError, match="never been called"):
        ranvier.layers.Dense(3).input  # noqa: B018  (the property is what is tested)
