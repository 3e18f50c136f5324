"""One run of the benchmarks: its data, its worker processes and whose turn it is."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import data
from benchmarks.peers import PEERS
from benchmarks.quiet import DISTURBED, Watch
from benchmarks.workload import PeerFailed, Rounds
from benchmarks.workloads import WORKLOADS

PAUSE = 0.05  # seconds before each turn, for the threads of the last one to sleep
HOURGLASS = 900  # seconds after which a silent worker has failed


@dataclass
class Prepared:
    """A data set written to files."""

    folder: Path
    nbytes: int
    source: str


class Bench:
    """What a workload needs to measure; see `workload.Workload.measure`."""

    def __init__(self, folder, rounds, round_seconds, data_path=None):
        self.folder = Path(folder)
        self.rounds = rounds
        self.round_seconds = round_seconds
        self._data_path = data_path
        self._data = {}
        self._processes = []

    def data(self, workload):
        """The data set of a training workload, prepared on first use."""
        name = WORKLOADS[workload].dataset
        if name not in self._data:
            folder = self.folder / name
            made = data.prepare(name, self._data_path)
            made.save(folder)
            self._data[name] = Prepared(folder, made.nbytes, made.source)
        return self._data[name]

    @property
    def sources(self):
        return {name: prepared.source for name, prepared in self._data.items()}

    def run_rounds(self, results, turn, warm_up, counted, extra=None):
        """Lets the peers take turns; fills `results` with what `turn(peer)` returns.

        A round in which other processes took part of the machine is run again, up to
        `extra` times in all (as often as counted rounds, by default), unless none was
        quiet so far. When too few stayed quiet, all rounds count.
        """
        extra = counted if extra is None else extra
        rounds, quiet = [], []
        for number in range(warm_up + counted + extra):
            samples, disturbed = {}, False
            for peer in [p for p, r in results.items() if not r.failure]:
                show(f"\r  round {number + 1}: {peer}")
                time.sleep(PAUSE)
                watch = Watch(p.pid for p in self._processes)
                try:
                    samples[peer] = turn(peer)
                except PeerFailed as failure:
                    results[peer].failure = str(failure)
                disturbed |= watch.others() > DISTURBED
            if number >= warm_up:
                rounds.append(samples)
                quiet += [] if disturbed else [samples]
            if len(quiet) == counted or (len(rounds) >= counted and not quiet):
                break
        show("\r")
        trusted = len(quiet) >= min(3, counted)
        kept = quiet if trusted else rounds
        for peer, result in results.items():
            result.samples = [] if result.failure else [s[peer] for s in kept]
        return Rounds(len(rounds), len(quiet), len(kept), trusted)

    def environment(self, extra):
        """Variables of a worker: ours, without compilation caches, and the peer's."""
        caches = ("JAX_COMPILATION_CACHE_DIR", "RANVIER_COMPILATION_CACHE")
        kept = {k: v for k, v in os.environ.items() if k not in caches}
        return {**kept, "XDG_CACHE_HOME": str(self.folder / "cache"), **extra}

    @contextlib.contextmanager
    def workers(self, workload, results):
        """A worker by name for each peer of `results`; they end with the `with` block.

        They start one after the other. One that fails leaves its reason in its result.
        """
        folder = str(self.data(workload).folder)
        workers = {}
        try:
            for peer, result in results.items():
                show(f"\r  starting {peer}")
                workers[peer] = Worker(peer, [peer, workload, folder], self)
                self._processes.append(workers[peer].process)
                try:
                    workers[peer].answer()  # it is ready
                except PeerFailed as failure:
                    result.failure = str(failure)
            yield workers
        finally:
            for worker in workers.values():
                worker.close()
                self._processes.remove(worker.process)


class Worker:
    """A process that trains one peer, when it is asked to."""

    def __init__(self, peer, arguments, bench):
        self._log = bench.folder / f"{peer}.log"
        with self._log.open("w") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.worker", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                cwd=data.ROOT,
                env=bench.environment(PEERS[peer].env),
            )

    def ask(self, epochs=1, seconds=0.0):
        """Lets the peer train at least so many epochs and so long; see `worker`."""
        with contextlib.suppress(BrokenPipeError):  # its log says more
            stdin = self.process.stdin
            stdin.write(json.dumps({"epochs": epochs, "seconds": seconds}) + "\n")
            stdin.flush()
        return self.answer()

    def answer(self):
        """The next answer, or `PeerFailed`."""
        stdout = self.process.stdout
        ready, _, _ = select.select([stdout], [], [], HOURGLASS)
        if not ready:
            raise PeerFailed(f"silent for {HOURGLASS} s")
        if line := stdout.readline():
            return json.loads(line)
        log = self._log.read_text().strip()
        show(f"\r{log[-2000:]}\n")
        raise PeerFailed(log.rpartition("\n")[2] or "ended without a word")

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def show(text):
    """Progress, on the terminal only; anything else that is said goes through too."""
    if text.startswith("\r") and not text.endswith("\n"):
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{text[1:]:<60}\r{text[1:]}")
    else:
        sys.stderr.write(text.lstrip("\r"))
    sys.stderr.flush()
