"""The command line: select, measure, print, compare with the contract, write JSON."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks import contract, report
from benchmarks.bench import Bench, show
from benchmarks.data import ROOT
from benchmarks.peers import PEERS
from benchmarks.workloads import WORKLOADS


def main(argv=None):
    options = _options(argv)
    print(_heading(), end="\n\n")
    measured = {}
    with tempfile.TemporaryDirectory(prefix="ranvier-bench-") as folder:
        bench = Bench(folder, options.rounds, options.round_seconds, options.data)
        for name in options.workload or WORKLOADS:
            workload = WORKLOADS[name]
            peers = _present(workload, options.peers)
            if not peers:
                print(f"### {name}: none of its peers is here\n")
                continue
            show(f"{name}: {', '.join(peers)}\n")
            results = workload.measure(bench, peers)
            measured[name] = results, workload.figures
            print(report.workload_table(workload, results), end="\n\n", flush=True)
        sources = bench.sources
    for name, source in sources.items():
        print(f"Data, {name}: {source}.")
    verdicts = contract.judge(measured)
    print("\n" + report.contract_table(verdicts, WORKLOADS))
    settings = {"rounds": options.rounds, "round_seconds": options.round_seconds}
    settings["data"] = sources
    _write(options.output, report.as_json(measured, verdicts, WORKLOADS, settings))
    return int(options.strict and not _flawless(measured, verdicts))


def _options(argv):
    parser = argparse.ArgumentParser(
        prog="benchmarks/run", description="Times ranvier and its peers side by side."
    )
    add = parser.add_argument
    add("--workload", type=_names(WORKLOADS), help=f"of: {', '.join(WORKLOADS)}")
    add("--peers", type=_names([*PEERS, "jax"]), help=f"of: {', '.join(PEERS)}")
    add("--rounds", type=int, default=7, help="counted rounds (default 7)")
    add(
        "--round-seconds",
        type=float,
        default=0.25,
        help="each round trains whole epochs for at least so long (default 0.25)",
    )
    add("--data", help="housing.csv, or a folder with data ($RANVIER_BENCH_DATA)")
    add("--output", type=Path, default=ROOT / "build/bench.json", help="JSON file")
    add("--strict", action="store_true", help="exit 1 when a promise falls short")
    options = parser.parse_args(argv)
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


def _names(known):
    def parse(text):
        names = [name.strip() for name in text.split(",")]
        if unknown := [name for name in names if name not in known]:
            raise argparse.ArgumentTypeError(
                f"{', '.join(unknown)} is not one of {', '.join(known)}"
            )
        return names

    return parse


def _present(workload, wanted):
    """The peers of a workload that were asked for and are installed."""
    peers = [p for p in workload.peers if wanted is None or p in wanted]
    missing = {p: PEERS[p].missing() for p in peers if p in PEERS}
    for peer, modules in missing.items():
        if modules:
            show(f"{workload.name}: {peer} skipped, no {' '.join(modules)}\n")
    return [p for p in peers if not missing.get(p)]


def _flawless(measured, verdicts):
    results = [r for by_peer, _ in measured.values() for r in by_peer.values()]
    trained = all(r.sane and not r.failure for r in results)
    judged = [v.holds for v in verdicts if v.holds is not None]
    return trained and bool(judged) and all(judged)


def _heading():
    versions = [f"{k} {v}" for k, v in report.versions().items() if v]
    machine = report.machine()
    return (
        f"# Benchmarks\n\n{machine['cores']} cores ({machine['processor']}), "
        f"Python {machine['python']}, {', '.join(versions)}"
    )


def _write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n")
    print(f"\nWritten: {path}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
