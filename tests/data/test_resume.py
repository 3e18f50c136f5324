"""`fit` on a dataset that was stopped goes on with the same batches, bit by bit."""

import numpy as np
import pytest

import ranvier as rv
from ranvier.data import Dataset

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


class Stop(rv.callbacks.Callback):
    """Ends a run after a number of batches, as an error would."""

    def __init__(self, batches):
        super().__init__()
        self.left = batches

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if not self.left:
            raise RuntimeError("stopped")


def make_model():
    rv.utils.set_random_seed(1)
    layers = [rv.layers.Dense(4, "tanh"), rv.layers.Dropout(0.2), rv.layers.Dense(1)]
    model = rv.Sequential(layers)
    model.compile("adam", "mse")
    return model


def make_data():
    dataset = Dataset.from_tensor_slices((X, Y)).shuffle(50, seed=3)
    return dataset.map(lambda x, y: (x * 2, y)).batch(8)


@pytest.mark.parametrize("stop", [7, 30, 55])
@pytest.mark.parametrize("steps", [None, 20])
def test_same_weights(stop, steps, tmp_path, capsys):
    def fit(*callbacks):
        model = make_model()
        data = make_data() if steps is None else make_data().repeat()
        rv.utils.set_random_seed(len(callbacks))  # what is drawn elsewhere differs
        model.fit(
            data, epochs=3, steps_per_epoch=steps, verbose=0, callbacks=list(callbacks)
        )
        return model.get_weights()

    def backup():
        return rv.callbacks.BackupAndRestore(tmp_path, save_freq=5)

    expected = fit()
    with pytest.raises(RuntimeError, match="stopped"):
        fit(backup(), Stop(stop))
    for weight, other in zip(fit(backup()), expected, strict=True):
        np.testing.assert_array_equal(weight, other)
