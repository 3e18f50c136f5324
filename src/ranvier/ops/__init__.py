# Core, nn, linalg, math and image families.
from ranvier.ops._activations import (
    celu, elu, gelu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_swish, hard_tanh,
    leaky_relu, log_sigmoid, log_softmax, relu, relu6, selu, sigmoid, silu, soft_shrink,
    softmax, softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax, squareplus,
    swish, tanh_shrink, threshold,
)
from ranvier.ops._core import (
    cast, convert_to_numpy, convert_to_tensor, dtype, is_tensor, saturate_cast, scatter,
    scatter_update, shape, slice, slice_update, stop_gradient, unstack,
)
from ranvier.ops._crossentropy import (
    binary_crossentropy, categorical_crossentropy, psnr,
    sparse_categorical_crossentropy,
)
from ranvier.ops._encoding import multi_hot, one_hot
from ranvier.ops._normalization import (
    batch_normalization, layer_normalization, moments, normalize, rms_normalization,
)
