"""Peers that speak Keras: ranvier, and Keras 3 on its JAX and TensorFlow backends."""

import importlib

from benchmarks.peers import Peer

FOREVER = 1_000_000  # epochs: the gate stops the training


class KerasAPI(Peer):
    """Builds with `workload.build(keras)` and trains by one long `fit`."""

    def __init__(self, name, module, needs=(), **env):
        self.name, self.module, self.env = name, module, env
        self.needs = (module, *needs)

    def train(self, workload, data, gate):
        keras = importlib.import_module(self.module)

        class AfterEpoch(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                self.model.stop_training = not gate(logs["val_loss"])

        keras.utils.set_random_seed(0)
        model = workload.build(keras, **workload.compile_options(self.name))
        work = workload.work(keras, model, data)
        if work is not None:
            while gate(work()):
                pass
            return
        model.fit(
            _plain(data.train.inputs),
            _plain(data.train.targets),
            validation_data=(_plain(data.valid.inputs), _plain(data.valid.targets)),
            batch_size=workload.batch_size,
            epochs=FOREVER,
            verbose=0,
            callbacks=[*self.callbacks(workload, keras, data), AfterEpoch()],
        )

    def callbacks(self, workload, keras, data):
        return workload.callbacks(keras, data)


class WithoutCallbacks(KerasAPI):
    """Trains without the workload's callbacks: what they cost."""

    def callbacks(self, workload, keras, data):
        return []


def _plain(arrays):
    return arrays[0] if len(arrays) == 1 else arrays


PEERS = [
    KerasAPI("ranvier", "ranvier", RANVIER_COMPILATION_CACHE="0"),
    # The same with its persistent cache on, as it is unless turned off: the first
    # epoch of a second run.
    KerasAPI("ranvier-warm", "ranvier"),
    WithoutCallbacks("ranvier-plain", "ranvier", RANVIER_COMPILATION_CACHE="0"),
    # The same on arrays in memory, beside one that reads files.
    KerasAPI("ranvier-arrays", "ranvier", RANVIER_COMPILATION_CACHE="0"),
    # The same without the tool that a workload is about: one `fit` after another.
    KerasAPI("ranvier-each", "ranvier", RANVIER_COMPILATION_CACHE="0"),
    KerasAPI("keras-jax", "keras", needs=("jax",), KERAS_BACKEND="jax"),
    KerasAPI(
        "keras-tf",
        "keras",
        needs=("tensorflow",),
        KERAS_BACKEND="tensorflow",
        TF_CPP_MIN_LOG_LEVEL="3",
    ),
]
