"""Functional models, beside Keras's: graphs, structures, sharing, errors."""

import numpy as np
import pytest

from tests.training.comparing import (
    LABELS,
    X,
    Y,
    assert_same,
    assert_same_error,
    compiled,
    fit,
    mlp,
    parametrize,
    plain,
    state,
    structure,
)


def arrays(outputs):
    """Returns outputs with their arrays made NumPy's."""
    if isinstance(outputs, dict):
        return {key: arrays(value) for key, value in outputs.items()}
    if isinstance(outputs, (list, tuple)):
        return type(outputs)(arrays(value) for value in outputs)
    return np.asarray(outputs)


def chain(k):
    x = k.Input((4,))
    y = k.layers.Dense(3, activation="relu")(x)
    model = k.Model(x, k.layers.Dense(2)(y))
    return structure(model), model.output_names, model.input_shape, arrays(model(X))


def by_keywords(k):
    x = k.Input((4,), name="features")
    model = k.Model(inputs=x, outputs=k.layers.Dense(2)(x), name="net")
    return structure(model), model.output_names, arrays(model({"features": X}))


def lists(k):
    a, b = k.Input((4,)), k.Input((2,))
    both = k.layers.Concatenate()([a, b])
    model = k.Model([a, b], [k.layers.Dense(2)(both), k.layers.Dense(1)(b)])
    outputs = model([X, X[:, :2]])
    return structure(model), model.output_names, arrays(outputs), model.input_shape


def tuples(k):
    a, b = k.Input((4,)), k.Input((2,))
    model = k.Model((a, b), (k.layers.Dense(2)(a), k.layers.Dense(1)(b)))
    return structure(model), arrays(model((X, X[:, :2]))), model.output_shape


def dictionaries(k):
    a, b = k.Input((4,), name="a"), k.Input((2,), name="b")
    outputs = {"z": k.layers.Dense(2, name="z")(a), "y": k.layers.Dense(1, name="y")(b)}
    model = k.Model({"a": a, "b": b}, outputs)
    result = model({"b": X[:, :2], "a": X})
    return structure(model), model.output_names, arrays(result)


def nested_dictionaries(k):
    a, b, c = (k.Input((4,), name=name) for name in "abc")
    outputs = {
        "first": {"u": k.layers.Dense(2)(a), "v": k.layers.Dense(1)(b)},
        "second": [k.layers.Dense(3)(c), k.layers.Add()([a, c])],
    }
    model = k.Model({"x": [a, b], "c": c}, outputs)
    result = model({"x": [X, 2 * X], "c": 3 * X})
    return structure(model), model.output_names, arrays(result)


def one_input_in_a_list(k):
    x = k.Input((4,))
    model = k.Model([x], [k.layers.Dense(2)(x)])
    return structure(model), arrays(model(X)), arrays(model([X])), model.output_shape


def dictionary_for_a_list(k):
    a, b = k.Input((4,), name="a"), k.Input((2,), name="b")
    model = k.Model([a, b], k.layers.Concatenate()([a, b]))
    return arrays(model({"b": X[:, :2], "a": X, "ignored": X}))


def shared_layer(k):
    a, b = k.Input((4,)), k.Input((4,))
    dense = k.layers.Dense(3, name="shared")
    model = k.Model([a, b], [dense(a), dense(b), dense(a - b)])
    return structure(model), model.output_names, arrays(model([X, 2 * X]))


def model_as_layer(k):
    inner = mlp(k, 3, name="inner")
    x = k.Input((4,))
    y = inner(inner(x)[:, :1] + x)
    model = k.Model(x, k.layers.Dense(1)(y), name="outer")
    return structure(model), arrays(model(X)), model.get_layer("inner") is inner


def models_in_models(k):
    x = k.Input((4,), name="x")
    inner = k.Model(x, {"p": k.layers.Dense(3)(x), "q": x * 2.0}, name="inner")
    z = k.Input((4,), name="z")
    parts = inner(z)
    model = k.Model(z, [parts["p"], parts["q"]], name="outer")
    return structure(model), model.output_names, arrays(model(X))


def part_of_a_graph(k):
    x = k.Input((4,))
    middle = k.layers.Dense(3, activation="relu")(x)
    y = k.layers.Dense(2)(middle)
    features, head = k.Model(x, middle), k.Model(middle, y)
    full = k.Model(x, [middle, y])
    hidden = features(X)
    return (
        [structure(model)["layers"][1:] for model in (features, head, full)],
        arrays(hidden),
        arrays(head(hidden)),
        arrays(full(X)),
        full.layers[1] is features.layers[1],
    )


def arithmetic(k):
    x = k.Input((4,))
    y = (2 - x) / (1 + abs(x)) ** 2.0 + x @ k.ops.ones((4, 4)) - x[:, ::-1]
    z = k.ops.concatenate([y, k.ops.mean(x, axis=-1, keepdims=True)], axis=1)
    model = k.Model(x, k.ops.where(z > 0.5, z, -z))
    return [layer.name for layer in model.layers], arrays(model(X)), model.output_shape


def operations(k):
    x = k.Input((4,))
    y = k.ops.reshape(x, (-1, 2, 2))
    y = k.ops.transpose(y, (0, 2, 1))
    y = k.ops.einsum("bij,bjk->bik", y, y)
    parts = k.ops.split(y, 2, axis=1)
    model = k.Model(x, [k.ops.softmax(parts[0]), k.ops.max(parts[1], axis=(1, 2))])
    return model.output_shape, arrays(model(X))


def unused_input(k):
    a, b = k.Input((4,), name="a"), k.Input((2,), name="b")
    model = k.Model([a, b], k.layers.Dense(2)(a))
    return structure(model), arrays(model([X, X[:, :2]]))


def input_as_output(k):
    x = k.Input((4,), name="x")
    model = k.Model(x, [x, k.layers.Dense(1)(x)])
    return structure(model), model.output_names, arrays(model(X))


def same_output_twice(k):
    x = k.Input((4,))
    y = k.layers.Dense(1)(x)
    model = k.Model(x, [y, y])
    return structure(model), model.output_names, arrays(model(X))


def order_of_layers(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    right = k.layers.Dense(3, name="right")(b)
    left = k.layers.Dense(3, name="left")(a)
    deep = k.layers.Dense(3, name="deep")(left)
    model = k.Model([b, a], k.layers.Add(name="sum")([deep, right]))
    return structure(model), arrays(model([X, 2 * X]))


def ranks_adjusted(k):
    wide, flat = k.Input((1,), name="wide"), k.Input((), name="flat")
    model = k.Model([wide, flat], [wide * 1.0, flat * 1.0])
    return arrays(model([X[:, 0], X[:, :1]])), arrays(model([X[:, :1], X[:, 0]]))


def dtypes_adjusted(k):
    ids = k.Input((2,), dtype="int32")
    floats = k.Input((4,), dtype="float16")
    model = k.Model([ids, floats], [ids * 2, floats * 2])
    result = model([np.ones((2, 2), "float64"), np.ones((2, 4), "float64")])
    return arrays(result)


def fixed_batch_size(k):
    x = k.Input(batch_shape=(16, 4))
    model = k.Model(x, k.layers.Dense(1)(x))
    return model.input_shape, model.output_shape, arrays(model(X))


def optional_input(k):
    class Sum(k.layers.Layer):
        def call(self, a, b=None):
            return a if b is None else a + b

        def compute_output_shape(self, a_shape, b_shape=None):
            return a_shape

    a = k.Input((4,), name="a")
    b = k.Input((4,), name="b", optional=True)
    model = k.Model([a, b], Sum()(a, b))
    return arrays(model([X, X])), arrays(model([X, None]))


def called_on_symbols(k):
    inner = mlp(k, 3)
    y = inner(k.Input((4,)))
    deferred = k.layers.Dense(2)
    shape = deferred.compute_output_shape((None, 4))
    return y.shape, shape, deferred.built


def batch_of_unknown_length(k):
    x = k.Input((None, 4))
    y = k.layers.Dense(2)(x)
    model = k.Model(x, [y, k.ops.sum(y, axis=1)])
    return model.output_shape, arrays(model(np.ones((2, 3, 4), "float32")))


def features(k):
    model = mlp(k)
    every = k.Model(model.inputs, [layer.output for layer in model.layers])
    return [layer.name for layer in every.layers], arrays(every(X))


def layer_state(k):
    model = mlp(k)
    x = k.Input((4,))
    outer = k.Model(x, model(x), name="outer")
    outer.get_layer("sequential").trainable = False
    frozen = structure(outer)
    outer.trainable = True
    return frozen, structure(outer)


def config(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    dense = k.layers.Dense(3)
    y = k.layers.Add()([dense(a), dense(b)])
    return plain(k.Model({"a": a, "b": b}, [y], name="net").get_config())


def rebuilt_from_config(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    dense = k.layers.Dense(3)
    y = k.ops.relu(dense(a) + 2 * dense(b))
    model = k.Model([a, b], {"out": k.layers.Dense(1, name="out")(y)}, trainable=False)
    again = k.Model.from_config(model.get_config())
    again.set_weights(model.get_weights())
    return structure(again), again.trainable, arrays(again([X, 2 * X]))


def trained_with_dictionaries(k):
    wide, deep = k.Input((4,), name="wide"), k.Input((2,), name="deep")
    hidden = k.layers.Dense(3, activation="relu")(deep)
    both = k.layers.concatenate([wide, hidden])
    outputs = {
        "main": k.layers.Dense(1, name="main")(both),
        "aux": k.layers.Dense(3, activation="softmax", name="aux")(hidden),
    }
    model = k.Model({"wide": wide, "deep": deep}, outputs)
    compiled(
        k,
        model,
        "adam",
        {"main": "mse", "aux": "sparse_categorical_crossentropy"},
        loss_weights={"main": 0.9, "aux": 0.1},
        metrics={"main": ["mae"], "aux": ["accuracy"]},
    )
    x = {"wide": X, "deep": X[:, :2]}
    y = {"main": Y, "aux": LABELS}
    history = fit(model, x, y, validation_split=0.2)
    return history, state(model), model.predict(x, verbose=0)


def trained_in_parts(k):
    x = k.Input((4,))
    middle = k.layers.Dense(3, activation="relu")(x)
    full = k.Model(x, k.layers.Dense(1)(middle))
    features = k.Model(x, middle)
    compiled(k, full, "sgd", "mse")
    history = fit(full, X, Y)
    return history, state(full), features.predict(X, verbose=0)


def trained_with_shared_layers(k):
    a, b = k.Input((4,)), k.Input((4,))
    inner = mlp(k, 3)
    y = k.layers.Dot(axes=-1)([inner(a), inner(b)])
    model = k.Model([a, b], y)
    compiled(k, model, "adam", "mse")
    return fit(model, [X, X[::-1]], Y), state(model)


@parametrize(
    [
        chain,
        by_keywords,
        lists,
        tuples,
        dictionaries,
        nested_dictionaries,
        one_input_in_a_list,
        dictionary_for_a_list,
        shared_layer,
        model_as_layer,
        models_in_models,
        part_of_a_graph,
        arithmetic,
        operations,
        unused_input,
        input_as_output,
        same_output_twice,
        order_of_layers,
        ranks_adjusted,
        dtypes_adjusted,
        fixed_batch_size,
        optional_input,
        called_on_symbols,
        batch_of_unknown_length,
        features,
        layer_state,
        config,
        rebuilt_from_config,
        trained_with_dictionaries,
        trained_in_parts,
        trained_with_shared_layers,
    ]
)
def test_like_keras(case):
    assert_same(case)


def two_inputs(k, **options):
    a, b = k.Input((4,), name="first"), k.Input((2,), name="second")
    return k.Model([a, b], k.layers.Concatenate()([a, b]), name="net", **options)


def disconnected(k):
    k.Model(k.Input((4,)), k.layers.Dense(1)(k.Input((4,))))


def a_name_twice(k):
    x = k.Input((4,))
    y = k.layers.Dense(2, name="same")(x)
    k.Model(x, k.layers.Dense(2, name="same")(y))


def array_as_input(k):
    k.Model(X, X)


def array_as_output(k):
    k.Model(k.Input((4,)), X)


def too_few_inputs(k):
    two_inputs(k)([X])


def too_many_inputs(k):
    two_inputs(k)([X, X[:, :2], X])


def misspelt_input(k):
    two_inputs(k)({"first": X, "secnd": X[:, :2]})


def wrong_features(k):
    two_inputs(k)([X, X])


def wrong_rank(k):
    two_inputs(k)([X, np.ones((16, 2, 2), "float32")])


def missing_input(k):
    two_inputs(k)([X, None])


def array_for_symbolic(k):
    np.sin(k.Input((4,)))


def truth_of_symbolic(k):
    bool(k.Input((4,)) > 0)


def no_such_attribute(k):
    k.Input((4,)).numpy()


def unbuilt_layer_input(k):
    return k.layers.Dense(1).output


def shapes_that_do_not_fit(k):
    k.layers.Add()([k.Input((4,)), k.Input((3,))])


def input_without_shape(k):
    k.Input()


ERRORS = {
    disconnected: "not connected",
    a_name_twice: "name 'same' is used 2 times",
    array_as_input: "All `inputs` values must be KerasTensors",
    array_as_output: "All `outputs` values must be KerasTensors",
    too_few_inputs: '"net" expects 2 input.*received 1',
    too_many_inputs: '"net" expects 2 input.*received 3',
    misspelt_input: "'second'.*'net'.*Did you mean 'secnd'",
    wrong_features: r"second.*'net'.*expected shape=\(None, 2\).*found shape=\(16, 4\)",
    wrong_rank: r"second.*\(None, 2\).*\(16, 2, 2\)",
    missing_input: "'second' of layer 'net' is not optional",
    array_for_symbolic: "KerasTensor",
    truth_of_symbolic: "KerasTensor cannot be used as a boolean",
    no_such_attribute: "numpy",
    unbuilt_layer_input: "dense has never been called",
    shapes_that_do_not_fit: "shape",
    input_without_shape: "must pass a `shape` argument",
}


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.__name__)
def test_errors(case):
    assert_same_error(case, ERRORS[case])
