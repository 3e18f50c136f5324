"""The weights half of a layer: what is assigned to it is found again.

Variables, sub-layers, metrics and seed generators assigned to attributes, also inside
lists and dictionaries, belong to the layer.
"""

import numpy as np

from ranvier import constraints, initializers, regularizers
from ranvier.core import _dtypes
from ranvier.core._seeds import SeedGenerator
from ranvier.core._tracking import tracked
from ranvier.core._variable import Variable, standardize_shape
from ranvier.metrics import Mean, Metric

# Attributes that hold the layer's own bookkeeping, or parts of the graph.
_UNTRACKED = frozenset(
    {
        "_trainable_variables",
        "_non_trainable_variables",
        "_layers",
        "_inbound_nodes",
        "_outbound_nodes",
        "_metrics",
        "_losses",
        "_seed_generators",
        "_dtype_policy",
        "_build_shapes",
        "_init_arguments",
        "input_spec",
    }
)


class Weights:
    """Mixin of `Layer`: tracking, creating, listing, reading and setting weights."""

    def __setattr__(self, name, value):
        plain = isinstance(value, (bool, int, float, str, type(None)))
        if not plain and name not in _UNTRACKED:
            value = tracked(value, self._track)
        super().__setattr__(name, value)

    def __delattr__(self, name):
        value = self.__dict__.get(name)
        super().__delattr__(name)
        for items in (
            self._trainable_variables,
            self._non_trainable_variables,
            self._layers,
            self._metrics,
            self._seed_generators,
        ):
            items[:] = [item for item in items if item is not value]

    def _track(self, value):
        if isinstance(value, Variable):
            known = [*self._trainable_variables, *self._non_trainable_variables]
            if any(variable is value for variable in known):
                return
            kind = "_trainable" if value.trainable else "_non_trainable"
            items = self.__dict__[f"{kind}_variables"]
        elif isinstance(value, Metric):
            items = self._metrics
        elif isinstance(value, Weights):
            items = self._layers
        elif isinstance(value, SeedGenerator):
            items = self._seed_generators
        else:
            return
        if all(item is not value for item in items) and value is not self:
            if self.__dict__.get("_locked") and not isinstance(value, Metric):
                raise _locked_error(self, value)
            items.append(value)
        if isinstance(value, Variable) and not self.__dict__.get("_trainable", True):
            value.trainable = False  # a weight of a layer that is frozen already

    def add_weight(
        self,
        *args,
        shape=None,
        initializer=None,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        aggregation="none",
        overwrite_with_gradient=False,
        name=None,
        **kwargs,
    ):
        """Creates a weight of this layer.

        Args:
            *args: `shape`, `initializer` and `dtype` may be given by position.
            shape: its shape; None for a scalar.
            initializer: name, object, or function `(shape, dtype)`; default: Glorot
                uniform for floats, zeros for integers.
            dtype: default: the policy's variable dtype.
            trainable: whether optimizers may change it.
            autocast: whether it is read in the compute dtype.
            regularizer: penalty on its value.
            constraint: projection applied after each update.
            aggregation: a note for distributed training.
            overwrite_with_gradient: see `Variable`.
            name: its name.

        Returns:
            The `Variable`.

        Raises:
            ValueError: if the layer is built already, or a name or an argument that
                is named as well comes by position.
        """
        if args:
            given = _by_position(args, shape, initializer, dtype)
            shape, initializer, dtype = given
        shape = standardize_shape(() if shape is None else shape)
        dtype = self.variable_dtype if dtype is None else dtype
        dtype = _dtypes.standardize_dtype(dtype)
        if initializer is None:
            initializer = "glorot_uniform" if "float" in dtype else "zeros"
        initializer = initializers.get(initializer)
        with self._name_scope():
            variable = Variable(
                initializer,
                shape=shape,
                dtype=dtype,
                trainable=trainable,
                autocast=autocast,
                aggregation=aggregation,
                name=name,
                **kwargs,
            )
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        self._track(variable)
        return variable

    def add_variable(self, shape, initializer, dtype=None, trainable=True, **kwargs):
        """The older name of `add_weight`."""
        return self.add_weight(shape, initializer, dtype, trainable=trainable, **kwargs)

    def _flatten_layers(self, include_self=True, recursive=True):
        """Yields the sub-layers, each once, depth first."""
        seen = {id(self)}
        if include_self:
            yield self
        stack = list(reversed(self._layers))
        while stack:
            layer = stack.pop()
            if id(layer) in seen:
                continue
            seen.add(id(layer))
            yield layer
            if recursive:
                stack.extend(reversed(layer._layers))

    @property
    def variables(self):
        """All variables: weights and states of random generators."""
        return _unique(self._iter_variables("variables"))

    @property
    def weights(self):
        """The weights of this layer and its sub-layers."""
        return _unique(self._iter_variables("weights"))

    def _iter_variables(self, which):
        yield from self._trainable_variables
        yield from self._non_trainable_variables
        if which == "variables":
            for generator in self._seed_generators:
                yield generator.state
        for layer in self._layers:
            yield from layer._iter_variables(which)

    @property
    def trainable_variables(self):
        """The variables that training changes."""
        return [] if not self.trainable else [v for v in self.variables if v.trainable]

    @property
    def non_trainable_variables(self):
        """The variables that training leaves to the layer itself."""
        if not self.trainable:
            return self.variables
        return [v for v in self.variables if not v.trainable]

    @property
    def trainable_weights(self):
        """The weights that training changes."""
        return [] if not self.trainable else [v for v in self.weights if v.trainable]

    @property
    def non_trainable_weights(self):
        """The weights that training does not change."""
        if not self.trainable:
            return self.weights
        return [v for v in self.weights if not v.trainable]

    @property
    def metrics(self):
        """The metrics assigned to this layer and its sub-layers."""
        metrics = list(self._metrics)
        for layer in self._layers:
            metrics.extend(layer.metrics)
        return metrics

    def add_metric(self, value, name=None, aggregation="mean"):
        """Tracks the mean of a value in the logs of training, as in Keras 2.

        Args:
            value: a tensor, or what a metric kept as an attribute has returned: that
                one is in the logs already.
            name: its name in the logs; None in the second case.
            aggregation: only `"mean"` or None.

        Raises:
            ValueError: for another aggregation.
        """
        if aggregation not in ("mean", None):
            raise ValueError(
                f"`aggregation` must be 'mean' or None. Received: {aggregation!r}"
            )
        if name is None:
            return
        metric = next((m for m in self._metrics if m.name == name), None)
        if metric is None:
            metric = Mean(name=name)
            setattr(self, f"_added_{name}", metric)
        metric.update_state(value)

    @property
    def metrics_variables(self):
        """The variables of all metrics."""
        return [v for metric in self.metrics for v in metric.variables]

    def get_weights(self):
        """Returns the weights as NumPy arrays."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights):
        """Sets the weights from a list of arrays in the order of `get_weights`.

        Raises:
            ValueError: if the number of arrays or a shape differs.
        """
        variables = self.weights
        if len(variables) != len(weights):
            raise ValueError(
                f"You called `set_weights(weights)` on layer '{self.name}' with a "
                f"weight list of length {len(weights)}, but the layer was expecting "
                f"{len(variables)} weights."
            )
        for variable, value in zip(variables, weights, strict=True):
            if variable.shape != np.shape(value):
                raise ValueError(
                    f"Layer {self.name} weight shape {variable.shape} is not "
                    f"compatible with provided weight shape {np.shape(value)}."
                )
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    def count_params(self):
        """Returns the number of entries in all weights.

        Raises:
            ValueError: if the layer is not built.
        """
        if not self.built:
            raise ValueError(
                "You tried to call `count_params` on layer "
                f"'{self.name}', but the layer isn't built. You can build it manually "
                f"via: `layer.build(input_shape)`."
            )
        return sum(v.size for v in self.weights)

    @property
    def trainable(self):
        """Whether training changes the weights of this layer and those inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        value = bool(value)
        self._trainable = value
        for variable in self._trainable_variables:
            variable.trainable = value
        for layer in self._layers:
            layer.trainable = value

    def save_own_variables(self, store):
        """Puts the layer's own weights into a mapping, by position."""
        own = [*self._trainable_variables, *self._non_trainable_variables]
        for index, variable in enumerate(own):
            store[f"{index}"] = variable.numpy()

    def load_own_variables(self, store):
        """Takes the layer's own weights from a mapping of `save_own_variables`."""
        own = [*self._trainable_variables, *self._non_trainable_variables]
        if len(store.keys()) != len(own):
            raise ValueError(
                f"Layer '{self.name}' expected {len(own)} variables, but received "
                f"{len(store.keys())} variables during loading. "
                f"Expected: {[v.name for v in own]}"
            )
        for index, variable in enumerate(own):
            variable.assign(store[f"{index}"])


def _by_position(args, *named):
    """Returns shape, initializer and dtype, some of which came without a name."""
    if isinstance(args[0], str):
        raise ValueError(
            "In `add_weight` the `name` must be passed as a keyword argument. "
            f"Received: add_weight({args[0]!r}, ...). "
            f"Use add_weight(shape=..., name={args[0]!r})."
        )
    if len(args) > len(named):
        raise TypeError(
            f"`add_weight` takes at most {len(named)} positional arguments, "
            f"{len(args)} were given. Pass those after `dtype` by name."
        )
    names = ("shape", "initializer", "dtype")
    for name, value in zip(names[: len(args)], named, strict=False):
        if value is not None:
            raise ValueError(
                f"In `add_weight` the `{name}` was passed both positionally and as a "
                "keyword argument."
            )
    return (*args, *named[len(args) :])


def _locked_error(layer, value):
    kind = "layer" if isinstance(value, Weights) else "variable"
    name = getattr(value, "name", None)
    return ValueError(
        f"You cannot add new elements of state, such as the {kind} '{name}', to "
        f"layer '{layer.name}' ({type(layer).__name__}), which is built already: each "
        "call would add another. Create weights and sub-layers in `__init__()` or in "
        "`build()`."
    )


def _unique(variables):
    return list({id(v): v for v in variables}.values())
