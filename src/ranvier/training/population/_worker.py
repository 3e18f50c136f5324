"""A worker process: it runs the jobs that come through a pipe.

`python -m ranvier.training.population._worker DESCRIPTOR FILE`, where the file holds
what all jobs need.
"""

import os
import pickle
import signal
import sys
from multiprocessing.connection import Connection

from ranvier.training.population._jobs import Outcome, dumps, portable


def run_job(job, shared, report):
    """Runs a pickled job; returns its `Outcome`."""
    try:
        return Outcome(value=pickle.loads(job)(shared, report))
    except Exception as error:
        return Outcome(error=portable(error))


def main():
    # Ctrl-C reaches all processes of a terminal: the parent ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
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
