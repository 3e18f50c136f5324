"""KerasTransformer."""

import numpy as np
from sklearn.base import TransformerMixin

from ranvier.estimators._keras_base import KerasEstimator


class KerasTransformer(TransformerMixin, KerasEstimator):
    """A model whose outputs are features for what follows.

    Without targets the inputs are the targets: an autoencoder's reconstruction.

    Args:
        model: a function that returns a model, compiled or not, or a model.
        **kwargs: as for `KerasRegressor`.

    Attributes:
        model_: the fitted model.

    Example:
        >>> import numpy as np, ranvier as rv
        >>> def build(meta):
        ...     return rv.Sequential([rv.layers.Dense(meta["n_features_in_"])])
        >>> KerasTransformer(build).fit_transform(np.ones((4, 3))).shape
        (4, 3)
    """

    def fit(self, X, y=None, sample_weight=None, **kwargs):
        """Builds the model and trains it.

        Args:
            X: inputs.
            y: targets; None for the inputs.
            sample_weight: weight of each sample.
            **kwargs: further arguments of `Model.fit`.

        Returns:
            The estimator.
        """
        return super().fit(X, y, sample_weight, **kwargs)

    def transform(self, X):
        """Returns the outputs of the model.

        Args:
            X: inputs.
        """
        return self._outputs(X)

    def _fit(self, X, y, sample_weight, goes_on, kwargs):
        y = X if y is None else y
        return super()._fit(X, y, sample_weight, goes_on, kwargs)

    def get_feature_names_out(self, input_features=None):
        """Returns names of the outputs.

        Args:
            input_features: accepted as in scikit-learn.
        """
        width = self.model_.output_shape[-1]
        return np.array([f"kerastransformer{i}" for i in range(width)], dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
