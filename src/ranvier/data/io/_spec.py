"""A checked plan of what to read, made once for each dictionary of features."""

import math
from typing import Any, NamedTuple

import numpy as np

from ranvier.data.io import _features
from ranvier.data.io._lists import KIND_OF_DTYPE, NUMPY_DTYPE
from ranvier.data.io._scan import BYTES
from ranvier.data.io._values import to_numpy, to_strings
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError

_SPARSE = (_features.VarLenFeature, _features.SparseFeature)
_DENSE = (_features.FixedLenFeature, _features.FixedLenSequenceFeature)
# Where a kind of feature stands in results.
_ORDER = (
    _features.VarLenFeature,
    _DENSE,
    _features.RaggedFeature,
    _features.SparseFeature,
)


class Column(NamedTuple):
    """What to make of one feature.

    Attributes:
        key: its name, as the user wrote it.
        feature: its configuration.
        kind: the kind of its values.
        shape: the shape of one example or item, for dense features.
        size: the number of values of that shape.
        default: values for examples without it, or the padding of sequences; None if
            the feature is required.
    """

    key: Any
    feature: Any
    kind: int
    shape: tuple = ()
    size: int = 1
    default: Any = None


class Plan(NamedTuple):
    """What to read from examples.

    Attributes:
        columns: what to make, in the order of results.
        kinds: the kind of values by key (bytes), of everything to find.
    """

    columns: list
    kinds: dict


_plans: dict = {}
_MOST_PLANS = 128


def plan(features, allowed, name="features") -> Plan:
    """Checks a dictionary of features.

    Args:
        features: configurations by key.
        allowed: the classes of configuration that are allowed.
        name: the argument's name in messages.

    Raises:
        ValueError: if a configuration is wrong, or two contradict each other.
    """
    if not features:
        raise ValueError(
            f"Argument `{name}` cannot be None or empty. Received: {features}"
        )
    # The plan holds on to the configurations, so that their identities stay theirs.
    identity = (name, *features, *map(id, features.values()))
    found = _plans.get(identity)
    if found is None:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        found = _plans[identity] = _make_plan(features, allowed)
    return found


def _make_plan(features, allowed):
    kinds, roles = {}, {}

    def read(key, dtype, role):
        kind = kind_of(key, dtype)
        key = as_key(key)
        if kinds.setdefault(key, kind) != kind:
            raise ValueError(f"Conflicting dtypes for feature {key.decode()!r}.")
        if roles.setdefault(key, role) != role:
            raise ValueError(
                f"Dense, sparse and ragged keys must not intersect; {key.decode()!r} "
                f"is {roles[key]} and {role}."
            )

    columns = []
    for key in sorted(features, key=lambda key: (_order(features[key]), as_key(key))):
        feature = features[key]
        if not isinstance(feature, allowed):
            raise ValueError(
                f"Unsupported {type(feature).__name__} {feature} for key '{key}'. "
                f"Expected one of {', '.join(c.__name__ for c in allowed)}."
            )
        if isinstance(feature, _features.SparseFeature):
            read(feature.value_key, feature.dtype, "sparse")
            for index_key in as_list(feature.index_key):
                read(index_key, "int64", "sparse")
        elif isinstance(feature, _features.RaggedFeature):
            read(feature.value_key or key, feature.dtype, "ragged")
            for partition in feature.partitions:
                if hasattr(partition, "key"):
                    read(partition.key, "int64", "ragged")
        else:
            role = "sparse" if isinstance(feature, _SPARSE) else "dense"
            read(key, feature.dtype, role)
        columns.append(_column(key, feature))
    return Plan(columns, kinds)


def _order(feature):
    for place, classes in enumerate(_ORDER):
        if isinstance(feature, classes):
            return place
    return len(_ORDER)


def as_list(value):
    """Returns a list of one thing or several."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def as_key(key) -> bytes:
    """Returns a key as it is in files."""
    return key if isinstance(key, bytes) else str(key).encode()


def kind_of(key, dtype):
    """Returns the kind of values of a dtype.

    Raises:
        InvalidArgumentError: if features have no such dtype.
    """
    name = as_dtype(dtype).name
    if name not in KIND_OF_DTYPE:
        raise InvalidArgumentError(
            f"Features have the dtype int64, float32 or string; got {name} for feature "
            f"{key!r}. Read it as int64 or float32 and cast the result."
        )
    return KIND_OF_DTYPE[name]


def _column(key, feature):
    kind = kind_of(key, feature.dtype)
    if not isinstance(feature, _DENSE):
        return Column(key, feature, kind)
    shape = _shape(key, feature)
    size = math.prod(shape)
    default = feature.default_value
    if isinstance(feature, _features.FixedLenSequenceFeature):
        padding = _as_array(key, default, kind) if default is not None else _zero(kind)
        if padding.size != 1:
            raise InvalidArgumentError(
                f"The `default_value` of sequence feature {key!r} must be one value. "
                f"Received: {default!r}"
            )
        return Column(key, feature, kind, shape, size, padding.reshape(())[()])
    if default is not None:
        default = _as_array(key, default, kind)
        if default.size != size:
            raise InvalidArgumentError(
                f"The `default_value` of feature {key!r} has {default.size} values, "
                f"but its shape {list(shape)} has {size}."
            )
        default = default.reshape(shape)
    return Column(key, feature, kind, shape, size, default)


def _shape(key, feature):
    shape = feature.shape
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    if shape and shape[0] is None and isinstance(feature, _features.FixedLenFeature):
        raise ValueError(
            f"First dimension of shape for feature {key} unknown. Consider using "
            f"FixedLenSequenceFeature. Received feature={feature}."
        )
    if None in shape:
        raise ValueError(
            f"All dimensions of shape for feature {key} need to be known but received "
            f"{list(shape)}."
        )
    return tuple(int(size) for size in shape)


def _zero(kind):
    return np.array(b"" if kind == BYTES else 0, NUMPY_DTYPE[kind])


def _as_array(key, default, kind):
    if kind == BYTES:
        return to_strings(default, "default_value")
    array = np.asarray(to_numpy(default))
    wanted = NUMPY_DTYPE[kind]
    if array.size and not np.can_cast(array.dtype, wanted, "same_kind"):
        raise TypeError(
            f"The `default_value` of feature {key!r} must be of dtype {wanted.name}. "
            f"Received: {default!r}"
        )
    return array.astype(wanted)
