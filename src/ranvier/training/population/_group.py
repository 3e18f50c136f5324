"""A group: members of one structure, trained together epoch by epoch."""

import time

import numpy as np

from ranvier.training.population._block import Block
from ranvier.training.population._member import renamed
from ranvier.training.population._plan import capacity, make_plan
from ranvier.training.population._program import NotShareableError, population_program

# Steps of a call take about so long: then Ctrl-C is heard.
_CALL_SECONDS = 0.5
_FIRST_STEPS = 512


class Group:
    """Members of one structure and their way through the epochs.

    Args:
        members: the members.
        task: the `Task` that they share: data, orders, and how to run.
        template: what the programs are traced with, if not the first member: a
            `Template` with wider layers, to whose shapes the members are padded.
    """

    def __init__(self, members, task, template=None):
        self.members = members
        self.is_padded = template is not None
        self.template = template or members[0]
        self.task = task
        self.feed = task.feed
        self.pool = task.pool
        self.varying = _varying(self.template.structure.key, members)
        self.moved: list = []  # members whose structure a callback has changed
        self._programs: dict = {}
        self._pace = {"train": _FIRST_STEPS, "test": _FIRST_STEPS}  # steps of a call

    def program(self, mode, width):
        """Returns the program of a mode; a width of None is for single members."""
        key = mode, width
        if key not in self._programs:
            feed = self.feed if mode == "train" else self.task.validation_feed
            template = self.template
            self._programs[key] = population_program(
                template.model, template.structure, mode, feed, self.varying, width
            )
        return self._programs[key]

    def is_alike(self) -> bool:
        """Tells whether all members have the same program.

        Equal structures say so; where code of the user's own has a part, which might
        look elsewhere than at the model, the programs of two members are compared.
        """
        first, last = self.members[0], self.members[-1]
        if first is last or not first.structure.is_custom:
            return True
        try:
            keys = {
                population_program(
                    m.model, m.structure, "train", self.feed, self.varying, None
                ).trace_key
                for m in (first, last)
            }
        except NotShareableError:
            return False
        return len(keys) == 1

    def order(self, epoch):
        """Returns the order of samples in an epoch."""
        return self.task.order(self.members[0].order_seed, epoch)

    def run(self):
        """Trains the members to their ends.

        Returns:
            The members whose structure has changed: they go on in a group of their own.
        """
        task = self.task
        self.plan = make_plan(self, task.mode, task.threads, task.memory_budget)
        for member in self.members:
            member.result.how = self.plan.how
        task.tell(self)
        at_once = len(self.members)
        if self.plan.width is not None:
            at_once = max(self.plan.width, capacity(self, task.memory_budget))
        for start in range(0, len(self.members), at_once):
            self._run_some(self.members[start : start + at_once])
        return self.moved

    def _run_some(self, members):
        self._choose_programs()
        blocks = self._pack(members)
        try:
            while blocks:
                self.task.raise_if_stopped()
                self._run_epoch(blocks)
                blocks = self._repack(blocks)
        finally:
            # Also after Ctrl-C the models hold what training has come to.
            for block in blocks:
                for member in block.held():
                    block.release(member)

    def _choose_programs(self):
        self._train = self.program("train", self.plan.width)
        self._positions = list(self._train.positions)
        self._train_places = list(range(len(self._positions)))
        self._test = None
        if self.task.validation_feed is not None:
            self._test = self.program("test", self.plan.width)
            self._test_places = self._places(self._test)

    def _places(self, program):
        """Returns where a program's state stands in that of the blocks."""
        for position in program.positions:
            if position not in self._positions:
                self._positions.append(position)
        return [self._positions.index(p) for p in program.positions]

    def _pack(self, members):
        width = self.plan.width or 1
        return [
            Block(
                members[i : i + width],
                self.plan.width,
                self.template.structure,
                self._positions,
                self.varying,
            )
            for i in range(0, len(members), width)
        ]

    def _run_epoch(self, blocks):
        epoch = next(member.epoch for block in blocks for member in block.held())
        self._begin_epoch(blocks)
        order = self.order(epoch)
        train_logs = self._run_program(blocks, self._train, self._train_places, order)
        self._tell_nonfinite(blocks, train_logs)
        test_logs = [None] * len(blocks)
        if self._test is not None and self.task.validates(epoch):
            with self.task.hooks:
                for block in blocks:
                    for member in block.held():
                        member.guarded(member.begin_validation)
            test_logs = self._run_program(blocks, self._test, self._test_places, None)
        with self.task.hooks:
            for block, logs, more in zip(blocks, train_logs, test_logs, strict=True):
                self._end_epoch(block, logs, more)

    def _begin_epoch(self, blocks):
        with self.task.hooks:
            for block in blocks:
                for member in block.held():
                    if member.guarded(member.begin_epoch):
                        self._follow_change(block, member)
                    elif not member.is_active:
                        block.release(member)
                block.take_up_changes()

    def _follow_change(self, block, member):
        """Takes up new numbers of a member, or lets it go with its new structure."""
        before = member.structure
        member.look_at_structure()
        kept = _constants(before, self.varying)
        same = member.structure.key == before.key
        if same and _constants(member.structure, self.varying) == kept:
            block.refresh_numbers()
            return
        block.release(member)
        self.moved.append(member)

    def _run_program(self, blocks, program, places, order):
        """Runs an epoch's steps for all blocks; returns their logs by member."""
        is_train = program.mode == "train"
        feed = self.feed if is_train else self.task.validation_feed

        def run(block):
            if not block.held():
                return []
            start, logs = 0, {}
            while start < feed.steps:
                self.task.raise_if_stopped()
                stop = min(start + self._pace[program.mode], feed.steps)
                began = time.perf_counter()
                logs = block.run(program, places, feed.arrays, order, start, stop)
                seconds = (time.perf_counter() - began) / (stop - start)
                self._pace[program.mode] = max(1, int(_CALL_SECONDS / seconds))
                start = stop
            return block.logs_of(logs)

        if self.plan.threads == 1 or len(blocks) == 1:
            return [run(block) for block in blocks]
        return list(self.pool.map(run, blocks))

    def _tell_nonfinite(self, blocks, logs):
        last = self.feed.steps - 1
        with self.task.hooks:
            for block, members_logs in zip(blocks, logs, strict=True):
                for member in block.held():
                    own = members_logs[block.members.index(member)]
                    watches = member.callbacks.stop_on_nonfinite
                    if watches and not np.isfinite(own.get("loss", 0.0)):
                        member.guarded(member.callbacks.on_nonfinite_loss, last)

    def _end_epoch(self, block, train_logs, test_logs):
        old = self.template.log_names
        ended = []
        for member in block.held():
            slot = block.members.index(member)
            logs = renamed(train_logs[slot], old, member.log_names)
            more = None
            if test_logs is not None:
                more = renamed(test_logs[slot], old, member.log_names)
            if member.is_active:
                member.guarded(member.end_epoch, logs, more)
            if not member.is_active:
                ended.append(member)
        if ended:
            block.take_up_changes()
            for member in ended:
                block.release(member)
                member.guarded(member.finish)

    def _repack(self, blocks):
        """Moves the members that are left into as few blocks as hold them."""
        left = [member for block in blocks for member in block.held()]
        if -(-len(left) // (self.plan.width or 1)) == len(blocks):
            return blocks
        for block in blocks:
            block.take_up_changes()
            for member in block.held():
                block.release(member)
        return self._pack(left)


# Which numbers have differed between members so far, by the structure's key.
_varied: dict = {}


def _varying(key, members):
    """Returns which numbers of the structure differ between members.

    Args:
        key: of the template's structure.
        members: the members.

    Those that did in an earlier group stay among them, so that the programs made for
    it serve this one.
    """
    rows = [[value for _, _, value in m.structure.numbers] for m in members]
    differ = {i for i, column in enumerate(zip(*rows)) if len(set(column)) > 1}
    known = _varied.setdefault(key, set())
    known |= differ
    return tuple(sorted(known))


def _constants(structure, varying):
    numbers = enumerate(structure.numbers)
    return [value for i, (_, _, value) in numbers if i not in varying]
