"""Housing with the TensorBoard callback at its defaults, and without it."""

import atexit
import shutil
import tempfile

from benchmarks.workloads.housing import Housing


class TensorBoard(Housing):
    name = "tensorboard"
    title = "Housing MLP with callbacks.TensorBoard"
    order = 6
    peers = ("ranvier", "ranvier-plain", "keras-tf")

    def callbacks(self, keras, data):
        folder = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return [keras.callbacks.TensorBoard(folder)]


WORKLOADS = [TensorBoard()]
