"""OneCycle: one cycle of learning rate and momentum over a run of `fit`."""

from ranvier.callbacks._callback import Callback
from ranvier.callbacks._learning_rates import record_learning_rates
from ranvier.core._variable import Variable
from ranvier.optimizers import Optimizer
from ranvier.optimizers.schedules import LearningRateSchedule
from ranvier.optimizers.schedules import OneCycle as OneCycleSchedule


class OneCycle(Callback):
    """Leads the learning rate up, down and out, the momentum the other way.

    The callback form of `optimizers.schedules.OneCycle`, for which `fit` says how many
    steps there are: `epochs` times the batches of an epoch. The rate still changes at
    every step, inside the compiled program. After the run the optimizer's own rate is
    back.

    The momentum cycles along if the optimizer has one: `beta_1` of Adam and its kin, a
    `momentum` that is not zero.

    Args:
        max_learning_rate: the highest rate.
        total_steps: number of steps of the cycle; needed where the number of batches
            is not known beforehand.
        **options: further arguments of the schedule: `div_factor`,
            `final_div_factor`, `pct_start`, `pct_down`, `cycle_momentum`,
            `base_momentum`, `max_momentum`, `anneal_strategy`.

    Raises:
        ValueError: for bad values; in `fit`, if the number of steps is not known or
            the optimizer has no rate of its own to set.

    The logs of an epoch get the rate at its end, `learning_rate`.

    Example:
        >>> import numpy as np, ranvier
        >>> model = ranvier.Sequential([ranvier.layers.Dense(1)])
        >>> model.compile(ranvier.optimizers.SGD(0.01, momentum=0.9), loss="mse")
        >>> history = model.fit(
        ...     np.ones((8, 2)), np.ones(8), epochs=10, verbose=0,
        ...     callbacks=[OneCycle(0.1)],
        ... )
        >>> round(float(model.optimizer.learning_rate), 6)
        0.01
    """

    def __init__(self, max_learning_rate, total_steps=None, **options):
        super().__init__()
        # With any number of steps: bad values are told here.
        steps = 100 if total_steps is None else total_steps
        OneCycleSchedule(max_learning_rate, steps, **options)
        self.max_learning_rate = max_learning_rate
        self.total_steps = total_steps
        self.options = options
        self._driven = None
        self._start = None  # the step of the optimizer at which the cycle begins

    def get_state(self):
        return {"start": self._start}

    def set_state(self, state):
        self._start = state["start"]
        if self._driven is not None:
            self._drive(epoch=0)

    def on_epoch_begin(self, epoch, logs=None):
        if self._driven is None:
            self._drive(epoch)

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            record_learning_rates(self.model, logs)

    def clean_up(self):
        if self._driven is not None:
            self._driven.rate_driver = None
            self._driven = None
        self._start = None

    def _drive(self, epoch):
        optimizer = self.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        if type(optimizer).learning_rate is not Optimizer.learning_rate:
            raise ValueError(
                "OneCycle needs an optimizer that has one learning rate of its own. "
                f"Received: {optimizer!r}"
            )
        steps = self.params.get("steps") or 0
        total = self.total_steps or self.params["epochs"] * steps
        if not total:
            raise ValueError(
                "OneCycle does not know how many steps there will be: the data do not "
                "tell their length. Pass `steps_per_epoch` to `fit`, or `total_steps` "
                "to OneCycle."
            )
        options = self.options
        if not hasattr(optimizer, "beta_1") and not getattr(optimizer, "momentum", 0):
            options = {**options, "cycle_momentum": False}
        schedule = OneCycleSchedule(self.max_learning_rate, max(total, 2), **options)
        if self._start is None:
            # Later epochs (`initial_epoch`) stand in the middle of the cycle.
            self._start = int(optimizer._iterations.value) - epoch * steps
        start = self._start
        optimizer.rate_driver = _Later(schedule, start) if start else schedule
        self._driven = optimizer


class _Later(LearningRateSchedule):
    """A schedule that begins at a later step.

    The step is a variable: programs take it as an input and serve every run.
    """

    def __init__(self, schedule, start):
        self.schedule = schedule
        self.start = Variable(start, dtype="int32", trainable=False)

    def __call__(self, step):
        return self.schedule(step - self.start)

    def momentum(self, step):
        return self.schedule.momentum(step - self.start)
