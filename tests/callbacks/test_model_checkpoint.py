"""ModelCheckpoint in real training: the files hold the right weights."""

import h5py
import numpy as np
import pytest

import ranvier
from ranvier.callbacks import LambdaCallback, ModelCheckpoint

_random = np.random.default_rng(1)
X = _random.normal(size=(20, 3)).astype("float32")
Y = _random.normal(size=(20, 1)).astype("float32")


class PlainFiles(ranvier.Sequential):
    """Saves its weights in files that the test can read without ranvier."""

    def save_weights(self, filepath, overwrite=True):
        with h5py.File(filepath, "w") as file:
            for i, weight in enumerate(self.get_weights()):
                file[str(i)] = weight


def read(path):
    with h5py.File(path) as file:
        return [file[name][()] for name in sorted(file)]


def make_model():
    model = PlainFiles([ranvier.Input((3,)), ranvier.layers.Dense(1)])
    # So large a rate that the loss grows: the first epoch is the best.
    model.compile(optimizer=ranvier.optimizers.SGD(1.5), loss="mse")
    return model


def fit(hooks, epochs=3):
    model = make_model()
    weights = {}

    def keep(epoch, logs):
        weights[epoch] = model.get_weights()

    model.fit(
        X,
        Y,
        batch_size=8,
        epochs=epochs,
        verbose=0,
        callbacks=[LambdaCallback(on_epoch_end=keep), *hooks],
    )
    return weights


def assert_holds(path, weights):
    for saved, expected in zip(read(path), weights, strict=True):
        np.testing.assert_array_equal(saved, expected)


def test_every_epoch_in_a_folder_that_is_made(tmp_path):
    path = tmp_path / "new" / "{epoch}-{loss:.0e}.weights.h5"
    weights = fit([ModelCheckpoint(path, save_weights_only=True)])
    files = sorted((tmp_path / "new").iterdir())
    assert [file.name[:2] for file in files] == ["1-", "2-", "3-"]
    for epoch, file in enumerate(files):
        assert_holds(file, weights[epoch])


@pytest.mark.parametrize("mode, best", [("auto", 0), ("min", 0), ("max", 2)])
def test_only_the_best_epoch_stays(tmp_path, mode, best):
    path = tmp_path / "best.weights.h5"
    hook = ModelCheckpoint(path, "loss", 0, True, True, mode)
    weights = fit([hook])
    assert_holds(path, weights[best])


def test_every_second_batch(tmp_path):
    path = tmp_path / "{epoch}-{batch}.weights.h5"
    weights = fit([ModelCheckpoint(path, save_weights_only=True, save_freq=2)], 2)
    # Three batches an epoch: the second, the fourth and the sixth of all.
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["1-2.weights.h5", "2-1.weights.h5", "2-3.weights.h5"]
    assert_holds(tmp_path / names[2], weights[1])


def test_says_what_it_does(tmp_path, capsys):
    path = tmp_path / "best.weights.h5"
    fit([ModelCheckpoint(path, "loss", 1, True, True)], epochs=2)
    lines = capsys.readouterr().out.split("\n")
    assert lines[1].startswith("Epoch 1: loss improved from None to ")
    assert lines[3] == f"Epoch 1: saving {path}"
    assert lines[5].startswith("Epoch 2: loss did not improve from ")


def test_a_folder_in_the_way_is_an_error(tmp_path):
    path = tmp_path / "best.weights.h5"
    path.mkdir()
    with pytest.raises(OSError, match="must be a file"):
        fit([ModelCheckpoint(path, save_weights_only=True)])


def test_a_failed_save_ends_training_with_its_error(tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "best.weights.h5"
    with pytest.raises(OSError):
        fit([ModelCheckpoint(path, save_weights_only=True)])
