"""What the diagnosis says of every patient: `python -m tests.diagnostics.score`."""

import sys
import time

import ranvier as rv
from ranvier.diagnostics import diagnose
from tests.diagnostics.patients import HEALTHY, SICK


def examine(function):
    """Returns the report on a patient, made anew from a fixed seed."""
    rv.utils.clear_session()
    rv.utils.set_random_seed(42)
    model, arguments = function()
    return diagnose(model, **arguments)


def main(names):
    right = quiet = 0
    sick = {k: v for k, v in SICK.items() if not names or k in names}
    healthy = {k: v for k, v in HEALTHY.items() if not names or k in names}
    for name, (function, codes) in sick.items():
        start = time.perf_counter()
        report = examine(function)
        hit = report.codes[:1] and report.codes[0] in codes
        right += bool(hit)
        print(
            f"{'ok ' if hit else 'BAD'} {name}: {report.codes} "
            f"(expected {' or '.join(codes)}) {time.perf_counter() - start:.1f} s",
            flush=True,
        )
        if names:
            print(report)
    for name, function in healthy.items():
        report = examine(function)
        quiet += report.ok
        print(f"{'ok ' if report.ok else 'BAD'} {name}: {report.codes}", flush=True)
        if names or not report.ok:
            print("\n".join(f"      {f.code}: {f.seen}" for f in report.findings))
    print(f"named first: {right} of {len(sick)}; quiet: {quiet} of {len(healthy)}")


if __name__ == "__main__":
    main(sys.argv[1:])
