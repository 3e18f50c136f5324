"""What programs run on: cores of this machine, or an accelerator."""

import os

import jax


def on_accelerator() -> bool:
    """Tells whether programs run on something other than the CPU."""
    return jax.default_backend() != "cpu"


def count_threads() -> int:
    """Returns how many programs run at a time: one for each core, one on a device."""
    return 1 if on_accelerator() else count_cores()


def count_cores() -> int:
    """Returns how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1
