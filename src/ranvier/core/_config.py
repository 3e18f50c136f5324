"""Process-wide settings: float type, epsilon, image layout, logging switches.

These are the few globals of the library. Each has a getter and a setter with Keras's
name; nothing else reads the underlying dictionary.
"""

import os

_FLOAT_TYPES = ("bfloat16", "float16", "float32", "float64")
_IMAGE_FORMATS = ("channels_last", "channels_first")

_settings: dict = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "interactive_logging": True,
    "traceback_filtering": True,
    "flash_attention": None,
    "unsafe_deserialization": False,
    "max_epochs": None,
    "max_steps_per_epoch": None,
}


def floatx() -> str:
    """Returns the default float type, a string such as `"float32"`."""
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Sets the default float type.

    Args:
        value: `"bfloat16"`, `"float16"`, `"float32"` or `"float64"`.

    Raises:
        ValueError: for any other value.
    """
    if value not in _FLOAT_TYPES:
        raise ValueError(
            f"Unknown `floatx` value: {value}. Expected one of {set(_FLOAT_TYPES)}"
        )
    _settings["floatx"] = str(value)


def epsilon() -> float:
    """Returns the small number that guards divisions and logarithms."""
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Sets the number that `epsilon()` returns."""
    _settings["epsilon"] = value


def image_data_format() -> str:
    """Returns `"channels_last"` or `"channels_first"`."""
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Sets the default position of the channel axis of images.

    Raises:
        ValueError: if `data_format` is neither of the two known layouts.
    """
    _settings["image_data_format"] = standardize_data_format(data_format)


def standardize_data_format(data_format: str | None) -> str:
    """Returns the layout in lower case, the default one for None."""
    if data_format is None:
        return image_data_format()
    value = str(data_format).lower()
    if value not in _IMAGE_FORMATS:
        raise ValueError(
            "The `data_format` argument must be one of "
            f"{set(_IMAGE_FORMATS)}. Received: data_format={data_format}"
        )
    return value


def backend() -> str:
    """Returns `"jax"`: ranvier has one backend."""
    return "jax"


def set_backend(backend: str) -> None:
    """Accepts `"jax"` only; exists so that Keras code that names it runs."""
    if backend != "jax":
        raise ValueError(
            f"ranvier runs on JAX only. Expected 'jax'. Received: backend={backend}"
        )


def enable_interactive_logging() -> None:
    """Lets progress be printed to the terminal (the default)."""
    _settings["interactive_logging"] = True


def disable_interactive_logging() -> None:
    """Sends progress to `logging` instead of the terminal."""
    _settings["interactive_logging"] = False


def is_interactive_logging_enabled() -> bool:
    """Tells whether progress goes to the terminal."""
    return _settings["interactive_logging"]


def enable_traceback_filtering() -> None:
    """Shortens tracebacks to the caller's frames (the default)."""
    _settings["traceback_filtering"] = True


def disable_traceback_filtering() -> None:
    """Shows whole tracebacks."""
    _settings["traceback_filtering"] = False


def is_traceback_filtering_enabled() -> bool:
    """Tells whether tracebacks are shortened."""
    return _settings["traceback_filtering"]


def enable_flash_attention() -> None:
    """Allows fused attention kernels where the device has them."""
    _settings["flash_attention"] = True


def disable_flash_attention() -> None:
    """Forbids fused attention kernels."""
    _settings["flash_attention"] = False


def is_flash_attention_enabled() -> bool | None:
    """Returns True, False, or None when it is decided per call."""
    return _settings["flash_attention"]


def enable_unsafe_deserialization() -> None:
    """Makes `safe_mode=False` the default when a file is loaded."""
    _settings["unsafe_deserialization"] = True


def is_unsafe_deserialization_enabled() -> bool:
    """Tells whether `enable_unsafe_deserialization()` was called."""
    return _settings["unsafe_deserialization"]


def is_nnx_enabled() -> bool:
    """Returns False: flax's NNX is not part of ranvier."""
    return False


def max_epochs() -> int | None:
    """Returns the cap that `fit` puts on its epochs, or None."""
    return _settings["max_epochs"]


def set_max_epochs(max_epochs: int | None) -> None:
    """Caps the epochs of every `fit` in the process (useful in smoke tests)."""
    _settings["max_epochs"] = max_epochs


def max_steps_per_epoch() -> int | None:
    """Returns the cap on the steps of an epoch, or None."""
    return _settings["max_steps_per_epoch"]


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Caps the steps of every epoch in the process (useful in smoke tests)."""
    _settings["max_steps_per_epoch"] = max_steps_per_epoch


def _read_environment() -> None:
    for name in ("max_epochs", "max_steps_per_epoch"):
        value = os.environ.get(f"KERAS_{name.upper()}")
        if value:
            _settings[name] = int(value)


_read_environment()
