"""Checks of the arguments of image layers."""


def factor_range(name, value, low, high, symmetric=True, open_low=False):
    """Returns the range `(lower, upper)` from which a factor is drawn.

    Args:
        name: the argument's name, for messages.
        value: a number, or two.
        low: the least value allowed.
        high: the greatest value allowed.
        symmetric: whether one number `x` stands for `(-x, x)`, as far as `low` allows.
        open_low: whether `low` itself is not allowed.

    Raises:
        ValueError: for other values.
    """
    numbers = value if isinstance(value, (tuple, list)) else (value,)
    fits = (
        len(numbers) == (2 if numbers is value else 1)
        and all(isinstance(n, (int, float)) for n in numbers)
        and all(low <= n <= high for n in numbers)
        and not (open_low and min(numbers) == low)
    )
    if not fits:
        raise ValueError(
            f"The `{name}` argument should be a number (or a list of two numbers) in "
            f"the range {'(' if open_low else '['}{low}, {high}]. "
            f"Received: {name}={value}"
        )
    if len(numbers) == 2:
        return tuple(sorted(numbers))
    if not symmetric:
        return (0, value)
    return (max(-abs(value), low), abs(value))


def two_numbers(name, value):
    """Returns two numbers in ascending order.

    Raises:
        ValueError: for anything else.
    """
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ValueError(
            f"The `{name}` argument should be a list of two numbers. "
            f"Received: {name}={value}"
        )
    return sorted(value)


def one_of(name, value, allowed):
    """Returns a string that is allowed.

    Raises:
        NotImplementedError: for another one, as in Keras.
    """
    if value not in allowed:
        raise NotImplementedError(
            f"Unknown `{name}` {value}. Expected of one {tuple(allowed)}."
        )
    return value


FILL_MODES = ("reflect", "wrap", "constant", "nearest")
INTERPOLATIONS = ("nearest", "bilinear")
