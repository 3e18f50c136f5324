"""Several datasets as one: zip, flat_map, interleave, choices."""

import time

import numpy as np

from ranvier.core._seeds import make_default_seed
from ranvier.data import _block, _spec, _structure
from ranvier.data._block import Block
from ranvier.data._draws import drawing
from ranvier.data._functions import pool
from ranvier.data._held import Held
from ranvier.data._node import (
    INFINITE,
    PATIENCE,
    UNKNOWN,
    Node,
    Stream,
    Transformation,
    first_of,
)
from ranvier.data._passes import nodes_of


class Zip(Node):
    """Elements side by side, as long as all inputs have one.

    Args:
        structure: structure of nodes.
    """

    name = "zip"

    def __init__(self, structure):
        self.structure = structure
        self.inputs = tuple(_structure.flatten(structure))

    def stream(self):
        return _ZipStream(self)

    def spec(self):
        return _structure.map_values(lambda node: node.spec(), self.structure)

    def cardinality(self):
        counts = [node.cardinality() for node in self.inputs]
        if 0 in counts:
            return 0
        if UNKNOWN in counts:
            return UNKNOWN
        finite = [n for n in counts if n != INFINITE]
        return min(finite) if finite else INFINITE

    def whole(self):
        blocks = _structure.map_values(lambda node: node.whole(), self.structure)
        leaves = _structure.flatten(blocks)
        if any(block is None for block in leaves):
            return None
        count = min(block.count for block in leaves)
        columns = _structure.map_values(lambda b: b[:count].columns, blocks)
        return Block(columns, count)


class _ZipStream(Stream):
    def __init__(self, node):
        self.node = node
        self.held = [Held(source.stream()) for source in node.inputs]

    def produce(self, limit):
        count = limit
        for held in self.held:
            count = min(held.fill(1, limit), count)
            if not count:
                return None
        parts = [held.take(count).columns for held in self.held]
        return Block(_structure.pack(self.node.structure, parts), count)

    def get_state(self):
        return {"inputs": [held.get_state() for held in self.held]}

    def set_state(self, state):
        for held, position in zip(self.held, state["inputs"]):
            held.set_state(position)


class Interleave(Transformation):
    """Elements of the datasets that a function makes, some datasets in turn.

    Args:
        source: the input.
        function: an `ElementFunction` that returns datasets.
        cycle_length: how many datasets are read at a time.
        block_length: how many elements are taken from one before it is the next's turn.
        parallel: how many of them may be read at the same time.
    """

    name = "interleave"
    passes = 0

    def __init__(self, source, function, cycle_length=1, block_length=1, parallel=1):
        super().__init__(source)
        self.function = function
        self.cycle_length = cycle_length
        self.block_length = block_length
        self.parallel = parallel

    def stream(self):
        return _InterleaveStream(self)

    def spec(self):
        first = first_of(self.source)
        if first is None:
            element = _structure.map_values(_spec.example, self.source.spec())
        else:
            element = first.element(0)
        return self.make(element, 0).spec()

    def cardinality(self):
        return UNKNOWN

    def make(self, element, position):
        """Returns the node of the dataset for an element.

        Raises:
            TypeError: if the function returned something else.
        """
        function = self.function
        try:
            dataset = function.call(element)
        except Exception as error:
            error.add_note(f"In `{function.label}`, at element {position}.")
            raise
        if not hasattr(dataset, "_data_node"):
            raise TypeError(
                f"`{function.label}` needs a function that returns a `Dataset`. "
                f"Received: {type(dataset).__name__}"
            )
        return dataset._data_node


class _Open:
    """A dataset being read, and how to open it again."""

    def __init__(self, before, position, node):
        self.before = before
        self.position = position
        self.nodes = list(nodes_of(node))
        self.held = Held(node.stream())


class _InterleaveStream(Stream):
    counters = ("turn", "taken", "position", "index", "ended")
    streams = ("source",)

    def __init__(self, node):
        self.node = node
        self.index = node.passes
        node.passes += 1
        self.source = node.source.stream()
        self.slots: list = [None] * node.cycle_length
        self.turn = 0  # whose turn it is
        self.taken = 0  # how much was taken in this turn
        self.position = 0
        self.ended = False
        self.is_slow = False

    def produce(self, limit):
        while True:
            rounds = self._whole_rounds(limit)
            if rounds:
                return self._interleaved(rounds)
            slot = self.slots[self.turn]
            if slot is None:
                if self.ended and not any(self.slots):
                    return None
                self._open()
                continue
            length = self.node.block_length
            wanted = limit if len(self.slots) == 1 else length - self.taken
            wanted = min(wanted, limit)
            count = min(slot.held.fill(1, limit), wanted)
            if not count:
                self.slots[self.turn] = None
                self._pass_on()
                continue
            self.taken += count
            if self.taken >= length:
                self._pass_on()
            return slot.held.take(count)

    def _pass_on(self):
        self.taken = 0
        self.turn = (self.turn + 1) % len(self.slots)

    def _open(self):
        before = None if self.ended else self.source.get_state()
        block = None if self.ended else self.source.next(1)
        if block is None:
            self.ended = True
            self._pass_on()
            return
        self.slots[self.turn] = self._opened(block, before, self.position)
        self.position += 1

    def _opened(self, block, before, position):
        with drawing(self.index, position):
            node = self.node.make(block.element(0), position)
        return _Open(before, position, node)

    def _whole_rounds(self, limit):
        """Returns how many rounds can be done in one go: all slots have enough."""
        if len(self.slots) == 1 or self.turn or self.taken:
            return 0
        length = self.node.block_length
        rounds = limit // (length * len(self.slots))
        if not rounds or (not self.ended and None in self.slots):
            return 0
        slots = [slot for slot in self.slots if slot is not None]
        counts = self._filled(slots, length, rounds * length)
        return min([rounds, *(count // length for count in counts)]) if slots else 0

    def _filled(self, slots, length, limit):
        """Reads at least one round ahead; returns how many elements are there.

        Slow datasets are read at the same time, unless they share something.
        """
        waiting = [slot for slot in slots if slot.held.count < length]
        if self.is_slow and len(waiting) > 1 and _are_apart(waiting):
            fill = pool(self.node.parallel).map
        else:
            fill = map
        began = time.monotonic()
        list(fill(lambda slot: slot.held.fill(length, limit), waiting))
        if waiting and self.node.parallel > 1:
            self.is_slow = time.monotonic() - began > PATIENCE / 2
        return [slot.held.count for slot in slots]

    def _interleaved(self, rounds):
        slots = [slot for slot in self.slots if slot is not None]
        length = self.node.block_length
        blocks = [slot.held.take(rounds * length) for slot in slots]
        steps = np.arange(rounds)[:, None] * (length * len(slots)) + np.arange(length)
        places = [(steps + i * length).ravel() for i in range(len(slots))]
        return _block.interleave(blocks, places)

    def get_state(self):
        slots = [
            slot
            and {
                "before": slot.before,
                "position": slot.position,
                "held": slot.held.get_state(),
            }
            for slot in self.slots
        ]
        return {**super().get_state(), "slots": slots, "passes": self.node.passes}

    def set_state(self, state):
        self.index, self.node.passes = state["index"], state["passes"]
        self.slots = []
        for saved in state["slots"]:
            slot = None
            if saved is not None:
                self.source.set_state(saved["before"])
                block = self.source.next(1)
                slot = self._opened(block, saved["before"], saved["position"])
                slot.held.set_state(saved["held"])
            self.slots.append(slot)
        super().set_state(state)


def _are_apart(slots):
    """Tells whether no two datasets read the same node, whose passes are counted.

    Of nodes that make datasets in their turn that cannot be told.
    """
    nodes = [node for slot in slots for node in slot.nodes]
    return len(set(map(id, nodes))) == len(nodes) and not any(
        isinstance(node, Interleave) for node in nodes
    )


class Choose(Node):
    """Elements of several datasets, in the order that numbers tell.

    Args:
        sources: list of nodes.
        choices: node whose elements are numbers of sources.
        stop_on_empty: end when a chosen source has no more elements; else its
            choices are left out.
    """

    name = "choose_from_datasets"

    def __init__(self, sources, choices, stop_on_empty, label="choose_from_datasets"):
        self.inputs = (*sources, choices)
        self.stop_on_empty = stop_on_empty
        self.name = label

    def stream(self):
        return _ChooseStream(self)

    def spec(self):
        specs = [node.spec() for node in self.inputs[:-1]]
        result = specs[0]
        for spec in specs[1:]:
            result = _spec.merge(result, spec)
        return result

    def cardinality(self):
        counts = [node.cardinality() for node in self.inputs[:-1]]
        if all(n == 0 for n in counts):
            return 0
        if isinstance(self.inputs[-1], Draws) and not self.stop_on_empty:
            if INFINITE in counts:
                return INFINITE
            return UNKNOWN if UNKNOWN in counts else sum(counts)
        return INFINITE if all(n == INFINITE for n in counts) else UNKNOWN


class _ChooseStream(Stream):
    counters = ("gone",)

    def __init__(self, node):
        self.node = node
        *sources, choices = [Held(source.stream()) for source in node.inputs]
        self.sources, self.choices = sources, choices
        self.gone: list = []  # sources found empty

    def produce(self, limit):
        while len(self.gone) < len(self.sources):
            count = min(self.choices.fill(1, limit), limit)
            if not count:
                return None
            numbers = np.asarray(self.choices.peek(count).columns)
            self._check(numbers)
            numbers, short = self._possible(numbers)
            self.choices.drop(len(numbers))
            chosen = [np.flatnonzero(numbers == i) for i in range(len(self.sources))]
            if short is not None:  # the next choice is of an empty source
                self.choices.drop(1)
                if self.node.stop_on_empty:
                    self.gone = list(range(len(self.sources)))
                elif short not in self.gone:
                    self.gone.append(short)
            taken = [(i, rows) for i, rows in enumerate(chosen) if len(rows)]
            if taken:
                blocks = [self.sources[i].take(len(rows)) for i, rows in taken]
                return _block.interleave(blocks, [rows for _, rows in taken])
        return None

    def _possible(self, numbers):
        """Returns the choices before the first of an empty source, and that source."""
        cut, short = len(numbers), None
        for i, held in enumerate(self.sources):
            rows = np.flatnonzero(numbers == i)
            there = held.fill(len(rows))
            if there < len(rows) and rows[there] < cut:
                cut, short = int(rows[there]), i
        return numbers[:cut], short

    def _check(self, numbers):
        if ((numbers < 0) | (numbers >= len(self.sources))).any():
            wrong = numbers[(numbers < 0) | (numbers >= len(self.sources))][0]
            from ranvier.tensors._errors import InvalidArgumentError

            raise InvalidArgumentError(
                f"Selector index out of range: {wrong} >= {len(self.sources)}. "
                "`choice_dataset` must give numbers of datasets."
            )

    def get_state(self):
        held = [*self.sources, self.choices]
        return {"gone": list(self.gone), "inputs": [h.get_state() for h in held]}

    def set_state(self, state):
        self.gone = list(state["gone"])
        for held, position in zip([*self.sources, self.choices], state["inputs"]):
            held.set_state(position)


class Draws(Node):
    """Numbers drawn with given weights, without end."""

    name = "sample_from_datasets"

    def __init__(self, weights, seed, rerandomize):
        self.weights = np.cumsum(np.asarray(weights, np.float64))
        self.weights /= self.weights[-1]
        self.seed = make_default_seed() if seed is None else int(seed)
        self.rerandomize = rerandomize
        self.passes = 0

    def stream(self):
        index = self.passes if self.rerandomize else 0
        self.passes += 1
        return _DrawsStream(self, index)

    def spec(self):
        return _spec.TensorSpec((), np.int64)

    def cardinality(self):
        return INFINITE


class _DrawsStream(Stream):
    counters = ("index", "position")

    def __init__(self, node, index):
        self.node = node
        self.index = index
        self.position = 0
        self._generator = None

    def produce(self, limit):
        if self._generator is None:
            key = [self.node.seed % 2**64, self.index]
            self._generator = np.random.Generator(np.random.Philox(key=key))
            self._generator.random(self.position)
        draws = self._generator.random(limit)
        self.position += limit
        numbers = np.searchsorted(self.node.weights, draws, side="right")
        return Block(numbers.astype(np.int64), limit)

    def get_state(self):
        return {**super().get_state(), "passes": self.node.passes}

    def set_state(self, state):
        super().set_state(state)
        self._generator = None
        self.node.passes = state["passes"]
