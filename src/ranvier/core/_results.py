"""How results appear to whoever calls a layer, metric or loss outside of programs.

They are arrays of JAX. Another face of the library (TensorFlow's) may install a
presenter, which turns them into its own kind of value.
"""

from ranvier.core._scope import stacks

# `presenter(value, wide)`: `wide` asks for integers of 64 bits. None changes nothing.
presenter = None


def install(function) -> None:
    """Makes a function the presenter of results; None takes it away."""
    global presenter
    presenter = function


def presented(value, wide=False):
    """Returns a result as the installed face shows it.

    Args:
        value: an array, or a structure of arrays.
        wide: whether its integers are of 64 bits where the face has them.
    """
    if presenter is None or stacks.state:
        return value
    return presenter(value, wide)
