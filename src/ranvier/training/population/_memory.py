"""Memory: how many members fit, and what to make of a failure to get some."""

import os

import jax

from ranvier.training.population._device import on_accelerator


def capacity(group, memory_budget):
    """Returns how many members may be in memory at a time."""
    state = sum(v._value.nbytes for v in group.template.structure.variables)
    # The state, its next value, gradients and activations.
    return max(1, int((memory_budget or _default_budget()) // max(4 * state, 1)))


def _default_budget():
    """Returns a quarter of the memory there is."""
    if on_accelerator():
        stats = jax.devices()[0].memory_stats() or {}
        return stats.get("bytes_limit", 2**34) // 4
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4
    except (AttributeError, ValueError, OSError):
        return 2**31


def is_out_of_memory(error) -> bool:
    """Tells whether an exception says that there is not enough memory."""
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)
