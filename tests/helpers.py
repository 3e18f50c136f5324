"""What tests of several folders share."""

import jax
import numpy as np

# Central differences in float64: the error of the step and that of the rounding are
# both near 1e-9, far below what float32 gradients can show.
_STEP = 1e-5


def check_op(
    ours,
    reference,
    shapes,
    *,
    low=-2.0,
    high=2.0,
    dtype="float32",
    result_dtype=None,
    gradient=True,
    rtol=1e-5,
    atol=1e-5,
    seed=0,
):
    """Checks values, dtype and gradients of a function of arrays.

    Args:
        ours: the function to check.
        reference: the same with NumPy; it is called in float64.
        shapes: list of the shapes of the inputs, drawn uniformly.
        low: lower limit of the inputs.
        high: upper limit of the inputs.
        dtype: dtype of the inputs.
        result_dtype: dtype expected of the result; None for that of the inputs.
        gradient: whether to compare the gradient of a weighted sum of the result with
            finite differences of the reference.
        rtol: relative tolerance; the default is some roundings of float32.
        atol: absolute tolerance.
        seed: seed of the inputs.
    """
    rng = np.random.default_rng(seed)
    inputs = [rng.uniform(low, high, shape).astype(dtype) for shape in shapes]
    exact = [x.astype("float64") for x in inputs]
    result, expected = ours(*inputs), np.asarray(reference(*exact))
    assert result.shape == expected.shape
    assert result.dtype == (result_dtype or dtype)
    np.testing.assert_allclose(
        np.asarray(result, "float64"), expected, rtol=rtol, atol=atol
    )
    if not gradient:
        return
    # Different weights, so that no gradient vanishes by symmetry.
    weights = rng.uniform(0.5, 1.5, expected.shape)

    def loss(*arrays):
        return (ours(*arrays) * weights.astype(dtype)).sum()

    gradients = jax.grad(loss, argnums=tuple(range(len(inputs))))(*inputs)
    for i, found in enumerate(gradients):
        slope = finite_differences(
            lambda x, i=i: np.sum(reference(*exact[:i], x, *exact[i + 1 :]) * weights),
            exact[i],
        )
        scale = max(1.0, np.abs(slope).max())
        np.testing.assert_allclose(
            np.asarray(found, "float64"), slope, rtol=10 * rtol, atol=10 * atol * scale
        )


def finite_differences(function, x):
    """Returns the gradient of a scalar function at `x` by central differences."""
    slope = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += _STEP
        down[place] -= _STEP
        slope[place] = (function(up) - function(down)) / (2 * _STEP)
    return slope
