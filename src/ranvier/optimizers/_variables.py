"""The variables of an optimizer: created, listed, saved."""

import warnings

import jax.numpy as jnp

from ranvier.core import _errors, _naming
from ranvier.core._variable import Variable

# Attributes that list variables, but not one of the optimizer's own per weight.
_OWN_LISTS = ("_variables", "_variables_before_build", "_trainable_variables")


class OptimizerVariables:
    """What `Optimizer` does with its variables, whatever the rule.

    Attributes:
        name: prefix of the variables' paths.
        built: whether the variables for the weights exist.
    """

    name: str
    built: bool
    _variables: list[Variable]
    _trainable_variables: list[Variable]

    def __setattr__(self, name, value):
        # A variable assigned to an attribute is part of the state, as in Keras.
        if "_variables" not in self.__dict__ and name != "_variables":
            raise RuntimeError(
                f"In optimizer '{type(self).__name__}', `super().__init__()` must be "
                f"the first statement of `__init__`. It was not called before "
                f"`{name}` was set."
            )
        if isinstance(value, Variable) and all(v is not value for v in self._variables):
            self._variables.append(value)
        super().__setattr__(name, value)

    @property
    def variables(self):
        """The optimizer's variables: iteration, learning rate, slots."""
        return self._variables[:]

    def add_variable(
        self,
        shape,
        initializer="zeros",
        dtype=None,
        aggregation="none",
        layout=None,
        name=None,
    ):
        """Creates one variable of the optimizer.

        Args:
            shape: tuple of ints.
            initializer: a callable `(shape, dtype)`, or the name of an initialiser.
            dtype: defaults to `floatx()`.
            aggregation: a note for distributed training, as for `Variable`.
            layout: how it is spread over devices, or None.
            name: optional name.

        Returns:
            The variable.
        """
        with _naming.name_scope(self.name, caller=self):
            variable = Variable(
                initializer,
                shape=shape,
                dtype=dtype,
                trainable=False,
                aggregation=aggregation,
                layout=layout,
                name=name,
            )
        self._variables.append(variable)
        return variable

    def add_variable_from_reference(
        self, reference_variable, name=None, initializer="zeros"
    ):
        """Creates a variable of the shape and dtype of another.

        Args:
            reference_variable: the other one, usually a weight.
            name: appended to the path of the other; defaults to `"var"`.
            initializer: as for `add_variable`.

        Returns:
            The variable.
        """
        path = reference_variable.path.replace("/", "_")
        return self.add_variable(
            shape=reference_variable.shape,
            initializer=initializer,
            dtype=reference_variable.dtype,
            layout=getattr(reference_variable, "_layout", None),
            name=f"{path}_{name or 'var'}",
        )

    def add_optimizer_variables(self, trainable_variables, name, initializer="zeros"):
        """Creates one variable per weight for each name.

        Args:
            trainable_variables: the weights.
            name: a name, or a list of names.
            initializer: one for all names, or a list with one for each.

        Returns:
            A list, or a tuple of lists when `name` is a list. Weights that are
            overwritten by their gradient have None in it.

        Raises:
            ValueError: if there are more or fewer initialisers than names.
        """
        names = [name] if isinstance(name, str) else list(name)
        single = isinstance(initializer, str) or callable(initializer)
        initializers = [initializer] * len(names) if single else list(initializer)
        if len(names) != len(initializers):
            raise ValueError(
                "The number of provided names must match the number of provided "
                f"initializers. Received name='{name}', initializer='{initializer}'"
            )
        columns = tuple([] for _ in names)
        for variable in trainable_variables:
            for column, one_name, one_initializer in zip(
                columns, names, initializers, strict=True
            ):
                slot = None
                if not variable.overwrite_with_gradient:
                    slot = self.add_variable_from_reference(
                        variable, name=one_name, initializer=one_initializer
                    )
                column.append(slot)
        return columns[0] if isinstance(name, str) else columns

    def _variables_by_place(self):
        """Returns `{place: variable}` of the optimizer's variables.

        A place is an attribute, the key if it is a dictionary, and the weight if there
        is a list with an entry for each weight.
        """
        weights, found = self._trainable_variables, {}
        for name, value in vars(self).items():
            if name in _OWN_LISTS:
                continue
            entries = value.items() if isinstance(value, dict) else [(None, value)]
            for key, entry in entries:
                if isinstance(entry, Variable):
                    found[name, key, None] = entry
                elif isinstance(entry, (list, tuple)) and len(entry) == len(weights):
                    for weight, item in zip(weights, entry, strict=True):
                        if isinstance(item, Variable):
                            found[name, key, weight] = item
        return found

    def _exchange(self, others):
        """Puts other variables in the place of some."""

        def exchange(value):
            if isinstance(value, Variable):
                return others.get(value, value)
            if type(value) in (list, tuple):
                return type(value)(map(exchange, value))
            if type(value) is dict:
                return {key: exchange(entry) for key, entry in value.items()}
            return value

        for name, value in vars(self).items():
            self.__dict__[name] = exchange(value)

    def get_weights(self):
        """Returns the variables as NumPy arrays."""
        return [v.numpy() for v in self.variables]

    def set_weights(self, weights):
        """Sets the variables from a list of arrays.

        Args:
            weights: what `get_weights` of a like optimizer returned.

        Raises:
            ValueError: if the optimizer is not built, or the arrays do not match.
        """
        if not self.built:
            raise _errors.NotBuiltError(
                "You are calling `set_weights()` on an optimizer that has not yet "
                "been built. Please call `optimizer.build(trainable_variables)` to "
                "create the optimizer weights before calling `set_weights()`."
            )
        variables, weights = self.variables, list(weights)
        if len(weights) != len(variables):
            raise ValueError(
                "Argument `weights` must have one array for each variable of "
                f"{type(self).__name__}. Expected {len(variables)} arrays. Received: "
                f"{len(weights)}"
            )
        for variable, weight in zip(variables, weights, strict=True):
            if variable.shape != jnp.shape(weight):
                raise _errors.ShapeError(
                    f"Optimizer variable {variable.path} has shape {variable.shape} "
                    f"not compatible with provided weight shape {jnp.shape(weight)}."
                )
        for variable, weight in zip(variables, weights, strict=True):
            variable.assign(weight)

    def save_own_variables(self, store):
        """Puts the variables into a mapping, by position."""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store):
        """Takes the variables from a mapping of `save_own_variables`."""
        variables = self.variables
        if len(store.keys()) != len(variables):
            warnings.warn(
                f"Skipping variable loading for optimizer '{self.name}', because it "
                f"has {len(variables)} variables whereas the saved optimizer has "
                f"{len(store.keys())} variables.",
                stacklevel=2,
            )
            return
        for i, variable in enumerate(variables):
            variable.assign(store[str(i)])
