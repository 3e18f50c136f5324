"""Step mode: housing with a callback that listens to every batch."""

from benchmarks.workloads.housing import Housing


class StepMode(Housing):
    name = "step_mode"
    title = "Housing MLP with a callback on every batch"
    order = 4
    peers = ("ranvier", "keras-jax", "keras-tf")

    def callbacks(self, keras, data):
        batches = -(-len(data.train) // self.batch_size)

        class CountBatches(keras.callbacks.Callback):
            """Counts the batches it hears of, and fails when one is missing."""

            def on_epoch_begin(self, epoch, logs=None):
                self.heard = 0

            def on_train_batch_end(self, batch, logs=None):
                self.heard += 1

            def on_epoch_end(self, epoch, logs=None):
                if self.heard != batches:
                    raise RuntimeError(f"heard {self.heard} of {batches} batches")

        return [CountBatches()]


WORKLOADS = [StepMode()]
