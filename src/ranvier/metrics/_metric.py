"""The metric object: a state, an update from a batch, a result.

The state is in variables, so that an update can run inside a program: the program
lifts the variables, traces `update_state`, and gives back their new values.
"""

import functools

import numpy as np

from ranvier import initializers
from ranvier.core import _config, _naming, _policy, _tracking
from ranvier.core._registry import builtin
from ranvier.core._results import presented
from ranvier.core._scope import StatelessScope
from ranvier.core._variable import Variable


@builtin("keras")
@builtin("keras.metrics")
class Metric:
    """Base of the metrics. A subclass defines `update_state` and `result`.

    Variables made with `add_weight`, and metrics assigned to attributes, are found by
    themselves.

    Args:
        dtype: dtype (or policy) of the result; defaults to `floatx()`.
        name: the metric's name; automatic if None.

    Example:
        >>> from ranvier import ops
        >>> class Largest(Metric):
        ...     def __init__(self, name="largest"):
        ...         super().__init__(name=name)
        ...         self.value = self.add_weight(name="value")
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.value.assign(ops.maximum(self.value, ops.max(y_pred)))
        ...     def result(self):
        ...         return self.value.value
        >>> metric = Largest()
        >>> metric.update_state([0.0, 0.0], [1.0, 3.0])
        >>> float(metric.result())
        3.0
    """

    # "up" or "down": which way is better, for searches; None if unknown.
    _direction = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "result" in cls.__dict__:
            cls.result = _presenting(cls.__dict__["result"])

    def __init__(self, dtype=None, name=None):
        self.name = name or _naming.auto_name(type(self).__name__)
        self._dtype = _policy.get(dtype or _config.floatx()).compute_dtype
        self._variables = []
        self._metrics = []

    def __setattr__(self, name, value):
        # From the end of the constructor above on, assignments are tracked.
        if "_metrics" in self.__dict__:
            value = _tracking.tracked(value, self._track)
        super().__setattr__(name, value)

    def _track(self, value):
        if isinstance(value, Variable):
            _append_new(self._variables, value)
        elif isinstance(value, Metric):
            _append_new(self._metrics, value)
        return value

    @property
    def dtype(self):
        """The dtype of the result."""
        return self._dtype

    @property
    def variables(self):
        """The variables of this metric and of the metrics it holds."""
        nested = [variable for m in self._metrics for variable in m.variables]
        return [*self._variables, *nested]

    def add_variable(
        self, shape, initializer, dtype=None, aggregation="sum", name=None
    ):
        """Makes a variable of the state.

        Args:
            shape: tuple of ints.
            initializer: an initialiser or its name; None is zeros.
            dtype: its dtype; defaults to `floatx()`.
            aggregation: how replicas of a distributed run are put together.
            name: its name; automatic if None.
        """
        self._require_constructed()
        # A slash would read as one more scope in the variable's path.
        with _naming.name_scope(self.name.replace("/", ">"), caller=self):
            variable = Variable(
                initializer=initializers.get(
                    "zeros" if initializer is None else initializer
                ),
                shape=shape,
                dtype=dtype,
                trainable=False,
                aggregation=aggregation,
                synchronization="on_read",
                name=name,
            )
        return self._track(variable)

    def add_weight(self, shape=(), initializer=None, dtype=None, name=None):
        """Makes a variable of the state; see `add_variable`.

        Args:
            shape: tuple of ints.
            initializer: an initialiser or its name; None is zeros.
            dtype: its dtype; defaults to `floatx()`.
            name: its name; automatic if None.
        """
        if isinstance(shape, str):
            raise ValueError(
                f"`name` must be passed as a keyword argument. Received: "
                f"add_weight({shape!r}, ...). Write add_weight(name={shape!r})."
            )
        return self.add_variable(shape, initializer, dtype=dtype, name=name)

    def update_state(self, *args, **kwargs):
        """Takes one batch into account."""
        raise NotImplementedError(
            f"{type(self).__name__} must implement `update_state(...)`."
        )

    def result(self):
        """Returns the value of the metric over all batches since the last reset."""
        raise NotImplementedError(f"{type(self).__name__} must implement `result()`.")

    def reset_state(self):
        """Sets all variables to zero."""
        for variable in self.variables:
            # NumPy's zeros: an array of JAX's would be copied before it is donated.
            variable.assign(np.zeros(variable.shape, variable.dtype))

    def __call__(self, *args, **kwargs):
        """Takes one batch into account and returns the running result."""
        self._require_constructed()
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(self, metric_variables, *args, **kwargs):
        """Returns the variables' values after an update; changes nothing.

        Args:
            metric_variables: values of `variables`, in their order.
            *args: arguments of `update_state`.
            **kwargs: keyword arguments of `update_state`.
        """
        with self._scope_of(metric_variables) as scope:
            self.update_state(*args, **kwargs)
        return self._values_in(scope)

    def stateless_result(self, metric_variables):
        """Returns the result that the variables' values stand for.

        Args:
            metric_variables: values of `variables`, in their order.
        """
        with self._scope_of(metric_variables):
            return self.result()

    def stateless_reset_state(self):
        """Returns the variables' values after a reset; changes nothing."""
        with StatelessScope() as scope:
            self.reset_state()
        return self._values_in(scope)

    def _scope_of(self, values):
        variables = self.variables
        if len(values) != len(variables):
            raise ValueError(
                f"`metric_variables` of {type(self).__name__} '{self.name}' must hold "
                f"one value for each of its {len(variables)} variables. "
                f"Received: {len(values)} values."
            )
        return StatelessScope(state_mapping=list(zip(variables, values)))

    def _values_in(self, scope):
        return [
            scope.get_current_value(v) if scope.holds(v) else v for v in self.variables
        ]

    def get_config(self):
        """Returns the constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config):
        """Rebuilds a metric from `get_config()`."""
        return cls(**config)

    def _require_constructed(self):
        if "_metrics" not in self.__dict__:
            raise RuntimeError(
                f"Call `super().__init__()` at the start of "
                f"`{type(self).__name__}.__init__()`."
            )

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"


def _append_new(known, item):
    if all(item is not other for other in known):
        known.append(item)


def _presenting(result):
    """Shows what a method `result` returns as the installed face does."""

    @functools.wraps(result)
    def presenting(self):
        return presented(result(self))

    return presenting
