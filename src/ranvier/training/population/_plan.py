"""How a group is run: many members in one vectorised program, or one after another.

Which is faster depends on the network and the device: vectorising saves what a step
costs besides arithmetic, and loses where arithmetic on many small matrices is slower
than on one. So both are timed for a moment on copies of the first members' state, and
the decision is kept for all groups of the same structure in this process.
"""

import dataclasses
import time

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.training.population._device import on_accelerator
from ranvier.training.population._memory import capacity, is_out_of_memory

MODES = ("auto", "vmap", "threads", "sequential")
_WIDEST = 16  # wider stacks gained nothing when measured, but waste more places
_PROBE_SECONDS = 0.1
# How a structure is run, by its key and the machine: `(mode, reason)`.
_decisions: dict = {}


@dataclasses.dataclass(frozen=True)
class Plan:
    """How many members a call trains, and how many calls run at a time.

    Attributes:
        width: members of a block; None for single members, not stacked.
        threads: blocks that run at the same time.
        how: in words, for the user.
    """

    width: int | None
    threads: int
    how: str


def make_plan(group, mode, threads, memory_budget):
    """Returns the `Plan` of a group.

    Args:
        group: the `Group`.
        mode: one of `MODES`.
        threads: how many threads there are.
        memory_budget: bytes that the members of the group may take together, or None.
    """
    count = len(group.members)
    if count == 1 or mode == "sequential":
        if group.is_padded:
            return Plan(1, 1, "one by one, padded")
        return Plan(None, 1, "one by one" if count > 1 else "alone")
    reason = "as asked"
    if mode == "auto":
        mode, reason = _decide(group, threads)
    if mode == "threads":
        if group.is_padded:
            return Plan(1, threads, f"whole runs, padded ({reason})")
        where = f"whole runs on {threads} threads" if threads > 1 else "one by one"
        return Plan(None, threads, f"{where} ({reason})")
    width = _width(count, threads, capacity(group, memory_budget))
    what = f"{width} padded to one shape" if group.is_padded else f"{width}"
    how = f"{what} in one program, {threads} at a time ({reason})"
    return Plan(width, threads, how)


def _width(count, threads, limit):
    """Returns the width at which blocks share the members evenly over the threads."""
    widest = count if on_accelerator() else _WIDEST
    widest = max(1, min(widest, limit // threads))
    rounds = -(-count // (widest * threads))
    return max(1, -(-count // (rounds * threads)))


def _decide(group, threads):
    """Returns the faster mode and, in words, why."""
    if on_accelerator():
        return "vmap", "on an accelerator"
    template = group.template
    key = (template.structure.key, group.feed.signature(), group.varying, threads)
    if key not in _decisions:
        try:
            _decisions[key] = _measure(group, threads)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            return "threads", "there is no memory for more"
    return _decisions[key]


def _measure(group, threads):
    count = len(group.members)
    alone = 1 if group.is_padded else None  # padding needs a stack, if only of one
    started = time.perf_counter()
    single = _Probe(group, alone, threads)
    compiled_in = time.perf_counter() - started
    left = sum(m.epochs - m.epoch for m in group.members) * group.feed.steps
    single.measure()
    if single.seconds * left < 2 * compiled_in:
        # Half the time at best is won, a compilation is lost.
        return "threads", "too short to vectorise"
    stacked = _Probe(group, _width(count, threads, capacity(group, None)), threads)
    # In turns: other work on the machine must not decide.
    stacked.measure()
    single.measure()
    stacked.measure()
    better, worse = sorted([single, stacked], key=lambda probe: probe.seconds)
    figures = f"{better.seconds * 1e6:.0f} against {worse.seconds * 1e6:.0f} us"
    mode = "vmap" if better is stacked else "threads"
    return mode, f"{figures} a member and step"


class _Probe:
    """A program run for a moment on copies of the template's state.

    Attributes:
        seconds: the shortest time so far of a step of one member, all threads at work.
    """

    def __init__(self, group, width, threads):
        self.group = group
        self.width = width
        self.threads = threads
        self.seconds = float("inf")
        self.program = group.program("train", width)
        self.steps = None

    def measure(self):
        """Times one run on each thread."""
        feed = self.group.feed
        if self.steps is None:
            steps = min(4, feed.steps)
            self._run(steps)
            once = self._run(steps) / steps
            steps = int(_PROBE_SECONDS / max(once, 1e-7))
            self.steps = max(1, min(feed.steps, steps))
        started = time.perf_counter()
        list(self.group.pool.map(self._run, [self.steps] * self.threads))
        took = time.perf_counter() - started
        members = self.steps * self.threads * (self.width or 1)
        self.seconds = min(self.seconds, took / members)

    def _run(self, steps):
        group, structure = self.group, self.group.template.structure
        state = [
            self._copy(structure.variables[p]._value) for p in self.program.positions
        ]
        numbers = [structure.numbers[i][2] for i in group.varying]
        numbers = [self._copy(np.float32(n)) for n in numbers]
        order = group.order(0)
        started = time.perf_counter()
        _, logs = self.program(state, numbers, group.feed.arrays, order, 0, steps)
        jax.block_until_ready(logs)
        return time.perf_counter() - started

    def _copy(self, value):
        value = np.asarray(value)
        if self.width is not None:
            value = np.broadcast_to(value, (self.width, *value.shape))
        return jnp.array(value)
