"""Counting how often programs are traced and compiled."""

import contextlib

from ranvier.core import _programs


@contextlib.contextmanager
def assert_max_traces(traces: int, compilations: int | None = None):
    """Raises if more programs are traced, or compiled, inside than expected.

    Args:
        traces: the most programs that may be traced.
        compilations: the most that may be compiled; None for as many as traced.

    Raises:
        AssertionError: on leaving, with both counts.

    Example:
        >>> import numpy as np
        >>> import ranvier as rv
        >>> model = rv.Sequential([rv.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> with assert_max_traces(1):
        ...     history = model.fit(np.ones((8, 2)), np.ones(8), epochs=3, verbose=0)
    """
    before = dict(_programs.counts)
    yield
    seen = {
        name: _programs.counts[name] - before.get(name, 0)
        for name in ("traces", "compilations")
    }
    limits = {"traces": traces, "compilations": compilations}
    for name, limit in limits.items():
        if limit is not None and seen[name] > limit:
            raise AssertionError(
                f"Expected at most {limit} {name}, but there were {seen[name]} "
                f"({seen}). Programs are traced anew for new shapes, dtypes, trainable "
                "layers and numbers such as dropout rates."
            )
