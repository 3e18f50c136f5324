"""A block: members of a population that one call of a program trains together."""

import contextlib
import functools
import threading

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core import _interrupts


class Block:
    """The state of some members, stacked where there may be several.

    A block has a fixed width, so that one executable serves a population that loses
    members: those left move together into fewer blocks. Places that are not taken
    repeat the last member.

    While a block holds a member, the member's variables fetch their values from it
    when somebody reads them, and `take_up_changes` finds what was assigned to them.

    Args:
        members: the members, at most `width`. One that is released leaves a gap.
        width: the number of places; None for a single member that is not stacked.
        template: the template's `Structure`. Stacked values of another shape than its
            variables are padded with zeros.
        positions: which variables of a structure make the state.
        varying: which numbers of the structure are inputs.
    """

    def __init__(self, members, width, template, positions, varying):
        self.members = list(members)
        self.width = width
        self.varying = varying
        self._rows = [
            [member.structure.variables[p] for p in positions] for member in members
        ]
        self._numbers: list = [[] for _ in self.members]
        self._host: dict = {}
        self._fetched: dict = {}
        self._ran: set = set()  # modes of the programs that have run
        if width is not None:
            shapes = [template.variables[p].shape for p in positions]
            self.state = [
                self._stack([padded(v._value, shape) for v in column])
                for column, shape in zip(zip(*self._rows), shapes, strict=True)
            ]
            self._lend(range(len(members)))
        self.refresh_numbers()

    def _stack(self, values):
        values = [np.asarray(v) for v in values]
        values += values[-1:] * (self.width - len(values))
        return jnp.array(np.stack(values))

    def refresh_numbers(self):
        """Reads the varying numbers from the members' objects."""
        for slot, member in enumerate(self.members):
            if member is not None:
                self._numbers[slot] = member.numbers(self.varying)
        if self.width is None:
            self.numbers = [jnp.float32(n) for n in self._numbers[0]]
        else:
            columns = zip(*self._numbers, strict=True)
            self.numbers = [self._stack(np.array(c, "float32")) for c in columns]

    def run(self, program, places, arrays, order, start, stop):
        """Runs steps of a program; returns the logs, stacked as the state is.

        The first call of a program may find that memory does not suffice. It is given
        copies, so that the members then still have their values.

        Args:
            program: the `PopulationProgram`.
            places: which entries of the state are the program's.
            arrays: see the program.
            order: see the program.
            start: see the program.
            stop: see the program.
        """
        rest = self.numbers, arrays, order, start, stop
        if program.mode not in self._ran:
            state = [jnp.copy(array) for array in self._get(places)]
            new, logs = jax.block_until_ready(program(state, *rest))
            with _uninterrupted():
                self._put(places, new)
            self._ran.add(program.mode)
            return logs
        with _uninterrupted():
            new, logs = program(self._get(places), *rest)
            self._put(places, new)
        return jax.block_until_ready(logs)

    def _get(self, places):
        if self.width is None:
            return [self._rows[0][place].take() for place in places]
        return [self.state[place] for place in places]

    def _put(self, places, values):
        for place, value in zip(places, values, strict=True):
            if self.width is None:
                self._rows[0][place].put(value)
            else:
                self.state[place] = value

    @property
    def is_lost(self) -> bool:
        """Whether a call that failed has taken the state with it."""
        if self.width is None:
            state = [v._value for v in self._rows[0]] if self._rows[0] else []
        else:
            state = self.state
        return any(map(_is_lost, state))

    def held(self):
        """Returns the members that the block holds."""
        return [member for member in self.members if member is not None]

    def logs_of(self, logs):
        """Returns the logs by member, on the host."""
        logs = jax.tree.map(np.asarray, logs)
        if self.width is None:
            return {self.members[0]: logs}
        return {
            member: jax.tree.map(lambda a, i=i: a[i], logs)
            for i, member in enumerate(self.members)
            if member is not None
        }

    # Members' variables while the block holds them.

    def _lend(self, slots):
        for slot in slots:
            for place, variable in enumerate(self._rows[slot]):
                variable.put_later(functools.partial(self._fetch, place, slot))

    def _on_host(self, place):
        if place not in self._host:
            self._host[place] = np.array(self.state[place])
        return self._host[place]

    def _row(self, place, slot):
        """Returns the value of a member's variable, on the host."""
        shape = self._rows[slot][place].shape
        return self._on_host(place)[slot][tuple(map(slice, shape))]

    def _fetch(self, place, slot):
        array = jnp.array(self._row(place, slot))
        self._fetched[place, slot] = array
        return array

    def take_up_changes(self):
        """Takes over what was assigned to members' variables; they fetch again."""
        if self.width is None:
            return
        changed: dict = {}
        for slot, row in enumerate(self._rows):
            for place, variable in enumerate(row):
                if variable.is_fetched:
                    value = variable._value
                    if value is not self._fetched.get((place, slot)):
                        changed.setdefault(place, {})[slot] = value
                    variable.put_later(functools.partial(self._fetch, place, slot))
        for place, values in changed.items():
            array = self._on_host(place).copy()
            for slot, value in values.items():
                array[slot] = padded(value, array.shape[1:])
            self.state[place] = jnp.array(array)
        self._host, self._fetched = {}, {}

    def release(self, member):
        """Gives a member its values, for good."""
        slot = self.members.index(member)
        self.members[slot] = None
        if self.width is None:
            return
        for place, variable in enumerate(self._rows[slot]):
            if not variable.is_fetched:
                row = self._row(place, slot)
                variable.put_later(functools.partial(jnp.array, row))
        self._rows[slot] = []


def padded(value, shape):
    """Returns an array with zeros behind its entries, up to a shape."""
    value = np.asarray(value)
    if value.shape == tuple(shape):
        return value
    pairs = zip(value.shape, shape, strict=True)
    return np.pad(value, [(0, size - own) for own, size in pairs])


def _is_lost(array):
    if array.is_deleted():
        return True
    try:
        jax.block_until_ready(array)
    except Exception:
        return True  # it would have come from the call that failed
    return False


def _uninterrupted():
    """Holds Ctrl-C back while buffers change hands; it reaches the main thread only."""
    if threading.current_thread() is threading.main_thread():
        return _interrupts.deferred
    return contextlib.nullcontext()
