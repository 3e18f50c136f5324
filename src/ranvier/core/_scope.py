"""Scopes that redirect variables: how object code becomes a pure function.

Inside a `StateScope` a variable reads and writes the value the scope holds for it. A
pure function is then: open a scope with the arguments as values, run object code,
return what the scope holds at the end. Scopes nest; a read looks from the innermost
scope outwards, then at the variable itself; a write stays in the innermost scope.
"""

import threading


class _Stacks(threading.local):
    def __init__(self):
        self.state: list[StateScope] = []
        self.autocast: list[str | None] = []
        # Called with a variable and its array at each reading; gradient tapes set it.
        self.reader = None
        self.deferring: int = 0
        # Gives keys in place of those of seed generators; pipelines of data set it.
        self.seeder = None
        self.in_pipeline = False  # in a function of a dataset's elements


stacks = _Stacks()


class StateScope:
    """Redirects reads and writes of variables while it is open.

    Args:
        pairs: an iterable of `(variable, value)`.
        note_strays: remember the variables that are read from outside all scopes, so
            that a program can take them as inputs instead of baking them in.

    Attributes:
        losses: values handed to `add_loss` while the scope was open.
        layer_losses: likewise those of each layer, by its `id`.
        strays: variables read although no scope holds them, in reading order.
    """

    # Whether a variable that the scope does not hold becomes an input of a program.
    takes_inputs = False

    def __init__(self, pairs=(), *, note_strays=False, collect_losses=False):
        self._values = {id(variable): (variable, value) for variable, value in pairs}
        self.written: dict[int, object] = {}
        self.note_strays = note_strays
        self.collect_losses = collect_losses
        self.strays: dict[int, object] = {}
        self.losses: list = []
        self.layer_losses: dict[int, list] = {}

    def __enter__(self):
        stacks.state.append(self)
        return self

    def __exit__(self, *exc):
        stacks.state.pop()

    def holds(self, variable) -> bool:
        """Tells whether the scope has a value for this variable."""
        return id(variable) in self._values

    def get(self, variable):
        """Returns the scope's value of a variable it holds."""
        return self._values[id(variable)][1]

    def lookup(self, variable):
        """Returns the scope's value of a variable, or None."""
        entry = self._values.get(id(variable))
        return None if entry is None else entry[1]

    def note_new(self, variable) -> None:
        """Called for each variable that is made while the scope is open."""

    def set(self, variable, value) -> None:
        """Gives a variable a value inside this scope."""
        self._values[id(variable)] = (variable, value)
        self.written[id(variable)] = variable


class StatelessScope(StateScope):
    """Keras's public form of a state scope.

    Args:
        state_mapping: pairs `(variable, value)`.
        collect_losses: keep the losses added inside in `losses`.
        initialize_variables: accepted for compatibility; variables created inside
            always have their value at once.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable([1.0, 2.0])
        >>> with rv.StatelessScope(state_mapping=[(v, [5.0, 6.0])]) as scope:
        ...     v.assign(v.value + 1.0)[0].item()
        6.0
        >>> v.numpy()[0].item()
        1.0
    """

    def __init__(
        self, state_mapping=None, collect_losses=False, initialize_variables=True
    ):
        from ranvier.core._variable import Variable  # the two know each other

        pairs = []
        for variable, value in state_mapping or ():
            if not isinstance(variable, Variable):
                raise ValueError(
                    "Invalid reference variable in StatelessScope: all keys in "
                    "argument `state_mapping` must be Variable instances. "
                    f"Received: {variable}"
                )
            pairs.append((variable, variable.check_value(value)))
        super().__init__(pairs, collect_losses=collect_losses)
        self.initialize_variables = initialize_variables

    def get_current_value(self, variable):
        """Returns the scope's value of a variable, or None."""
        return self.get(variable) if self.holds(variable) else None

    def add_update(self, update) -> None:
        """Takes one pair `(variable, value)`."""
        variable, value = update
        self.set(variable, value)

    def add_loss(self, loss) -> None:
        """Adds one loss to `losses`."""
        self.losses.append(loss)


def in_state_scope() -> bool:
    """Tells whether variables are redirected now."""
    return bool(stacks.state)


in_stateless_scope = in_state_scope


def find(key):
    """Returns the value that the innermost scope with this key holds, or None."""
    for scope in reversed(stacks.state):
        entry = scope._values.get(id(key))
        if entry is not None:
            return entry[1]
    return None


def read(variable):
    """Returns the redirected value of a variable, or None when there is none."""
    for scope in reversed(stacks.state):
        value = scope.lookup(variable)
        if value is not None:
            return value
    if stacks.state and stacks.state[0].note_strays:
        stacks.state[0].strays.setdefault(id(variable), variable)
    return None


def write(variable, value) -> None:
    """Stores a value in the innermost scope."""
    if stacks.state[0].note_strays and not any(s.holds(variable) for s in stacks.state):
        stacks.state[0].strays.setdefault(id(variable), variable)
    stacks.state[-1].set(variable, value)


class AutocastScope:
    """Floating variables read inside are cast to `dtype` (None: not at all)."""

    def __init__(self, dtype: str | None):
        self.dtype = dtype

    def __enter__(self):
        stacks.autocast.append(self.dtype)
        return self

    def __exit__(self, *exc):
        stacks.autocast.pop()


def autocast_dtype() -> str | None:
    """Returns the dtype floating variables are read in, or None."""
    return stacks.autocast[-1] if stacks.autocast else None
