"""A process that trains one peer on one workload, an epoch at a time, when asked to.

It reads lines of JSON, `{"epochs": 1, "seconds": 0.25}`: train at least so many epochs
and at least so long, then answer with a line of JSON. It sleeps in between, inside the
peer's training loop, so that one `fit` is measured over all its epochs.
"""

import argparse
import gc
import json
import os
import resource
import sys
import time
from pathlib import Path

from benchmarks.data import Data
from benchmarks.peers import PEERS
from benchmarks.workloads import WORKLOADS


class Gate:
    """Stands between two epochs: answers the last request and waits for the next."""

    def __init__(self, requests, answers):
        self._requests, self._answers = requests, answers

    def open(self):
        """Waits for a request, then starts the clock; False when there is none left."""
        line = self._requests.readline()
        if not line:
            return False
        request = json.loads(line)
        self._epochs = request["epochs"]
        self._least_seconds = request["seconds"]
        self._seconds = 0.0
        self._val_losses = []
        gc.collect()
        self._start = time.perf_counter()
        return True

    def __call__(self, val_loss):
        """Called by the peer after each epoch; whether it shall train another."""
        self._seconds += time.perf_counter() - self._start
        self._val_losses.append(val_loss() if callable(val_loss) else float(val_loss))
        done = len(self._val_losses)
        if done >= self._epochs and self._seconds >= self._least_seconds:
            self.answer(
                epoch_seconds=self._seconds / done,
                val_losses=self._val_losses,
                peak_bytes=peak_bytes(),
            )
            return self.open()
        self._start = time.perf_counter()
        return True

    def answer(self, **answer):
        print(json.dumps(answer), file=self._answers, flush=True)


def peak_bytes():
    """The largest resident size this process has had."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux, getrusage would count the parent's memory too
        line = next(s for s in status.read_text().splitlines() if "VmHWM" in s)
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not mix with the answers
    peer = PEERS[arguments.peer]
    peer.load()
    data = Data.load(arguments.data)
    gate = Gate(sys.stdin, answers)
    gate.answer(ready=True)
    if gate.open():
        peer.train(WORKLOADS[arguments.workload], data, gate)


if __name__ == "__main__":
    main()
