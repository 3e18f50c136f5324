"""HyperModel: a space of models, as a class with `build` and `fit`."""

import functools
import inspect

from ranvier.tuner.errors import FatalValueError


def _respecting_tunable(build):
    if not inspect.isfunction(build):
        return build

    @functools.wraps(build)
    def wrapped(self, hp, *args, **kwargs):
        # New entries of a copy are not seen by the search.
        return build(self, hp if self.tunable else hp.copy(), *args, **kwargs)

    return wrapped


class HyperModel:
    """A space of models: override `build`, and `fit` where training has a space too.

    Args:
        name: optional name.
        tunable: whether what `build` asks for becomes part of the search. If False,
            only what was declared before varies; the rest has its defaults.

    Example:
        >>> import ranvier as rv
        >>> class Dense(HyperModel):
        ...     def build(self, hp):
        ...         units = hp.Int("units", 8, 64)
        ...         model = rv.Sequential([rv.layers.Dense(units), rv.layers.Dense(1)])
        ...         model.compile("adam", "mse")
        ...         return model
        ...
        ...     def fit(self, hp, model, *args, **kwargs):
        ...         batch_size = hp.Choice("batch_size", [16, 32])
        ...         return model.fit(*args, batch_size=batch_size, **kwargs)
    """

    # At class level: a subclass may forget to call `super().__init__()`.
    name = None
    tunable = True

    def __init__(self, name=None, tunable=True):
        self.name = name
        self.tunable = tunable

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = _respecting_tunable(vars(cls)["build"])

    def build(self, hp):
        """Returns a compiled model.

        Args:
            hp: `HyperParameters` to ask for values.
        """
        raise NotImplementedError

    def declare_hyperparameters(self, hp):
        """Registers hyperparameters before the first `build`; optional."""

    def fit(self, hp, model, *args, **kwargs):
        """Trains a model.

        Args:
            hp: `HyperParameters` to ask for values.
            model: the model that `build` returned.
            *args: what `search` was given.
            **kwargs: likewise; `callbacks` also has those of the tuner.

        Returns:
            The history of `model.fit`, a dictionary of metrics, or a number: the
            objective. Or a list of these, one for each of several runs.
        """
        return model.fit(*args, **kwargs)


class DefaultHyperModel(HyperModel):
    """A hypermodel made of a function `build(hp)`."""

    def __init__(self, build, name=None, tunable=True):
        super().__init__(name, tunable)
        self._function = build

    def build(self, hp):
        return self._function(hp)


def get_hypermodel(hypermodel):
    """Returns a `HyperModel` for an instance, a class or a function.

    Raises:
        FatalValueError: for anything else.
    """
    if hypermodel is None or isinstance(hypermodel, HyperModel):
        return hypermodel
    if inspect.isclass(hypermodel) and issubclass(hypermodel, HyperModel):
        return hypermodel()
    if not callable(hypermodel):
        raise FatalValueError(
            "The `hypermodel` argument should be either a callable with signature "
            "`build(hp)` returning a model, or an instance of `HyperModel`. Received: "
            f"{hypermodel!r}"
        )
    return DefaultHyperModel(hypermodel)
