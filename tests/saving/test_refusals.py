"""What cannot be written or assigned is refused by the name that the user knows."""

import h5py
import numpy as np
import pytest

import ranvier as rv


def make_model():
    return rv.Sequential([rv.Input((2,)), rv.layers.Dense(1, name="last")])


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.weights.h5", "m.safetensors"])
def test_a_missing_folder_is_told_by_the_file_asked_for(tmp_path, name):
    path = tmp_path / "missing" / name
    write = "save_weights" if name[2:] in ("weights.h5", "safetensors") else "save"
    with pytest.raises(FileNotFoundError) as caught:
        getattr(make_model(), write)(str(path))
    assert caught.value.filename == str(path)


def test_complex_weights_do_not_lose_their_imaginary_part(tmp_path):
    model, path = make_model(), tmp_path / "m.weights.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as file:
        variables = file["layers/dense/vars"]
        del variables["0"]
        variables["0"] = np.full((2, 1), 1 + 2j)
    with pytest.raises(ValueError, match="complex"):
        model.load_weights(path)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Normalization", {"mean": "/etc/passwd", "variance": "/etc/passwd"}),
        ("Discretization", {"bin_boundaries": "/etc/passwd"}),
    ],
)
def test_paths_are_no_statistics(name, arguments):
    layer = {"module": "keras.layers", "class_name": name, "config": arguments}
    with pytest.raises((TypeError, ValueError), match="/etc/passwd"):
        rv.layers.deserialize(layer)
