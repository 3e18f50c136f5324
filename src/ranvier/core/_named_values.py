"""Config: named values that can be frozen."""

import json
from collections.abc import MutableMapping

from ranvier.core._errors import close_names


class Config(MutableMapping):
    """A dictionary whose values are attributes too, and which can be frozen.

    Args:
        **kwargs: the first values.

    Example:
        >>> config = Config(learning_rate=0.1)
        >>> config.momentum = 0.9
        >>> config["momentum"], config.learning_rate
        (0.9, 0.1)
        >>> config.to_json()
        '{"learning_rate": 0.1, "momentum": 0.9}'
    """

    def __init__(self, **kwargs):
        self.__dict__.update(_config=dict(kwargs), _frozen=False)

    @property
    def frozen(self):
        """Whether changes are refused."""
        return self._frozen

    def freeze(self) -> None:
        """Refuses changes from now on."""
        self.__dict__["_frozen"] = True

    def unfreeze(self) -> None:
        """Allows changes again."""
        self.__dict__["_frozen"] = False

    def as_dict(self) -> dict:
        """Returns the values as a new dictionary."""
        return dict(self._config)

    def to_json(self) -> str:
        """Returns the values as JSON."""
        return json.dumps(self._config)

    def keys(self):
        """Returns the names in the order in which they were given."""
        return self._config.keys()

    def values(self):
        """Returns the values in that order."""
        return self._config.values()

    def items(self):
        """Returns pairs of names and values in that order."""
        return self._config.items()

    def pop(self, key, *default):
        """Removes a name and returns its value, or `default` if there is none."""
        self._require_unfrozen()
        return self._config.pop(key, *default)

    def update(self, *args, **kwargs) -> None:
        """Takes over values as `dict.update` does."""
        self._require_unfrozen()
        self._config.update(*args, **kwargs)

    def __getitem__(self, key):
        return self._config[key]

    def __setitem__(self, key, value):
        self._require_unfrozen()
        self._config[key] = value

    def __delitem__(self, key):
        self._require_unfrozen()
        del self._config[key]

    def __iter__(self):
        return iter(sorted(self._config))

    def __len__(self):
        return len(self._config)

    def __getattr__(self, name):
        values = self.__dict__.get("_config", {})
        if name in values:
            return values[name]
        raise AttributeError(f"Unknown attribute: '{name}'.{close_names(name, values)}")

    def __setattr__(self, name, value):
        if hasattr(type(self), name):
            object.__setattr__(self, name, value)
        else:
            self[name] = value

    def __repr__(self):
        return f"<Config {self._config}>"

    def _require_unfrozen(self):
        if self._frozen:
            raise ValueError("Cannot mutate attribute(s) because the config is frozen.")
