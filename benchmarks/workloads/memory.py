"""Peak memory of a process that trains Fashion-MNIST, imports and arrays included."""

from benchmarks.workload import Result, Workload

MIB = 2**20
EPOCHS = 3
SANE_LOSS = 0.7
MOST_ROUNDS = 3  # each starts a process a peer


class Memory(Workload):
    name = "memory"
    title = f"Fashion-MNIST MLP: peak memory of the process, {EPOCHS} epochs"
    unit = "MiB"
    quantity = "at the peak"
    check_title = f"val loss, epoch {EPOCHS}"
    order = 9
    peers = ("ranvier", "scan", "keras-jax", "keras-tf", "torch")
    of = "fashion"

    def measure(self, bench, peers):
        results = {peer: Result() for peer in peers}
        self.figures = {"arrays": bench.data(self.of).nbytes / MIB}

        def turn(peer):
            result = results[peer]
            with bench.workers(self.of, {peer: result}) as workers:
                answer = workers[peer].ask(epochs=EPOCHS)
            result.check = answer["val_losses"][-1]
            result.sane = result.check < SANE_LOSS
            return answer["peak_bytes"] / MIB

        counted = min(bench.rounds, MOST_ROUNDS)
        bench.run_rounds(results, turn, warm_up=0, counted=counted, extra=0)
        return results


WORKLOADS = [Memory()]
