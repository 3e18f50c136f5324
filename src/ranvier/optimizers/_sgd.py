"""SGD: plain descent, momentum, Nesterov."""

from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers._optimizer import Optimizer


@builtin("keras.optimizers")
class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

    With velocity `v = momentum * v - learning_rate * g`, a step adds `v` to the
    weight; with Nesterov's momentum it adds `momentum * v - learning_rate * g`.

    Args:
        learning_rate: rate or schedule.
        momentum: in [0, 1]; 0 for plain descent.
        nesterov: whether to use Nesterov's form.
        **kwargs: see `Optimizer`.

    Raises:
        ValueError: if `momentum` is no float in [0, 1].

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable(1.0)
        >>> SGD(learning_rate=0.1).apply([2.0 * v.value], [v])
        >>> round(float(v), 3)
        0.8
    """

    momentum = Dynamic()

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        if not isinstance(momentum, float) or not 0 <= momentum <= 1:
            raise ValueError(
                "`momentum` must be a float between [0, 1]. "
                f"Received: momentum={momentum!r}"
            )
        self.momentum = momentum
        self.nesterov = nesterov

    def build_slots(self, variables):
        if self.momentum != 0 or self.schedules_momentum():
            slots = self.add_optimizer_variables(variables, "momentum")
            self._slots = {"momentum": slots}

    def update(self, gradient, value, slots, learning_rate, step):
        if not slots:
            return value - gradient * learning_rate, {}
        velocity = slots["momentum"] * self.momentum - gradient * learning_rate
        if self.nesterov:
            value = value + (velocity * self.momentum - gradient * learning_rate)
        else:
            value = value + velocity
        return value, {"momentum": velocity}

    def get_config(self):
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "nesterov": self.nesterov,
        }
