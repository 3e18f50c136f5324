"""`tf.config.experimental`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.tensors._devices import (
    LogicalDeviceConfiguration as VirtualDeviceConfiguration,
)
from ranvier.tensors._devices import (
    enable_op_determinism,
    get_device_details,
    get_memory_growth,
    get_memory_info,
    get_synchronous_execution,
    get_visible_devices,
    list_logical_devices,
    list_physical_devices,
    set_memory_growth,
    set_synchronous_execution,
    set_visible_devices,
)
from ranvier.tensors._devices import (
    get_logical_device_configuration as get_virtual_device_configuration,
)
from ranvier.tensors._devices import (
    set_logical_device_configuration as set_virtual_device_configuration,
)

__getattr__ = _absent("tf.config.experimental")

__all__ = [
    "VirtualDeviceConfiguration",
    "enable_op_determinism",
    "get_device_details",
    "get_memory_growth",
    "get_memory_info",
    "get_synchronous_execution",
    "get_virtual_device_configuration",
    "get_visible_devices",
    "list_logical_devices",
    "list_physical_devices",
    "set_memory_growth",
    "set_synchronous_execution",
    "set_virtual_device_configuration",
    "set_visible_devices",
]
