"""Progress: where a run of `fit` stands, with everything that its next step needs."""

import sys
import warnings

import numpy as np

from ranvier.core import _interrupts, _seeds
from ranvier.core._dynamic import dynamic_names
from ranvier.core._random_state import get_random_state, set_random_state
from ranvier.optimizers import Optimizer
from ranvier.training._build import build_optimizer


class Progress:
    """The place of a run, for callbacks that save it and take it up again.

    Args:
        passes: the `Passes` over the data.
        validation: the `Evaluation` after epochs, or None.
        callbacks: the `CallbackList`.
        epoch: the epoch to begin with.

    Attributes:
        epoch: the epoch that runs or comes next.
        is_ending: whether the run ends here because of a signal.
    """

    def __init__(self, passes, validation, callbacks, epoch):
        self.epoch = epoch
        self.is_ending = False
        self._passes = passes
        self._validation = validation
        self._callbacks = callbacks
        self._model = passes.model
        # What callbacks change from here on belongs to the state. What a new run of
        # the script sets otherwise is the user's will.
        self._first_settings = self._settings()
        self._strays: dict = {}

    def __str__(self):
        if self.in_epoch:
            return f"step {self._passes.step} of epoch {self.epoch + 1}"
        return f"epoch {self.epoch}"

    @property
    def in_epoch(self) -> bool:
        """Whether an epoch has begun and not ended."""
        return self._passes.in_epoch

    def backup(self) -> None:
        """Lets the callbacks save the state; ends the run if a signal asked for it."""
        self.is_ending = _interrupts.is_pending()
        self._callbacks.backup(self)
        _interrupts.raise_pending()

    def get_state(self) -> dict:
        """Returns numbers, texts, lists and arrays."""
        self._tell_strays()
        settings = self._settings()
        changed = {
            name: value
            for name, value in settings.items()
            if value != self._first_settings.get(name, value)
        }
        validation = self._validation
        return {
            "epoch": self.epoch,
            "is_over": self._model.stop_training,
            "passes": self._passes.get_state(),
            "validation": validation.get_state() if validation is not None else None,
            "callbacks": self._callbacks.get_state(),
            "settings": changed,
            "optimized": self._optimized(),
            "variables": [variable.numpy() for variable in self._variables()],
            "random": get_random_state(),
        }

    def set_state(self, state) -> None:
        """Takes up what `get_state` returned in another run.

        Raises:
            ValueError: if that was a run of another model or on other data.
        """
        # A run that was stopped has no epoch left.
        self.epoch = sys.maxsize if state["is_over"] else state["epoch"]
        self._passes.set_state(state["passes"])
        if self.in_epoch:
            # These hooks ran before the state was saved: what they did to the model
            # is in it.
            self._callbacks.on_epoch_begin(self.epoch)
        if self._validation is not None and state["validation"] is not None:
            self._validation.set_state(state["validation"])
        self._callbacks.set_state(state["callbacks"])
        self._set_settings(state["settings"])
        build_optimizer(self._model)
        self._build_optimizers(state["optimized"])
        variables = self._variables()
        _check_shapes(state["variables"], variables)
        for variable, value in zip(variables, state["variables"], strict=True):
            variable.assign(value)
        # The last thing: what was done so far may have drawn numbers.
        set_random_state(state["random"])

    def _variables(self):
        model = self._model
        variables = [*model.state_variables("train")]
        for optimizer in _optimizers(model):
            variables += optimizer.variables
        return list({id(variable): variable for variable in variables}.values())

    def _optimized(self):
        """Returns, for each optimizer, which of the model's variables it has."""
        places = {id(variable): i for i, variable in enumerate(self._model.variables)}
        return [
            [places.get(id(variable)) for variable in optimizer._trainable_variables]
            for optimizer in _optimizers(self._model)
        ]

    def _build_optimizers(self, optimized):
        """Builds optimizers that are built at their first use, which is over."""
        variables = self._model.variables
        for optimizer, places in zip(_optimizers(self._model), optimized, strict=False):
            if places and not optimizer.built and None not in places:
                optimizer.build([variables[i] for i in places])

    def _tell_strays(self):
        """Warns of variables that training changes although no object has them."""
        known = {id(variable) for variable in self._variables()}
        generator = _seeds._global["generator"]
        if generator is not None:  # its state is saved by itself
            known.add(id(generator.state))
        strays = {
            variable.path: variable.numpy()
            for program, _ in self._model._programs.values()
            for variable in program.variables
            if id(variable) not in known
        }
        before, self._strays = self._strays, strays
        changed = [
            path
            for path, value in strays.items()
            if path in before and not np.array_equal(before[path], value)
        ]
        if changed:
            warnings.warn(
                "Training changes variables that are no part of the model, and no "
                f"backup holds them: {', '.join(changed)}. Make the objects they "
                "belong to attributes of the model or of its layers.",
                stacklevel=7,
            )

    def _settings(self):
        """Returns what callbacks may change that is no variable, by name."""
        owners = [*self._model._flatten_layers(), *_optimizers(self._model)]
        return {
            f"{i}/{name}": getattr(owner, name)
            for i, owner in enumerate(owners)
            for name in ("trainable", *dynamic_names(type(owner)))
            if isinstance(getattr(owner, name, None), (bool, int, float))
        }

    def _set_settings(self, settings):
        owners = [*self._model._flatten_layers(), *_optimizers(self._model)]
        # Outer layers come first: what they set in the inner ones is put right then.
        for place, value in settings.items():
            index, name = place.split("/")
            setattr(owners[int(index)], name, value)


def _optimizers(model):
    return [value for value in vars(model).values() if isinstance(value, Optimizer)]


def _check_shapes(values, variables):
    expected = [tuple(variable.shape) for variable in variables]
    found = [value.shape for value in values]
    if expected != found:
        differing = [(a, b) for a, b in zip(expected, found) if a != b]
        raise ValueError(
            "The saved state is of another model: expected "
            f"{len(expected)} variables, found {len(found)}; the first shapes that "
            f"differ (expected, found): {differing[:1]}."
        )
