"""Choice of the device that computes."""

import jax


def device(device_name):
    """Places tensors on a device, and computes there, in a `with` block.

    Args:
        device_name: `"cpu:0"`, `"gpu:1"`..., without a number the first of its kind;
            or a `jax.Device`.

    Raises:
        ValueError: if there is no such device.

    Example:
        >>> import ranvier as rv
        >>> with rv.device("cpu:0"):
        ...     x = rv.ops.ones((2,))
        >>> x.device.platform
        'cpu'
    """
    if isinstance(device_name, jax.Device):
        return jax.default_device(device_name)
    if not isinstance(device_name, str):
        raise ValueError(
            "Invalid value for argument `device_name`. Expected a string such as "
            f"'gpu:0', or a `jax.Device`. Received: device_name={device_name!r}"
        )
    kind, _, number = device_name.lower().partition(":")
    try:
        found = jax.devices(kind)[int(number or 0)]
    except (RuntimeError, IndexError, ValueError) as error:
        raise ValueError(
            f"Device not found: {device_name!r}. There are: "
            f"{', '.join(f'{d.platform}:{d.id}' for d in jax.devices())}."
        ) from error
    return jax.default_device(found)
