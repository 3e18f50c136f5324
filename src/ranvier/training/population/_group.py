"""A group: members of one structure, trained together epoch by epoch.

Where memory does not suffice for a block, its members go on in smaller ones, from the
step where they were. Only a member for which there is not enough even alone fails.
"""

import dataclasses
import functools
import time

import numpy as np

from ranvier.training.population._block import Block
from ranvier.training.population._member import renamed
from ranvier.training.population._memory import capacity, is_out_of_memory
from ranvier.training.population._numbers import constants, varying
from ranvier.training.population._plan import make_plan
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
        self.varying = varying(self.template.structure.key, members)
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
        self._find_positions()
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

    def _find_positions(self):
        """Finds which variables make the state of the blocks, for all programs."""
        self._positions = []
        for mode in ("train", "test")[: 1 + self._validates]:
            self._places(self.program(mode, self.plan.width))

    @property
    def _validates(self):
        return self.task.validation_feed is not None

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
        train_logs = self._run_program(blocks, "train", self.order(epoch))
        self._tell_nonfinite(blocks, train_logs)
        test_logs = {}
        if self._validates and self.task.validates(epoch):
            with self.task.hooks:
                for block in blocks:
                    for member in block.held():
                        member.guarded(member.begin_validation)
            test_logs = self._run_program(blocks, "test", None)
        with self.task.hooks:
            for block in blocks:
                self._end_epoch(block, train_logs, test_logs)

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
        kept = constants(before, self.varying)
        same = member.structure.key == before.key
        if same and constants(member.structure, self.varying) == kept:
            block.refresh_numbers()
            return
        block.release(member)
        self.moved.append(member)

    def _run_program(self, blocks, mode, order):
        """Runs an epoch's steps for all blocks; returns the logs by member.

        Blocks for which there is not enough memory are replaced by smaller ones.
        """
        run = functools.partial(self._run_block, mode, order)
        if self.plan.threads == 1 or len(blocks) == 1:
            outcomes = [run(block) for block in blocks]
        else:
            outcomes = self.task.run_side_by_side(run, blocks)
        logs: dict = {}
        for block, outcome in zip(list(blocks), outcomes, strict=True):
            if isinstance(outcome, Exception):
                blocks.remove(block)
                outcome = self._run_in_pieces(block, outcome, run, blocks)
            logs |= outcome
        return logs

    def _run_block(self, mode, order, block):
        """Returns the logs of a block by member, or an error that tells of memory."""
        if not block.held():
            return {}
        feed = self.feed if mode == "train" else self.task.validation_feed
        try:
            program = self.program(mode, block.width)
            places = self._places(program)
            start, logs = 0, {}
            while start < feed.steps:
                self.task.raise_if_stopped()
                stop = min(start + self._pace[mode], feed.steps)
                began = time.perf_counter()
                logs = block.run(program, places, feed.arrays, order, start, stop)
                seconds = (time.perf_counter() - began) / (stop - start)
                self._pace[mode] = max(1, int(_CALL_SECONDS / seconds))
                start = stop
            return block.logs_of(logs)
        except Exception as error:
            if is_out_of_memory(error):
                return error
            raise

    def _run_in_pieces(self, block, error, run, blocks):
        """Runs a block again as ever smaller ones, while no other runs.

        Args:
            block: the block.
            error: that of the first run.
            run: function that runs a block.
            blocks: list that the new blocks are added to.

        Returns:
            The logs by member.
        """
        members = block.held()
        if block.is_lost:  # it ran out in the middle: nothing is left to go on from
            for member in members:
                member.fail(error)
            return {}
        for member in members:
            block.release(member)
        size = -(-len(members) // 2)
        width = None if size == 1 and not self.is_padded else size
        how = f"{size} at a time, for want of memory"
        self.plan = dataclasses.replace(self.plan, width=width, threads=1, how=how)
        logs: dict = {}
        for piece in self._pack(members):
            outcome = run(piece)
            held = piece.held()
            if not isinstance(outcome, Exception):
                blocks.append(piece)
                logs |= outcome
            elif len(held) > 1:
                logs |= self._run_in_pieces(piece, outcome, run, blocks)
            else:
                piece.release(held[0])
                held[0].fail(outcome)
            for member in held:
                member.result.how = self.plan.how
        return logs

    def _tell_nonfinite(self, blocks, logs):
        last = self.feed.steps - 1
        with self.task.hooks:
            for block in blocks:
                for member in block.held():
                    watches = member.callbacks.stop_on_nonfinite
                    if watches and not np.isfinite(logs[member].get("loss", 0.0)):
                        member.guarded(member.callbacks.on_nonfinite_loss, last)

    def _end_epoch(self, block, train_logs, test_logs):
        old = self.template.log_names
        ended = []
        for member in block.held():
            logs = renamed(train_logs[member], old, member.log_names)
            more = None
            if member in test_logs:
                more = renamed(test_logs[member], old, member.log_names)
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
