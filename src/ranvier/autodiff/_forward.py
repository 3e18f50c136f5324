"""Derivatives along a direction, of what happens in a context."""

from ranvier.autodiff._tape import GradientTape
from ranvier.core import _tree
from ranvier.tensors import _math, _shaping
from ranvier.tensors._constant import convert_to_tensor


class ForwardAccumulator:
    """Records what is computed from some values, for derivatives along a direction.

    Its products of Jacobian and vector come from gradients: a gradient is linear in the
    weights of the results, and its derivative by these is the product.

    Args:
        primals: tensors or variables, or a structure of them.
        tangents: the direction: tensors of the same shapes in the same structure.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import ranvier.tf as tf
        >>> x = tf.constant([1.0, 2.0])
        >>> with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as acc:
        ...     y = x**2
        >>> acc.jvp(y).numpy().tolist()
        [2.0, 0.0]
    """

    def __init__(self, primals, tangents):
        self._primals = _tree.flatten(primals)
        self._tangents = [convert_to_tensor(t) for t in _tree.flatten(tangents)]
        for primal, tangent in zip(self._primals, self._tangents, strict=True):
            if tuple(primal.shape) != tuple(tangent.shape):
                raise ValueError(
                    f"A tangent must have the shape of its primal, {primal.shape}. "
                    f"Received: {tangent.shape}"
                )
        self._tape = GradientTape(persistent=True)

    def __enter__(self):
        self._tape.__enter__()
        for primal in self._primals:
            self._tape.watch(primal)
        return self

    def __exit__(self, *args):
        self._tape.__exit__(*args)

    def jvp(self, primals, unconnected_gradients="none"):
        """Returns the derivatives of results along the direction.

        Args:
            primals: what was computed in the context, or a structure of it.
            unconnected_gradients: what to give for what does not depend on the values:
                `"none"` or `"zero"`.
        """
        return _tree.map_structure(
            lambda y: self._product(y, unconnected_gradients), primals
        )

    def _product(self, result, unconnected):
        result = convert_to_tensor(result)
        weights = _shaping.ones_like(result)
        with GradientTape() as tape:
            tape.watch(weights)
            found = self._tape.gradient(result, self._primals, output_gradients=weights)
            parts = [
                _math.reduce_sum(gradient * tangent)
                for gradient, tangent in zip(found, self._tangents)
                if gradient is not None
            ]
            total = _math.add_n(parts) if parts else None
        if total is not None:
            return tape.gradient(total, weights)
        return _shaping.zeros_like(result) if unconnected == "zero" else None
