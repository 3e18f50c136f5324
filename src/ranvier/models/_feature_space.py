"""FeatureSpace: tables with columns of several kinds to numbers for a network."""

import itertools

import numpy as np

from ranvier import layers, ops
from ranvier.core import _tree
from ranvier.core._dtypes import dtype_of
from ranvier.core._naming import auto_name
from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.layers.preprocessing._strings import as_array
from ranvier.models._features import (
    Cross,
    Feature,
    TFDIdentity,
    cardinality,
)
from ranvier.ops._symbolic import KerasTensor

# Rows that are adapted to at a time, where the data come row by row.
_ROWS = 32


@builtin("keras.utils")
class FeatureSpace(layers.Layer):
    """Encodes dictionaries of columns, each in its own way, as one array or several.

    Args:
        features: `{name: feature}`, a feature being one of `"float"`,
            `"float_rescaled"`, `"float_normalized"`, `"float_discretized"`,
            `"integer_categorical"`, `"string_categorical"`, `"integer_hashed"`,
            `"string_hashed"`, or what the methods of these names return.
        output_mode: `"concat"` for one array, `"dict"` for one for each feature.
        crosses: features to combine: tuples of names, or what `cross` returns.
        crossing_dim: number of bins of crosses given by names.
        hashing_dim: number of bins of `"..._hashed"` features.
        num_discretization_bins: number of intervals of `"float_discretized"` ones.
        name: optional name.

    Call `adapt` once, then the space on dictionaries of arrays, or build a model on
    `get_inputs()` and `get_encoded_features()`.

    Example:
        >>> space = FeatureSpace({"age": "float_normalized", "city": "string_hashed"})
        >>> space.adapt({"age": [20.0, 40.0], "city": ["rome", "oslo"]})
        >>> space({"age": [30.0], "city": ["rome"]}).shape
        (1, 33)
    """

    def __init__(
        self,
        features,
        output_mode="concat",
        crosses=None,
        crossing_dim=32,
        hashing_dim=32,
        num_discretization_bins=32,
        name=None,
    ):
        super().__init__(name=name)
        if not features:
            raise ValueError("The `features` argument cannot be None or empty.")
        if output_mode not in {"dict", "concat"}:
            raise ValueError(
                "Invalid value for argument `output_mode`. Expected one of {'dict', "
                f"'concat'}}. Received: output_mode={output_mode}"
            )
        self.crossing_dim = crossing_dim
        self.hashing_dim = hashing_dim
        self.num_discretization_bins = num_discretization_bins
        self.output_mode = output_mode
        self.features = {
            name: self._standardize_feature(name, value)
            for name, value in features.items()
        }
        self.crosses = [self._standardize_cross(cross) for cross in crosses or ()]
        self.inputs = {
            name: layers.Input(shape=(1,), dtype=feature.dtype, name=name)
            for name, feature in self.features.items()
        }
        self.preprocessors = {
            name: feature.preprocessor for name, feature in self.features.items()
        }
        self.crossers = {
            cross.name: layers.HashedCrossing(cross.crossing_dim, name=cross.name)
            for cross in self.crosses
        }
        self.one_hot_encoders = {}
        self.encoded_features = None
        self._is_adapted = False

    # Kinds of features.

    @classmethod
    def cross(cls, feature_names, crossing_dim, output_mode="one_hot"):
        """Returns a combination of features, put into `crossing_dim` bins."""
        return Cross(feature_names, crossing_dim, output_mode=output_mode)

    @classmethod
    def feature(cls, dtype, preprocessor, output_mode):
        """Returns a feature that a layer of the user's own prepares."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name=None):
        """Returns a feature of numbers that are taken as they are."""
        layer = TFDIdentity(dtype="float32", name=_name(name, "float"))
        return Feature("float32", layer, "float")

    @classmethod
    def float_rescaled(cls, scale=1.0, offset=0.0, name=None):
        """Returns a feature of numbers `x * scale + offset`."""
        name = _name(name, "float_rescaled")
        layer = layers.Rescaling(scale=scale, offset=offset, name=name)
        return Feature("float32", layer, "float")

    @classmethod
    def float_normalized(cls, name=None):
        """Returns a feature of numbers brought to mean 0 and variance 1."""
        layer = layers.Normalization(axis=-1, name=_name(name, "float_normalized"))
        return Feature("float32", layer, "float")

    @classmethod
    def float_discretized(
        cls, num_bins, bin_boundaries=None, output_mode="one_hot", name=None
    ):
        """Returns a feature of numbers put into intervals."""
        layer = layers.Discretization(
            num_bins=num_bins,
            bin_boundaries=bin_boundaries,
            name=_name(name, "float_discretized"),
        )
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(
        cls, max_tokens=None, num_oov_indices=1, output_mode="one_hot", name=None
    ):
        """Returns a feature of integers looked up in a vocabulary."""
        layer = layers.IntegerLookup(
            name=_name(name, "integer_categorical"),
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
        )
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls, max_tokens=None, num_oov_indices=1, output_mode="one_hot", name=None
    ):
        """Returns a feature of strings looked up in a vocabulary."""
        layer = layers.StringLookup(
            name=_name(name, "string_categorical"),
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
        )
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(cls, num_bins, output_mode="one_hot", name=None):
        """Returns a feature of strings put into bins by their hashes."""
        layer = layers.Hashing(name=_name(name, "string_hashed"), num_bins=num_bins)
        return Feature("string", layer, output_mode)

    @classmethod
    def integer_hashed(cls, num_bins, output_mode="one_hot", name=None):
        """Returns a feature of integers put into bins by their hashes."""
        layer = layers.Hashing(name=_name(name, "integer_hashed"), num_bins=num_bins)
        return Feature("int32", layer, output_mode)

    def _standardize_feature(self, name, feature):
        if isinstance(feature, dict):
            return deserialize_object(feature)
        if not isinstance(feature, str):
            if isinstance(feature, Feature):
                return feature
            raise ValueError(f"Invalid feature type: {feature}")
        arguments = {
            "float": {},
            "float_normalized": {},
            "float_rescaled": {},
            "float_discretized": {"num_bins": self.num_discretization_bins},
            "integer_categorical": {},
            "string_categorical": {},
            "integer_hashed": {"num_bins": self.hashing_dim},
            "string_hashed": {"num_bins": self.hashing_dim},
        }
        if feature not in arguments:
            raise ValueError(
                f"Invalid feature type: {feature}. Expected one of {list(arguments)}."
            )
        return getattr(type(self), feature)(name=name, **arguments[feature])

    def _standardize_cross(self, cross):
        if isinstance(cross, dict):
            cross = deserialize_object(cross)
        if isinstance(cross, Cross):
            return cross
        if not self.crossing_dim:
            raise ValueError(
                "When specifying `crosses`, the argument `crossing_dim` "
                "(dimensionality of the crossing space) should be specified as well."
            )
        if not set(cross) <= self.features.keys():
            raise ValueError(
                "All features referenced in the `crosses` argument should be present "
                f"in the `features` dict. Received unknown features: {cross}"
            )
        return Cross(cross, crossing_dim=self.crossing_dim)

    # Learning.

    def adapt(self, dataset):
        """Lets the layers of the features learn from data.

        Args:
            dataset: a dictionary of columns, or an iterable of dictionaries (batches,
                or single rows) that can be read several times, such as a `Dataset`.

        Raises:
            ValueError: for data of another kind.
        """
        if isinstance(dataset, dict):
            columns = {name: as_array(column) for name, column in dataset.items()}
            count = len(next(iter(columns.values())))
            starts = range(0, count, _ROWS)
            batches = [
                {name: column[i : i + _ROWS] for name, column in columns.items()}
                for i in starts
            ]
        elif hasattr(dataset, "__iter__") and not hasattr(dataset, "__next__"):
            batches = dataset
        else:
            raise ValueError(
                "`adapt()` can only be called on a dict of arrays/lists, or on a "
                "dataset that can be read several times. Received instead: "
                f"{dataset} (of type {type(dataset)})"
            )
        for name in self._adaptable():
            self.preprocessors[name].adapt(_Column(batches, name))
        self._is_adapted = True
        self.get_encoded_features()
        self.built = True

    def _adaptable(self):
        return [
            name
            for name, layer in self.preprocessors.items()
            if hasattr(layer, "adapt")
            and getattr(layer, "input_mean", None) is None
            and not getattr(layer, "_has_input_vocabulary", False)
            and not (isinstance(layer, layers.Discretization) and not layer.num_bins)
        ]

    def _check_if_adapted(self):
        if not self._is_adapted and self._adaptable():
            raise ValueError(
                "You need to call `.adapt(dataset)` on the FeatureSpace before you can "
                "start using it."
            )

    # Encoding.

    def get_inputs(self):
        """Returns the symbolic inputs, by name."""
        self.get_encoded_features()
        return self.inputs

    def get_encoded_features(self):
        """Returns the symbolic output for `get_inputs()`."""
        self._check_if_adapted()
        if self.encoded_features is None:
            self.encoded_features = self._encode(self.inputs)
        return self.encoded_features

    def __call__(self, data):
        self.get_encoded_features()
        if not isinstance(data, dict):
            raise ValueError(
                "A FeatureSpace can only be called with a dict. Received: "
                f"data={data} (of type {type(data)}"
            )
        data = {
            name: x
            if hasattr(x, "shape") and not isinstance(x, np.generic)
            else as_array(x)
            for name, x in data.items()
        }
        is_row = any(len(x.shape) == 0 for x in data.values())
        outputs = self._encode({name: _as_column(x) for name, x in data.items()})
        if not is_row:
            return outputs
        return _tree.map_structure(lambda x: ops.squeeze(x, axis=0), outputs)

    def _encode(self, columns):
        prepared = {name: self.preprocessors[name](x) for name, x in columns.items()}
        crossed = {
            cross.name: self.crossers[cross.name](
                [prepared[name] for name in cross.feature_names]
            )
            for cross in self.crosses
        }
        specs = {**self.features, **{cross.name: cross for cross in self.crosses}}
        encoded = {
            name: self._encode_one(name, x, specs[name])
            for group in (prepared, crossed)
            for name, x in sorted(group.items())
        }
        if self.output_mode == "dict":
            return encoded
        for name, x in encoded.items():
            # Integers that take the place of an encoding are told when the graph is
            # made; encodings may well be integers when they are computed.
            if isinstance(x, KerasTensor) and _is_code(x):
                raise ValueError(
                    f"Cannot concatenate features because feature '{name}' has not "
                    f"been encoded (it has dtype {x.dtype}). Consider using "
                    "`output_mode='dict'`."
                )
        dtype = self.compute_dtype
        columns = [
            x if dtype_of(x) == dtype else ops.cast(x, dtype) for x in encoded.values()
        ]
        return ops.concatenate(columns, axis=-1)

    def _encode_one(self, name, x, spec):
        if spec.output_mode != "one_hot":
            return x
        if name not in self.one_hot_encoders:
            if not str(x.dtype).startswith("int"):
                raise ValueError(
                    f"Feature '{name}' has `output_mode='one_hot'`. Thus its "
                    "preprocessor should return an integer dtype. Instead it returns a "
                    f"{x.dtype} dtype."
                )
            layer = self.preprocessors.get(name) or self.crossers[name]
            count = cardinality(name, layer)
            self.one_hot_encoders[name] = layers.CategoryEncoding(num_tokens=count)
        return self.one_hot_encoders[name](x)

    # Saving.

    def get_config(self):
        """Returns the arguments of the constructor."""
        return {
            "features": serialize_object(self.features),
            "output_mode": self.output_mode,
            "crosses": serialize_object(self.crosses),
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuilds a space from its config."""
        return cls(**config)

    def get_build_config(self):
        """Returns what the layers of the features need to be built."""
        return {
            name: layer.get_build_config() for name, layer in self.preprocessors.items()
        }

    def build_from_config(self, config):
        """Builds the layers of the features."""
        for name, layer_config in config.items():
            layer = self.preprocessors[name]
            if not layer.built:
                layer.build_from_config(layer_config)
        self._is_adapted = True

    def save(self, filepath):
        """Writes the space, with what it has learned, to a `.keras` file."""
        from ranvier.saving import save_model  # read when it is first needed

        save_model(self, filepath)


class _Column:
    """The batches of one column of a dataset of dictionaries."""

    def __init__(self, batches, name):
        self.batches = batches
        self.name = name

    def __iter__(self):
        rows = (as_array(batch[self.name]) for batch in self.batches)
        first = next(rows)
        rows = itertools.chain([first], rows)
        if first.ndim == 0:  # single rows
            while chunk := list(itertools.islice(rows, _ROWS)):
                yield np.stack(chunk)[:, None]
        else:
            for batch in rows:
                yield _as_column(batch)


def _is_code(x):
    """Tells whether a symbolic tensor is ids or text, no numbers to compute with."""
    return x.dtype.startswith("int") or x.dtype == "string"


def _as_column(x):
    """Returns scalars and vectors as columns."""
    if len(x.shape) > 1 or isinstance(x, KerasTensor):
        return x
    rows = x if len(x.shape) else x[None]
    return rows[:, None]


def _name(name, kind):
    return f"{name or auto_name(kind)}_preprocessor"
