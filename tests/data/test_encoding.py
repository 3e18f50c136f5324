"""Small encodings against Keras's."""

import keras
import numpy as np
import pytest

from ranvier import utils


@pytest.mark.parametrize(
    "labels", [[0, 2, 1], [[0], [3]], [[0, 1], [2, 2]], [1.0, 2.0]]
)
@pytest.mark.parametrize("num_classes", [None, 5])
def test_to_categorical(labels, num_classes):
    ours = utils.to_categorical(labels, num_classes)
    theirs = keras.utils.to_categorical(labels, num_classes)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("order", [1, 2])
def test_normalize(order):
    x = np.array([[3.0, 4.0], [0.0, 0.0], [1.0, -1.0]])
    ours = utils.normalize(x, order=order)
    np.testing.assert_allclose(ours, keras.utils.normalize(x, order=order))
    # Along another axis (where Keras 3.15 fails) it is the transposed problem.
    np.testing.assert_allclose(utils.normalize(x.T, axis=0, order=order), ours.T)


@pytest.mark.parametrize("maxlen", [None, 2, 5])
@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("truncating", ["pre", "post"])
def test_pad_sequences(maxlen, padding, truncating):
    rows = [[1], [2, 3, 4], [], [5, 6]]
    arguments = {"maxlen": maxlen, "padding": padding, "truncating": truncating}
    ours = utils.pad_sequences(rows, value=9, **arguments)
    theirs = keras.utils.pad_sequences(rows, value=9, **arguments)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


def test_pad_sequences_of_rows_and_strings():
    rows = [[[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]]
    np.testing.assert_array_equal(
        utils.pad_sequences(rows, dtype="float32"),
        keras.utils.pad_sequences(rows, dtype="float32"),
    )
    words = [["a"], ["bc", "d"]]
    np.testing.assert_array_equal(
        utils.pad_sequences(words, dtype=object, value="-"),
        keras.utils.pad_sequences(words, dtype=object, value="-"),
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"sequences": [1, 2]}, "list of iterables"),
        ({"sequences": [[1]], "padding": "left"}, "`padding` must be"),
        ({"sequences": [[1]], "truncating": "left"}, "`truncating` must be"),
        ({"sequences": [[[1, 2]], [[1, 2, 3]]]}, "position 1"),
        ({"sequences": [["a"]], "value": "x"}, "dtype=object"),
    ],
)
def test_pad_sequences_says_what_is_wrong(arguments, text):
    with pytest.raises(ValueError, match=text):
        utils.pad_sequences(**arguments)
