"""What a FeatureSpace consists of: features, crosses, and their sizes."""

from ranvier import layers
from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object, serialize_object

_MODULE = "keras.src.layers.preprocessing.feature_space"


@builtin(_MODULE)
class Cross:
    """A combination of features that is put into bins.

    Args:
        feature_names: the names of the features.
        crossing_dim: the number of bins.
        output_mode: `"int"` or `"one_hot"`.
    """

    def __init__(self, feature_names, crossing_dim, output_mode="one_hot"):
        _check_mode(output_mode, ("int", "one_hot"))
        self.feature_names = tuple(feature_names)
        self.crossing_dim = crossing_dim
        self.output_mode = output_mode

    @property
    def name(self):
        """The names of the features, joined."""
        return "_X_".join(self.feature_names)

    def get_config(self):
        """Returns the arguments of the constructor."""
        return {
            "feature_names": self.feature_names,
            "crossing_dim": self.crossing_dim,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuilds a cross from its config."""
        return cls(**config)


@builtin(_MODULE)
class Feature:
    """A column and the layer that prepares it.

    Args:
        dtype: of the column.
        preprocessor: the layer.
        output_mode: `"int"`, `"one_hot"` or `"float"`.
    """

    def __init__(self, dtype, preprocessor, output_mode):
        _check_mode(output_mode, ("int", "one_hot", "float"))
        self.dtype = dtype
        if isinstance(preprocessor, dict):
            preprocessor = deserialize_object(preprocessor)
        self.preprocessor = preprocessor
        self.output_mode = output_mode

    def get_config(self):
        """Returns the arguments of the constructor."""
        return {
            "dtype": self.dtype,
            "preprocessor": serialize_object(self.preprocessor),
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuilds a feature from its config."""
        return cls(**config)


@builtin(_MODULE)
class TFDIdentity(layers.Layer):
    """Numbers as they are, in the layer's dtype."""

    def call(self, x):
        return x


def cardinality(name, layer) -> int:
    """Returns the number of values that a layer's outputs have.

    Raises:
        ValueError: for a layer that does not tell, naming the feature.
    """
    if isinstance(layer, (layers.IntegerLookup, layers.StringLookup)):
        return layer.vocabulary_size()
    for attribute in ("num_tokens", "num_bins"):
        count = getattr(layer, attribute, None)
        if count is not None:
            return count
    if isinstance(layer, layers.Discretization):
        return len(layer.bin_boundaries) + 1
    raise ValueError(
        f"Feature '{name}' has `output_mode='one_hot'`. However it isn't a standard "
        "feature and the dimensionality of its output space is not known, thus it "
        "cannot be one-hot encoded. Try using `output_mode='int'`."
    )


def _check_mode(output_mode, allowed):
    if output_mode not in allowed:
        raise ValueError(
            "Invalid value for argument `output_mode`. Expected one of "
            f"{allowed}. Received: output_mode={output_mode}"
        )
