"""FarmHash64, the fingerprint that TensorFlow and Keras put strings into bins by.

Written for whole columns: each branch of the algorithm (Pike & Alakuijala, FarmHash,
2014, variant `na`) runs at once for all strings of its lengths.
"""

import numpy as np

_K0 = np.uint64(0xC3A5C85C97CB3127)
_K1 = np.uint64(0xB492B66FBE98F273)
_K2 = np.uint64(0x9AE16A3B2F90404F)
# The first two words of the state for long strings.
_SEED = np.uint64(81)
_SEED_Y = np.uint64((81 * int(_K1) + 113) % 2**64)


def farmhash64(column):
    """Returns the 64-bit fingerprints of a `ByteColumn`."""
    lengths = column.lengths
    out = np.empty(len(column), np.uint64)
    limits = (0, 1, 4, 8, 17, 33, 65, None)
    branches = (_of_0, _of_1_to_3, _of_4_to_7, _of_8_to_16, _of_17_to_32)
    branches += (_of_33_to_64, _of_more)
    for low, high, branch in zip(limits, limits[1:], branches, strict=False):
        chosen = lengths >= low
        if high is not None:
            chosen &= lengths < high
        if chosen.all():
            return branch(column)
        if chosen.any():
            out[chosen] = branch(column.rows(chosen))
    return out


def fingerprint_cat(first, second):
    """Returns the fingerprints of pairs of fingerprints."""
    multiplier = np.uint64(0xC6A4A7935BD1E995)
    result = first ^ multiplier
    result = result ^ _shift_mix(second * multiplier) * multiplier
    result = result * multiplier
    result = _shift_mix(result) * multiplier
    return _shift_mix(result)


def _rotate(x, bits):
    return (x >> np.uint64(bits)) | (x << np.uint64(64 - bits))


def _shift_mix(x):
    return x ^ (x >> np.uint64(47))


def _join(u, v, mul):
    a = _shift_mix((u ^ v) * mul)
    b = _shift_mix((v ^ a) * mul)
    return b * mul


def _multiplier(s):
    return _K2 + s.lengths.astype(np.uint64) * np.uint64(2)


def _of_0(s):
    return np.full(len(s), _K2)


def _of_1_to_3(s):
    length = s.lengths
    y = s.byte(0) + (s.byte(length >> 1) << np.uint64(8))
    z = length.astype(np.uint64) + (s.byte(length - 1) << np.uint64(2))
    return _shift_mix((y * _K2) ^ (z * _K0)) * _K2


def _of_4_to_7(s):
    length = s.lengths
    u = length.astype(np.uint64) + (s.half(0) << np.uint64(3))
    return _join(u, s.half(length - 4), _multiplier(s))


def _of_8_to_16(s):
    mul = _multiplier(s)
    a = s.word(0) + _K2
    b = s.word(s.lengths - 8)
    c = _rotate(b, 37) * mul + a
    d = (_rotate(a, 25) + b) * mul
    return _join(c, d, mul)


def _of_17_to_32(s):
    mul = _multiplier(s)
    a = s.word(0) * _K1
    b = s.word(8)
    c = s.word(s.lengths - 8) * mul
    d = s.word(s.lengths - 16) * _K2
    u = _rotate(a + b, 43) + _rotate(c, 30) + d
    return _join(u, a + _rotate(b + _K2, 18) + c, mul)


def _of_33_to_64(s):
    mul = _multiplier(s)
    end = s.lengths
    a = s.word(0) * _K2
    b = s.word(8)
    c = s.word(end - 8) * mul
    d = s.word(end - 16) * _K2
    y = _rotate(a + b, 43) + _rotate(c, 30) + d
    z = _join(y, a + _rotate(b + _K2, 18) + c, mul)
    e = s.word(16) * mul
    f = s.word(24)
    g = (y + s.word(end - 32)) * mul
    h = (z + s.word(end - 24)) * mul
    u = _rotate(e + f, 43) + _rotate(g, 30) + h
    return _join(u, e + _rotate(f + a, 18) + g, mul)


def _of_more(s):
    """Strings of more than 64 bytes: a state of seven words, a round per 64 bytes."""
    order = s.longest_first()
    s = s.rows(order)
    n = len(s)
    x = np.full(n, _SEED)
    y = np.full(n, _SEED_Y)
    z = _shift_mix(y * _K2 + np.uint64(113)) * _K2
    x = x * _K2 + s.word(0)
    state = np.stack([x, y, z, *np.zeros((4, n), np.uint64)])
    rounds = (s.lengths - 1) >> 6
    for i in range(int(rounds[0])):
        active = slice(0, int(np.searchsorted(-rounds, -i, side="left")))
        state[:, active] = _round(s.rows(active), i * 64, state[:, active], _K1, 1)
    # The last round reads the last 64 bytes, which overlap the one before.
    mul = _K1 + ((state[2] & np.uint64(0xFF)) << np.uint64(1))
    x, y, z, v1, v2, w1, w2 = state
    w1 = w1 + ((s.lengths - 1) & 63).astype(np.uint64)
    v1 = v1 + w1
    w1 = w1 + v1
    last = s.lengths - 64
    x, y, z, v1, v2, w1, w2 = _round(s, last, (x, y, z, v1, v2, w1, w2), mul, 9)
    u = _join(v1, w1, mul) + _shift_mix(y) * _K0 + z
    out = np.empty(n, np.uint64)
    out[order] = _join(u, _join(v2, w2, mul) + x, mul)
    return out


def _round(s, offset, state, mul, factor):
    x, y, z, v1, v2, w1, w2 = state
    factor = np.uint64(factor)
    x = _rotate(x + y + v1 + s.word(offset + 8), 37) * mul
    y = _rotate(y + v2 + s.word(offset + 48), 42) * mul
    x = x ^ (w2 * factor)
    y = y + v1 * factor + s.word(offset + 40)
    z = _rotate(z + w1, 33) * mul
    v1, v2 = _weak(s, offset, v2 * mul, x + w1)
    w1, w2 = _weak(s, offset + 32, z + w2, y + s.word(offset + 16))
    return z, y, x, v1, v2, w1, w2


def _weak(s, offset, a, b):
    """Mixes 32 bytes into two seeds."""
    first, last = s.word(offset), s.word(offset + 24)
    a = a + first
    b = _rotate(b + a + last, 21)
    c = a
    a = a + s.word(offset + 8) + s.word(offset + 16)
    b = b + _rotate(a, 44)
    return a + last, b + c
