"""Sequences of different lengths, made rows of a matrix."""

import numpy as np

_SIDES = ("pre", "post")


def pad_sequences(
    sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0
):
    """Pads or cuts sequences to one length.

    Args:
        sequences: list of lists (of numbers, or of rows of equal shape).
        maxlen: the length; default: that of the longest.
        dtype: dtype of the result.
        padding: `"pre"` or `"post"`: where to add `value`.
        truncating: `"pre"` or `"post"`: where to cut.
        value: what to pad with.

    Returns:
        An array of shape `(len(sequences), maxlen, ...)`.

    Raises:
        ValueError: for entries without a length, rows of other shapes, or unknown
            sides.

    Example:
        >>> pad_sequences([[1], [2, 3]]).tolist()
        [[0, 1], [2, 3]]
    """
    if not hasattr(sequences, "__len__"):
        raise ValueError("`sequences` must be iterable.")
    for argument, side in (("padding", padding), ("truncating", truncating)):
        if side not in _SIDES:
            raise ValueError(
                f"`{argument}` must be one of {_SIDES}. Received: {argument}={side!r}"
            )
    try:
        longest = max(map(len, sequences), default=0)
    except TypeError as error:
        raise ValueError(
            f"`sequences` must be a list of iterables. Received: {sequences}"
        ) from error
    text = np.issubdtype(dtype, np.str_)
    if isinstance(value, str) and dtype is not object and not text:
        raise ValueError(
            f"`dtype` {dtype} is not compatible with `value`'s type: {type(value)}. "
            "You should set `dtype=object` for variable length strings."
        )
    length = longest if maxlen is None else maxlen
    row = next((np.asarray(s).shape[1:] for s in sequences if len(s)), ())
    result = np.full((len(sequences), length, *row), value, dtype=dtype)
    for i, sequence in enumerate(sequences):
        if not len(sequence) or not length:
            continue
        cut = sequence[-length:] if truncating == "pre" else sequence[:length]
        cut = np.asarray(cut, dtype=dtype)
        if cut.shape[1:] != row:
            raise ValueError(
                f"Shape of sample {cut.shape[1:]} of sequence at position {i} is "
                f"different from expected shape {row}"
            )
        if padding == "post":
            result[i, : len(cut)] = cut
        else:
            result[i, -len(cut) :] = cut
    return result
