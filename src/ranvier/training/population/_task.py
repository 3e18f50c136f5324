"""What the groups of one call share: data, orders, threads; and how they are run."""

import collections
import concurrent.futures
import threading
from typing import Any

import jax.numpy as jnp

from ranvier.callbacks._output import print_message
from ranvier.training._array_feed import ArrayFeed, epoch_order
from ranvier.training._build import build_model, check_labels
from ranvier.training._feeds import make_feed
from ranvier.training._fit import _split, _validates, _validation_feed
from ranvier.training.population._device import count_threads
from ranvier.training.population._group import Group
from ranvier.training.population._padding import merge_by_padding
from ranvier.training.population._program import NotShareableError


class StoppedError(RuntimeError):
    """The call has ended, by Ctrl-C for instance, while a group was running."""


class Task:
    """The training of members on the same data.

    Args:
        mode: see `train_group`.
        threads: see `train_group`.
        memory_budget: see `train_group`.
        verbose: see `train_group`.

    Attributes:
        feed: the training data, or None if they are no arrays.
        validation_feed: the validation data, or None.
        hooks: a lock: one hook of the user's runs at a time.
        pool: the threads that run blocks.
    """

    def __init__(self, mode, threads, memory_budget, verbose):
        self.mode = mode
        self.threads = threads or count_threads()
        self.memory_budget = memory_budget
        self.verbose = verbose
        self.feed: Any = None
        self.validation_feed: Any = None
        self.hooks = threading.RLock()
        self.pool: Any = None
        self._stopped = threading.Event()
        self._orders: collections.OrderedDict = collections.OrderedDict()

    def read(
        self,
        model,
        x,
        y,
        sample_weight,
        validation_split,
        validation_data,
        batch_size,
        validation_batch_size,
        validation_freq,
        shuffle,
        class_weight,
    ):
        """Makes the feeds, as `fit` of one model would.

        Returns:
            Whether the data are arrays, which a population needs.
        """
        self._frequency = validation_freq
        _validates(0, validation_freq)
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = _split(
                x, y, sample_weight, validation_split
            )
        feed = make_feed(
            x, y, sample_weight, class_weight, batch_size, shuffle, model=model
        )
        if not isinstance(feed, ArrayFeed):
            return False
        if validation_data is not None:
            build_model(model, feed, "train")
            size = validation_batch_size or batch_size
            self.validation_feed = _validation_feed(model, validation_data, size, None)
            if not isinstance(self.validation_feed, ArrayFeed):
                return False
        self.feed = feed
        return True

    def prepare(self, member, callbacks):
        """Builds a member and tells its callbacks that training begins."""
        self.build(member)
        member.begin(callbacks, self.feed.steps)

    def build(self, member):
        """Builds a member's model."""
        self.build_model(member.model)

    def build_model(self, model):
        """Builds a model, and checks that the data fit it."""
        build_model(model, self.feed, "train")
        check_labels(model, self.feed)
        if self.validation_feed is not None:
            build_model(model, self.validation_feed, "test")
            check_labels(model, self.validation_feed)

    def order(self, seed, epoch):
        """Returns the order of samples in an epoch, for all members of a seed."""
        feed = self.feed
        if not feed.shuffle:
            return None
        with self.hooks:
            key = seed, epoch
            if key not in self._orders:
                order = epoch_order(
                    feed.samples, feed.batch_size, feed.shuffle, seed, epoch
                )
                self._orders[key] = jnp.asarray(order)
                while len(self._orders) > 4 * self.threads:
                    self._orders.popitem(last=False)
            return self._orders[key]

    def validates(self, epoch):
        """Tells whether an epoch ends with a validation."""
        return _validates(epoch, self._frequency)

    def tell(self, group):
        """Prints how a group is run, unless the call is to be silent."""
        if self.verbose:
            print_message(f"{len(group.members)} models: {group.plan.how}")

    def run_side_by_side(self, function, blocks):
        """Returns a function's values for blocks that run on the threads.

        None of them still runs when this returns or raises, so that their members are
        whole: after Ctrl-C, too.
        """
        runs = [self.pool.submit(function, block) for block in blocks]
        try:
            return [run.result() for run in runs]
        except BaseException as error:
            if not isinstance(error, Exception):
                self._stopped.set()
            concurrent.futures.wait(runs)
            raise

    def raise_if_stopped(self):
        """Ends a group's run when the call has ended.

        Raises:
            StoppedError: if it has.
        """
        if self._stopped.is_set():
            raise StoppedError("The training of the population was stopped.")

    def run(self, members):
        """Trains prepared members; groups of different structure run side by side.

        Returns:
            The members whose programs cannot be shared: they are to be trained alone.
        """
        alone: list = []
        workers = concurrent.futures.ThreadPoolExecutor(self.threads)
        drivers = concurrent.futures.ThreadPoolExecutor(self.threads)
        self.pool = workers
        try:
            groups = self._groups(members)
            if len(groups) == 1:
                self._run_group(groups[0], alone)
            else:
                runs = [drivers.submit(self._run_group, g, alone) for g in groups]
                for run in concurrent.futures.as_completed(runs):
                    run.result()
        finally:
            self._stopped.set()
            drivers.shutdown(cancel_futures=True)
            workers.shutdown(cancel_futures=True)
            self._stopped.clear()
        return alone

    def _groups(self, members):
        """Returns groups of one structure, epoch and order, the largest first."""
        found: dict = {}
        for member in members:
            key = member.structure.key, member.epoch, member.order_seed
            found.setdefault(key, []).append(member)
        groups, rest = [], list(found.values())
        if self.mode in ("auto", "vmap") and len(rest) > 1:
            padded, rest = merge_by_padding(rest, self)
            groups += [Group(members, self, template) for template, members in padded]
        groups += [Group(members, self) for members in rest]
        split = []
        for group in groups:
            if group.is_alike():
                split.append(group)
            else:
                split += [Group([member], self) for member in group.members]
        return sorted(split, key=lambda group: -len(group.members))

    def _run_group(self, group, alone):
        try:
            moved = group.run()
        except NotShareableError:
            with self.hooks:
                alone += group.members
            return
        except Exception as error:
            if isinstance(error, StoppedError):
                raise
            with self.hooks:
                for member in group.members:
                    if member.is_active:
                        member.fail(error)
            return
        for again in self._groups(moved):
            self._run_group(again, alone)
