"""The configuration half of a layer: what its constructor and its build were given."""

import inspect

from ranvier import regularizers
from ranvier.core import _policy
from ranvier.core._constructor import constructor_arguments
from ranvier.core._errors import ArgumentError
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.layers._defaults import default, overrides
from ranvier.layers._shapes import as_tuples


class Configuration:
    """Mixin of `Layer`: to a config and back."""

    def get_build_config(self):
        """Returns what `build_from_config` needs."""
        shapes = self._build_shapes
        if not shapes:
            return None
        if len(shapes) == 1:
            return {"input_shape": next(iter(shapes.values()))}
        return {"shapes_dict": shapes}

    def build_from_config(self, config):
        """Builds from a dictionary of `get_build_config`."""
        if not config:
            return
        if "input_shape" in config:
            self.build(as_tuples(config["input_shape"]))
        elif "shapes_dict" in config:
            self.build(**{k: as_tuples(v) for k, v in config["shapes_dict"].items()})

    @default
    def get_config(self):
        """Returns the constructor's arguments, JSON-ready through `serialize`.

        Raises:
            NotImplementedError: if a subclass takes arguments that cannot be told
                from its signature.
        """
        base = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize_object(self._dtype_policy),
        }
        if self.activity_regularizer is not None:
            base["activity_regularizer"] = regularizers.serialize(
                self.activity_regularizer
            )
        if overrides(type(self), "get_config"):
            return base
        own = self._config_from_arguments()
        return {**base, **own}

    def _config_from_arguments(self):
        """Derives a config from what the constructor was given."""
        init = type(self).__init__
        if getattr(init, "is_default", False):
            return {}
        try:
            given = constructor_arguments(self, *self._init_arguments)
            for known in ("name", "trainable", "dtype", "activity_regularizer"):
                given.pop(known, None)
            return {key: serialize_object(value) for key, value in given.items()}
        except (TypeError, ValueError) as error:
            raise self._needs_get_config() from error

    def _needs_get_config(self):
        return NotImplementedError(
            f"Object {type(self).__name__} was created by passing values that cannot "
            "be saved by themselves. Override `get_config()`:\n\n"
            "    def get_config(self):\n"
            "        config = super().get_config()\n"
            "        config.update({'argument': self.argument})\n"
            "        return config"
        )

    @classmethod
    def from_config(cls, config):
        """Rebuilds a layer from its config.

        Raises:
            TypeError: naming the config, whatever the constructor raised.
        """
        config = dict(config)
        if config.get("quantization_config") is None:  # in files of Keras
            config.pop("quantization_config", None)
        if isinstance(config.get("dtype"), dict):
            policy = _policy.get(config["dtype"])
            plain = type(policy) is _policy.DTypePolicy
            config["dtype"] = policy.name if plain else policy
        init = inspect.signature(cls.__init__).parameters
        if not any(p.kind is p.VAR_KEYWORD for p in init.values()):
            for key in ("trainable", "dtype", "name"):
                if key not in init:
                    config.pop(key, None)
        if overrides(cls, "__init__") and not overrides(cls, "get_config"):
            config = {
                key: deserialize_object(value) if isinstance(value, dict) else value
                for key, value in config.items()
            }
        try:
            return cls(**config)
        except ImportError:  # the config is not at fault
            raise
        except Exception as error:
            kind = TypeError if isinstance(error, TypeError) else ArgumentError
            raise kind(
                f"Error when deserializing class '{cls.__name__}' using config="
                f"{config}.\n\nException encountered: {error}"
            ) from error
