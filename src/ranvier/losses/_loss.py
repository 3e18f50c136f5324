"""The loss object: a function of targets and predictions, and a reduction."""

from ranvier import ops
from ranvier.core import _config, _mask, _naming, _policy, _tree
from ranvier.core._errors import returned, title
from ranvier.core._registry import builtin
from ranvier.core._results import presented
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.losses._reduction import (
    reduce_weighted_values,
    squeeze_or_expand_to_same_rank,
    standardize_reduction,
)


@builtin("keras")
@builtin("keras.losses")
class Loss:
    """Base of the losses. A subclass defines `call(y_true, y_pred)`.

    Args:
        name: the loss's name; automatic if None.
        reduction: how the losses of the entries become one number.
            `"sum_over_batch_size"` (or `"mean"`) is the weighted sum divided by the
            number of entries, `"mean_with_sample_weight"` by the sum of the
            weights, `"sum"` is the weighted sum, None or `"none"` keeps them all.
        dtype: dtype (or policy) of the computation; defaults to `floatx()`.

    Raises:
        ValueError: for an unknown reduction.

    Call arguments:
        y_true: targets, a tensor or a structure of tensors.
        y_pred: predictions, likewise. A mask attached to them is applied.
        sample_weight: weights that broadcast to the losses of the entries, or None.

    Example:
        >>> from ranvier import ops
        >>> class Largest(Loss):
        ...     def call(self, y_true, y_pred):
        ...         return ops.max(ops.abs(y_true - y_pred), axis=-1)
        >>> float(Largest()([[0.0, 0.0]], [[1.0, -3.0]]))
        3.0
    """

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        self.name = name or _naming.auto_name(type(self).__name__)
        self.reduction = standardize_reduction(reduction)
        self._dtype = _policy.get(dtype or _config.floatx()).compute_dtype

    @property
    def dtype(self):
        """The dtype of the computation."""
        return self._dtype

    def __call__(self, y_true, y_pred, sample_weight=None):
        in_mask = _mask.get_mask(y_pred)
        losses = self.call(self._convert(y_true), self._convert(y_pred))
        returned(losses, f"`{type(self).__name__}.call`", "losses, a tensor")
        out_mask = _mask.get_mask(losses)
        if in_mask is None or out_mask is None:
            mask = out_mask if in_mask is None else in_mask
        else:
            mask = ops.logical_and(in_mask, out_mask)
        return presented(
            reduce_weighted_values(
                losses,
                sample_weight=sample_weight,
                mask=mask,
                reduction=self.reduction,
                dtype=self.dtype,
            )
        )

    def _convert(self, structure):
        # A list of numbers is one tensor; a list of arrays is a structure of them.
        if all(isinstance(x, (int, float)) for x in _tree.flatten(structure)):
            return ops.convert_to_tensor(structure, dtype=self.dtype)
        return _tree.map_structure(
            lambda x: ops.convert_to_tensor(x, dtype=self.dtype), structure
        )

    def call(self, y_true, y_pred):
        """Returns the loss of each entry.

        Args:
            y_true: targets.
            y_pred: predictions.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must implement `call(y_true, y_pred)`."
        )

    def get_config(self):
        """Returns the constructor's arguments."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config):
        """Rebuilds a loss from `get_config()`."""
        return cls(**config)


class LossFunctionWrapper(Loss):
    """A loss made of a function.

    Args:
        fn: function of `y_true`, `y_pred` and `kwargs` that returns the loss of each
            entry.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.
        **kwargs: further arguments of `fn`.

    Example:
        >>> from ranvier import ops
        >>> loss = LossFunctionWrapper(lambda t, p: ops.mean(ops.abs(t - p), axis=-1))
        >>> float(loss([[0.0, 0.0]], [[1.0, -3.0]]))
        2.0
    """

    def __init__(
        self, fn, reduction="sum_over_batch_size", name=None, dtype=None, **kwargs
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true, y_pred):
        y_true, y_pred = _same_ranks(y_true, y_pred)
        losses = self.fn(y_true, y_pred, **self._arguments())
        return returned(losses, f"Loss function {title(self.fn)}", "losses, a tensor")

    def _arguments(self):
        return self._fn_kwargs

    def get_config(self):
        return {
            **super().get_config(),
            "fn": serialize_object(self.fn),
            **serialize_object(self._arguments()),
        }

    @classmethod
    def from_config(cls, config):
        if "fn" in config:
            config = deserialize_object(config)
        return cls(**config)

    def __repr__(self):
        name = getattr(self.fn, "__name__", self.fn)
        return f"<{type(self).__name__}({name}, kwargs={self._arguments()})>"


def _same_ranks(y_true, y_pred):
    _tree.assert_same_structure(y_true, y_pred)
    pairs = [
        squeeze_or_expand_to_same_rank(true, pred)
        for true, pred in zip(_tree.flatten(y_true), _tree.flatten(y_pred))
    ]
    return (
        _tree.pack_sequence_as(y_true, [true for true, _ in pairs]),
        _tree.pack_sequence_as(y_pred, [pred for _, pred in pairs]),
    )


class BuiltinLoss(LossFunctionWrapper):
    """Base of the losses of this package: arguments of `fn` are attributes.

    They may thus be dynamic numbers, and the config is read from them.
    """

    # Arguments that Keras's own config lacks, with their defaults. They are written
    # only when they differ, so that nothing is lost and the rest stays equal.
    _omitted: dict = {}

    def __init__(self, fn, reduction, name, dtype, **kwargs):
        super().__init__(fn, reduction=reduction, name=name, dtype=dtype, **kwargs)
        self._has_own_dtype = dtype is not None
        for key, value in kwargs.items():
            setattr(self, key, value)

    def _arguments(self):
        return {key: getattr(self, key) for key in self._fn_kwargs}

    def get_config(self):
        config = Loss.get_config(self)
        for key, value in self._arguments().items():
            if key not in self._omitted or value != self._omitted[key]:
                config[key] = value
        if self._has_own_dtype:
            config["dtype"] = self.dtype
        return config
