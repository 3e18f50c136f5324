"""trace_on, trace_off, trace_export: JAX's profiler, for TensorBoard's Profile tab."""

import warnings

from ranvier.events._state import settings

_trace = None  # the trace that runs: (graph, profiler)


def trace_on(graph=True, profiler=False, profiler_outdir=None):
    """Starts to record what the device does.

    Args:
        graph: accepted as in TensorFlow; the model's graph is written by `graph`.
        profiler: whether to record with JAX's profiler.
        profiler_outdir: where the recording goes, which the profiler needs.

    Example:
        >>> trace_on()
        >>> trace_off()
    """
    global _trace
    if _trace is not None:
        warnings.warn("Trace already enabled.", stacklevel=2)
        return
    if profiler and profiler_outdir is None:
        warnings.warn(
            "No `profiler_outdir` passed to trace_on(). Profiler won't be enabled.",
            stacklevel=2,
        )
        profiler = False
    if profiler:
        import jax

        jax.profiler.start_trace(str(profiler_outdir))
    _trace = graph, profiler


def trace_off():
    """Ends the recording.

    Example:
        >>> trace_off()  # nothing happens without one
    """
    global _trace
    if _trace is None:
        return
    _, profiler = _trace
    _trace = None
    if profiler:
        import jax

        jax.profiler.stop_trace()


def trace_export(name, step=None, profiler_outdir=None):
    """Ends the recording and notes it in the default writer.

    Args:
        name: name of the trace.
        step: its step; the default step if None.
        profiler_outdir: ignored; give it to `trace_on`.

    Raises:
        ValueError: if there is no recording, or a writer but no step.

    Example:
        >>> trace_on()
        >>> trace_export("first steps", step=0)
    """
    if _trace is None:
        raise ValueError("Must enable trace before export through summary.trace_on.")
    if settings().writer is not None and step is None:
        step = settings().step
        if step is None:
            raise ValueError(
                "No step set. Give `step`, or call summary.experimental.set_step()."
            )
    trace_off()
