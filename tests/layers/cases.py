"""The layers under contract: how to make each, and what to call it on.

A case makes the same layer from Keras's module and from ours. A new layer joins the
list; every test of `test_contract.py` then holds for it.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

_rng = np.random.default_rng(0)


def normal(*shape):
    return _rng.normal(size=shape).astype("float32")


def halve(x):
    return x / 2


def integers(*shape):
    return _rng.integers(0, 5, size=shape).astype("int32")


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    make: Callable  # from a module of layers to a layer
    inputs: object  # an array, or a list of arrays

    @property
    def arrays(self):
        return self.inputs if isinstance(self.inputs, list) else [self.inputs]

    @property
    def differentiable(self):
        return all(x.dtype == "float32" for x in self.arrays)


vectors = normal(4, 6)
steps = normal(4, 5, 6)
images = normal(2, 4, 6, 3)
volumes = normal(2, 3, 4, 2, 2)
few = normal(4, 1, 6)

_named = {
    "activation": (lambda k: k.Activation("tanh"), vectors),
    "activation_softmax": (lambda k: k.Activation("softmax"), steps),
    "relu": (lambda k: k.ReLU(), vectors),
    "relu_all": (lambda k: k.ReLU(1.5, negative_slope=0.1, threshold=0.2), vectors),
    "leaky_relu": (lambda k: k.LeakyReLU(0.2), vectors),
    "elu": (lambda k: k.ELU(0.7), vectors),
    "prelu": (lambda k: k.PReLU("uniform"), steps),
    "prelu_shared": (lambda k: k.PReLU("uniform", shared_axes=[1, 2]), images),
    "softmax": (lambda k: k.Softmax(), steps),
    "softmax_axes": (lambda k: k.Softmax(axis=(1, 2)), steps),
    "dense": (lambda k: k.Dense(3, activation="relu"), vectors),
    "dense_regularized": (
        lambda k: k.Dense(
            3,
            use_bias=False,
            kernel_initializer="he_uniform",
            kernel_regularizer="l2",
            activity_regularizer={"class_name": "L1", "config": {"l1": 0.25}},
            kernel_constraint="non_neg",
        ),
        steps,
    ),
    "einsum_dense": (lambda k: k.EinsumDense("ab,bc->ac", 3, bias_axes="c"), vectors),
    "einsum_dense_left": (
        lambda k: k.EinsumDense("...x,xy->...y", 3, activation="relu", bias_axes="y"),
        steps,
    ),
    "einsum_dense_right": (
        lambda k: k.EinsumDense("ab...,bcd->acd...", (3, 2), bias_axes="c"),
        steps,
    ),
    "einsum_dense_heads": (
        lambda k: k.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de"),
        steps,
    ),
    "embedding": (lambda k: k.Embedding(5, 3), integers(4, 6)),
    "embedding_masked": (
        lambda k: k.Embedding(5, 3, embeddings_regularizer="l2", mask_zero=True),
        integers(4, 6),
    ),
    "flatten": (lambda k: k.Flatten(), images),
    "flatten_first": (lambda k: k.Flatten(data_format="channels_first"), images),
    "reshape": (lambda k: k.Reshape((2, -1)), vectors),
    "permute": (lambda k: k.Permute((3, 1, 2)), images),
    "repeat_vector": (lambda k: k.RepeatVector(3), vectors),
    "up_sampling_1d": (lambda k: k.UpSampling1D(3), steps),
    "up_sampling_2d": (lambda k: k.UpSampling2D((2, 3)), images),
    "up_sampling_2d_bilinear": (
        lambda k: k.UpSampling2D(2, "channels_first", interpolation="bilinear"),
        images,
    ),
    "up_sampling_3d": (lambda k: k.UpSampling3D(2, "channels_first"), volumes),
    "zero_padding_1d": (lambda k: k.ZeroPadding1D((1, 2)), steps),
    "zero_padding_1d_first": (lambda k: k.ZeroPadding1D(2, "channels_first"), steps),
    "zero_padding_2d": (lambda k: k.ZeroPadding2D(((1, 0), (2, 3))), images),
    "zero_padding_3d": (lambda k: k.ZeroPadding3D((1, 2, 3)), volumes),
    "cropping_1d": (lambda k: k.Cropping1D((1, 2)), steps),
    "cropping_2d": (lambda k: k.Cropping2D(((1, 0), (2, 1))), images),
    "cropping_2d_first": (lambda k: k.Cropping2D(1, "channels_first"), images),
    "cropping_3d": (lambda k: k.Cropping3D(((1, 0), (2, 1), (0, 1))), volumes),
    "dropout": (lambda k: k.Dropout(0.4), vectors),
    "dropout_shaped": (
        lambda k: k.Dropout(0.4, noise_shape=(None, 1, None), seed=3),
        steps,
    ),
    "dropout_zero": (lambda k: k.Dropout(0), vectors),
    "spatial_dropout_1d": (lambda k: k.SpatialDropout1D(0.4), steps),
    "spatial_dropout_2d": (
        lambda k: k.SpatialDropout2D(0.4, data_format="channels_first"),
        images,
    ),
    "spatial_dropout_3d": (lambda k: k.SpatialDropout3D(0.4), volumes),
    "alpha_dropout": (lambda k: k.AlphaDropout(0.3), vectors),
    "alpha_dropout_shaped": (
        lambda k: k.AlphaDropout(0.3, noise_shape=(None, 1, None)),
        steps,
    ),
    "gaussian_dropout": (lambda k: k.GaussianDropout(0.3), vectors),
    "gaussian_noise": (lambda k: k.GaussianNoise(0.3), vectors),
    "activity_regularization": (
        lambda k: k.ActivityRegularization(l1=0.1, l2=0.2),
        vectors,
    ),
    "batch_normalization": (lambda k: k.BatchNormalization(), vectors),
    "batch_normalization_images": (
        lambda k: k.BatchNormalization(
            momentum=0.7, epsilon=1e-5, beta_initializer="ones", gamma_regularizer="l2"
        ),
        images,
    ),
    "batch_normalization_axis": (
        lambda k: k.BatchNormalization(axis=1, center=False, scale=False),
        steps,
    ),
    "batch_renormalization": (
        lambda k: k.BatchNormalization(
            renorm=True, renorm_clipping={"rmin": 0.5, "rmax": 2.0, "dmax": 0.3}
        ),
        vectors,
    ),
    "layer_normalization": (lambda k: k.LayerNormalization(), steps),
    "layer_normalization_axes": (
        lambda k: k.LayerNormalization(
            axis=[1, 2], gamma_initializer="uniform", beta_regularizer="l2"
        ),
        steps,
    ),
    "layer_normalization_plain": (
        lambda k: k.LayerNormalization(center=False, scale=False),
        vectors,
    ),
    "group_normalization": (lambda k: k.GroupNormalization(3), images),
    "group_normalization_axis": (
        lambda k: k.GroupNormalization(-1, axis=1, center=False),
        images,
    ),
    "rms_normalization": (lambda k: k.RMSNormalization(), steps),
    "unit_normalization": (lambda k: k.UnitNormalization(), steps),
    "unit_normalization_axes": (lambda k: k.UnitNormalization(axis=(1, 2)), steps),
    "spectral_normalization": (
        lambda k: k.SpectralNormalization(k.Dense(3), power_iterations=2),
        vectors,
    ),
    "identity": (lambda k: k.Identity(), vectors),
    "masking": (lambda k: k.Masking(), np.where(steps > 0, steps, 0)),
    "lambda": (lambda k: k.Lambda(halve), vectors),
    "normalization": (lambda k: k.Normalization(), vectors),
    "normalization_given": (
        lambda k: k.Normalization(
            axis=(1, 3), mean=[1.0, 2.0, 3.0], variance=[4.0] * 3
        ),
        images,
    ),
    "normalization_inverted": (
        lambda k: k.Normalization(axis=None, mean=3.0, variance=2.0, invert=True),
        steps,
    ),
    "rescaling": (lambda k: k.Rescaling(1 / 127.5, offset=-1.0), images),
    "rescaling_channels": (lambda k: k.Rescaling([1.0, 2.0, 3.0]), images),
    "add": (lambda k: k.Add(), [steps, few, normal(4, 6)]),
    "subtract": (lambda k: k.Subtract(), [steps, few]),
    "multiply": (lambda k: k.Multiply(), [steps, normal(4, 5, 6), few]),
    "average": (lambda k: k.Average(), [steps, few, few]),
    "maximum": (lambda k: k.Maximum(), [steps, normal(4, 5, 6)]),
    "minimum": (lambda k: k.Minimum(), [steps, normal(4, 5, 6), few]),
    "concatenate": (lambda k: k.Concatenate(), [steps, normal(4, 5, 2)]),
    "concatenate_axis": (lambda k: k.Concatenate(axis=1), [steps, few]),
    "dot": (lambda k: k.Dot(axes=-1), [vectors, normal(4, 6)]),
    "dot_normalized": (
        lambda k: k.Dot(axes=(2, 1), normalize=True),
        [steps, normal(4, 6, 2)],
    ),
    "dot_axes": (lambda k: k.Dot(axes=(-2, -1)), [steps, normal(4, 2, 3, 5)]),
}

CASES = [Case(name, make, inputs) for name, (make, inputs) in _named.items()]
