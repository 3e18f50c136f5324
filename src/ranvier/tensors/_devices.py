"""Devices by TensorFlow's names: `tf.config` and `tf.device`.

JAX has no device that must be asked for: what it finds is there, and memory is its own
affair. Settings that would change that are kept and told back, no more.
"""

import contextlib
import re
from typing import NamedTuple

import jax

from ranvier.tensors._errors import InvalidArgumentError


class PhysicalDevice(NamedTuple):
    """A device of the machine.

    Example:
        >>> list_physical_devices("CPU")
        [PhysicalDevice(name='/physical_device:CPU:0', device_type='CPU')]
    """

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A device as programs see it."""

    name: str
    device_type: str


class LogicalDeviceConfiguration(NamedTuple):
    """Limits of a logical device; kept, without effect."""

    memory_limit: int | None = None
    experimental_priority: int | None = None
    experimental_device_ordinal: int | None = None


_settings: dict = {}


def _found():
    """Yields kind and number of every device."""
    yield "CPU", 0
    counts: dict = {}
    for device in jax.local_devices():
        kind = device.platform.upper()
        kind = "GPU" if kind in ("CUDA", "ROCM") else kind
        if kind != "CPU":
            yield kind, counts.get(kind, 0)
            counts[kind] = counts.get(kind, 0) + 1


def list_physical_devices(device_type=None) -> list:
    """Returns the devices of the machine.

    Args:
        device_type: `"CPU"`, `"GPU"` or `"TPU"`; all by default.
    """
    return [
        PhysicalDevice(f"/physical_device:{kind}:{number}", kind)
        for kind, number in _found()
        if device_type in (None, kind)
    ]


def list_logical_devices(device_type=None) -> list:
    """Returns the visible devices as programs see them."""
    return [
        LogicalDevice(f"/device:{d.device_type}:{d.name.rpartition(':')[2]}", d[1])
        for d in get_visible_devices(device_type)
    ]


def get_visible_devices(device_type=None) -> list:
    """Returns the devices that `set_visible_devices` has left."""
    return [
        device
        for device in list_physical_devices(device_type)
        if device in _settings.get(("visible", device.device_type), [device])
    ]


def set_visible_devices(devices, device_type=None) -> None:
    """Chooses the devices to compute on.

    Args:
        devices: physical devices, one of them or none.
        device_type: the kind this is about; all by default.

    Raises:
        ValueError: for a device that is not there.
    """
    devices = [devices] if isinstance(devices, PhysicalDevice) else list(devices or [])
    known = list_physical_devices()
    for device in devices:
        if device not in known:
            raise ValueError(f"Unrecognized device: {device!r}. There are: {known}")
    for kind in (
        {d.device_type for d in known} if device_type is None else {device_type}
    ):
        _settings["visible", kind] = [d for d in devices if d.device_type == kind]
    visible = [d for d in get_visible_devices() if d.device_type != "CPU"]
    first = visible[0] if visible else PhysicalDevice("/physical_device:CPU:0", "CPU")
    jax.config.update("jax_default_device", _find(first.device_type, _number(first)))


def _number(device):
    return int(device.name.rpartition(":")[2])


def _find(kind, number):
    """Returns JAX's device, None if there is none."""
    try:
        devices = jax.local_devices(backend=kind.lower())
    except RuntimeError:
        return None
    return devices[number] if number < len(devices) else None


_NAME = re.compile(
    r"(/job:[^/]+)?(/replica:\d+)?(/task:\d+)?/?(device:)?(CPU|GPU|TPU)(:(\d+|\*))?",
    re.I,
)


@contextlib.contextmanager
def device(device_name):
    """Computes on a device; on the CPU if the machine has it not.

    Args:
        device_name: such as `"/GPU:0"` or `"CPU"`; None changes nothing.

    Raises:
        InvalidArgumentError: for what is no such name.

    Example:
        >>> from ranvier.tensors import constant
        >>> with device("/CPU:0"):
        ...     x = constant(2.0) * 3
        >>> x.device
        '/job:localhost/replica:0/task:0/device:CPU:0'
    """
    if callable(device_name):
        raise InvalidArgumentError(f"`tf.device` takes a name, not {device_name!r}.")
    if not device_name:
        yield
        return
    name = getattr(device_name, "name", device_name)
    match = _NAME.fullmatch(str(name).replace("physical_device", "device"))
    if match is None:
        raise InvalidArgumentError(
            f"Failed to parse device name: {name!r}. Expected one such as '/GPU:0'."
        )
    number = int(match[7]) if match[7] and match[7] != "*" else 0
    with jax.default_device(_find(match[5], number) or _find("CPU", 0)):
        yield


def _setting(name, default):
    """Returns a pair of functions that set and get something without effect."""

    def set_it(value):
        _settings[name] = value

    def get_it():
        return _settings.get(name, default)

    set_it.__doc__ = f"Sets {name}: kept, without effect."
    get_it.__doc__ = f"Returns the setting of {name}."
    return set_it, get_it


set_soft_device_placement, get_soft_device_placement = _setting("soft placement", True)
set_inter_op_parallelism_threads, get_inter_op_parallelism_threads = _setting(
    "threads between operations", 0
)
set_intra_op_parallelism_threads, get_intra_op_parallelism_threads = _setting(
    "threads within operations", 0
)
set_synchronous_execution, get_synchronous_execution = _setting("waiting", True)
set_log_device_placement, get_log_device_placement = _setting("notes on devices", False)


def set_memory_growth(device, enable) -> None:
    """Says whether a device's memory is taken as needed: kept, without effect."""
    _settings["growth", device] = bool(enable)


def get_memory_growth(device) -> bool:
    """Tells what `set_memory_growth` said."""
    return _settings.get(("growth", device), False)


def set_logical_device_configuration(device, logical_devices) -> None:
    """Divides a device: kept, without effect."""
    _settings["logical", device] = list(logical_devices)


def get_logical_device_configuration(device):
    """Returns what `set_logical_device_configuration` said, or None."""
    return _settings.get(("logical", device))


def get_device_details(device) -> dict:
    """Returns what is known of a device: its name, for accelerators."""
    found = _find(device.device_type, _number(device))
    if device.device_type == "CPU" or found is None:
        return {}
    return {"device_name": found.device_kind}


def get_memory_info(device) -> dict:
    """Returns bytes in use on a device now, and at most so far.

    Raises:
        ValueError: for the CPU, and for unknown devices.
    """
    match = _NAME.fullmatch(device)
    found = match and _find(match[5], int(match[7] or 0))
    statistics = found and found.memory_stats()
    if not statistics:
        raise ValueError(f"No allocator statistics for device {device!r}.")
    return {
        "current": statistics["bytes_in_use"],
        "peak": statistics["peak_bytes_in_use"],
    }


def enable_op_determinism() -> None:
    """Nothing to do: on CPU equal seeds give equal bits.

    On a GPU set `XLA_FLAGS=--xla_gpu_deterministic_ops=true` before JAX starts.
    """
