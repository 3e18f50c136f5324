"""Sequential models, beside Keras's: names, shapes, weights, configs, errors."""

import numpy as np
import pytest

from tests.training.comparing import (
    X,
    assert_same,
    assert_same_error,
    mlp,
    parametrize,
    plain,
    structure,
)


def from_a_list(k):
    model = mlp(k)
    return structure(model), np.asarray(model(X)), model.input_shape, model.output_shape


def from_input_layer(k):
    layers = k.layers
    model = k.Sequential([layers.InputLayer(shape=(4,)), layers.Dense(2)], name="named")
    return structure(model), np.asarray(model(X)), model.inputs[0].shape


def from_input_shape(k):
    model = k.Sequential([k.layers.Dense(3, input_shape=(4,)), k.layers.Dense(2)])
    return structure(model), model.built, np.asarray(model(X))


def from_input_dim(k):
    model = k.Sequential([k.layers.Dense(3, input_dim=4)])
    return structure(model), model.built


def by_adding(k):
    model = k.Sequential()
    before = model.built
    model.add(k.Input((4,)))
    model.add(k.layers.Dense(3))
    model.add(k.layers.Activation("relu"))
    model.add(k.layers.Dense(2))
    return before, model.built, structure(model), np.asarray(model(X))


def by_adding_without_a_shape(k):
    model = k.Sequential()
    model.add(k.layers.Dense(3))
    model.add(k.layers.Dense(2))
    before = model.built, len(model.weights), len(model.layers)
    outputs = np.asarray(model(X))
    return before, model.built, structure(model), outputs, model.input_shape[1:]


def built_by_shape(k):
    model = k.Sequential([k.layers.Dense(3), k.layers.Dense(2)])
    model.build((None, 4))
    return structure(model), model.input_shape, model.output_shape


def popped_and_extended(k):
    model = mlp(k, 3)
    last = model.layers[-1].name
    model.pop()
    shape = model.output_shape
    model.add(k.layers.Dense(2, name="new"))
    return last, shape, structure(model), np.asarray(model(X))


def popped_before_its_build(k):
    model = k.Sequential([k.layers.Dense(3), k.layers.Dense(2)])
    model.pop()
    return np.asarray(model(X)), structure(model)


def other_shape_of_a_free_axis(k):
    model = k.Sequential([k.Input((None, 4)), k.layers.Dense(2)])
    shapes = [model(np.ones((2, n, 4), "float32")).shape for n in (1, 3)]
    return shapes, model.output_shape


def nested(k):
    inner = mlp(k, 3, name="inner")
    model = k.Sequential([inner, k.layers.Dense(2)])
    return structure(model), model.built, np.asarray(model(X))


def nested_deferred(k):
    inner = k.Sequential([k.layers.Dense(3)], name="inner")
    model = k.Sequential([inner, k.layers.Dense(2)], name="outer")
    return np.asarray(model(X)), structure(model)


def a_layer_twice(k):
    dense = k.layers.Dense(4)
    model = k.Sequential([k.Input((4,)), dense, k.layers.ReLU()])
    return structure(model), model.get_layer("dense") is dense, dense is model.layers[0]


def get_layer(k):
    model = mlp(k)
    return model.get_layer("dense_1").name, model.get_layer(index=0).name


def with_dtypes(k):
    model = k.Sequential(
        [k.Input((4,), dtype="int32"), k.layers.Rescaling(0.5), k.layers.Dense(2)]
    )
    return model.inputs[0].dtype, np.asarray(model(np.ones((2, 4), "int64")))


def call_on_symbol(k):
    model = mlp(k, 2)
    x = k.Input((4,))
    y = model(x)
    return y.shape, y.dtype, structure(k.Model(x, y, name="outer"))


def lambda_layers(k):
    model = k.Sequential([k.Input((4,)), k.layers.Lambda(lambda x: x * 2)])
    return np.asarray(model(X)), model.output_shape


def config(k):
    return plain(mlp(k, name="net").get_config())


def config_without_a_shape(k):
    model = k.Sequential([k.layers.Dense(2), k.layers.Dropout(0.5)])
    return plain(model.get_config())


def rebuilt_from_config(k):
    model = mlp(k)
    again = k.Sequential.from_config(model.get_config())
    return structure(again), again.built


def rebuilt_without_a_shape(k):
    model = k.Sequential([k.layers.Dense(2)], trainable=False, name="net")
    again = k.Sequential.from_config(model.get_config())
    return again.built, again.name, [layer.name for layer in again.layers]


def frozen(k):
    model = mlp(k)
    model.trainable = False
    frozen = structure(model)
    model.trainable = True
    model.layers[0].trainable = False
    return frozen, structure(model), len(model.non_trainable_weights)


def weights_in_and_out(k):
    model = mlp(k)
    weights = [
        np.full(w.shape, i, "float32") for i, w in enumerate(model.get_weights())
    ]
    model.set_weights(weights)
    return model.get_weights(), np.asarray(model(X))


def automatic_names(k):
    return mlp(k).name, mlp(k).name, structure(mlp(k))["paths"]


def compute_output_shape(k):
    model = mlp(k, 3)
    deferred = k.Sequential([k.layers.Dense(3), k.layers.Flatten()])
    return model.compute_output_shape((7, 4)), deferred.compute_output_shape((7, 2, 4))


@parametrize(
    [
        from_a_list,
        from_input_layer,
        from_input_shape,
        from_input_dim,
        by_adding,
        by_adding_without_a_shape,
        built_by_shape,
        popped_and_extended,
        popped_before_its_build,
        other_shape_of_a_free_axis,
        nested,
        nested_deferred,
        a_layer_twice,
        get_layer,
        with_dtypes,
        call_on_symbol,
        lambda_layers,
        config,
        config_without_a_shape,
        rebuilt_from_config,
        rebuilt_without_a_shape,
        frozen,
        weights_in_and_out,
        automatic_names,
        compute_output_shape,
    ]
)
def test_like_keras(case):
    assert_same(case)


def second_name(k):
    k.Sequential([k.layers.Dense(1, name="a"), k.layers.Dense(1, name="a")])


def no_layer(k):
    k.Sequential([3])


def a_class(k):
    k.Sequential([k.layers.Flatten])


def second_input(k):
    k.Sequential([k.Input((4,)), k.layers.Dense(1), k.Input((2,))])


def build_without_layers(k):
    k.Sequential().build((None, 4))


def other_shape(k):
    mlp(k).build((None, 5))


def wrong_features(k):
    mlp(k)(X[:, :3])


def wrong_rank(k):
    k.Sequential([k.Input((2, 2)), k.layers.Flatten()])(X)


def unknown_layer(k):
    mlp(k).get_layer("dense_9")


def neither_name_nor_index(k):
    mlp(k).get_layer()


def both_name_and_index(k):
    mlp(k).get_layer("dense", 0)


def index_beyond(k):
    mlp(k).get_layer(index=7)


def unbuilt_parameters(k):
    k.Sequential([k.layers.Dense(1)]).count_params()


def unbuilt_shape(k):
    return k.Sequential([k.layers.Dense(1)]).input_shape


def bad_config(k):
    k.Sequential.from_config({"layers": []})


ERRORS = {
    second_name: "should have unique names. Name 'a'",
    no_layer: "Only instances of `Layer`.*Received: 3",
    a_class: r"Flatten.*This is a class: write `Flatten\(...\)`",
    second_input: "already been configured to use input shape.*4",
    build_without_layers: "no layers. Call `model.add",
    other_shape: r"\(None, 4\).*cannot build it with input_shape \(None, 5\)",
    wrong_features: r"'dense'.*axis -1.*value 4.*\(16, 3\).*'sequential'",
    wrong_rank: r"expected shape .None, 2, 2.*\(16, 4\)",
    unknown_layer: "No such layer: dense_9.*Did you mean 'dense_1'",
    neither_name_nor_index: "either a layer name or layer index",
    both_name_and_index: "only a layer name or a layer index",
    index_beyond: "index 7.*2 layers",
    unbuilt_parameters: "`count_params`.*'sequential'.*isn't built",
    unbuilt_shape: "'sequential' has no defined input shape yet",
    bad_config: "'name' and 'layers' keys",
}


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.__name__)
def test_errors(case):
    assert_same_error(case, ERRORS[case])
