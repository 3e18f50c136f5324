"""Ensemble: the mean of several models' predictions, as one model."""

from ranvier import ops
from ranvier.core import _tree
from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.models import Model


@builtin("ranvier.tuner")
class Ensemble(Model):
    """A model whose outputs are the means of the outputs of others.

    Args:
        models: models with the same inputs and outputs.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: if there are no models.

    Example:
        >>> import numpy as np
        >>> import ranvier as rv
        >>> ones, threes = (
        ...     rv.Sequential([rv.layers.Rescaling(factor)]) for factor in (1.0, 3.0)
        ... )
        >>> Ensemble([ones, threes])(np.ones((1, 2))).tolist()
        [[2.0, 2.0]]
    """

    def __init__(self, models, **kwargs):
        super().__init__(**kwargs)
        if not models:
            raise ValueError("An ensemble needs at least one model. Received: none.")
        self.members = list(models)

    def call(self, inputs, training=False):
        outputs = [model(inputs, training=training) for model in self.members]
        return _tree.map_structure(
            lambda *parts: ops.mean(ops.stack(parts), axis=0), *outputs
        )

    def get_config(self):
        models = [serialize_object(model) for model in self.members]
        return {**super().get_config(), "models": models}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuilds an ensemble.

        Args:
            config: a dictionary of `get_config`.
            custom_objects: `{name: class or function}` to look names up in first.
        """
        models = [
            deserialize_object(model, custom_objects=custom_objects)
            for model in config["models"]
        ]
        return cls(**{**config, "models": models})
