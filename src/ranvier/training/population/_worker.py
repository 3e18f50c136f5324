"""A worker process: it runs the jobs that come through a pipe.

`python -m ranvier.training.population._worker DESCRIPTOR FILE PARENT`, where the file
holds what all jobs need, and the parent is a process.
"""

import os
import pickle
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection

from ranvier.training.population._jobs import Outcome, dumps, portable


def run_job(job, shared, report):
    """Runs a pickled job; returns its `Outcome`."""
    try:
        return Outcome(value=pickle.loads(job)(shared, report))
    except Exception as error:
        return Outcome(error=portable(error))


def end_with_parent(parent):
    """Ends this process soon after its parent, whatever it is at."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def main():
    # Ctrl-C reaches all processes of a terminal: the parent ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = int(sys.argv[3])
    threading.Thread(target=end_with_parent, args=[parent], daemon=True).start()
    connection = Connection(int(sys.argv[1]))

    def report(message):
        connection.send_bytes(dumps(("message", message)))
        return pickle.loads(connection.recv_bytes())

    with open(sys.argv[2], "rb") as file:
        shared = pickle.load(file)
    while True:
        try:
            job = connection.recv_bytes()
        except EOFError:
            os._exit(0)  # the parent is gone or has no more
        connection.send_bytes(dumps(("outcome", run_job(job, shared, report))))


if __name__ == "__main__":
    main()
