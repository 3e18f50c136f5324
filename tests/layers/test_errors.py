"""Bad arguments and inputs: one clear error that names what is wrong."""

import keras
import numpy as np
import pytest

from ranvier import layers

x = np.ones((2, 3), "float32")
images = np.ones((2, 4, 4, 3), "float32")

# name: (what to do with a module of layers, part of our message). Keras refuses the
# same, with the same built-in class of error.
REFUSED = {
    "dropout_rate": (lambda k: k.Dropout(1.5), "`rate`.*rate=1.5"),
    "dropout_negative": (lambda k: k.Dropout(-0.1), "`rate`.*rate=-0.1"),
    "dropout_shape": (
        lambda k: k.Dropout(0.5, noise_shape=(0, 1)),
        r"`noise_shape`.*\(0, 1\)",
    ),
    "dropout_shape_text": (lambda k: k.Dropout(0.5, noise_shape="a"), "`noise_shape`"),
    "spatial_dropout_rate": (lambda k: k.SpatialDropout2D(2), "`rate`"),
    "spatial_dropout_rank": (lambda k: k.SpatialDropout1D(0.5)(x), "ndim=3"),
    "alpha_dropout_rate": (lambda k: k.AlphaDropout(-1), "`rate`"),
    "gaussian_dropout_rate": (lambda k: k.GaussianDropout(2), "`rate`"),
    "gaussian_noise": (lambda k: k.GaussianNoise(-0.1), "`stddev`"),
    "relu_max": (lambda k: k.ReLU(max_value=-1.0), "`max_value`"),
    "relu_slope": (lambda k: k.ReLU(negative_slope=None), "`negative_slope`"),
    "relu_threshold": (lambda k: k.ReLU(threshold=-1.0), "`threshold`"),
    "leaky_relu": (lambda k: k.LeakyReLU(-0.5), "`negative_slope`"),
    "activation": (lambda k: k.Activation("rleu"), "relu"),
    "dense_units": (lambda k: k.Dense(0), "`units`.*units=0"),
    "embedding_size": (lambda k: k.Embedding(0, 3), "`input_dim`"),
    "embedding_type": (lambda k: k.Embedding(3, "4"), "`output_dim`.*'4'"),
    "einsum_form": (lambda k: k.EinsumDense("ab->c", 3)(x), "ab->c"),
    "einsum_shared": (lambda k: k.EinsumDense("abc,cd->abd", (7, 5))(images[0]), "'b'"),
    "einsum_kernel": (lambda k: k.EinsumDense("ab,bz->ac", 3)(x), "'[cz]'"),
    "einsum_bias": (
        lambda k: k.EinsumDense("ab,bc->ac", 3, bias_axes="z")(x),
        "bias_axes|Bias",
    ),
    "batch_normalization_clipping": (
        lambda k: k.BatchNormalization(renorm=True, renorm_clipping={"rmid": 1.0}),
        "`renorm_clipping`.*rmid",
    ),
    "batch_normalization_limits": (
        lambda k: k.BatchNormalization(
            renorm=True, renorm_clipping={"rmin": 2.0, "rmax": 1.0}
        ),
        "rmax",
    ),
    "batch_normalization_mask": (
        lambda k: k.BatchNormalization()(x, mask=np.ones((2, 3))),
        "mask",
    ),
    "batch_normalization_axis": (
        lambda k: k.BatchNormalization(axis=None),
        "`axis` must be an integer.*axis=None",
    ),
    "batch_normalization_epsilon": (
        lambda k: k.BatchNormalization(epsilon="a"),
        "`epsilon`.*epsilon='a'",
    ),
    "layer_normalization_axis": (lambda k: k.LayerNormalization(axis="a"), "axis"),
    "group_normalization": (lambda k: k.GroupNormalization(0), "`groups`"),
    "group_normalization_size": (lambda k: k.GroupNormalization(2)(x), "groups"),
    "unit_normalization_axis": (lambda k: k.UnitNormalization(axis=None), "axis"),
    "spectral_iterations": (
        lambda k: k.SpectralNormalization(k.Dense(2), power_iterations=0),
        "power_iterations",
    ),
    "spectral_layer": (
        lambda k: k.SpectralNormalization(k.ReLU()).build((2, 3)),
        "kernel",
    ),
    "wrapper": (lambda k: k.Wrapper(3), "3"),
    "reshape_sizes": (lambda k: k.Reshape((-1, -1)), "`target_shape`"),
    "reshape_negative": (lambda k: k.Reshape((-2, 3)), "`target_shape`"),
    "reshape_total": (lambda k: k.Reshape((2, 2))(x), r"\(2, 2\)"),
    "reshape_divisor": (lambda k: k.Reshape((2, -1))(x), r"\(2, -1\)"),
    "permute": (lambda k: k.Permute((0, 1)), "`dims`"),
    "permute_rank": (lambda k: k.Permute((2, 1))(x), "ndim=3"),
    "repeat_zero": (lambda k: k.RepeatVector(0), "`n`"),
    "repeat_type": (lambda k: k.RepeatVector(1.5), "`n`"),
    "up_sampling_1d": (lambda k: k.UpSampling1D(0), "`size`"),
    "up_sampling_2d": (lambda k: k.UpSampling2D((1, 2, 3)), "`size`"),
    "up_sampling_3d": (lambda k: k.UpSampling3D((1, 0, 1)), "`size`"),
    "zero_padding_1d": (lambda k: k.ZeroPadding1D((1, 2, 3)), "`padding`"),
    "zero_padding_2d": (lambda k: k.ZeroPadding2D(((1, 2), (3, -4))), "padding"),
    "zero_padding_3d": (lambda k: k.ZeroPadding3D("1"), "`padding`"),
    "cropping_1d": (lambda k: k.Cropping1D("1"), "`cropping`"),
    "cropping_2d": (lambda k: k.Cropping2D(-1), "cropping"),
    "cropping_3d": (lambda k: k.Cropping3D((1, 2)), "`cropping`"),
    "cropping_too_much": (lambda k: k.Cropping2D(2)(images), "`cropping`"),
    "data_format": (lambda k: k.Flatten(data_format="last"), "data_format"),
    "add_one_tensor": (lambda k: k.Add()(x), "list of inputs"),
    "add_shapes": (lambda k: k.Add()([x, x[:, :2]]), "shapes"),
    "add_batches": (lambda k: k.Add()([x, np.ones((3, 3))]), "batch sizes"),
    "subtract_three": (lambda k: k.Subtract()([x, x, x]), "exactly 2 inputs"),
    "concatenate_shapes": (
        lambda k: k.Concatenate()([x, np.ones((2, 3, 1))]),
        "matching shapes",
    ),
    "concatenate_one_tensor": (lambda k: k.Concatenate()(x), "list of"),
    "dot_axes_type": (lambda k: k.Dot(axes=1.5), "`axes`"),
    "dot_axes_count": (lambda k: k.Dot(axes=(1, 2, 3)), "`axes`"),
    "dot_shapes": (lambda k: k.Dot(axes=1)([x, x[:, :2]]), "shapes"),
    "normalization_half": (lambda k: k.Normalization(mean=1.0), "`variance`"),
    "normalization_shapes": (
        lambda k: k.Normalization(mean=[1.0, 2.0], variance=[1.0]),
        "shape",
    ),
    "normalization_axis": (lambda k: k.Normalization(axis=3).build((2, 3)), "axis"),
    "normalization_unknown": (
        lambda k: k.Normalization().build((2, None)),
        r"axis=\(-1,\)|index 1|axis -?1",
    ),
    "deserialize": (
        lambda k: k.deserialize(
            {"module": "keras.initializers", "class_name": "Zeros", "config": {}}
        ),
        "not",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_in_keras(name):
    action, message = REFUSED[name]
    with pytest.raises((ValueError, TypeError)) as theirs:
        action(keras.layers)
    builtin = ValueError if isinstance(theirs.value, ValueError) else TypeError
    with pytest.raises(builtin, match=message):
        action(layers)


# Refused by us alone, and early: Keras fails later, or computes nonsense.
REFUSED_HERE = {
    "text_rate": (lambda: layers.Dropout("half"), "`rate`.*'half'"),
    "momentum": (lambda: layers.BatchNormalization(momentum=1.5), "`momentum`"),
    "epsilon": (lambda: layers.LayerNormalization(epsilon=-1e-3), "`epsilon`"),
    "axis": (lambda: layers.BatchNormalization(axis=2)(x), "'batch_norm.*axis 2"),
    "unknown_axis": (
        lambda: layers.BatchNormalization().build((2, None)),
        "needs to know the size of axis -1",
    ),
    "interpolation": (
        lambda: layers.UpSampling2D(interpolation="cubic"),
        "`interpolation`.*cubic",
    ),
    "dot_batch": (lambda: layers.Dot(axes=0), "axis 0"),
    "rrelu": (lambda: layers.RReLU(lower=0.5, upper=0.2), "`upper`"),
    "lambda": (lambda: layers.Lambda("x + 1"), "`function`"),
    "lora": (lambda: layers.Dense(3, lora_rank=4), "`lora_rank`"),
    "penalty": (lambda: layers.ActivityRegularization(l1=-1.0), "l1"),
    "einsum_rank": (lambda: layers.EinsumDense("abc,cd->abd", (2, 3))(x), "3 axes"),
    "adapted_twice": (
        lambda: layers.Normalization(mean=0.0, variance=1.0, axis=None).adapt(x),
        "cannot adapt",
    ),
    "nothing_to_adapt": (lambda: layers.Normalization().adapt(x[:0]), "no data"),
    "no_batches": (lambda: layers.Normalization().adapt(iter([])), "no data"),
    "adapt_number": (lambda: layers.Normalization().adapt(object()), "`adapt"),
}


BAD_NUMBERS = [
    *[
        (name, {"rate": rate})
        for name in (
            "Dropout",
            "SpatialDropout1D",
            "SpatialDropout2D",
            "SpatialDropout3D",
            "AlphaDropout",
            "GaussianDropout",
        )
        for rate in (1.1, -0.1, "half", None, True, float("nan"))
    ],
    ("AlphaDropout", {"rate": 1.0}),  # they divide by what is left
    ("GaussianDropout", {"rate": 1.0}),
    ("GaussianNoise", {"stddev": -0.1}),
    ("ELU", {"alpha": "a"}),
    ("ELU", {"alpha": None}),
    ("LeakyReLU", {"negative_slope": "a"}),
    ("ReLU", {"max_value": "a"}),
    ("ReLU", {"threshold": None}),
    ("RReLU", {"lower": "a"}),
    ("Softmax", {"axis": "a"}),
    ("Softmax", {"axis": [0, 1.5]}),
    ("PReLU", {"shared_axes": "a"}),
    ("PReLU", {"shared_axes": [1, None]}),
    ("GroupNormalization", {"axis": "a"}),
]


@pytest.mark.parametrize(("name", "arguments"), BAD_NUMBERS)
def test_bad_numbers(name, arguments):
    (argument,) = arguments
    with pytest.raises(ValueError, match=f"`{argument}`.*Received: {argument}="):
        getattr(layers, name)(**arguments)


@pytest.mark.parametrize("name", REFUSED_HERE)
def test_refused_early(name):
    action, message = REFUSED_HERE[name]
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=message):
        action()


def test_layer_is_usable_after_an_error():
    layer = layers.Cropping1D(2)
    with pytest.raises(ValueError, match="cropping"):
        layer(np.ones((2, 4, 1)))
    assert layer(np.ones((2, 5, 1))).shape == (2, 1, 1)
