"""What goes wrong on the host while a program runs, told once it has ended.

An error cannot leave a compiled program. A check inside one, or a Python function it
calls, leaves its error here, and the call of the program raises it.
"""

import jax

from ranvier.tensors._errors import ValueNeededError

_failures: list = []


class NeedsPython(Exception):
    """Base of what a function cannot do in a program: it runs as Python then."""


class ShapeNotKnown(NeedsPython, ValueError):
    """A tensor has a shape that only the call knows."""


class ReadsIterator(NeedsPython, NotImplementedError):
    """A function that is being traced reads an iterator."""


class ReadsDataset(NeedsPython, NotImplementedError):
    """A function that is being traced needs values of a data set, or makes one."""


class GrowsUnknown(NeedsPython, ValueError):
    """A TensorArray grows by as many entries as only the call knows."""


# What a function is run as Python for: shapes that values of the program decide.
DYNAMIC = (
    NeedsPython,
    ValueNeededError,
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
)


def note(error) -> None:
    """Keeps an error until the program has ended; the first one counts."""
    _failures.append(error)


def settle() -> None:
    """Waits for what programs do on the host; raises what went wrong there."""
    try:
        jax.effects_barrier()
    except jax.errors.JaxRuntimeError:
        if not _failures:
            raise
    if _failures:
        error = _failures[0]
        _failures.clear()
        raise error
