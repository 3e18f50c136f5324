"""The CTC loss and its decoders, compared with Keras's and with enumeration."""

import itertools

import jax
import keras
import numpy as np
import pytest

from ranvier import ops
from tests.ops.comparing import (
    T,
    call,
    differences,
    gradient_differences,
    symbolic_differences,
)

RNG = np.random.default_rng(0)
FRAMES = RNG.normal(size=(4, 6, 4)).astype("float32")
LABELS = np.array([[1, 2, 2], [3, 1, 0], [2, 0, 0], [1, 1, 1]], "int32")
COUNTS = np.array([3, 2, 0, 3], "int32")
LENGTHS = np.array([6, 5, 4, 6], "int32")

LOSS = [
    call(LABELS, FRAMES, COUNTS, LENGTHS),
    call(LABELS % 3, FRAMES, COUNTS, LENGTHS, mask_index=3),
    call(LABELS, FRAMES.astype("float16"), COUNTS, LENGTHS),
]
GREEDY = [
    call(FRAMES, LENGTHS),
    call(FRAMES, LENGTHS, merge_repeated=False, mask_index=None),
    call(FRAMES, LENGTHS, "random"),
]
BEAM_SEARCH = [
    call(FRAMES, LENGTHS, "beam_search", beam_width=8, top_paths=3),
    call(FRAMES, LENGTHS, "beam_search", 20, 2, mask_index=2),
    call(3 * FRAMES, LENGTHS, strategy="beam_search", mask_index=None),
]


def test_values_are_those_of_keras():
    # Sums of hundreds of probabilities in another order.
    assert not differences(ops.ctc_loss, keras.ops.ctc_loss, LOSS, 1e-5, 1e-5)
    assert not differences(ops.ctc_decode, keras.ops.ctc_decode, GREEDY, 1e-5, 1e-5)


@pytest.mark.slow
def test_beam_search_is_that_of_keras():
    ours, theirs = ops.ctc_decode, keras.ops.ctc_decode
    assert not differences(ours, theirs, BEAM_SEARCH, 1e-5, 1e-5)


def test_gradients_are_those_of_keras():
    ours, theirs = ops.ctc_loss, keras.ops.ctc_loss
    assert not gradient_differences(ours, theirs, LOSS[:1], 1e-4, 1e-5)


def test_symbolic_shapes_are_those_of_keras():
    frames, counts = T((None, 6, 4)), T((None,), "int32")
    loss = [
        call(T((None, 3), "int32"), frames, counts, counts),
        call(T((2, 3), "int32"), T((3, 6, 4)), T((2,), "int32"), T((3,), "int32")),
    ]
    assert not symbolic_differences(ops.ctc_loss, keras.ops.ctc_loss, loss)
    decode = [call(frames, counts), call(frames, counts, "beam_search", 5, 2)]
    assert not symbolic_differences(ops.ctc_decode, keras.ops.ctc_decode, decode)


def spellings(frames):
    """Returns the probability of each label sequence, by enumeration."""
    probabilities = np.asarray(jax.nn.softmax(frames), "float64")
    total = {}
    for path in itertools.product(range(frames.shape[1]), repeat=len(frames)):
        spelled = tuple(label for label, _ in itertools.groupby(path) if label != 0)
        chance = np.prod([p[label] for p, label in zip(probabilities, path)])
        total[spelled] = total.get(spelled, 0.0) + chance
    return total


def test_loss_and_beam_search_are_those_of_all_spellings():
    chances = spellings(FRAMES[0, :4])
    best = sorted(chances, key=chances.get, reverse=True)[:5]
    paths, scores = ops.ctc_decode(
        FRAMES[:1, :4], [4], strategy="beam_search", beam_width=50, top_paths=5
    )
    for i, labels in enumerate(best):
        padded = [*labels, *[-1] * (4 - len(labels))]
        assert paths[i, 0].tolist() == padded
        np.testing.assert_allclose(scores[0, i], np.log(chances[labels]), rtol=1e-5)
        target = np.array([padded]).clip(0)
        loss = ops.ctc_loss(target, FRAMES[:1, :4], [len(labels)], [4])
        np.testing.assert_allclose(loss, -np.log(chances[labels]), rtol=1e-5)


def test_batches_must_agree():
    with pytest.raises(ValueError, match="same first dimension"):
        ops.ctc_loss(LABELS[:2], FRAMES, COUNTS, LENGTHS)
