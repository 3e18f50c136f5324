"""MultiOptimizer: different weights, different optimizers."""

import re
from collections.abc import MutableMapping

from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.optimizers._loss_scale import LossScaleOptimizer
from ranvier.optimizers._optimizer import Optimizer


@builtin("keras.optimizers")
class OptimizerMap(MutableMapping):
    """Optimizers by the path of a variable.

    A key is a path, or a regular expression that matches a whole path.

    Args:
        default_optimizer: for variables that no key matches.
        optimizer_map: optional dictionary from key to optimizer.

    Raises:
        TypeError: if an argument has another type.

    Example:
        >>> from ranvier.optimizers import SGD, Adam
        >>> optimizers = OptimizerMap(Adam())
        >>> optimizers["head/.*"] = SGD()
        >>> [type(optimizers[path]).__name__ for path in ("head/bias", "body/bias")]
        ['SGD', 'Adam']
    """

    def __init__(self, default_optimizer, optimizer_map=None):
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(
                "Argument `default_optimizer` must be an Optimizer. Received: "
                f"default_optimizer={default_optimizer!r}"
            )
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(
                "Argument `optimizer_map` must be a dictionary. Received: "
                f"optimizer_map={optimizer_map!r}"
            )
        self._default_optimizer = default_optimizer
        self._optimizer_map: dict[str, Optimizer] = {}
        for key, optimizer in (optimizer_map or {}).items():
            self[key] = optimizer

    @property
    def default_optimizer(self):
        """The optimizer of variables that no key matches."""
        return self._default_optimizer

    def __getitem__(self, key):
        if key in self._optimizer_map:
            return self._optimizer_map[key]
        matching = [p for p in self._optimizer_map if re.fullmatch(p, key)]
        if len(matching) > 1:
            raise ValueError(
                f"Multiple optimizers assigned to variable {key}: the keys {matching} "
                "all match it."
            )
        return self._optimizer_map[matching[0]] if matching else self.default_optimizer

    def __setitem__(self, key, optimizer):
        if key in self._optimizer_map:
            raise ValueError(
                f"{key!r} already exists in the OptimizerMap with value "
                f"{self._optimizer_map[key]}. Delete it first to replace it."
            )
        if not isinstance(key, str):
            raise ValueError(f"A key must be a string. Received: key={key!r}")
        check_inner(optimizer)
        self._optimizer_map[key] = optimizer

    def __delitem__(self, key):
        del self._optimizer_map[key]

    def __len__(self):
        return len(self._optimizer_map)

    def __iter__(self):
        return iter(self._optimizer_map)

    def __call__(self, variable):
        """Returns the optimizer of a variable."""
        return self[variable.path]

    def get_config(self):
        """Returns the constructor's arguments as a dictionary."""
        return {
            "default_optimizer": serialize_object(self._default_optimizer),
            "optimizer_map": serialize_object(self._optimizer_map),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuilds a map."""
        return cls(
            deserialize_object(config["default_optimizer"], custom_objects),
            deserialize_object(config["optimizer_map"], custom_objects),
        )


def check_inner(optimizer):
    """Raises unless an optimizer can be one of several."""
    if not isinstance(optimizer, Optimizer):
        raise ValueError(
            "Each variable needs an Optimizer. Received: "
            f"{optimizer!r} of type {type(optimizer).__name__}"
        )
    if isinstance(optimizer, (LossScaleOptimizer, MultiOptimizer)):
        raise ValueError(
            f"An inner optimizer cannot be {type(optimizer).__name__}. "
            f"{type(optimizer).__name__} cannot be used inside a MultiOptimizer; wrap "
            "the MultiOptimizer instead."
        )


@builtin("keras.optimizers")
class MultiOptimizer(Optimizer):
    """Updates each weight with the optimizer chosen for it.

    Args:
        optimizer_map: an `OptimizerMap`, or a callable that returns the optimizer of
            a variable.
        loss_scale_factor: see `Optimizer`; handed to all of them.
        name: optional name.

    Raises:
        TypeError: if `optimizer_map` cannot be called.

    Example:
        >>> import ranvier as rv
        >>> slow, fast = rv.optimizers.SGD(0.1), rv.optimizers.SGD(0.5)
        >>> choice = OptimizerMap(slow, {"head": fast})
        >>> body, head = rv.Variable(1.0, name="body"), rv.Variable(1.0, name="head")
        >>> MultiOptimizer(choice).apply([1.0, 1.0], [body, head])
        >>> round(float(body), 3), float(head)
        (0.9, 0.5)
    """

    def __init__(self, optimizer_map, loss_scale_factor=None, name=None):
        if not callable(optimizer_map):
            raise TypeError(
                "Argument `optimizer_map` must be an OptimizerMap or a callable from "
                f"variable to optimizer. Received: optimizer_map={optimizer_map!r}"
            )
        super().__init__(
            learning_rate=0.0, loss_scale_factor=loss_scale_factor, name=name
        )
        self._optimizer_map = optimizer_map
        self._inner_of: dict = {}
        self._inner_optimizers: list[Optimizer] = []
        if isinstance(optimizer_map, OptimizerMap):
            for optimizer in (*optimizer_map.values(), optimizer_map.default_optimizer):
                self._take(optimizer)

    def _take(self, optimizer):
        if optimizer not in self._inner_optimizers:
            optimizer.loss_scale_factor = self.loss_scale_factor
            self._inner_optimizers.append(optimizer)

    def build_slots(self, variables):
        for variable in variables:
            optimizer = self._optimizer_map(variable)
            check_inner(optimizer)
            self._take(optimizer)
            self._inner_of[variable] = optimizer
        for optimizer, members in self._grouped(variables):
            optimizer.extend(members)

    def _grouped(self, variables):
        """Returns the optimizers in use with their variables."""
        groups = [
            (optimizer, [v for v in variables if self._inner_of[v] is optimizer])
            for optimizer in self._inner_optimizers
        ]
        return [(optimizer, members) for optimizer, members in groups if members]

    @property
    def optimizers(self):
        """The optimizers that share the work."""
        return self._inner_optimizers

    @property
    def variables(self):
        """Its own variables, then those of each optimizer."""
        inner = (v for optimizer in self._inner_optimizers for v in optimizer.variables)
        return [*self._variables, *inner]

    def averages(self):
        return [pair for optimizer in self.optimizers for pair in optimizer.averages()]

    @property
    def learning_rate(self):
        """Not available: each of the optimizers has its own."""
        raise AttributeError(
            "Learning rate cannot be accessed on a MultiOptimizer. Access the learning "
            "rate on the individual `optimizers` instead."
        )

    @learning_rate.setter
    def learning_rate(self, value):
        raise AttributeError(
            "Learning rate cannot be set on a MultiOptimizer. Set the learning rate on "
            "the individual `optimizers` instead."
        )

    @property
    def loss_scale_factor(self):
        """The factor of the loss, the same for all optimizers."""
        return self._loss_scale_factor

    @loss_scale_factor.setter
    def loss_scale_factor(self, value):
        self._loss_scale_factor = value
        for optimizer in getattr(self, "_inner_optimizers", ()):
            optimizer.loss_scale_factor = value

    def apply(self, grads, trainable_variables=None):
        pairs = self._pairs(grads, trainable_variables)
        if not pairs:
            return
        gradient_of = {variable: gradient for gradient, variable in pairs}
        for optimizer, members in self._grouped(gradient_of):
            optimizer.apply([gradient_of[v] for v in members], members)
        self._iterations.assign(self._iterations.value + 1)

    def finalize_variable_values(self, var_list):
        for optimizer, members in self._grouped(list(var_list)):
            optimizer.finalize_variable_values(members)

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        for optimizer in self._inner_optimizers:
            optimizer.exclude_from_weight_decay(var_list, var_names)

    def get_config(self):
        return {
            "optimizer_map": serialize_object(self._optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        config["optimizer_map"] = deserialize_object(
            config["optimizer_map"], custom_objects
        )
        return cls(**config)
