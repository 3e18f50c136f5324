"""Functions of strings, called inside functions that a dataset traces.

`Dataset.map` compiles a function of one element and runs it for blocks of them. What
stands for strings there has a method `host_call`, which runs a function of many
strings ahead of the program.
"""

import functools
import inspect

import numpy as np


def for_texts(many, sizes_vary=False, scalar=True):
    """Lets a function of a string work in traced functions.

    Args:
        many: a function of a vector of strings and the function's other arguments:
            returns its results with a row for each string.
        sizes_vary: whether the shape of a row depends on the strings; or a function of
            the other arguments that tells.
        scalar: whether the function takes single strings only.

    Returns:
        A decorator.
    """

    def decorate(function):
        first = next(iter(inspect.signature(function).parameters))

        @functools.wraps(function)
        def call(*args, **kwargs):
            text = args[0] if args else kwargs.get(first)
            if not hasattr(text, "host_call"):
                return function(*args, **kwargs)
            if scalar and text.shape != ():
                raise TypeError(f"`{first}` must be a single string.")
            kwargs.pop(first, None)
            rest = args[1:]
            vary = sizes_vary
            if callable(vary):
                vary = vary(*rest, **kwargs)
            return text.host_call(lambda texts: many(texts, *rest, **kwargs), vary)

        return call

    return decorate


def one_by_one(function, sizes_vary=True):
    """Lets a function of one string to an array or string work in traced functions."""

    def many(texts, *args, **kwargs):
        results = [function(text, *args, **kwargs) for text in texts.tolist()]
        if isinstance(results[0], bytes):
            strings = np.empty(len(results), object)
            strings[:] = results
            return strings
        return np.stack(results)

    return for_texts(many, sizes_vary)(function)


def elementwise(sizes_vary=False):
    """Lets a function of any array of strings work in traced functions."""

    def decorate(function):
        return for_texts(function, sizes_vary, scalar=False)(function)

    return decorate
