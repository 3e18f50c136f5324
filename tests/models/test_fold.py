"""fold_batch_norm: the same predictions from fewer layers.

Folded and unfolded sum in different orders: outputs of size one agree to 1e-5.
"""

import numpy as np
import pytest

import ranvier as rv
from ranvier import layers
from ranvier.models import fold_batch_norm

Dense, BN = layers.Dense, layers.BatchNormalization


def assert_folded(model, expected, shape=(8, 5), inputs=1, dtype="float32"):
    """Folds a model with drawn weights; checks kinds of layers, values, the original.

    Args:
        model: the model.
        expected: the layers expected after folding: names of classes.
        shape: shape of a batch of inputs.
        inputs: number of inputs.
        dtype: dtype of the inputs.

    Returns:
        The folded model.
    """
    random = np.random.default_rng(0)
    model.set_weights(
        # Positive, as variances must be.
        [random.uniform(0.2, 1.0, w.shape).astype(w.dtype) for w in model.get_weights()]
    )
    weights, calls = model.get_weights(), _count_calls(model)
    folded = fold_batch_norm(model)
    kinds = [type(layer).__name__ for layer in folded.layers]
    assert [kind for kind in kinds if kind != "InputLayer"] == expected
    assert _count_calls(model) == calls
    for a, b in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    x = [(4 * random.normal(size=shape)).astype(dtype) for _ in range(inputs)]
    x = x if inputs > 1 else x[0]
    for a, b in zip(_listed(model(x)), _listed(folded(x)), strict=True):
        a, b = np.asarray(a), np.asarray(b)
        scale = max(1.0, np.abs(a).max())
        np.testing.assert_allclose(a / scale, b / scale, rtol=1e-5, atol=1e-5)
    assert type(folded) is type(model)
    names = [layer.name for layer in model.layers]
    assert [n for n in names if n in {layer.name for layer in folded.layers}] == [
        layer.name for layer in folded.layers
    ]
    assert not {id(v) for v in model.variables} & {id(v) for v in folded.variables}
    return folded


def _count_calls(model):
    return [len(layer._inbound_nodes) for layer in model.layers]


def _listed(outputs):
    return outputs if isinstance(outputs, list) else [outputs]


def relu():
    return layers.Activation("relu")


def normalization(**options):
    return layers.Normalization(mean=[1.0, 2.0, 0.0, -1.0, 3.0], variance=[4.0] * 5)


STACKS = {
    "after": ([Dense(4), BN(), relu(), Dense(2)], ["Dense", "Activation", "Dense"]),
    "after_without_bias": ([Dense(4, use_bias=False), BN()], ["Dense"]),
    "after_linear": ([Dense(4, "linear"), BN(center=False)], ["Dense"]),
    "after_the_last": ([Dense(4, "relu"), Dense(3), BN()], ["Dense", "Dense"]),
    "before": ([Dense(4, "relu"), BN(), Dense(2)], ["Dense", "Dense"]),
    "before_without_bias": ([BN(scale=False), Dense(2, use_bias=False)], ["Dense"]),
    "activation_before": (
        [Dense(4), relu(), BN(), Dense(2, "tanh")],
        ["Dense", "Activation", "Dense"],
    ),
    "first": ([BN(), Dense(3, "selu")], ["Dense"]),
    "twice_after": ([Dense(4), BN(), BN(), relu()], ["Dense", "Activation"]),
    "twice_before": ([BN(), BN(), Dense(3)], ["Dense"]),
    "between_linear": ([Dense(4), BN(), Dense(3)], ["Dense", "Dense"]),
    "deep": (
        [*[part for _ in range(3) for part in (BN(), Dense(4, "relu"))], BN()],
        ["Dense", "Dense", "Dense", "BatchNormalization"],
    ),
    "normalization": ([normalization(), Dense(3)], ["Dense"]),
    "normalization_of_all": (
        [layers.Normalization(axis=None, mean=0.5, variance=2.0), Dense(3)],
        ["Dense"],
    ),
    "inverse": (
        [layers.Normalization(mean=0.5, variance=2.0, invert=True), Dense(3)],
        ["Dense"],
    ),
    "through_dropout": (
        [Dense(4, "relu"), BN(), layers.Dropout(0.5), Dense(2)],
        ["Dense", "Dropout", "Dense"],
    ),
    "through_several": (
        [
            BN(),
            layers.GaussianNoise(0.1),
            layers.Activation("linear"),
            layers.Identity(),
            layers.AlphaDropout(0.1),
            BN(),
            Dense(2, "tanh"),
        ],
        ["GaussianNoise", "Activation", "Identity", "AlphaDropout", "Dense"],
    ),
    "rescaling": ([layers.Rescaling(1 / 3, offset=-1.0), Dense(3)], ["Dense"]),
    # What stays.
    "alone": ([BN(), relu()], ["BatchNormalization", "Activation"]),
    "last": ([Dense(4, "relu"), BN()], ["Dense", "BatchNormalization"]),
    "flatten_last": ([BN(), layers.Flatten()], ["BatchNormalization", "Flatten"]),
    "activation_between": (
        [BN(), relu(), layers.Dropout(0.5), Dense(2)],
        ["BatchNormalization", "Activation", "Dropout", "Dense"],
    ),
    "nested": (
        [rv.Sequential([rv.Input((5,)), Dense(4), BN()]), BN(), Dense(2)],
        ["Sequential", "Dense"],
    ),
    "rescaling_by_channel": (
        [layers.Rescaling([1.0, 2.0, 3.0, 4.0, 5.0]), Dense(3)],
        ["Rescaling", "Dense"],
    ),
}


@pytest.mark.parametrize("name", STACKS)
def test_stacks(name):
    stack, expected = STACKS[name]
    assert_folded(rv.Sequential([rv.Input((5,)), *stack]), expected)


EINSUMS = {
    "dense": (("...a,ab->...b", 3, "b"), 1, 1),
    "no_bias": (("abc,cd->abd", (None, 3), None), 1, 1),
    "heads": (("abc,cde->abde", (None, 2, 3), "de"), 1, 1),
    "heads_without_bias": (("abc,cde->abde", (None, 2, 3), None), 1, 1),
    # A bias of the last axis alone can take what follows, not what comes before.
    "narrow_bias": (("abc,cde->abde", (None, 2, 3), "e"), 1, 0),
    "other_bias": (("abc,cde->abde", (None, 2, 3), "d"), 0, 0),
    "joined": (("abc,bcd->ad", 3, "d"), 1, 1),
    # The kernel differs along an axis that the outputs keep.
    "local": (("abc,bcd->abd", (4, 3), "d"), 1, 0),
    "open_end": (("abc...,bd->adc...", (3, 5), None), 0, 0),
}


@pytest.mark.parametrize("name", EINSUMS)
def test_einsum_dense(name):
    (equation, shape, bias), after, before = EINSUMS[name]
    dense = layers.EinsumDense(equation, shape, bias_axes=bias)
    stays = ["BatchNormalization"]
    assert_folded(
        rv.Sequential([rv.Input((4, 5)), dense, BN(), relu()]),
        ["EinsumDense", *stays * (not after), "Activation"],
        shape=(8, 4, 5),
    )
    dense = layers.EinsumDense(equation, shape, "tanh", bias)
    assert_folded(
        rv.Sequential([rv.Input((4, 5)), BN(), dense]),
        [*stays * (not before), "EinsumDense"],
        shape=(8, 4, 5),
    )


def test_other_axes_stay():
    stack = [Dense(3), BN(axis=1), Dense(2)]
    kinds = ["Dense", "BatchNormalization", "Dense"]
    assert_folded(rv.Sequential([rv.Input((4, 5)), *stack]), kinds, (8, 4, 5))
    stack = [Dense(3), BN(axis=2), Dense(2)]
    assert_folded(
        rv.Sequential([rv.Input((4, 5)), *stack]), ["Dense", "Dense"], (8, 4, 5)
    )


@pytest.mark.parametrize(
    "norm", [BN(), layers.Rescaling(0.1, offset=2.0)], ids=["vector", "number"]
)
def test_through_flatten(norm):
    stack = [relu(), norm, layers.SpatialDropout1D(0.5), layers.Flatten(), Dense(2)]
    assert_folded(
        rv.Sequential([rv.Input((4, 5)), *stack]),
        ["Activation", "SpatialDropout1D", "Flatten", "Dense"],
        shape=(8, 4, 5),
    )


def test_flatten_that_moves_the_channels_stays_apart():
    stack = [BN(), layers.Flatten(data_format="channels_first"), Dense(2)]
    assert_folded(
        rv.Sequential([rv.Input((4, 5)), *stack]),
        ["BatchNormalization", "Flatten", "Dense"],
        shape=(8, 4, 5),
    )


def test_dropout_whose_output_is_used_elsewhere():
    def build(x):
        x = layers.Dropout(0.5)(BN()(x))
        return [Dense(2)(x), relu()(x)]

    kinds = ["BatchNormalization", "Dropout", "Dense", "Activation"]
    assert_folded(functional(build), kinds)


def test_dropout_in_training_mode():
    def build(x):
        return Dense(2)(layers.Dropout(0.0)(BN()(x), training=True))

    assert_folded(functional(build), ["BatchNormalization", "Dropout", "Dense"])


def test_integers_in():
    model = rv.Sequential([rv.Input((5,), dtype="uint8"), layers.Rescaling(0.1)])
    model.add(Dense(3))
    assert_folded(model, ["Dense"], dtype="uint8")


def functional(build, inputs=1):
    """Returns the functional model that a function of symbolic inputs describes."""
    x = [rv.Input((5,)) for _ in range(inputs)]
    return rv.Model(x if inputs > 1 else x[0], build(*x))


def test_branches_of_a_functional_model():
    def build(a, b):
        left = BN()(Dense(4)(a))
        right = Dense(4)(BN()(b))
        joined = layers.Add()([rv.ops.relu(left), right])
        return [Dense(2)(BN()(joined)), rv.ops.tanh(joined)]

    assert_folded(
        functional(build, inputs=2), ["Dense", "Dense", "Add", "Dense"], inputs=2
    )


def test_norm_before_several_dense_layers_folds_into_each():
    def build(x):
        x = BN()(x)
        return layers.Concatenate()([Dense(2)(x), Dense(3, "tanh")(x)])

    assert_folded(functional(build), ["Dense", "Dense", "Concatenate"])


def test_norm_before_layers_of_other_kinds_stays():
    def build(x):
        x = BN()(x)
        return layers.Concatenate()([Dense(2)(x), relu()(x)])

    kinds = ["BatchNormalization", "Dense", "Activation", "Concatenate"]
    assert_folded(functional(build), kinds)


def test_output_of_a_norm_that_is_an_output_of_the_model_stays():
    def build(x):
        x = BN()(x)
        return [x, Dense(2)(x)]

    assert_folded(functional(build), ["BatchNormalization", "Dense"])


def test_dense_layer_that_feeds_others_too_is_left_alone():
    def build(x):
        x = Dense(4)(x)
        return layers.Add()([x, BN()(x)])

    assert_folded(functional(build), ["Dense", "BatchNormalization", "Add"])


def test_shared_layers_are_left_alone():
    dense, norm = Dense(5), BN()

    def build(x):
        return norm(dense(Dense(5)(norm(dense(x)))))

    kinds = ["Dense", "BatchNormalization", "Dense"]
    folded = assert_folded(functional(build), kinds)
    assert [len(layer._inbound_nodes) for layer in folded.layers[1:]] == [2, 2, 1]


def test_norm_in_training_mode_stays():
    def build(x):
        return BN()(Dense(4)(x), training=True)

    assert_folded(functional(build), ["Dense", "BatchNormalization"])


def test_structured_inputs_and_outputs():
    a, b = rv.Input((5,), name="a"), rv.Input((5,), name="b")
    outputs = {"sum": BN()(Dense(3)(a + b)), "b": Dense(2)(BN()(b))}
    model = rv.Model({"a": a, "b": b}, outputs, name="both")
    folded = fold_batch_norm(model)
    assert folded.name == "both"
    x = {name: np.ones((4, 5), "float32") for name in "ab"}
    before, after = model(x), folded(x)
    assert list(after) == list(before)
    for key, value in before.items():
        np.testing.assert_allclose(after[key], value, rtol=1e-5, atol=1e-5)


def test_changed_layers_have_no_penalties():
    options = {"kernel_regularizer": "l2", "kernel_constraint": "max_norm"}
    model = rv.Sequential(
        [rv.Input((5,)), Dense(4, **options), BN(), relu(), Dense(2, **options)]
    )
    changed, _, kept = fold_batch_norm(model).layers
    assert changed.kernel_regularizer is changed.kernel_constraint is None
    assert kept.kernel_regularizer is not None


def test_after_training():
    model = rv.Sequential([rv.Input((5,)), Dense(8), BN(), relu(), BN(), Dense(1)])
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(3.0, 2.0, size=(64, 5)).astype("float32")
    model.fit(x, x[:, :1], epochs=3, verbose=0)
    folded = fold_batch_norm(model)
    assert len(folded.layers) == 3 and not folded.compiled
    np.testing.assert_allclose(
        folded.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5, atol=1e-5
    )


class Own(rv.Model):
    def call(self, x):
        return x


@pytest.mark.parametrize(
    "model", [Own(), rv.Sequential([Dense(2)]), "model"], ids=["own", "unbuilt", "text"]
)
def test_models_without_a_graph_are_refused(model):
    with pytest.raises(ValueError, match="functional model that is built"):
        fold_batch_norm(model)
