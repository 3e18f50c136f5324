"""Vocabularies: given by users, counted in data, and in files."""

import collections
import pathlib

import numpy as np

_ASSET = "vocabulary.txt"


class TokenCounter:
    """Counts tokens, and in how many documents each occurs.

    Args:
        token: makes a token of what data contain.
    """

    def __init__(self, token):
        self.token = token
        self.counts = collections.Counter()
        self.document_counts = collections.Counter()
        self.documents = 0

    def add(self, values):
        """Counts an array of tokens."""
        for value, count in collections.Counter(values.tolist()).items():
            self.counts[self.token(value)] += count

    def add_documents(self, documents):
        """Counts in how many of the documents (arrays of tokens) each token is."""
        self.documents += len(documents)
        for document in documents:
            tokens = {self.token(value) for value in document.tolist()}
            self.document_counts.update(tokens)

    def most_frequent(self, exclude, size=None):
        """Returns the tokens, frequent ones first, of equals the greatest first."""
        exclude = {self.token(token) for token in exclude if token is not None}
        tokens = [token for token in self.counts if token not in exclude]
        tokens.sort(key=lambda token: (self.counts[token], token), reverse=True)
        return tokens[:size]

    def idf(self, tokens):
        """Returns the inverse document frequencies `log(1 + n / (1 + n_token))`."""
        found = np.array([self.document_counts[token] for token in tokens])
        return np.log(1 + self.documents / (1 + found))


def as_list(vocabulary) -> list:
    """Returns the tokens that a user passed, as a list.

    Raises:
        ValueError: if there are none.
    """
    if hasattr(vocabulary, "numpy"):
        vocabulary = vocabulary.numpy()
    if hasattr(vocabulary, "tolist"):
        vocabulary = vocabulary.tolist()
    tokens = list(vocabulary)
    if not tokens:
        raise ValueError(
            f"Cannot set an empty vocabulary. Received: vocabulary={vocabulary}"
        )
    return tokens


def listed(x):
    """Returns an array as a list, for configs; other values as they are."""
    if hasattr(x, "numpy"):
        x = x.numpy()
    return x.tolist() if hasattr(x, "tolist") else x


def check_distinct(tokens) -> None:
    """Raises for tokens that occur twice.

    Raises:
        ValueError: naming them.
    """
    if len(set(tokens)) == len(tokens):
        return
    counts = collections.Counter(tokens)
    repeated = [token for token, count in counts.items() if count > 1]
    raise ValueError(
        "The passed vocabulary has at least one repeated term. Please uniquify your "
        f"dataset. The repeated terms are: {repeated}"
    )


def check_tokens(layer, given, tokens, special) -> None:
    """Raises for repeated tokens, and for reserved ones in wrong places.

    Args:
        layer: the `IndexLookup`.
        given: all that the user passed.
        tokens: those that are not special.
        special: the special tokens that may come first.

    Raises:
        ValueError: naming them.
    """
    check_distinct(tokens)
    reserved = [("mask", layer.mask_token)]
    if layer.invert:
        reserved.append(("OOV", layer.oov_token))
    for kind, token in reserved:
        if token is not None and token in tokens:
            index = len(given) - 1 - given[::-1].index(token)
            raise ValueError(
                f"Found reserved {kind} token at unexpected location in `vocabulary`. "
                "Note that passed `vocabulary` does not need to include the OOV and "
                "mask tokens. Either remove all mask and OOV tokens, or include them "
                "only at the start of the vocabulary in precisely this order: "
                f"{special}. Received: {kind.lower()}_token={token} at vocabulary "
                f"index {index}"
            )


def check_weights(idf_weights, given) -> np.ndarray:
    """Returns the weights as an array.

    Raises:
        ValueError: if there is not one for each token.
    """
    weights = np.asarray(listed(idf_weights), np.float64)
    if weights.ndim != 1:
        raise ValueError(
            f"TF-IDF data must be a 1-index array. Received: shape={weights.shape}"
        )
    if len(weights) != len(given):
        raise ValueError(
            "`idf_weights` must be the same length as vocabulary. len(idf_weights) is "
            f"{len(weights)}; len(vocabulary) is {len(given)}"
        )
    return weights


def read_lines(path) -> list:
    """Returns the lines of a text file.

    Raises:
        ValueError: if there is no such file.
    """
    if not pathlib.Path(path).is_file():
        raise ValueError(f"Vocabulary file {path} does not exist.")
    lines = pathlib.Path(path).read_bytes().decode().replace("\r", "").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def write_asset(folder, tokens) -> None:
    """Writes a vocabulary into the folder of a layer's assets.

    Raises:
        ValueError: for tokens with line breaks.
    """
    lines = list(map(str, tokens))
    broken = next((line for line in lines if "\n" in line), None)
    if broken is not None:
        raise ValueError(
            "A vocabulary file has one token a line, but a token contains a line "
            f"break: {broken!r}. Pass the tokens as `vocabulary` to the constructor: "
            "they are then saved with the configuration."
        )
    pathlib.Path(folder, _ASSET).write_bytes("\n".join(lines).encode())


def read_asset(folder) -> list:
    """Returns the tokens of `write_asset`, as strings; none if there is no file."""
    path = pathlib.Path(folder, _ASSET)
    if not path.is_file():
        return []
    lines = path.read_bytes().decode().replace("\r\n", "\n").split("\n")
    while lines and lines[-1] == "":
        lines.pop()
    return lines
