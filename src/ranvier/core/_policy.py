"""Dtype policies: in which dtype a layer computes, and in which it keeps weights."""

import re
import typing
from collections.abc import MutableMapping

from ranvier.core import _config, _dtypes
from ranvier.core._registry import builtin

_MIXED = {
    "mixed_float16": ("float16", "float32"),
    "mixed_bfloat16": ("bfloat16", "float32"),
}
_global: dict = {"policy": None}


@builtin("keras", "FloatDTypePolicy")
class DTypePolicy:
    """The dtypes of a layer.

    Args:
        name: `"mixed_float16"`, `"mixed_bfloat16"` (compute in 16 bits, keep weights
            in float32), or a dtype name for both. None: the global policy's.

    Raises:
        TypeError: if `name` is no string.
        ValueError: if it names no policy.

    Example:
        >>> policy = DTypePolicy("mixed_bfloat16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('bfloat16', 'float32')
    """

    quantization_mode = None

    def __init__(self, name=None):
        if name is None:
            name = dtype_policy().name
        if not isinstance(name, str):
            raise TypeError(
                "'name' must be a string, such as 'mixed_float16'. "
                f"Received: name={name} (of type {type(name)})"
            )
        self._name = name
        if name in _MIXED:
            self._compute_dtype, self._variable_dtype = _MIXED[name]
            return
        try:
            dtype = _dtypes.standardize_dtype(name)
        except ValueError:
            raise ValueError(
                f"Cannot convert '{name}' to a DTypePolicy. Valid policies are "
                f"{', '.join(map(repr, _MIXED))}, and the name of any dtype such as "
                "'float32'."
            ) from None
        self._compute_dtype = self._variable_dtype = dtype

    @property
    def name(self):
        """The policy's name."""
        return self._name

    @property
    def compute_dtype(self):
        """The dtype of computations and outputs."""
        return self._compute_dtype

    @property
    def variable_dtype(self):
        """The dtype of weights."""
        return self._variable_dtype

    def get_config(self):
        """Returns the constructor's arguments."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config):
        """Rebuilds a policy."""
        return cls(**config)

    def __repr__(self):
        return f'<DTypePolicy "{self._name}">'

    def __eq__(self, other):
        return isinstance(other, DTypePolicy) and self._name == other._name

    def __hash__(self):
        return hash(self._name)


FloatDTypePolicy = DTypePolicy


@builtin("keras.dtype_policies")
class DTypePolicyMap(MutableMapping):
    """A policy for each layer path, with a default.

    Args:
        default_policy: policy (or its name) for paths that no key matches; None: the
            global policy.
        policy_map: dictionary from a path, or a regular expression that matches whole
            paths, to a policy.

    Raises:
        TypeError: if `policy_map` is no dictionary.
        ValueError: if `default_policy` is a map, a path has a policy already, or
            matches several keys.

    Example:
        >>> policies = DTypePolicyMap("float32", {"encoder/.*": "bfloat16"})
        >>> policies["encoder/dense"].name, policies["decoder/dense"].name
        ('bfloat16', 'float32')
    """

    def __init__(self, default_policy=None, policy_map=None):
        if isinstance(default_policy, DTypePolicyMap):
            raise ValueError("`default_policy` cannot be a `DTypePolicyMap`.")
        if policy_map is not None and not isinstance(policy_map, dict):
            raise TypeError(
                "If specified, `policy_map` must be a dict. Received: "
                f"policy_map={policy_map} (of type {type(policy_map)})"
            )
        self._default = None if default_policy is None else get(default_policy)
        self._policies = {k: get(v) for k, v in (policy_map or {}).items()}

    @property
    def default_policy(self):
        """The policy for paths that match no key."""
        return self._default or dtype_policy()

    @property
    def name(self):
        """`"map_"` and the default policy's name."""
        return f"map_{self.default_policy.name}"

    @property
    def compute_dtype(self):
        """The default policy's."""
        return self.default_policy.compute_dtype

    @property
    def variable_dtype(self):
        """The default policy's."""
        return self.default_policy.variable_dtype

    @property
    def quantization_mode(self):
        """The default policy's."""
        return self.default_policy.quantization_mode

    def __getitem__(self, path):
        if path in self._policies:
            return self._policies[path]
        matches = [k for k in self._policies if re.fullmatch(k, path)]
        if len(matches) > 1:
            raise ValueError(
                f"Path '{path}' matches multiple dtype policy keys: {matches}. "
                "Make each path match at most one key."
            )
        return self._policies[matches[0]] if matches else self.default_policy

    def __setitem__(self, path, policy):
        if path in self._policies:
            raise ValueError(
                f"{path} already exist in the DTypePolicyMap with value "
                f"{self._policies[path]}. Delete it first to replace it."
            )
        try:
            self._policies[path] = get(policy)
        except (TypeError, ValueError) as error:
            raise ValueError(
                "Cannot interpret the assigned value as a dtype policy. "
                f"Received: {policy} (of type {type(policy)})"
            ) from error

    def __delitem__(self, path):
        del self._policies[path]

    def __contains__(self, path):
        return path in self._policies

    def __repr__(self):
        return (
            f"<DTypePolicyMap default_policy={self.default_policy}, "
            f"mapping={self._policies}>"
        )

    def __len__(self):
        return len(self._policies)

    def __iter__(self):
        return iter(self._policies)

    def get_config(self):
        """Returns the constructor's arguments."""
        from ranvier.core._serialization import serialize_object

        return {
            "default_policy": serialize_object(self._default),
            "policy_map": serialize_object(self._policies),
        }

    @classmethod
    def from_config(cls, config):
        """Rebuilds a map."""
        return cls(config["default_policy"], config["policy_map"])


def dtype_policy() -> DTypePolicy:
    """Returns the policy that new layers take by default."""
    return _global["policy"] or DTypePolicy(_config.floatx())


def set_dtype_policy(policy) -> None:
    """Sets the default policy of new layers (an object or a name)."""
    if not isinstance(policy, (str, dict, DTypePolicy, DTypePolicyMap)):
        raise ValueError(
            "Invalid `policy` argument: expected the name of a policy, such as "
            f"'float32', or a DTypePolicy. Received: policy={policy} (of type "
            f"{type(policy)})"
        )
    _global["policy"] = get(policy)


def get(identifier) -> typing.Any:
    """Returns a policy from an object, a name, a dtype, a config, or None."""
    from ranvier.core._serialization import deserialize_object

    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, (DTypePolicy, DTypePolicyMap)):
        return identifier
    if isinstance(identifier, dict):
        return deserialize_object(identifier)
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    try:
        return DTypePolicy(_dtypes.standardize_dtype(identifier))
    except (TypeError, ValueError):
        raise ValueError(
            "Cannot interpret `dtype` argument. Expected the name of a policy or "
            f"dtype, or a DTypePolicy. Received: dtype={identifier}"
        ) from None
