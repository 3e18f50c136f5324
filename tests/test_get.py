"""The `get` of every family: what is no identifier is refused as in Keras."""

import keras
import pytest

import ranvier

FAMILIES = ("activations", "constraints", "initializers", "losses", "metrics")


@pytest.mark.parametrize("family", [*FAMILIES, "regularizers"])
@pytest.mark.parametrize("identifier", [{}, {"config": {}}, 3, ["relu"]], ids=str)
def test_refused_as_in_keras(family, identifier):
    with pytest.raises((ValueError, TypeError)):
        getattr(keras, family).get(identifier)
    with pytest.raises(ValueError, match="identifier"):
        getattr(ranvier, family).get(identifier)
