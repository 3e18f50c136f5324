"""Training many models at once: those of one structure share one program."""

import contextlib
import random
from typing import Any

import numpy as np

from ranvier.callbacks import Callback, CallbackList, History
from ranvier.callbacks._callback import listens_to_batches
from ranvier.core import _config, _interrupts, _tree
from ranvier.core._seeds import make_default_seed
from ranvier.training._feeds import is_array_data
from ranvier.training._rewinding import rewinder
from ranvier.training._trainer import Trainer
from ranvier.training.population._device import count_cores
from ranvier.training.population._member import KEEP_STRUCTURE, Member
from ranvier.training.population._plan import MODES
from ranvier.training.population._remote import train_remotely
from ranvier.training.population._task import Task


def train_group(
    members,
    x=None,
    y=None,
    sample_weight=None,
    *,
    batch_size=None,
    epochs=1,
    initial_epoch=0,
    validation_split=0.0,
    validation_data=None,
    validation_batch_size=None,
    validation_freq=1,
    shuffle=True,
    class_weight=None,
    callbacks_of=None,
    on_epoch_end=None,
    on_end=None,
    random_states=None,
    memory_budget=None,
    mode="auto",
    threads=None,
    executor=None,
    workers=None,
    verbose=0,
    **fit_arguments,
):
    """Trains compiled models on the same data, as `fit` would train each.

    Members of one structure (the same layers and shapes, whatever their rates, factors,
    momenta and seeds) train in one program. They see the same order of samples, the one
    that `fit` of any of them would draw now. A member trains by plain `fit`
    where its program cannot be shared: with callbacks on batches, data that are no
    arrays, a `fit` of its own, or eager steps.

    Args:
        members: compiled models.
        x: as for `fit`.
        y: as for `fit`.
        sample_weight: as for `fit`.
        batch_size: as for `fit`.
        epochs: as for `fit`; or a list, one number a member.
        initial_epoch: as for `fit`.
        validation_split: as for `fit`.
        validation_data: as for `fit`.
        validation_batch_size: as for `fit`.
        validation_freq: as for `fit`.
        shuffle: as for `fit`.
        class_weight: as for `fit`.
        callbacks_of: function from a member's index to its list of callbacks.
        on_epoch_end: called as `(index, epoch, logs)` after each epoch of a member;
            the member stops where it returns something true.
        on_end: called as `(index, result)` when the training of a member has ended,
            while others may go on; not for a member that failed.
        random_states: for each member the state of Python's `random` from which its
            order of samples is drawn; members that share a program share the order.
            None for the present state, for all of them.
        memory_budget: bytes that members may take together at a time; None for a
            quarter of what there is.
        mode: `"vmap"`: stack members in one vectorised program; `"threads"`: whole
            runs on several threads; `"sequential"`; `"auto"`: the faster of the first
            two, measured for a moment.
        threads: how many programs run at a time; None for one a core.
        executor: None: here; `"processes"`: in worker processes of this machine;
            `"ray"`: as tasks of the Ray cluster that is connected, or a local one. A
            job is run again when its worker dies; `on_epoch_end` may then hear of an
            epoch twice. With Ray, a member stops an epoch after it is asked to.
        workers: how many workers the executor uses; None for one a core.
        verbose: 0: nothing; else a line for each group.
        **fit_arguments: others of `fit`; with these members train one by one.

    Returns:
        A list of `MemberResult`, in the order of the members. An exception of one
        member (in a callback, say) is told there; the others go on.

    Raises:
        ValueError: for an unknown mode, numbers that are none, a model or a callback
            given twice, or data that `fit` would refuse.

    Example:
        >>> import numpy as np
        >>> import ranvier as rv
        >>> def build(rate):
        ...     model = rv.Sequential([rv.layers.Input((2,)), rv.layers.Dense(1)])
        ...     model.compile(rv.optimizers.SGD(rate), "mse")
        ...     return model
        >>> x, y = np.ones((32, 2)), np.ones((32, 1))
        >>> results = train_group([build(0.1), build(0.01)], x, y, epochs=3)
        >>> [len(result.history.history["loss"]) for result in results]
        [3, 3]
    """
    if mode not in MODES:
        raise ValueError(f"`mode` must be one of {MODES}. Received: mode={mode!r}")
    for name, value in (
        ("threads", threads),
        ("workers", workers),
        ("memory_budget", memory_budget),
    ):
        check_count(name, value)
    models = _distinct(members, "`members`", "models")
    ends = _ends(epochs, len(models))
    limit = _config.max_epochs()
    members = [
        Member(i, model, min(end, limit or end), initial_epoch, on_epoch_end, on_end)
        for i, (model, end) in enumerate(zip(models, ends, strict=True))
    ]
    callbacks = [
        _tree.flatten(callbacks_of(member.index) or []) if callbacks_of else []
        for member in members
    ]
    _distinct(sum(callbacks, []), "`callbacks_of`", "callbacks")
    data = {
        "x": x,
        "y": y,
        "sample_weight": sample_weight,
        "validation_split": validation_split,
        "validation_data": validation_data,
        "batch_size": batch_size,
        "validation_batch_size": validation_batch_size,
        "validation_freq": validation_freq,
        "shuffle": shuffle,
        "class_weight": class_weight,
    }
    fit_arguments = {k: v for k, v in fit_arguments.items() if v is not None}
    fit_arguments["initial_epoch"] = initial_epoch
    states = random_states or [random.getstate()] * len(members)
    task = Task(mode, threads, memory_budget, verbose)
    if executor is None:
        _train_here(task, members, callbacks, states, data, fit_arguments)
    else:
        options = {"mode": mode, "memory_budget": memory_budget, **fit_arguments}
        _train_elsewhere(
            task, members, callbacks, states, data, options, executor, workers
        )
    return [member.result for member in members]


def check_count(name, value):
    """Raises unless an argument is None or a positive integer.

    Raises:
        ValueError: naming it.
    """
    is_number = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if value is not None and not (is_number and value > 0):
        raise ValueError(
            f"`{name}` must be a positive integer, or None. Received: {name}={value!r}"
        )


def _distinct(values, where, what):
    """Returns the values as a list in which nothing may stand twice."""
    if not hasattr(values, "__iter__"):
        raise ValueError(f"{where} must be a list of {what}. Received: {values!r}")
    values = list(values)
    if len({id(value) for value in values}) < len(values):
        raise ValueError(
            f"{where} must give each member {what} of its own. Received one of them "
            f"twice, among {values}"
        )
    return values


def _ends(epochs, count):
    """Returns the number of epochs of each of `count` members."""
    ends = list(epochs) if isinstance(epochs, (list, tuple)) else [epochs] * count
    if len(ends) != count or not all(isinstance(e, (int, np.integer)) for e in ends):
        raise ValueError(
            "`epochs` must be an integer, or a list with one for each member. "
            f"Received: epochs={epochs!r} for {count} members."
        )
    return ends


def _train_here(task, members, callbacks, states, data, fit_arguments):
    """Trains members in this process: those that may share programs first."""
    alone = members
    if set(fit_arguments) == {"initial_epoch"}:
        alone = [m for m in members if not _is_shareable(m, callbacks[m.index])]
    together = [m for m in members if m not in alone]
    go_back = rewinder(data["x"], data["validation_data"])
    for member in together:
        random.setstate(states[member.index])
        member.order_seed = make_default_seed()
    if together:
        random.setstate(states[together[0].index])
        if task.read(together[0].model, **data):
            if not is_array_data(data["x"]):
                for member in together:  # a dataset shuffles itself
                    member.order_seed = task.feed.seed
            alone = alone + _train_together(task, together, callbacks)
        else:
            alone = members
    after = random.getstate()
    for member in alone:
        go_back()
        random.setstate(states[member.index])
        _train_alone(member, {**data, **fit_arguments}, callbacks[member.index])
    if together:
        random.setstate(after)


def _train_together(task, members, callbacks):
    """Trains members in groups; returns those that have to be trained alone."""
    with _interrupts.handled(), contextlib.ExitStack() as at_end:
        for member in members:
            at_end.callback(member.clean_up)
            member.guarded(task.prepare, member, callbacks[member.index])
        return task.run([m for m in members if m.is_active])


def _train_elsewhere(
    task, members, callbacks, states, data, options, executor, workers
):
    """Trains members in other processes."""
    if members and not task.read(members[0].model, **data):
        raise ValueError(
            "With an `executor` the data must be arrays that can be sent to workers. "
            f"Received: x of type {type(data['x']).__name__}"
        )
    for member in members:
        member.guarded(task.build, member)
    members = [m for m in members if m.is_active]
    workers = workers or count_cores()
    options["threads"] = max(1, count_cores() // workers)
    train_remotely(members, callbacks, states, data, options, executor, workers)


def _is_shareable(member, callbacks):
    """Tells whether a member may be trained by a program of a population."""
    model = member.model
    if not isinstance(model, Trainer) or type(model).fit is not Trainer.fit:
        return False
    model.assert_compiled("fit")
    if model.run_eagerly or model.host_part is not None:
        return False
    if CallbackList(callbacks).makes_backups:
        return False
    return not any(map(_acts_within_epochs, callbacks))


def _acts_within_epochs(callback):
    """Tells whether a callback has something to do before an epoch ends."""
    if type(callback) in KEEP_STRUCTURE:
        return callback.steps_until_due() is not None
    return any(listens_to_batches(callback, mode) for mode in ("train", "test"))


class _Report(Callback):
    """Tells the caller's hook of each epoch of a plain `fit`."""

    def __init__(self, member):
        super().__init__()
        self.member = member
        self.loss = 0.0
        self.was_stopped = False

    def on_epoch_end(self, epoch, logs: Any = None):
        self.loss = logs.get("loss", 0.0)
        if self.member.stops(epoch, logs):
            self.model.stop_training = True


def _train_alone(member, arguments, callbacks):
    """Trains a member by its own `fit`."""
    model, result, report = member.model, member.result, _Report(member)
    result.how = "by its own fit"
    given = {
        name: value
        for name, value in arguments.items()
        if value is not None and not (name == "validation_split" and not value)
    }
    try:
        history = model.fit(
            **given,
            epochs=member.epochs,
            callbacks=[*callbacks, report],
            verbose=0,
        )
    except Exception as error:
        member.fail(error)
        return
    result.history = history if isinstance(history, History) else model.history
    if not np.isfinite(report.loss):
        result.status = "diverged"
    elif model.stop_training:
        result.status = "stopped"
    member.guarded(member.tell_end)
