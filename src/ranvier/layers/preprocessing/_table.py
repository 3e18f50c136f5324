"""Tables from strings or integers to numbers, looked up for whole columns.

Tokens are made into 64-bit words (of UTF-8, padded with zeros): one array holds the
first words of all tokens, one the second words, and so on. Then NumPy alone finds a
million of them in about twenty milliseconds: hash the words, read from a directory
where the tokens of that hash begin, compare.
"""

import collections
import concurrent.futures
import itertools
import os

import numpy as np

ABSENT = -1  # what `find` gives for tokens that the table does not have

# Rows that are worked on at once: few enough for the cache, enough to keep threads
# from waiting for one another.
_BLOCK = 1 << 17
# Up to this size, and for Python objects, a dictionary is faster.
_FEW = 256


class StringTable:
    """Maps strings to numbers.

    Args:
        tokens: list of `str`, all different.
        numbers: their numbers, not negative.
    """

    def __init__(self, tokens, numbers):
        self._tokens = tokens
        self._numbers = np.asarray(numbers, np.int64)
        self._dictionary = None
        self._words = None

    def __len__(self):
        return len(self._tokens)

    def find(self, values, default=ABSENT):
        """Returns the numbers of a one-dimensional array of strings (U, S or O).

        Args:
            values: the array.
            default: the number of those that are not in the table.
        """
        if values.dtype.kind == "O" or len(values) <= _FEW:
            get = self._as_dictionary().get
            found = map(get, values.tolist(), itertools.repeat(default))
            return np.fromiter(found, np.int64, len(values))
        return self._as_words().find(values, string_words, default)

    def _as_dictionary(self):
        if self._dictionary is None:
            numbers = self._numbers.tolist()
            self._dictionary = dict(zip(self._tokens, numbers, strict=True))
            encoded = (token.encode() for token in self._tokens)
            self._dictionary.update(zip(encoded, numbers, strict=True))
        return self._dictionary

    def _as_words(self):
        if self._words is None:
            tokens = np.array([token.encode() for token in self._tokens], "S")
            self._words = WordTable(string_words(tokens), self._numbers)
        return self._words


class IntegerTable:
    """Maps integers to numbers.

    Args:
        tokens: integers, all different.
        numbers: their numbers, not negative.
    """

    def __init__(self, tokens, numbers):
        words = _integer_words(np.asarray(tokens, np.int64))
        self._words = WordTable(words, np.asarray(numbers, np.int64))

    def find(self, values, default=ABSENT):
        """Returns the numbers of a one-dimensional array of integers.

        Args:
            values: the array.
            default: the number of those that are not in the table.
        """
        return self._words.find(values, _integer_words, default)


class WordTable:
    """Maps tuples of 64-bit words to numbers.

    Args:
        words: list of arrays of unsigned integers: the first word of each token, the
            second... No two tokens are equal.
        numbers: the numbers of the tokens.
    """

    def __init__(self, words, numbers):
        count = len(numbers)
        for seed in itertools.count():
            # Until all hashes differ: the first draw of factors does, in practice.
            self._factors = _odd_numbers(len(words), seed)
            hashes = self._hash(words)
            order = np.argsort(hashes)
            if len(np.unique(hashes)) == count:
                break
        self._numbers = numbers[order]
        self._words = [word[order] for word in words]
        bits = max(8, count.bit_length() + 3)
        self._shift = np.uint64(64 - bits)
        begins = np.arange(1 << bits, dtype=np.uint64) << self._shift
        self._begins = np.searchsorted(hashes[order], begins).astype(np.int32)
        slots = (hashes >> self._shift).view(np.int64)
        self._longest = int(np.bincount(slots).max()) if count else 0

    def find(self, values, to_words, default):
        """Returns the numbers of values, `default` for those not in the table.

        Args:
            values: a one-dimensional array.
            to_words: makes the words of a part of it.
            default: a number.
        """
        out = np.full(len(values), default, np.int64)
        if self._longest == 0:
            return out

        def find(start):
            rows = slice(start, start + _BLOCK)
            self._find(to_words(values[rows]), out[rows])

        starts = range(0, len(values), _BLOCK)
        if len(starts) == 1:
            find(0)
        else:
            # NumPy lets other threads run while it computes.
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                collections.deque(pool.map(find, starts), maxlen=0)
        return out

    def _hash(self, words):
        """Sums the words times odd factors; the highest bits are the best."""
        hashes = words[0] * self._factors[0]
        for word, factor in zip(words[1:], self._factors[1:], strict=False):
            hashes += word * factor
        return hashes

    def _find(self, words, out):
        """Writes the numbers of those that are found."""
        slots = (self._hash(words) >> self._shift).view(np.int64)
        place = self._begins.take(slots)
        found = self._equal(words, place)
        np.copyto(out, self._numbers.take(place, mode="clip"), where=found)
        pending = np.flatnonzero(~found)
        for _ in range(self._longest - 1):
            if len(pending) == 0:
                break
            place[pending] += 1
            rest = place[pending]
            found = self._equal([word[pending] for word in words], rest)
            out[pending[found]] = self._numbers.take(rest[found])
            pending = pending[~found]

    def _equal(self, words, place):
        """Tells whether words are those of the tokens at some places.

        Where one side has more words than the other, these must be zero.
        """
        equal = self._words[0].take(place, mode="clip") == words[0]
        for known, given in itertools.zip_longest(self._words[1:], words[1:]):
            known = 0 if known is None else known.take(place, mode="clip")
            equal &= known == (0 if given is None else given)
        return equal


def _odd_numbers(count, seed):
    generator = np.random.Generator(np.random.Philox(seed))
    return generator.integers(0, 2**64, count, np.uint64) | np.uint64(1)


def string_words(values):
    """Returns the words of an array of strings (U or S)."""
    if values.dtype.kind == "U":
        width = values.dtype.itemsize // 4
        points = np.ascontiguousarray(values, f"<U{width}")
        points = points.view("<u4").reshape(len(values), width)
        if points.size == 0 or points.max() < 128:
            return _words_of_rows(points)
        values = np.strings.encode(values, "utf-8")
    values = np.ascontiguousarray(values)
    return _words_of_rows(values.view(np.uint8).reshape(len(values), -1))


def _words_of_rows(characters):
    """Returns rows of characters below 256 as words."""
    count, width = characters.shape
    buffer = np.zeros(count * width + 8, np.uint8)
    buffer[: count * width].reshape(count, width)[...] = characters
    words = []
    for offset in range(0, width, 8):
        # Read eight bytes from wherever they are; then drop those of the next row.
        word = np.ndarray((count,), "<u8", buffer, offset, (width,))
        rest = width - offset
        mask = np.uint64(256**rest - 1 if rest < 8 else 2**64 - 1)
        words.append(word & mask)
    return words


def _integer_words(values):
    return [values.astype(np.int64, copy=False).view(np.uint64)]
