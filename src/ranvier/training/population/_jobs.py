"""Jobs in other processes, here or on a cluster, run again when a worker dies.

A job is a function `job(shared, report)` and is sent by cloudpickle, so that functions
and classes of a script or notebook can go along. What all jobs need is sent once to
each worker. `report(message)` hands a message to the caller while the job runs, and
returns the caller's answer.
"""

import contextlib
import dataclasses

from ranvier.core import _errors

EXECUTORS = ("processes", "ray")


class WorkerDiedError(RuntimeError):
    """The workers that ran a job died, as often as it may be tried."""


@dataclasses.dataclass
class Outcome:
    """How a job ended: with a value, or with an error."""

    value: object = None
    error: BaseException | None = None


def run_jobs(
    jobs,
    executor="processes",
    shared=None,
    *,
    workers=None,
    retries=2,
    on_message=None,
):
    """Runs jobs on workers.

    Args:
        jobs: functions of `shared` and `report`.
        executor: `"processes"`: on this machine, or `"ray"`: on the Ray cluster that is
            connected, or a local one.
        shared: what all jobs need, such as the data.
        workers: how many at a time; None for the number of cores of this machine, or
            for what the cluster has.
        retries: how often a job is run again after its worker has died. Exceptions of
            the job itself are not retried.
        on_message: called as `(index, message)` for what job number `index` reports;
            its result is the answer. With Ray the answer may be that to the message
            before.

    Returns:
        An `Outcome` for each job, in their order.

    Raises:
        ValueError: for an unknown executor.
    """
    if executor not in EXECUTORS:
        raise ValueError(
            f"`executor` must be one of {EXECUTORS}. Received: executor={executor!r}"
        )
    answer = on_message or (lambda index, message: None)
    jobs = [dumps(job) for job in jobs]
    if not jobs:
        return []
    shared = dumps(shared)
    if executor == "ray":
        from ranvier.training.population._ray_jobs import run_on_ray

        return run_on_ray(jobs, shared, workers, retries, answer)
    from ranvier.training.population._process_jobs import run_in_processes

    return run_in_processes(jobs, shared, workers, retries, answer)


def dumps(value) -> bytes:
    """Returns a value as bytes, functions and classes of scripts included.

    Raises:
        ImportError: without cloudpickle.
    """
    return _errors.require("cloudpickle", "tuner").dumps(value)


def portable(error):
    """Returns an exception that another process can read, its traceback as a note."""
    import pickle
    import traceback

    text = "".join(traceback.format_exception(error))
    with contextlib.suppress(Exception):
        pickle.loads(dumps(error))
        error.add_note(f"In a worker:\n{text}")
        return error
    return RuntimeError(f"{type(error).__name__}: {error}\nIn a worker:\n{text}")
