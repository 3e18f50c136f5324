"""HyperParameters: the space of a search, and one point in it.

`build(hp)` runs against such an object. The first run registers what it asks for and
gets the defaults; in a trial the values are there already. A hyperparameter under a
condition that does not hold has no value: asking for it gives None, so that nobody
relies on a number that means nothing.
"""

import collections
import contextlib
import copy

from ranvier.core import _errors
from ranvier.tuner._boolean import Boolean
from ranvier.tuner._choice import Choice
from ranvier.tuner._conditions import Parent
from ranvier.tuner._fixed import Fixed
from ranvier.tuner._float import Float
from ranvier.tuner._hyperparameter import HyperParameter
from ranvier.tuner._int import Int

_TYPES = {cls.__name__: cls for cls in (Boolean, Choice, Fixed, Float, Int)}


class HyperParameters:
    """The hyperparameters known so far, and the values of those that are active.

    Attributes:
        space: list of the hyperparameters in the order they were first asked for.
        values: dictionary from names to values, of the active ones.

    Example:
        >>> hp = HyperParameters()
        >>> hp.Int("layers", 1, 4)
        1
        >>> with hp.conditional_scope("layers", [2, 3, 4]):
        ...     print(hp.Float("dropout", 0.1, 0.5))
        None
        >>> hp.values
        {'layers': 1}
    """

    def __init__(self):
        self.values = {}
        # Which `conditional_scope`s were entered with their condition true or false:
        # a tuner reads there what it has not seen yet.
        self.active_scopes = []
        self.inactive_scopes = []
        self._space = []
        self._by_name = collections.defaultdict(list)
        self._name_scopes = []
        self._conditions = []

    @property
    def space(self):
        """The hyperparameters, parents before those that depend on them."""
        return self._space

    # Asking for values.

    def Int(
        self,
        name,
        min_value,
        max_value,
        step=None,
        sampling="linear",
        default=None,
        parent_name=None,
        parent_values=None,
    ):
        """Returns a whole number between two limits, both included.

        Args:
            name: its name, unique in the space.
            min_value: the smallest value.
            max_value: the largest value.
            step: distance between values; with a logarithmic scale, their ratio.
            sampling: `"linear"`, `"log"` or `"reverse_log"`.
            default: the value where a search has not chosen one; else `min_value`.
            parent_name: as in `conditional_scope`, for this one alone.
            parent_values: likewise.

        Returns:
            The value, or None where it is not active.

        Raises:
            ValueError: for an empty range or limits that are no whole numbers.

        Example:
            >>> HyperParameters().Int("units", 32, 512, step=32)
            32
        """
        arguments = {
            "min_value": min_value,
            "max_value": max_value,
            "step": step,
            "sampling": sampling,
            "default": default,
        }
        return self._ask(Int, name, arguments, parent_name, parent_values)

    def Float(
        self,
        name,
        min_value,
        max_value,
        step=None,
        sampling="linear",
        default=None,
        parent_name=None,
        parent_values=None,
    ):
        """Returns a number between two limits.

        Args:
            name: its name, unique in the space.
            min_value: the lower limit.
            max_value: the upper limit.
            step: distance between values; with a logarithmic scale, their ratio.
            sampling: `"linear"`, `"log"` or `"reverse_log"`.
            default: the value where a search has not chosen one; else `min_value`.
            parent_name: as in `conditional_scope`, for this one alone.
            parent_values: likewise.

        Returns:
            The value, or None where it is not active.

        Raises:
            ValueError: for an empty range.

        Example:
            >>> HyperParameters().Float("learning_rate", 1e-4, 1e-2, sampling="log")
            0.0001
        """
        arguments = {
            "min_value": min_value,
            "max_value": max_value,
            "step": step,
            "sampling": sampling,
            "default": default,
        }
        return self._ask(Float, name, arguments, parent_name, parent_values)

    def Choice(
        self,
        name,
        values,
        ordered=None,
        default=None,
        parent_name=None,
        parent_values=None,
    ):
        """Returns one of a list of values.

        Args:
            name: its name, unique in the space.
            values: list of values of one type: int, float, str or bool.
            ordered: whether their order means something; True for numbers.
            default: the value where a search has not chosen one; else the first.
            parent_name: as in `conditional_scope`, for this one alone.
            parent_values: likewise.

        Returns:
            The value, or None where it is not active.

        Raises:
            ValueError: for an empty list or a default that is no choice.
            TypeError: for values of several types.

        Example:
            >>> HyperParameters().Choice("optimizer", ["adam", "sgd"], default="sgd")
            'sgd'
        """
        arguments = {"values": values, "ordered": ordered, "default": default}
        return self._ask(Choice, name, arguments, parent_name, parent_values)

    def Boolean(self, name, default=False, parent_name=None, parent_values=None):
        """Returns True or False.

        Args:
            name: its name, unique in the space.
            default: the value where a search has not chosen one.
            parent_name: as in `conditional_scope`, for this one alone.
            parent_values: likewise.

        Returns:
            The value, or None where it is not active.

        Raises:
            ValueError: for a default that is no boolean.

        Example:
            >>> HyperParameters().Boolean("normalize")
            False
        """
        arguments = {"default": default}
        return self._ask(Boolean, name, arguments, parent_name, parent_values)

    def Fixed(self, name, value, parent_name=None, parent_values=None):
        """Returns a value that is not searched.

        Args:
            name: its name, unique in the space.
            value: a number, string or boolean.
            parent_name: as in `conditional_scope`, for this one alone.
            parent_values: likewise.

        Returns:
            The value, or None where it is not active.

        Raises:
            ValueError: for a value of another type.

        Example:
            >>> HyperParameters().Fixed("epochs", 5)
            5
        """
        return self._ask(Fixed, name, {"value": value}, parent_name, parent_values)

    def _ask(self, cls, name, arguments, parent_name, parent_values):
        scope = contextlib.nullcontext()
        if parent_name:
            scope = self.conditional_scope(parent_name, parent_values)
        with scope:
            return self._retrieve(
                cls(self._full_name(name), conditions=self._conditions, **arguments)
            )

    def _retrieve(self, hp):
        if not self._exists(hp.name, hp.conditions):
            return self._register(hp)
        return self.values[hp.name] if self.is_active(hp) else None

    def _register(self, hp, overwrite=False):
        for condition in self._conditions:
            if condition.name == hp.name:
                raise ValueError(
                    "A conditional `HyperParameter` cannot have the same name as its "
                    f"parent. Found: {hp.name} and parent_name: {condition.name}"
                )
        self._add(type(hp).from_config(copy.deepcopy(hp.get_config())))
        if not self.is_active(hp):
            return None
        if overwrite or hp.name not in self.values:
            self.values[hp.name] = hp.default
        return self.values[hp.name]

    def _add(self, hp):
        namesakes = self._by_name[hp.name]
        for i, old in enumerate(namesakes):
            if old.conditions == hp.conditions:
                namesakes[i] = hp
                self._space[self._space.index(old)] = hp
                return
        namesakes.append(hp)
        self._space.append(hp)

    def _exists(self, name, conditions=None):
        if conditions is None:
            conditions = self._conditions
        return any(hp.conditions == conditions for hp in self._by_name.get(name, ()))

    # Scopes.

    @contextlib.contextmanager
    def name_scope(self, name):
        """Puts `name/` in front of the names asked for while it is open.

        Args:
            name: a string.

        Example:
            >>> hp = HyperParameters()
            >>> with hp.name_scope("encoder"):
            ...     units = hp.Int("units", 8, 64)
            >>> hp.values
            {'encoder/units': 8}
        """
        self._name_scopes.append(str(name))
        try:
            yield
        finally:
            self._name_scopes.pop()

    @contextlib.contextmanager
    def conditional_scope(self, parent_name, parent_values):
        """Makes what is asked for inside depend on the value of another.

        The code inside runs in any case; where the condition does not hold it gets
        None. Saying so spares the search to vary what has no effect.

        Args:
            parent_name: name of the hyperparameter it depends on.
            parent_values: list of values of that one which make these active.

        Raises:
            ValueError: if there is no such hyperparameter yet.

        Example:
            >>> hp = HyperParameters()
            >>> kind = hp.Choice("kind", ["linear", "deep"])
            >>> with hp.conditional_scope("kind", ["deep"]):
            ...     print(hp.Int("layers", 1, 5))
            None
        """
        parent_name = self._full_name(parent_name)
        if not self._exists(parent_name):
            raise ValueError(
                f"`HyperParameter` named: {parent_name} not defined."
                f"{_errors.close_names(parent_name, self._by_name)}"
            )
        condition = Parent(parent_name, parent_values)
        self._conditions.append(condition)
        scopes = (
            self.active_scopes
            if condition.is_active(self.values)
            else self.inactive_scopes
        )
        scopes.append(list(self._conditions))
        try:
            yield
        finally:
            self._conditions.pop()

    def _full_name(self, name):
        return "/".join([*self._name_scopes, str(name)])

    # Looking.

    def is_active(self, hyperparameter) -> bool:
        """Tells whether all conditions of a hyperparameter hold.

        Args:
            hyperparameter: a hyperparameter, or the name of one or several.
        """
        if isinstance(hyperparameter, HyperParameter):
            found = [hyperparameter]
        else:
            found = self._by_name.get(str(hyperparameter), ())
        return any(
            all(condition.is_active(self.values) for condition in hp.conditions)
            for hp in found
        )

    def get(self, name):
        """Returns the value of a hyperparameter.

        Args:
            name: its name.

        Raises:
            ValueError: if it is not active.
            KeyError: if there is none of that name.
        """
        name = self._full_name(name)
        if name in self.values:
            return self.values[name]
        if name in self._by_name:
            raise ValueError(f"{name} is currently inactive.")
        raise KeyError(
            f"{name} does not exist."
            f"{_errors.close_names(name, [*self.values, *self._by_name])}"
        )

    __getitem__ = get

    def __contains__(self, name):
        return self._full_name(name) in self.values

    def ensure_active_values(self):
        """Drops the values of inactive ones; gives missing ones their default."""
        for hp in self._space:
            if self.is_active(hp):
                self.values.setdefault(hp.name, hp.default)
            elif not self.is_active(hp.name):  # another of that name may be active
                self.values.pop(hp.name, None)

    # As a whole.

    def copy(self):
        """Returns an independent copy, of space and values."""
        return HyperParameters.from_config(self.get_config())

    def merge(self, hps, overwrite=True):
        """Adds the hyperparameters of another space.

        Args:
            hps: `HyperParameters`, or a list of hyperparameters.
            overwrite: whether those that are there already are replaced.
        """
        if isinstance(hps, HyperParameters):
            hps = hps.space
        for hp in list(hps):
            if overwrite or not self._exists(hp.name, hp.conditions):
                self._register(hp, overwrite)

    def get_config(self):
        """Returns space and values, ready for JSON."""
        return {
            "space": [serialize(hp) for hp in self._space],
            "values": dict(self.values),
        }

    @classmethod
    def from_config(cls, config):
        """Builds an object from `get_config`."""
        hps = cls()
        for hp in config["space"]:
            hps._add(deserialize(hp))
        hps.values = dict(config["values"])
        return hps


def serialize(obj) -> dict:
    """Returns a hyperparameter (or a whole space) as a dictionary ready for JSON."""
    return {"class_name": type(obj).__name__, "config": obj.get_config()}


def deserialize(config):
    """Builds a hyperparameter (or a whole space) from `serialize`.

    Raises:
        ValueError: for an unknown class.
    """
    known = {**_TYPES, "HyperParameters": HyperParameters}
    name = config["class_name"]
    if name not in known:
        raise _errors.unknown_name("a hyperparameter", name, known)
    return known[name].from_config(config["config"])
