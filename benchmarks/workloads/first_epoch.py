"""The first epoch in a fresh process: build, compile, train, validate. No imports."""

from benchmarks.workload import Result, Workload

MOST_ROUNDS = 5  # each starts a process a peer


class FirstEpoch(Workload):
    quantity = "until the first epoch ends"
    check_title = "val loss, epoch 1"
    peers = ("ranvier", "ranvier-warm", "scan", "keras-jax", "keras-tf")

    def __init__(self, of, title, sane_loss, order):
        super().__init__()
        self.name, self.of, self.order = f"first_epoch_{of}", of, order
        self.title = f"{title}: first epoch, compiling included, fresh process"
        self.sane_loss = sane_loss

    def measure(self, bench, peers):
        results = {peer: Result() for peer in peers}

        def turn(peer):
            result = results[peer]
            with bench.workers(self.of, {peer: result}) as workers:
                answer = workers[peer].ask()
            result.check = answer["val_losses"][-1]
            result.sane = result.check < self.sane_loss
            return answer["epoch_seconds"]

        # The round that does not count fills the file cache and, for ranvier-warm,
        # ranvier's compilation cache.
        counted = min(bench.rounds, MOST_ROUNDS)
        self.rounds = bench.run_rounds(results, turn, warm_up=1, counted=counted)
        return results


WORKLOADS = [
    FirstEpoch("housing", "Housing MLP", sane_loss=2.0, order=7),
    FirstEpoch("fashion", "Fashion-MNIST MLP", sane_loss=1.0, order=8),
]
