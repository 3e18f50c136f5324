"""write: one value of one series, at once or when a program runs."""

import jax
import numpy as np

from ranvier.data.io._values import to_bytes, to_numpy
from ranvier.events._protos import protos
from ranvier.events._raw import any_traced, raw
from ranvier.events._state import holds, settings, summary_scope
from ranvier.events._tensor_message import tensor_message
from ranvier.tensors._tensor import is_traced

_NO_STEP = (
    "No step set. Please specify one either through the `step` argument or through "
    "summary.experimental.set_step()"
)


def write(tag, tensor, step=None, metadata=None, name=None):
    """Writes a value to the default writer, for a plugin of TensorBoard.

    Args:
        tag: what the series is called.
        tensor: the value: an array, tensor, number, string, or a function that returns
            one and is called only if it is recorded.
        step: the place in the series; the default step if None.
        metadata: a `SummaryMetadata` message, which names the plugin.
        name: ignored.

    Returns:
        Whether the value was written: there must be a writer, and `record_if` may
        say no.

    Raises:
        ValueError: if there is a writer, but no step.

    Example:
        >>> from ranvier import summary
        >>> summary.write("loss", 0.5, step=1)
        False
    """
    if callable(tensor):
        return record(tag, None, lambda _: tensor(), step, metadata)
    return record(tag, tensor, lambda value: value, step, metadata)


def record(tag, values, encode, step=None, metadata=None):
    """Writes what a function makes of values; inside a program, when it runs.

    Args:
        tag: what the series is called.
        values: an array, a tensor, a variable, or a tree of these.
        encode: function from the values, as NumPy arrays, to what is written.
        step: as in `write`.
        metadata: as in `write`.
    """

    def add(writer, values, step):
        value = protos().Summary.Value(tag=tag, tensor=tensor_message(encode(values)))
        if metadata is not None:
            value.metadata.CopyFrom(metadata)
        event = protos().Event(step=step, summary=protos().Summary(value=[value]))
        writer.add(event)

    return _dispatch(add, values, step)


def _dispatch(add, values, step):
    """Calls `add(writer, values, step)`, now or when the program runs."""
    current = settings()
    given = step is not None
    if given:
        step = _checked(step)
    if current.writer is None:
        return False
    condition = holds(current)
    if condition is False:
        return False
    if not given:
        step = _default_step(current)
    values = raw(values)
    if not any_traced([values, step, condition]):
        add(current.writer, values, step)
        return True
    _write_from_program(add, values, step, given, condition, current)
    return True


def _write_from_program(add, values, step, given, condition, current):
    current.writer.expect_programs()
    by_default = not given and not is_traced(step)

    def on_host(values, step):
        # The writer and the step of the time of the run: a program is used for long.
        if current.writer is not None:
            values = jax.tree.map(np.asarray, values)
            step = _default_step(current) if by_default else int(step)
            add(current.writer, values, step)

    def call_host():
        jax.debug.callback(on_host, values, 0 if by_default else step)

    if condition is True:
        call_host()
    else:
        jax.lax.cond(condition, call_host, lambda: None)


def _default_step(current):
    step = current.step() if callable(current.step) else current.step
    if step is None:
        raise ValueError(_NO_STEP)
    return _checked(step)


def _checked(step):
    """Returns a step as an integer, or as a traced scalar."""
    step = raw(step)
    if type(step) is int or is_traced(step):
        return step
    value = np.asarray(step)
    if value.size != 1:
        raise ValueError(
            f"Argument `step` must be a scalar. Received step with shape {value.shape}."
        )
    if value.dtype.kind not in "iu":
        raise TypeError(
            f"Argument `step` must be an integer. Received: {step!r} of type "
            f"{type(step).__name__}."
        )
    return int(value.item())


def write_raw_pb(tensor, step=None, name=None):
    """Writes `Summary` messages that are there already.

    Args:
        tensor: a serialized `Summary` message, or an array of them.
        step: as in `write`.
        name: ignored.

    Returns:
        As `write`.

    Raises:
        ValueError: as `write`.
    """

    def add(writer, _, step):
        summary = protos().Summary()
        for text in np.asarray(to_numpy(tensor), object).ravel():
            summary.MergeFromString(to_bytes(text))
        writer.add(protos().Event(step=step, summary=summary))

    return _dispatch(add, None, step)


def scoped(name, default, values, encode, step, metadata):
    """Records a value under its name inside the open name scopes."""
    with summary_scope(name, default) as (tag, _):
        return record(tag, values, encode, step, metadata)
