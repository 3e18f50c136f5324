"""SipHash-2-4, a keyed hash function (Aumasson & Bernstein, 2012), for columns."""

import numpy as np


def siphash64(column, key):
    """Returns the 64-bit hashes of a `ByteColumn`.

    Args:
        column: the strings.
        key: two integers of 64 bits.
    """
    order = column.longest_first()
    s = column.rows(order)
    k0, k1 = (np.uint64(int(part) & 0xFFFFFFFFFFFFFFFF) for part in key)
    constants = (
        0x736F6D6570736575,
        0x646F72616E646F6D,
        0x6C7967656E657261,
        0x7465646279746573,
    )
    keys = (k0, k1, k0, k1)
    state = np.stack(
        [
            np.full(len(s), np.uint64(c) ^ k)
            for c, k in zip(constants, keys, strict=True)
        ]
    )
    words = s.lengths >> 3
    for i in range(int(words.max(initial=0))):
        active = slice(0, int(np.searchsorted(-words, -i, side="left")))
        state[:, active] = _absorb(state[:, active], s.rows(active).word(i * 8))
    # The last word: the bytes left, and the length in the highest byte.
    left = ((s.lengths & 7) * 8).astype(np.uint64)
    rest = s.word(words * 8) & ((np.uint64(1) << left) - np.uint64(1))
    state = _absorb(state, rest | (s.lengths.astype(np.uint64) << np.uint64(56)))
    v0, v1, v2, v3 = state
    v2 = v2 ^ np.uint64(0xFF)
    for _ in range(4):
        v0, v1, v2, v3 = _mix(v0, v1, v2, v3)
    out = np.empty(len(s), np.uint64)
    out[order] = v0 ^ v1 ^ v2 ^ v3
    return out


def _absorb(state, word):
    v0, v1, v2, v3 = state
    v3 = v3 ^ word
    v0, v1, v2, v3 = _mix(*_mix(v0, v1, v2, v3))
    return np.stack([v0 ^ word, v1, v2, v3])


def _mix(v0, v1, v2, v3):
    v0 = v0 + v1
    v1 = _rotate(v1, 13) ^ v0
    v0 = _rotate(v0, 32)
    v2 = v2 + v3
    v3 = _rotate(v3, 16) ^ v2
    v0 = v0 + v3
    v3 = _rotate(v3, 21) ^ v0
    v2 = v2 + v1
    v1 = _rotate(v1, 17) ^ v2
    v2 = _rotate(v2, 32)
    return v0, v1, v2, v3


def _rotate(x, bits):
    return (x << np.uint64(bits)) | (x >> np.uint64(64 - bits))
