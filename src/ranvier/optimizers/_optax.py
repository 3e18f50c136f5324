"""optax transformations as optimizers: they already are pure `init`/`update` pairs."""

import jax
import jax.numpy as jnp

from ranvier.optimizers._optimizer import Optimizer


def is_transformation(value) -> bool:
    """Tells whether a value is an optax gradient transformation (a named pair)."""
    return isinstance(value, tuple) and getattr(value, "_fields", ())[:2] == (
        "init",
        "update",
    )


class OptaxOptimizer(Optimizer):
    """An optimizer around an optax transformation.

    Args:
        transformation: for example `optax.adam(1e-3)`.
        **kwargs: see `Optimizer`; clipping and averages are applied around it.

    The learning rate is the transformation's own: it cannot be set from outside.
    """

    __signature__ = None  # the rate is the transformation's

    def __init__(self, transformation, **kwargs):
        super().__init__(learning_rate=1.0, **kwargs)
        self.transformation = transformation

    def build_slots(self, variables):
        state = self.transformation.init([v.value for v in variables])
        leaves, self._structure = jax.tree.flatten(state)
        leaves = [jnp.asarray(leaf) for leaf in leaves]
        self._key_kinds = [_key_kind(leaf) for leaf in leaves]
        self._state = [
            self._add_state(_as_numbers(leaf), name=f"state_{i}")
            for i, leaf in enumerate(leaves)
        ]

    def _variables_by_place(self):
        # The weights are handed to optax in a list: lists in its state mirror them.
        weights = self._trainable_variables
        state = jax.tree.unflatten(self._structure, self._state)

        def mirrors(part):
            return type(part) is list and len(part) == len(weights)

        found = super()._variables_by_place()
        found = {place: v for place, v in found.items() if place[0] != "_state"}
        for i, part in enumerate(jax.tree.leaves(state, is_leaf=mirrors)):
            pairs = zip(weights, part) if mirrors(part) else [(None, part)]
            for weight, entry in pairs:
                for j, variable in enumerate(jax.tree.leaves(entry)):
                    found["_state", (i, j), weight] = variable
        return found

    def _add_state(self, value, name):
        def copy(shape, dtype):
            return jnp.array(value)  # the state may share the weights' own arrays

        return self.add_variable(value.shape, copy, dtype=value.dtype.name, name=name)

    def update_steps(self, grads, variables, learning_rate):
        # optax's state covers all weights: those without a gradient get zeros.
        given = dict(zip(variables, grads, strict=True))
        variables = self._trainable_variables
        grads = [
            given[v] if v in given else jnp.zeros(v.shape, v.dtype) for v in variables
        ]
        leaves = [
            variable.value
            if kind is None
            else jax.random.wrap_key_data(variable.value, impl=kind)
            for variable, kind in zip(self._state, self._key_kinds, strict=True)
        ]
        state = jax.tree.unflatten(self._structure, leaves)
        values = [v.value for v in variables]
        updates, state = self.transformation.update(grads, state, values)
        for variable, value, change in zip(variables, values, updates, strict=True):
            variable.assign(value + change)
        for variable, leaf in zip(self._state, jax.tree.leaves(state), strict=True):
            variable.assign(_as_numbers(leaf))

    @property
    def learning_rate(self):
        """1.0: the rate is part of the transformation."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        raise TypeError(
            "The learning rate of an optax transformation is its own. Give it a "
            "schedule, or use one of `ranvier.optimizers`."
        )

    def get_config(self):
        raise NotImplementedError(
            "An optax transformation holds functions and cannot be saved in a config. "
            "Save the weights, and compile again with the transformation after loading."
        )


def _key_kind(leaf):
    """Returns the kind of a random key, None for any other array."""
    is_key = jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
    return jax.random.key_impl(leaf) if is_key else None


def _as_numbers(leaf):
    """Returns what a variable can hold: of a random key, its numbers."""
    return leaf if _key_kind(leaf) is None else jax.random.key_data(leaf)
