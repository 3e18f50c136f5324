"""Steps in Keras's form for JAX: pure functions of `(state, data)`.

The state of a step is a tuple of lists of values, in the order of the model's
`trainable_variables`, `non_trainable_variables`, (for training) the optimizer's
variables and (but for predictions) `metrics_variables`. A step returns its result and
the new state; that of a prediction is the non-trainable values alone.
"""

import functools
import inspect

from ranvier.core._scope import StateScope


def step_of(model, mode):
    """Returns the model's step of a mode as a function of a batch.

    A step that a user wrote in the form `(state, data)` is given the state, and its
    new values are assigned.

    Args:
        model: the model.
        mode: `"train"`, `"test"` or `"predict"`.
    """
    step = getattr(model, f"{mode}_step")
    if len(inspect.signature(step).parameters) != 2:
        return step
    return functools.partial(_run, model, mode, step)


def _run(model, mode, step, data):
    parts = _parts(model, mode)
    state = tuple([v.value for v in part] for part in parts)
    result, new_state = step(state, data)
    if mode == "predict":
        parts, new_state = parts[1:], [new_state]
    for part, values in zip(parts, new_state, strict=True):
        for variable, value in zip(part, values, strict=True):
            variable.assign(value)
    return result


def run_stateless(model, mode, step, state, data):
    """Runs a step that works on objects as a pure function of the state.

    Args:
        model: the model.
        mode: `"train"`, `"test"` or `"predict"`.
        step: function of `(model, data)`.
        state: values, as described above.
        data: the batch.

    Returns:
        `(result, new state)`.
    """
    parts = _parts(model, mode)
    pairs = [
        pair
        for part, values in zip(parts, state, strict=True)
        for pair in zip(part, values, strict=True)
    ]
    with StateScope(pairs) as scope:
        result = step(model, data)
    new_state = tuple([scope.get(v) for v in part] for part in parts)
    return result, new_state[1] if mode == "predict" else new_state


def _parts(model, mode):
    parts = [model.trainable_variables, model.non_trainable_variables]
    if mode == "train":
        parts.append(model.optimizer.variables)
    if mode != "predict":
        parts.append(model.metrics_variables)
    return parts
