"""SpectralNormalization: kernels of norm one."""

from ranvier import initializers, ops
from ranvier.core._registry import builtin
from ranvier.layers._arguments import positive_int
from ranvier.layers._core import Wrapper
from ranvier.layers._input_spec import InputSpec


@builtin("keras.layers")
class SpectralNormalization(Wrapper):
    """Divides the kernel of a layer by its spectral norm before each training call.

    The norm is found by power iteration from a stored vector. See
    https://arxiv.org/abs/1802.05957.

    Args:
        layer: a layer with a `kernel` or `embeddings`.
        power_iterations: iterations a call.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: inputs of the layer.
        training: whether to normalise.

    Raises:
        ValueError: if `power_iterations` is no positive integer, or when building,
            the layer has no kernel.

    Example:
        >>> import numpy as np
        >>> from ranvier import layers
        >>> layer = SpectralNormalization(layers.Dense(3), power_iterations=20)
        >>> _ = layer(np.ones((2, 4)), training=True)
        >>> round(float(np.linalg.norm(layer.kernel.numpy(), ord=2)), 3)
        1.0
    """

    def __init__(self, layer, power_iterations=1, **kwargs):
        super().__init__(layer, **kwargs)
        self.power_iterations = positive_int("power_iterations", power_iterations)

    def build(self, input_shape):
        super().build(input_shape)
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        for name in ("kernel", "embeddings"):
            if hasattr(self.layer, name):
                self.kernel = getattr(self.layer, name)
                break
        else:
            raise ValueError(
                f"SpectralNormalization needs a layer with a kernel or embeddings. "
                f"{type(self.layer).__name__} has neither."
            )
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
            dtype=self.kernel.dtype,
        )

    def call(self, inputs, training=False):
        if training:
            self._normalize_kernel()
        return ops.cast(self.layer(inputs), inputs.dtype)

    def _normalize_kernel(self):
        u = new_u = self.vector_u.value
        matrix = ops.reshape(self.kernel, (-1, self.kernel.shape[-1]))
        for _ in range(self.power_iterations):
            v = ops.normalize(ops.matmul(new_u, ops.transpose(matrix)), axis=None)
            new_u = ops.normalize(ops.matmul(v, matrix), axis=None)
        v, new_u = ops.stop_gradient(v), ops.stop_gradient(new_u)
        sigma = ops.matmul(ops.matmul(v, matrix), ops.transpose(new_u))
        # A kernel of zeros has no direction: it stays, and so does the vector.
        zero = ops.all(ops.equal(matrix, 0))
        sigma = ops.where(zero, 1, sigma)
        self.vector_u.assign(ops.where(zero, u, new_u))
        self.kernel.assign(ops.divide(self.kernel, ops.reshape(sigma, ())))

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def get_config(self):
        return {**super().get_config(), "power_iterations": self.power_iterations}
