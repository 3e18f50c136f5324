"""Texts to tokens: lower case, punctuation, words or characters, n-grams.

Texts are UTF-8 in `bytes`, whose methods know ASCII only, as TensorFlow's string
operations do.
"""

import itertools

import numpy as np

from ranvier.core._byte_column import to_bytes
from ranvier.layers.preprocessing._composite import Rows, is_ragged
from ranvier.layers.preprocessing._strings import to_text

STANDARDIZE = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
SPLIT = ("whitespace", "character")

_PUNCTUATION = b"!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"


def standardized(texts, how, encoding):
    """Returns an array of texts, standardised.

    Args:
        texts: an array of strings.
        how: one of `STANDARDIZE`, None, or a function of an array of `str`.
        encoding: of `bytes` that are handed to a function as `str`.
    """
    if how is None:
        return texts
    if callable(how):
        return np.asarray(how(as_str_array(texts, encoding)))
    items = to_bytes(texts.reshape(-1))
    if how != "strip_punctuation":
        items = [item.lower() for item in items]
    if how != "lower":
        items = [item.translate(None, _PUNCTUATION) for item in items]
    return object_array(items).reshape(texts.shape)


def tokenized(texts, how, encoding):
    """Returns the tokens of each text of a one-dimensional array, as `Rows`.

    Args:
        texts: an array of strings.
        how: one of `SPLIT`, or a function from an array of `str` to lists of tokens.
        encoding: of `bytes` that are handed to a function as `str`.
    """
    if callable(how):
        return as_rows(how(as_str_array(texts, encoding)))
    items = to_bytes(texts)
    if how == "whitespace":
        return as_rows([item.split() for item in items])
    return as_rows([list(item.decode("utf-8", "replace")) for item in items])


def ngrams(rows, widths):
    """Returns the n-grams of each row, those of the first width first, as `Rows`."""
    tokens = to_bytes(rows.flat_values)
    splits = rows.row_splits
    row_of = np.repeat(np.arange(len(splits) - 1), np.diff(splits))
    found, owners = [], []
    for width in widths:
        joined = [b" ".join(w) for w in zip(*(tokens[i:] for i in range(width)))]
        starts, ends = row_of[: len(joined)], row_of[width - 1 :]
        inside = starts == ends  # both ends in one row
        found += itertools.compress(joined, inside)
        owners.append(starts[inside])
    owners = np.concatenate(owners)
    order = np.argsort(owners, kind="stable")
    return Rows(
        object_array(found)[order],
        np.searchsorted(owners[order], np.arange(len(splits))),
    )


def as_rows(lists):
    """Returns lists of tokens, of one length or of several, as `Rows`."""
    if is_ragged(lists):
        return Rows(np.asarray(lists.flat_values), np.asarray(lists.row_splits))
    lengths = np.fromiter(map(len, lists), np.int64, len(lists))
    tokens = object_array(list(itertools.chain.from_iterable(lists)))
    return Rows(tokens, np.concatenate([[0], np.cumsum(lengths)]))


def object_array(items):
    """Returns a list as an array of objects."""
    array = np.empty(len(items), object)
    array[:] = items
    return array


def as_str_array(texts, encoding):
    """Returns an array of strings with `str` of fixed width."""
    if texts.dtype.kind == "U":
        return texts
    items = [to_text(item, encoding) for item in texts.reshape(-1).tolist()]
    return np.array(items, dtype=str).reshape(texts.shape)
