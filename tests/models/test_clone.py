"""`clone_model`: structure kept, weights new, each hook called as in Keras."""

import keras
import numpy as np
import pytest

import ranvier as rv
from ranvier.models import clone_model

X = np.linspace(-1, 1, 12, dtype="float32").reshape(3, 4)


def stack(k):
    layers = [k.layers.Dense(3, activation="relu", name="a"), k.layers.Dense(1)]
    return k.Sequential([k.Input((4,), name="x"), *layers], name="stack")


def deferred(k):
    return k.Sequential([k.layers.Dense(2, name="a")], name="deferred")


def shared(k):
    x, y = k.Input((4,), name="x"), k.Input((4,), name="y")
    dense = k.layers.Dense(4, name="dense")
    total = dense(dense(x)) + dense(y) * 0.5
    return k.Model({"x": x, "y": y}, [total, k.ops.sum(total, axis=-1)], name="shared")


def nested(k):
    x = k.Input((4,), name="x")
    tower = k.Sequential([k.layers.Dense(4, name="inside")], name="tower")
    return k.Model(x, tower(tower(x)), name="nested")


def call(model, x=X):
    outputs = model({"x": x, "y": -x}) if model.name == "shared" else model(x)
    return (
        [np.asarray(part) for part in outputs]
        if isinstance(outputs, list)
        else [np.asarray(outputs)]
    )


@pytest.mark.parametrize("make", [stack, shared, nested])
@pytest.mark.parametrize("recursive", [False, True])
def test_same_function_once_the_weights_are_copied(make, recursive):
    model = make(rv)
    copy = clone_model(model, recursive=recursive)
    assert type(copy) is type(model) and copy.name == model.name
    shapes = [v.shape for v in model.weights]
    assert [v.shape for v in copy.weights] == shapes
    assert not set(map(id, copy.weights)) & set(map(id, model.weights))
    copy.set_weights(model.get_weights())
    for ours, theirs in zip(call(copy), call(model), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_deferred_model_stays_deferred():
    copy = clone_model(deferred(rv))
    assert not copy.built
    assert copy(X).shape == (3, 2)


@pytest.mark.parametrize("make", [stack, shared, nested])
@pytest.mark.parametrize("recursive", [False, True])
def test_hooks_are_called_as_in_keras(make, recursive):
    def trace(k, clone):
        cloned, called = [], []

        def clone_function(layer):
            cloned.append(type(layer).__name__)
            return type(layer).from_config(layer.get_config())

        def call_function(layer, *args, **kwargs):
            called.append(type(layer).__name__)
            return layer(*args, **kwargs)

        hooks = {} if make is stack else {"call_function": call_function}
        clone(make(k), clone_function=clone_function, recursive=recursive, **hooks)
        # Ops are objects of one class here, of a class each in Keras.
        ops = {"Multiply", "Add", "Sum"}
        return [
            ["OpCall" if n in ops else n for n in names] for names in (cloned, called)
        ]

    assert trace(rv, clone_model) == trace(keras, keras.models.clone_model)


def test_layers_can_be_put_in_between():
    def call_function(layer, *args, **kwargs):
        outputs = layer(*args, **kwargs)
        if isinstance(layer, rv.layers.Dense):
            outputs = rv.layers.Dropout(0.5)(outputs)
        return outputs

    model = shared(rv)
    copy = clone_model(model, clone_function=lambda x: x, call_function=call_function)
    assert sum(isinstance(layer, rv.layers.Dropout) for layer in copy.layers) == 3
    assert copy.get_layer("dense") is model.get_layer("dense")


def test_on_other_inputs():
    tensor = rv.Input((4,), name="other")
    copy = clone_model(nested(rv), input_tensors=tensor)
    assert copy.inputs[0] is tensor
    copy = clone_model(stack(rv), input_tensors=[rv.Input(batch_shape=(7, 4))])
    assert copy.output_shape == (7, 1)


def test_compiled_models_give_compiled_ones():
    model = stack(rv)
    model.compile(rv.optimizers.SGD(0.25), "mae", metrics=["mse"])
    copy = clone_model(model)
    assert copy.optimizer is not model.optimizer
    assert float(copy.optimizer.learning_rate) == 0.25
    assert copy.get_compile_config() == model.get_compile_config()


class Net(rv.Model):
    """A subclassed model whose config comes from its arguments."""

    def __init__(self, units=2, **kwargs):
        super().__init__(**kwargs)
        self.dense = rv.layers.Dense(units)

    def call(self, x):
        return self.dense(x)


def test_subclassed_models_are_cloned_by_config():
    model = Net(units=5)
    model(X)
    copy = clone_model(model)
    assert type(copy) is Net and copy(X).shape == (3, 5)
    assert copy.dense is not model.dense


@pytest.mark.parametrize(
    "make, arguments, message",
    [
        (stack, {"call_function": print}, "functional models only"),
        (lambda k: Net(), {"clone_function": print}, "through its config"),
        (lambda k: Net(), {"call_function": print}, "through its config"),
        (stack, {"input_tensors": X}, "single symbolic tensor"),
        (shared, {"input_tensors": X}, "must be KerasTensors"),
        (nested, {"input_tensors": [rv.Input((4,))]}, "same structure as the model"),
    ],
)
def test_errors(make, arguments, message):
    with pytest.raises(ValueError, match=message):
        clone_model(make(rv), **arguments)
