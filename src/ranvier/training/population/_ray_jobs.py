"""Jobs as tasks of a Ray cluster."""

import os
import pickle
import warnings

from ranvier.core import _errors
from ranvier.training.population._jobs import Outcome, WorkerDiedError

_POLL_SECONDS = 0.1


def run_on_ray(jobs, shared, workers, retries, answer):
    """Runs pickled jobs; see `run_jobs`.

    The cluster is the one that `ray.init` has connected, or that `RAY_ADDRESS` names,
    or a local one, which ends with the jobs.
    """
    ray = _errors.require("ray", "ray")
    started = not ray.is_initialized()
    if started:
        _connect(ray, workers)
    try:
        return _Run(ray, jobs, shared, workers, retries, answer).run()
    finally:
        if started:
            ray.shutdown()


def _connect(ray, workers):
    options = {"log_to_driver": False, "logging_level": "error"}
    if not os.environ.get("RAY_ADDRESS"):
        options |= {"num_cpus": workers, "include_dashboard": False}
    with warnings.catch_warnings():
        # JAX warns of forks; the processes that Ray starts run programs of their own.
        warnings.filterwarnings("ignore", message="os.fork")
        ray.init(**options)


class _Run:
    """One run of some jobs on a connected cluster."""

    def __init__(self, ray, jobs, shared, workers, retries, answer):
        self.ray = ray
        self.jobs = jobs
        self.shared = ray.put(shared)
        self.answer = answer
        self.workers = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        self.mailbox = ray.remote(num_cpus=0, max_restarts=retries)(_Mailbox).remote()
        self.task = ray.remote(num_cpus=1, max_retries=retries)(_run_on_worker)

    def run(self):
        ray = self.ray
        outcomes: list = [None] * len(self.jobs)
        waiting = list(range(len(self.jobs)))[::-1]
        running = {}
        while waiting or running:
            while waiting and len(running) < self.workers:
                index = waiting.pop()
                task = self.task.remote(
                    self.jobs[index], self.shared, index, self.mailbox
                )
                running[task] = index
            done, _ = ray.wait(list(running), timeout=_POLL_SECONDS)
            self._pass_messages()
            for task in done:
                outcomes[running.pop(task)] = self._outcome(task)
        return outcomes

    def _outcome(self, task):
        ray = self.ray
        try:
            return pickle.loads(ray.get(task))
        except ray.exceptions.WorkerCrashedError as error:
            return Outcome(error=WorkerDiedError(f"Its Ray workers died: {error}"))
        except ray.exceptions.RayError as error:
            return Outcome(error=error)

    def _pass_messages(self):
        for index, message in self.ray.get(self.mailbox.take.remote()):
            value = self.answer(index, pickle.loads(message))
            self.mailbox.put_answer.remote(index, value)


class _Mailbox:
    """An actor between jobs and their caller."""

    def __init__(self):
        self.messages = []
        self.answers = {}

    def post(self, index, message):
        self.messages.append((index, message))
        return self.answers.get(index)

    def take(self):
        taken, self.messages = self.messages, []
        return taken

    def put_answer(self, index, answer):
        self.answers[index] = answer


def _run_on_worker(job, shared, index, mailbox):
    import pickle

    import ray

    from ranvier.training.population._jobs import dumps
    from ranvier.training.population._worker import run_job

    def report(message):
        return ray.get(mailbox.post.remote(index, dumps(message)))

    return dumps(run_job(job, pickle.loads(shared), report))
