"""The equations of a trace, and the layers they come from."""

from jax.extend.core import ClosedJaxpr, Jaxpr

# Primitives that leave the program.
_OF_PYTHON = ("callback", "infeed", "outfeed")


def place_of(equation, outer="") -> str:
    """Returns the path of the layer that an equation comes from; may be empty.

    Args:
        equation: an equation of a jaxpr.
        outer: the path of the equation that contains it.
    """
    own = str(equation.source_info.name_stack).split("/")
    # Transformations of JAX, `vmap()`, stand there too.
    names = [name for name in own if name and not name.endswith(")")]
    return "/".join(filter(None, (outer, *names)))


def said(place) -> str:
    """Returns words for the place of an equation."""
    return f"the layer '{place}'" if place else "the model outside its layers"


def inner_programs(equation) -> list:
    """Returns the jaxprs among an equation's parameters."""
    found = []
    for value in equation.params.values():
        for entry in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(entry, ClosedJaxpr):
                found.append(entry.jaxpr)
            elif isinstance(entry, Jaxpr):
                found.append(entry)
    return found


def check_calls(jaxpr, outer="") -> None:
    """Raises if a program calls Python, naming the layer.

    Raises:
        ValueError: naming the layer and the primitive.
    """
    for equation in jaxpr.eqns:
        place = place_of(equation, outer)
        name = equation.primitive.name
        if any(part in name for part in _OF_PYTHON):
            raise ValueError(
                f"Cannot export {said(place)}: it calls Python while it runs "
                f"(`{name}`), and an exported program has none."
            )
        for inner in inner_programs(equation):
            check_calls(inner, place)
