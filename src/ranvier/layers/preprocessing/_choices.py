"""Checks of constructor arguments that layers on raw data share."""

from ranvier.core._errors import close_names


def choice(name, value, allowed, layer_class, or_none=False, or_callable=False):
    """Raises unless a string argument has one of the values allowed.

    Raises:
        ValueError: naming the layer's class and the argument.
    """
    if (or_none and value is None) or (or_callable and callable(value)):
        return
    if isinstance(value, str) and value in allowed:
        return
    raise ValueError(
        f"Unknown value for `{name}` argument of {layer_class}. Allowed values are: "
        f"{allowed}. Received: {name}={value!r}.{close_names(str(value), allowed)}"
    )
