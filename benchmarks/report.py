"""Results as a Markdown table for people and as JSON for programs."""

import os
import platform
from datetime import UTC, datetime
from importlib import metadata

from benchmarks.contract import ratio

PACKAGES = ("ranvier", "jax", "jaxlib", "keras", "tensorflow-cpu", "torch")
PACKAGES += ("scikit-learn", "numpy")
BASES = ("jax", "ranvier", "scan", "keras-jax")  # the first one measured is 1x


def workload_table(workload, results):
    """A Markdown table: a line a peer."""
    base = next((p for p in BASES if p in results and results[p].samples), None)
    check = workload.check_title
    head = ["peer", workload.quantity, "spread", f"times {base or '-'}"]
    rows = [head + [check] * bool(check)]
    for peer, result in results.items():
        if result.failure:
            row = [peer, "failed", "", ""]
        else:
            times = ratio(results, peer, base) if base else None
            row = [
                peer,
                amount(result.median, workload.unit),
                f"± {result.spread:.0%}",
                f"{times:.2f}x" if times else "",
            ]
        rows.append(row + [_check(result)] * bool(check))
    below = [f"{k}: {amount(v, workload.unit)}." for k, v in workload.figures.items()]
    below += [f"{p} failed: {r.failure}" for p, r in results.items() if r.failure]
    below += [str(workload.rounds)] * bool(workload.rounds)
    return "\n".join(
        [f"### {workload.name}: {workload.title}", "", *_markdown(rows)]
        + (["", *below] if below else [])
    )


def contract_table(verdicts, workloads):
    """A Markdown table: a line a clause, each "pass", "short" or "-"."""

    def word(verdict):
        rounds = workloads[verdict.workload].rounds
        busy = verdict.holds is not None and rounds and not rounds.trusted
        text = {True: "pass", False: "short", None: "-"}[verdict.holds]
        return text + ", on a busy machine" * bool(busy)

    rows = [["workload", "promise", "measured", ""]]
    rows += [[v.workload, v.promise, v.measured, word(v)] for v in verdicts]
    return "\n".join(["### Contract", "", *_markdown(rows)])


def as_json(measured, verdicts, workloads, settings):
    """Everything of a run that a later reader may want to compare."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
        "settings": settings,
        "workloads": {
            name: {
                "title": workloads[name].title,
                "unit": workloads[name].unit,
                "quantity": workloads[name].quantity,
                "figures": figures,
                "rounds": workloads[name].rounds and vars(workloads[name].rounds),
                "peers": {p: _result(r) for p, r in results.items()},
            }
            for name, (results, figures) in measured.items()
        },
        "contract": [vars(verdict) for verdict in verdicts],
    }


def machine():
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "python": platform.python_version(),
    }


def versions():
    found = {}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    return found


def amount(value, unit):
    """A number with its unit, in three digits."""
    if value is None:
        return "-"
    if unit == "s":
        return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"
    return f"{value:.0f} {unit}"


def _check(result):
    if result.check is None:
        return ""
    return f"{result.check:.3f}" + ("" if result.sane else " DOES NOT TRAIN")


def _result(result):
    return {"median": result.median, "spread": result.spread, **vars(result)}


def _markdown(rows):
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows = [[c.ljust(w) for c, w in zip(row, widths, strict=True)] for row in rows]
    rows.insert(1, ["-" * w for w in widths])
    return [f"| {' | '.join(row)} |" for row in rows]
