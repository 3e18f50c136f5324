"""What a workload is, and how the ordinary ones are measured."""

import statistics
from dataclasses import dataclass, field

ALL_PEERS = ("ranvier", "scan", "keras-jax", "keras-tf", "torch", "sklearn")
WARM_UP = 2  # rounds that do not count
CHECK_EPOCHS = 5  # the validation loss after so many epochs is the sanity figure


class PeerFailed(Exception):
    """A peer cannot go on; the message is for the report."""


@dataclass
class Result:
    """What one peer needed on one workload; a failure has no samples."""

    samples: list[float] = field(default_factory=list)
    check: float | None = None  # a sanity figure: a peer that trains nothing shows
    sane: bool = True
    failure: str = ""

    @property
    def median(self):
        return statistics.median(self.samples) if self.samples else None

    @property
    def spread(self):
        """Half the distance between the quartiles, as a share of the median."""
        if len(self.samples) < 3:
            return 0.0
        low, _, high = statistics.quantiles(self.samples, n=4, method="inclusive")
        return (high - low) / 2 / self.median


@dataclass
class Rounds:
    """How many rounds a workload took, and whether other processes kept quiet."""

    run: int
    quiet: int
    counted: int
    trusted: bool

    def __str__(self):
        return (
            f"Rounds: {self.run} run, {self.quiet} of them not disturbed by other "
            f"processes, {self.counted} counted."
        )


class Workload:
    """A line of the comparison: `measure` times the peers and returns a Result each.

    `bench` is the `bench.Bench` of this run: it starts workers, says whose turn it is
    and knows the number of rounds.
    """

    name = ""
    title = ""
    unit = "s"  # or "MiB"
    quantity = "per epoch"
    check_title = ""
    order = 0  # place among the others
    peers: tuple[str, ...] = ()

    def __init__(self):
        self.figures = {}  # further figures, by name, in `unit`
        self.rounds: Rounds | None = None

    def measure(self, bench, peers):
        raise NotImplementedError


class Training(Workload):
    """Epochs of training with validation, all peers in turn.

    A subclass writes the network once for each way of writing it: `build` for the
    Keras API, and `jax_network`, `torch_network`, `sklearn_network` for the peers it
    lists.
    """

    check_title = f"val loss by epoch {CHECK_EPOCHS}"
    peers = ALL_PEERS
    dataset = ""
    optimizer = ""
    batch_size = 32
    sane_loss = float("inf")  # a validation loss above it means: it does not train

    def build(self, keras, **compile_options):
        """A compiled model; `keras` is Keras or ranvier."""
        raise NotImplementedError

    def jax_network(self):
        """`init(key)` and `losses(params, inputs, targets) -> (loss, logs)`."""
        raise NotImplementedError

    def torch_network(self):
        """A module and `losses(module, inputs, targets) -> logs`, "loss" among them."""
        raise NotImplementedError

    def sklearn_network(self, **options):
        """An estimator, arguments for `partial_fit`, and `score(model, x, y)`."""
        raise NotImplementedError

    def callbacks(self, keras, data):
        """Callbacks that the peers of the Keras API train with."""
        return []

    def work(self, keras, model, data):
        """What the peers of the Keras API do in place of an epoch; None for an epoch.

        A function without arguments; it returns the sanity figure.
        """
        return None

    def torch_work(self, data):
        """The same for PyTorch; None for an epoch."""
        return None

    def compile_options(self, peer):
        """Further arguments of `build` for one peer of the Keras API."""
        return {}

    def measure(self, bench, peers):
        """Rounds of A B C, A B C...: drift of the machine hits all alike."""
        results = {peer: Result() for peer in peers}
        losses = {peer: [] for peer in peers}
        with bench.workers(self.name, results) as workers:

            def turn(peer):
                answer = workers[peer].ask(seconds=bench.round_seconds)
                losses[peer] += answer["val_losses"]
                return answer["epoch_seconds"]

            self.rounds = bench.run_rounds(results, turn, WARM_UP, bench.rounds)
        for peer, result in results.items():
            self.judge(result, losses[peer])
        return results

    def judge(self, result, losses):
        """Sets the sanity figure of a result."""
        if losses:
            result.check = losses[:CHECK_EPOCHS][-1]
            result.sane = result.check < self.sane_loss  # False for nan
