"""The callbacks that connect a trial's training with its tuner."""

from ranvier.callbacks import Callback


class TunerCallback(Callback):
    """Passes the epochs of a trial's training on to the hooks of its tuner.

    Args:
        tuner: the tuner.
        trial: the trial that is trained.
    """

    keeps_structure = True

    def __init__(self, tuner, trial):
        super().__init__()
        self.tuner = tuner
        self.trial = trial

    def on_epoch_begin(self, epoch, logs=None):
        self.tuner.on_epoch_begin(self.trial, self.model, epoch, logs=logs)

    def on_epoch_end(self, epoch, logs=None):
        self.tuner.on_epoch_end(self.trial, self.model, epoch, logs=logs)


class TunerBatchCallback(TunerCallback):
    """Passes the batches on, too: `fit` then runs single steps."""

    def on_batch_begin(self, batch, logs=None):
        self.tuner.on_batch_begin(self.trial, self.model, batch, logs)

    def on_batch_end(self, batch, logs=None):
        self.tuner.on_batch_end(self.trial, self.model, batch, logs)


class ReportCallback(Callback):
    """Tells the oracle of each epoch, and stops training if it says so.

    Args:
        oracle: the oracle of the search.
        trial: the trial that is trained.
        execution: which of its executions.
    """

    def __init__(self, oracle, trial, execution):
        super().__init__()
        self.oracle = oracle
        self.trial = trial
        self.execution = execution

    def on_epoch_end(self, epoch, logs=None):
        if self.oracle._hear_epoch(self.trial, self.execution, epoch, logs or {}):
            self.model.stop_training = True


class SaveBestEpoch(Callback):
    """Keeps weights and optimizer state of the best epoch of all executions of a trial.

    They stay in memory until `write`: a trial that does not come to its end is run
    again anyway, and a file for each better epoch would cost more than small models
    take to train.

    Args:
        objective: the `Objective` of the search.
        filepath: where `write` puts the weights, ending with `.weights.h5`.
    """

    keeps_structure = True

    def __init__(self, objective, filepath):
        super().__init__()
        self.objective = objective
        self.filepath = filepath
        self.best_value = None
        self._best_state = None

    def on_epoch_end(self, epoch, logs=None):
        if not self.objective.has_value(logs or {}):
            # The objective is computed after `fit`: the last epoch is kept.
            self._keep()
            return
        value = self.objective.get_value(logs)
        if self.best_value is None or self.objective.better_than(
            value, self.best_value
        ):
            self.best_value = value
            self._keep()

    def _keep(self):
        model = self.model
        optimizer = getattr(model, "optimizer", None)
        variables = [*model.variables, *getattr(optimizer, "variables", ())]
        self._best_state = model, [(v, v.value) for v in variables]

    def keep(self, model, value):
        """Keeps a model that has been trained elsewhere, with the objective's value."""
        self.model = model
        self.best_value = value
        self._keep()

    def put_back(self):
        """Gives the model what was kept; returns whether there was anything."""
        if self._best_state is None:
            return False
        (self.model, state), self._best_state = self._best_state, None
        for variable, value in state:
            variable.assign(value)
        return True

    def write(self):
        """Writes what was kept; the model then has it, too."""
        if self.put_back():
            self.model.save_weights(self.filepath, overwrite=True)


class RestoreBestEpoch(SaveBestEpoch):
    """Leaves the model with the state of its best epoch: for workers elsewhere."""

    def __init__(self, objective):
        super().__init__(objective, None)

    def on_train_end(self, logs=None):
        self.put_back()
