"""What ranvier promises, as a table: one clause a line, against one peer."""

import statistics
from dataclasses import dataclass


@dataclass
class Verdict:
    """Whether a clause holds in a run."""

    workload: str
    promise: str
    measured: str
    holds: bool | None  # None: a figure is missing


@dataclass
class Ratio:
    """ranvier takes `at_most` times what a peer takes, or is `faster` times as fast."""

    workload: str
    against: str
    at_most: float | None = None
    faster: float | None = None

    def judge(self, results, figures):
        times = ratio(results, "ranvier", self.against)
        if self.faster:
            promise = f"at least {self.faster:g}x as fast as {self.against}"
            times = times and 1 / times
            holds = times and times >= self.faster
        else:
            promise = f"at most {self.at_most:g}x the time of {self.against}"
            holds = times and times <= self.at_most
        measured = f"{times:.2f}x" if times else "not measured"
        return Verdict(self.workload, promise, measured, holds)


@dataclass
class Memory:
    """Peak memory: so many times the arrays, plus what a peer needs beside them."""

    workload: str
    against: str
    arrays: float

    def judge(self, results, figures):
        promise = f"{self.arrays:g}x the arrays plus what {self.against} needs beside"
        peak, other = (_median(results, peer) for peer in ("ranvier", self.against))
        if not peak or not other:
            return Verdict(self.workload, promise, "not measured", None)
        limit = other + (self.arrays - 1) * figures["arrays"]
        measured = f"{peak:.0f} of {limit:.0f} MiB"
        return Verdict(self.workload, promise, measured, peak <= limit)


CONTRACT = (
    Ratio("housing", "scan", at_most=1.2),
    Ratio("housing", "keras-jax", faster=6),
    Ratio("housing", "keras-tf", faster=20),
    Ratio("fashion", "scan", at_most=1.1),
    Ratio("fashion", "keras-jax", faster=1.5),
    Ratio("fashion", "keras-tf", faster=3),
    Ratio("wide_deep", "scan", at_most=1.2),
    Ratio("wide_deep", "keras-jax", faster=6),
    Ratio("wide_deep", "keras-tf", faster=20),
    Ratio("batch_norm", "keras-jax", faster=1.5),
    Ratio("batch_norm", "keras-tf", faster=3),
    Ratio("regularized", "keras-jax", faster=1.5),
    Ratio("regularized", "keras-tf", faster=3),
    Ratio("mc_dropout", "keras-jax", faster=2),
    Ratio("mlp_regressor", "sklearn", faster=3),
    Ratio("mlp_classifier", "sklearn", faster=2),
    Ratio("population", "keras-jax", faster=20),
    Ratio("population", "ranvier-each", faster=3),
    Ratio("search", "keras-jax", faster=8),
    Ratio("records", "keras-tf", faster=2),
    Ratio("records", "torch", at_most=1),
    Ratio("lookup", "keras-tf", faster=3),
    Ratio("lookup_bytes", "keras-tf", faster=3),
    Ratio("lookup_batches", "keras-tf", faster=3),
    Ratio("pipeline_memory", "keras-tf", faster=5),
    Ratio("pipeline_memory", "torch", at_most=1),
    Ratio("pipeline_csv", "keras-tf", faster=5),
    Ratio("pipeline_csv", "torch", faster=5),
    Ratio("pipeline_csv_batched", "keras-tf", at_most=1),
    Ratio("pipeline_csv_batched", "torch", at_most=1),
    Ratio("fit_csv", "ranvier-arrays", at_most=1.3),
    Ratio("custom_loop", "keras-tf", faster=2),
    Ratio("custom_loop_function", "keras-tf", faster=2),
    Ratio("custom_loop_first_call", "keras-tf", at_most=2),
    Ratio("train_step", "ranvier-plain", at_most=1.2),
    Ratio("step_mode", "keras-jax", faster=1.5),
    Ratio("step_mode", "keras-tf", faster=5),
    Ratio("tensorboard", "ranvier-plain", at_most=1.05),
    Ratio("steps_per_execution", "keras-jax", faster=2.5),
    Ratio("imports", "jax", at_most=1.2),
    Ratio("first_epoch_housing", "keras-jax", at_most=1),
    Ratio("first_epoch_fashion", "keras-jax", at_most=1),
    Memory("memory", "keras-jax", arrays=1.5),
    Ratio("saving", "keras-jax", at_most=1.0),
    Ratio("loading", "keras-jax", at_most=1.0),
)


def judge(measured):
    """A verdict for each clause on the workloads of this run.

    `measured` holds, by workload, the results by peer and the further figures.
    """
    return [c.judge(*measured[c.workload]) for c in CONTRACT if c.workload in measured]


def ratio(results, peer, against):
    """How many times `against` a peer takes: the median over rounds, side by side."""
    pair = [results[name].samples for name in (peer, against) if name in results]
    if len(pair) < 2 or not all(pair):
        return None
    return statistics.median(a / b for a, b in zip(*pair, strict=False))


def _median(results, peer):
    return results[peer].median if peer in results else None
