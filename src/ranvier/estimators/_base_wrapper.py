"""BaseWrapper: a model in scikit-learn's interface, for tasks of one's own."""

from ranvier.estimators._keras_base import KerasEstimator


class BaseWrapper(KerasEstimator):
    """Any model that predicts, in scikit-learn's interface, for tasks of one's own.

    A subclass may define `_keras_build_fn` in place of `model`, and the properties
    `feature_encoder` and `target_encoder`: transformers from scikit-learn's arrays to
    what the model takes (lists of arrays where it has several inputs or outputs), and
    from its outputs to predictions.

    Args:
        model: a function that returns a model, compiled or not, or a model.
        **kwargs: as for `KerasRegressor`.

    Attributes:
        model_: the model.
        history_: values of each epoch, by name.
        feature_encoder_: the transformer of the inputs.
        target_encoder_: the transformer of the targets.

    Raises:
        ValueError: in `fit`, without a model, or for data that do not fit it.

    Example:
        >>> import numpy as np, ranvier as rv
        >>> from sklearn.preprocessing import FunctionTransformer
        >>> class Halves(BaseWrapper):
        ...     @property
        ...     def feature_encoder(self):
        ...         return FunctionTransformer(lambda X: [X[:, :1], X[:, 1:]])
        >>> def build():
        ...     parts = [rv.Input((1,)), rv.Input((2,))]
        ...     return rv.Model(parts, rv.layers.Concatenate()(parts))
        >>> Halves(build).initialize(np.ones((4, 3))).predict(np.ones((2, 3))).shape
        (2, 3)
    """

    def predict(self, X, **kwargs):
        """Returns what the target encoder makes of the model's outputs.

        Args:
            X: inputs.
            **kwargs: further arguments of `Model.predict`.
        """
        outputs = self._outputs(X, **kwargs)
        return self.target_encoder_.inverse_transform(outputs)
