"""Trial: one point of the space, how it fares and how it ended."""

import secrets

from ranvier.tuner._hyperparameters import HyperParameters
from ranvier.tuner._metrics import MetricsTracker
from ranvier.tuner._stateful import Stateful, load_json


class TrialStatus:
    """What may be said of a trial.

    Attributes:
        RUNNING: it may run, or runs.
        IDLE: there is none yet; ask again later.
        INVALID: a run failed or gave no number; it may be tried again.
        STOPPED: there will be no more.
        COMPLETED: it has a score.
        FAILED: it failed for good.
    """

    RUNNING = "RUNNING"
    IDLE = "IDLE"
    INVALID = "INVALID"
    STOPPED = "STOPPED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Trial(Stateful):
    """One point of the space, run once or several times.

    Args:
        hyperparameters: `HyperParameters` with the values.
        trial_id: its name in the project; a random one if None.
        status: one of `TrialStatus`.
        message: what went wrong, or None.

    Attributes:
        metrics: a `MetricsTracker`.
        score: the objective's value, once it is completed.
        best_step: the step (epoch) of that value.
        reports: dictionary from epochs to values of the objective, for pruners.
    """

    def __init__(
        self,
        hyperparameters,
        trial_id=None,
        status=TrialStatus.RUNNING,
        message=None,
    ):
        self.hyperparameters = hyperparameters
        self.trial_id = generate_trial_id() if trial_id is None else trial_id
        self.metrics = MetricsTracker()
        self.score = None
        self.best_step = 0
        self.status = status
        self.message = message
        self.reports = {}

    def summary(self):
        """Prints values, score and message."""
        print(f"Trial {self.trial_id} summary")
        print("Hyperparameters:")
        self.display_hyperparameters()
        if self.score is not None:
            print(f"Score: {self.score}")
        if self.message is not None:
            print(self.message)

    def display_hyperparameters(self):
        """Prints the values."""
        if not self.hyperparameters.values:
            print("default configuration")
        for name, value in self.hyperparameters.values.items():
            print(f"{name}:", value)

    def __repr__(self):
        return f"<Trial {self.trial_id}: {self.status}, score {self.score}>"

    def get_state(self):
        reports = {"reports": self.reports} if self.reports else {}
        return {
            "trial_id": self.trial_id,
            "hyperparameters": self.hyperparameters.get_config(),
            "metrics": self.metrics.get_config(),
            "score": self.score,
            "best_step": self.best_step,
            "status": self.status,
            "message": self.message,
            **reports,
        }

    def set_state(self, state):
        self.trial_id = state["trial_id"]
        self.hyperparameters = HyperParameters.from_config(state["hyperparameters"])
        self.metrics = MetricsTracker.from_config(state["metrics"])
        self.score = state["score"]
        self.best_step = state["best_step"]
        self.status = state["status"]
        self.message = state["message"]
        reports = state.get("reports", {})  # JSON makes names of numbers
        self.reports = {int(step): value for step, value in reports.items()}

    @classmethod
    def from_state(cls, state):
        """Builds a trial from `get_state`."""
        trial = cls(hyperparameters=None, trial_id=state["trial_id"])
        trial.set_state(state)
        return trial

    @classmethod
    def load(cls, fname):
        """Reads a trial from its file."""
        return cls.from_state(load_json(fname))


def generate_trial_id() -> str:
    """Returns 32 random hexadecimal digits."""
    return secrets.token_hex(16)
