"""Pictures and arrays: the same pixels, modes and errors as Keras's functions."""

import io

import keras
import numpy as np
import pytest

import ranvier as rv

RNG = np.random.default_rng(0)
ARRAYS = {
    "grey": RNG.random((5, 7, 1)),
    "rgb": RNG.random((5, 7, 3)),
    "rgba": RNG.random((5, 7, 4)),
    "bytes": RNG.integers(0, 256, (5, 7, 3)),
    "constant": np.full((3, 3, 3), 7.0),
    "deep grey": RNG.integers(0, 60000, (5, 7, 1)),
}


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("name", ARRAYS)
def test_pictures_of_arrays(name, scale):
    ours = rv.utils.array_to_img(ARRAYS[name], scale=scale)
    theirs = keras.utils.array_to_img(ARRAYS[name], scale=scale)
    assert (ours.mode, ours.size) == (theirs.mode, theirs.size)
    np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))
    for data_format in (None, "channels_first", "channels_last"):
        a = rv.utils.img_to_array(ours, data_format)
        b = keras.utils.img_to_array(theirs, data_format)
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("mode", ["rgb", "rgba", "grayscale"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"target_size": (9, 4)},
        {"target_size": (9, 4), "interpolation": "bilinear"},
        {"target_size": (4, 9), "interpolation": "lanczos", "keep_aspect_ratio": True},
        {"target_size": (5, 7), "interpolation": "ignored"},
    ],
)
def test_files(mode, options, tmp_path):
    for name in ("grey", "rgb", "rgba", "deep grey"):
        file = tmp_path / f"{name}.png"
        rv.utils.save_img(file, ARRAYS[name])
        ours = rv.utils.load_img(file, mode, **options)
        theirs = keras.utils.load_img(file, mode, **options)
        assert (ours.mode, ours.size) == (theirs.mode, theirs.size)
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))


def test_open_files():
    for k in (rv, keras):
        file = io.BytesIO()
        k.utils.save_img(file, ARRAYS["rgb"], file_format="png")
        file.seek(0)
        assert k.utils.load_img(file).size == (7, 5)


@pytest.mark.parametrize(
    "call",
    [
        lambda u: u.array_to_img(np.ones((2, 3))),
        lambda u: u.array_to_img(np.ones((2, 3, 2))),
        lambda u: u.array_to_img(np.ones((2, 3, 3)), data_format="sideways"),
        lambda u: u.img_to_array(np.ones((2, 3, 3, 4))),
        lambda u: u.load_img("absent.png"),
        lambda u: u.load_img(3),
    ],
)
def test_errors(call):
    with pytest.raises(Exception) as theirs:
        call(keras.utils)
    with pytest.raises(theirs.type) as ours:
        call(rv.utils)
    assert str(ours.value)[:30] == str(theirs.value)[:30]
