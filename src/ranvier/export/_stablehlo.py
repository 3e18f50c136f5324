"""StableHLO through `jax.export`."""

import contextlib

import jax

from ranvier.export._equations import check_calls
from ranvier.saving._exported_stablehlo import native_calls

_PLATFORMS = ("cpu", "cuda", "rocm", "tpu")


def serialize(function, platforms) -> bytes:
    """Returns an inference function as a serialised program for some platforms.

    Args:
        function: an `InferenceFunction`.
        platforms: names as in `jax.export`: `"cpu"`, `"cuda"`, `"rocm"`, `"tpu"`.

    Raises:
        ValueError: if it calls what exported programs must not, such as Python.
    """
    unknown = [name for name in platforms if name not in _PLATFORMS]
    if unknown:
        raise ValueError(
            f"`platforms` must be among {_PLATFORMS}. Received: {unknown[0]!r}"
        )
    jitted = jax.jit(function)
    check_calls(jitted.trace(*function.arguments).jaxpr.jaxpr)
    try:
        with _without_paths():
            export = jax.export.export(jitted, platforms=platforms)
            exported = export(*function.arguments)
    except NotImplementedError as error:
        raise ValueError(
            f"The model '{function.name}' cannot be exported for all of the platforms "
            f"{platforms}: {error}. Give fewer: `export(..., platforms=['cpu'])`."
        ) from error
    refused = native_calls(exported.mlir_module())
    if refused:
        raise ValueError(
            f"The model '{function.name}' calls {refused[0]}, which is none of the "
            "functions that exported programs may call."
        )
    return bytes(exported.serialize())


@contextlib.contextmanager
def _without_paths():
    """Keeps the paths of source files out of the program."""
    before = jax.config.jax_traceback_in_locations_limit
    jax.config.update("jax_traceback_in_locations_limit", 0)
    try:
        yield
    finally:
        jax.config.update("jax_traceback_in_locations_limit", before)
