"""What an object's constructor was given, for configs that nobody wrote by hand."""

import inspect


def constructor_arguments(instance, args, kwargs):
    """Returns `{name: value}` of all arguments of a constructor, defaults included.

    Args:
        instance: the object.
        args: the positional arguments it was made with.
        kwargs: the keyword arguments.

    Raises:
        TypeError: if the arguments cannot be given by name.
    """
    parameters = inspect.signature(type(instance).__init__).parameters
    bound = inspect.signature(type(instance).__init__).bind(instance, *args, **kwargs)
    bound.apply_defaults()
    given = dict(list(bound.arguments.items())[1:])
    for name, parameter in list(parameters.items())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            given.update(given.pop(name))
        elif parameter.kind is parameter.POSITIONAL_ONLY or (
            parameter.kind is parameter.VAR_POSITIONAL and given.pop(name)
        ):
            raise TypeError(f"Argument `{name}` cannot be given by name.")
    return given
