"""Populations beyond one process: parts of groups as jobs of an executor."""

import contextlib
import pickle

import numpy as np

from ranvier.callbacks import History
from ranvier.training._structure import structure_of
from ranvier.training.population._jobs import dumps, run_jobs

# What a callback has learnt comes back, but not these.
_NOT_SENT = ("_model", "model", "params")


def train_remotely(members, callbacks, states, data, options, executor, workers):
    """Trains members on the workers of an executor; fills in their results.

    Args:
        members: the `Member`s, their models built.
        callbacks: list of callbacks of each.
        states: state of Python's `random` for each.
        data: arguments of `train_group` that are data.
        options: further arguments of `train_group`.
        executor: see `run_jobs`.
        workers: how many jobs there should be at least, if there are as many members.
    """
    parts = _parts(members, workers)
    jobs = [
        _Job(
            part,
            [callbacks[m.index] for m in part],
            [states[m.index] for m in part],
            options,
        )
        for part in parts
    ]

    ended: set = set()
    stops: list = [{} for _ in parts]  # by job: epochs after which members stop

    def take(member, returned):
        if member.index in ended:
            return  # the job is run again, or tells at its end what it has told before
        ended.add(member.index)
        _take_back(member, callbacks[member.index], returned)
        if member.result.status != "failed":
            member.guarded(member.tell_end)

    def answer(index, message):
        kind, slot, *rest = message
        member = parts[index][slot]
        if kind == "ended":
            take(member, *rest)
        elif slot not in stops[index] and member.stops(*rest):
            stops[index][slot] = rest[0]
        # All of them: an answer may come to the message of another member.
        return stops[index]

    outcomes = run_jobs(jobs, executor, data, workers=workers, on_message=answer)
    for part, outcome in zip(parts, outcomes, strict=True):
        if outcome.error is None:
            for member, returned in zip(part, outcome.value, strict=True):
                take(member, returned)
            continue
        for member in part:
            if member.index not in ended:
                member.fail(outcome.error)
                member.result.how = f"by the executor {executor!r}"


def _parts(members, workers):
    """Returns members of one structure together, in about as many parts as workers."""
    groups: dict = {}
    for member in members:
        groups.setdefault(structure_of(member.model).key, []).append(member)
    largest = max(1, -(-len(members) // workers))
    return [
        group[start : start + largest]
        for group in groups.values()
        for start in range(0, len(group), largest)
    ]


class _Job:
    """The training of some members, in another process."""

    def __init__(self, members, callbacks, states, options):
        self.models = [member.model for member in members]
        self.options = {**options, "epochs": [member.epochs for member in members]}
        self.callbacks = callbacks
        self.states = states
        self.reports = any(member.has_hook for member in members)

    def __call__(self, data, report):
        from ranvier.training.population._train_group import train_group

        def stop(slot, epoch, logs):
            stops = report(("epoch", slot, epoch, logs)) or {}
            return slot in stops and epoch >= stops[slot]

        def end(slot, result):
            report(("ended", slot, _returned(result, self.callbacks[slot])))

        results = train_group(
            self.models,
            **data,
            **self.options,
            callbacks_of=lambda i: self.callbacks[i],
            random_states=self.states,
            on_epoch_end=stop if self.reports else None,
            on_end=end,
        )
        return [
            _returned(result, callbacks)
            for result, callbacks in zip(results, self.callbacks, strict=True)
        ]


def _returned(result, callbacks):
    """Returns what the caller needs of a result, in a form that can be sent."""
    from ranvier.training.population._jobs import portable

    model, history = result.model, result.history
    return {
        "values": [v.numpy() for v in model.state_variables("train")],
        "history": None if history is None else (history.history, history.epoch),
        "status": result.status,
        "error": None if result.error is None else portable(result.error),
        "how": result.how,
        "callbacks": [_learnt(callback) for callback in callbacks],
    }


def _learnt(callback):
    """Returns the attributes of a callback that can be sent, as bytes."""
    sent = {}
    for name, value in vars(callback).items():
        if name not in _NOT_SENT:
            with contextlib.suppress(Exception):
                sent[name] = dumps(value)
    return sent


def _take_back(member, callbacks, returned):
    """Gives a member's model and callbacks what they came to in the worker."""
    model, result = member.model, member.result
    for variable, value in zip(
        model.state_variables("train"), returned["values"], strict=True
    ):
        variable.assign(np.asarray(value))
    if returned["history"] is not None:
        history = History()
        history.set_model(model)
        history.history, history.epoch = returned["history"]
        result.history = model.history = history
    for callback, learnt in zip(callbacks, returned["callbacks"], strict=True):
        callback.set_model(model)
        for name, value in learnt.items():
            with contextlib.suppress(Exception):
                setattr(callback, name, pickle.loads(value))
    result.status = returned["status"]
    result.error = returned["error"]
    result.how = returned["how"]
