"""Jobs in worker processes of this machine."""

import collections
import contextlib
import multiprocessing
import multiprocessing.connection
import os
import pickle
import subprocess
import sys
import tempfile

from ranvier.training.population._device import count_cores
from ranvier.training.population._jobs import Outcome, WorkerDiedError, dumps


def run_in_processes(jobs, shared, workers, retries, answer):
    """Runs pickled jobs; see `run_jobs`."""
    outcomes: list = [None] * len(jobs)
    tries = [0] * len(jobs)
    waiting = collections.deque(range(len(jobs)))
    count = min(workers or count_cores(), len(jobs))
    idle, busy = [], {}
    with contextlib.ExitStack() as at_end:
        folder = at_end.enter_context(tempfile.TemporaryDirectory())
        path = os.path.join(folder, "shared")
        with open(path, "wb") as file:
            file.write(shared)

        def start():
            worker = _Worker(path)
            at_end.callback(worker.stop)
            return worker

        while waiting or busy:
            while waiting and len(busy) < count:
                index = waiting.popleft()
                worker = idle.pop() if idle else start()
                busy[worker] = index
                tries[index] += 1
                worker.send(jobs[index])
            for worker in _ready(busy):
                index = busy[worker]
                kind, value = worker.receive()
                if kind == "message":
                    worker.send(dumps(answer(index, value)))
                    continue
                del busy[worker]
                if kind == "died" and tries[index] <= retries:
                    waiting.append(index)
                elif kind == "died":
                    error = WorkerDiedError(
                        f"{tries[index]} worker processes died at this job, the last "
                        f"one with exit status {value}."
                    )
                    outcomes[index] = Outcome(error=error)
                else:
                    idle.append(worker)
                    outcomes[index] = value
    return outcomes


def _ready(busy):
    """Waits for workers that have something to tell, if only that they are dead."""
    by_connection = {worker.connection: worker for worker in busy}
    return [by_connection[c] for c in multiprocessing.connection.wait(by_connection)]


class _Worker:
    """A Python process that runs one job after another; see `_worker`.

    Args:
        shared: path of what all jobs need.

    It is started afresh rather than forked: threads of JAX would not survive that.
    """

    def __init__(self, shared):
        self.connection, other = multiprocessing.Pipe()
        path = os.pathsep.join(p or os.getcwd() for p in sys.path)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "ranvier.training.population._worker"),
                *(str(other.fileno()), shared, str(os.getpid())),
            ],
            pass_fds=[other.fileno()],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
        )
        other.close()

    def send(self, data):
        with contextlib.suppress(OSError):  # it is dead: `receive` tells
            self.connection.send_bytes(data)

    def receive(self):
        """Returns `(kind, value)`: a message, an outcome, or that the worker died."""
        try:
            return pickle.loads(self.connection.recv_bytes())
        except (EOFError, OSError):
            return "died", self._process.wait()

    def stop(self):
        self.connection.close()  # it ends when it reads the next job
        try:
            self._process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
