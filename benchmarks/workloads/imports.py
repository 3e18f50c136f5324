"""How long an import takes, in fresh interpreters."""

import subprocess
import sys

from benchmarks.peers import PEERS
from benchmarks.workload import PeerFailed, Result, Workload

MODULES = {
    "ranvier": "ranvier",
    "jax": "jax",
    "keras-jax": "keras",
    "keras-tf": "keras",
    "torch": "torch",
    "sklearn": "sklearn.neural_network",
}
TIMED_IMPORT = (
    "import time; start = time.perf_counter(); import {}; "
    "print(time.perf_counter() - start)"
)


class Imports(Workload):
    name = "imports"
    title = "Import, fresh interpreter"
    quantity = "per import"
    order = 6
    peers = tuple(MODULES)

    def measure(self, bench, peers):
        results = {peer: Result() for peer in peers}

        def turn(peer):
            done = subprocess.run(
                [sys.executable, "-c", TIMED_IMPORT.format(MODULES[peer])],
                env=bench.environment(PEERS[peer].env if peer in PEERS else {}),
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise PeerFailed(done.stderr.strip().rpartition("\n")[2])
            return float(done.stdout.split()[-1])

        # The round that does not count fills the file cache.
        self.rounds = bench.run_rounds(results, turn, warm_up=1, counted=bench.rounds)
        return results


WORKLOADS = [Imports()]
