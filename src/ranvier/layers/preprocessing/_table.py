"""Tables from strings or integers to numbers, looked up for whole columns.

Tokens are made into 64-bit words (of UTF-8, padded with zeros): one array holds the
first words of all tokens, one the second words, and so on. Then NumPy alone finds a
million of them in about twenty milliseconds: hash the words, read from a directory
where the tokens of that hash begin, compare.
"""

import collections
import concurrent.futures
import functools
import itertools
import os

import numpy as np

ABSENT = -1  # what `find` gives for tokens that the table does not have

# Rows that are worked on at once: few enough for the cache, enough to keep threads
# from waiting for one another.
_BLOCK = 1 << 17
_FEW = 256  # up to this size a dictionary is faster
_WIDE = 64  # bytes of a token: objects are looked up in a dictionary if some have more
_MARGIN = 16  # zeros after joined strings: words are read beyond the end of the last
# What is left of a word of which only the first 0, 1... 8 bytes count.
_MASKS = np.array([256**count - 1 for count in range(9)], np.uint64)


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
        if len(values) <= _FEW:
            return self._find_each(values, default)
        if values.dtype.kind != "O":
            return self._as_words().find(values, string_words, default)
        width = 8 * self._as_words().size
        if width > _WIDE:
            return self._find_each(values, default)
        try:
            to_words = functools.partial(object_words, width=width)
            return self._words.find(values, to_words, default)
        except (TypeError, ValueError):  # some are no strings, or have zeros inside
            return self._find_each(values, default)

    def _find_each(self, values, default):
        get = self._as_dictionary().get
        found = map(get, values.tolist(), itertools.repeat(default))
        return np.fromiter(found, np.int64, len(values))

    def _as_dictionary(self):
        if self._dictionary is None:
            numbers = self._numbers.tolist()
            self._dictionary = dict(zip(self._tokens, numbers, strict=True))
            encoded = (token.encode() for token in self._tokens)
            self._dictionary.update(zip(encoded, numbers, strict=True))
        return self._dictionary

    def _as_words(self):
        if self._words is None:
            tokens = [token.encode() for token in self._tokens]
            # NumPy's strings never end with zeros, so nothing equals tokens that do.
            kept = [i for i, token in enumerate(tokens) if not token.endswith(b"\0")]
            words = string_words(np.array([tokens[i] for i in kept], "S"))
            self._words = WordTable(words, self._numbers[kept])
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

    @property
    def size(self):
        """The number of words of a token."""
        return len(self._words)

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
    characters = values.view(np.uint8).reshape(len(values), values.dtype.itemsize)
    return _words_of_rows(characters)


def object_words(values, width):
    """Returns the words of an array of Python's strings, all `str` or all `bytes`.

    Joining them is the fastest way to their characters, and NumPy does the rest.

    Args:
        values: the array, not empty.
        width: bytes of a string that count, a multiple of 8. Where some strings have
            more, one more word tells which.

    Raises:
        TypeError: if some are no strings.
        ValueError: if some contain a zero, or text that has no UTF-8.
    """
    items = values.tolist()
    if isinstance(items[0], bytes):
        joined = b"\0".join([*items, bytes(_MARGIN)])
    else:
        joined = "\0".join([*items, "\0" * _MARGIN]).encode()
    buffer = np.frombuffer(joined, "<u8", len(joined) // 8)
    ends = np.flatnonzero(np.frombuffer(joined, np.uint8) == 0)
    if len(ends) != len(items) + _MARGIN:
        raise ValueError("Strings with zeros inside cannot be joined by zeros.")
    ends = ends[: len(items)]
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts
    longest = lengths.max()
    # Strings begin anywhere: put their words together from two of the buffer's.
    place = starts >> 3
    shift = ((starts & 7) << 3).view(np.uint64)
    low, words = buffer.take(place), []
    for offset in range(0, min(width, max(longest, 1)), 8):
        high = buffer.take(place + (offset // 8 + 1), mode="clip")
        word = (low >> shift) | (high << (63 - shift) << 1)
        # Clipped, for all lengths between zero and eight are those of the masks.
        words.append(word & _MASKS.take(lengths - offset, mode="clip"))
        low = high
    if longest > width:
        words.append(np.maximum(lengths - width, 0).view(np.uint64))
    return words


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
