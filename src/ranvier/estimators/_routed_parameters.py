"""Parameters of an estimator: those of the signature, and those with a prefix."""

import inspect

from sklearn.base import BaseEstimator

from ranvier.core import _errors
from ranvier.estimators._routing import ROUTES


class RoutedParameters(BaseEstimator):
    """An estimator whose further arguments are parameters too.

    Subclasses say with `_function` whose arguments they may be.
    """

    def _function(self):
        return None

    @classmethod
    def _get_param_names(cls):
        names = set()
        for base in cls.__mro__:
            init = vars(base).get("__init__")
            if init is not None and issubclass(base, RoutedParameters):
                names |= {
                    p.name
                    for p in inspect.signature(init).parameters.values()
                    if p.kind is not p.VAR_KEYWORD and p.name != "self"
                }
        return sorted(names)

    def get_params(self, deep=True):
        """Returns the parameters by name.

        Args:
            deep: as in scikit-learn; the parameters of a model are no parameters.
        """
        return {
            **{n: getattr(self, n) for n in self._get_param_names()},
            **self._extra(),
        }

    def set_params(self, **params):
        """Sets parameters; those with a prefix may be new.

        Returns:
            The estimator.

        Raises:
            ValueError: for a name that is no parameter.
        """
        known = self.get_params()
        function = self._function()
        if callable(function):
            known = {**known, **inspect.signature(function).parameters}
        for name in params:
            if name not in known and name.partition("__")[0] not in ROUTES:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator "
                    f"{type(self).__name__}." + _errors.close_names(name, known)
                )
        vars(self).update(params)
        return self

    def _extra(self):
        names = set(self._get_param_names())
        return {
            k: v
            for k, v in vars(self).items()
            if k not in names and not k.startswith("_") and not k.endswith("_")
        }
