"""Folding normalisation into the layers beside it: fewer steps, the same outputs.

At inference, batch normalisation multiplies each feature by a number and adds another.
So does a linear layer before or after it, and the two become one layer.
"""

import dataclasses

import numpy as np

from ranvier import activations
from ranvier.core import _config, _tree
from ranvier.layers import (
    Activation,
    AlphaDropout,
    BatchNormalization,
    Dense,
    Dropout,
    EinsumDense,
    Flatten,
    GaussianDropout,
    GaussianNoise,
    Identity,
    Layer,
    Normalization,
    Rescaling,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from ranvier.models._clone import _new_input, clone_model
from ranvier.models._functional import Functional
from ranvier.models._model import Model
from ranvier.models._sequential import Sequential

# They pass their inputs on at inference.
_IDENTITIES = (
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    Identity,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)


def fold_batch_norm(model):
    """Returns a model with the same predictions, batch normalisation folded away.

    A `BatchNormalization`, `Normalization` or `Rescaling` layer becomes part of the
    kernel and the bias of the `Dense` or `EinsumDense` layer that it follows (without
    an activation between the two), or of all those that it feeds, directly or through
    dropout and `Flatten`. One that has no such neighbour stays: a layer that is called
    several times and nested models are no such neighbours, and it must normalise the
    last axis.

    Args:
        model: a built `Sequential` or functional model. It is left as it is.

    Returns:
        A new model with layers of its own, not compiled. Layers keep their names. It
        is for predicting: changed weights have no penalties and constraints, and
        dropout would act before a normalisation that it once came after.

    Raises:
        ValueError: for a subclassed model, or one that is not built.

    Example:
        >>> import ranvier as rv
        >>> layers = [rv.layers.Dense(4), rv.layers.BatchNormalization()]
        >>> model = rv.Sequential([rv.Input((3,)), *layers, rv.layers.ReLU()])
        >>> [type(layer).__name__ for layer in fold_batch_norm(model).layers]
        ['Dense', 'ReLU']
    """
    graph = model._functional if isinstance(model, Sequential) else model
    if not isinstance(graph, Functional):
        raise ValueError(
            "`fold_batch_norm` needs a Sequential or functional model that is built: "
            "the order of its layers must be known. Received: "
            f"model={model!r} (of type {type(model).__name__})"
        )
    plan = _Plan(graph)
    copies: dict = {}

    def copy(operation):
        if operation not in copies:
            copies[operation] = plan.copy(operation)
        return copies[operation]

    def call(node, args, kwargs):
        return args[0] if node in plan.folded else copy(node.operation)(*args, **kwargs)

    inputs = _tree.map_structure(_new_input, graph.input)
    if isinstance(model, Sequential):
        kept = [node for node in graph._run_order if node not in plan.folded]
        layers = [copy(node.operation) for node in kept]
        folded = Sequential([inputs, *layers], name=model.name)
    else:
        folded = Functional(inputs, graph.run(inputs, call), name=model.name)
    for operation, new in copies.items():
        if isinstance(operation, Layer):
            new.set_weights(plan.weights(operation))
    return folded


class _Plan:
    """Which calls of a graph are folded away, and what becomes of their neighbours.

    Attributes:
        folded: the nodes to leave out.
    """

    def __init__(self, graph):
        self.folded = set()
        self._changed = {}
        self._outputs = {id(t) for t in graph.outputs}
        self._producers, self._consumers = {}, {}
        operations = [node.operation for node in graph._run_order]
        self._linear, waiting = {}, {}
        for node in graph._run_order:
            self._producers.update({id(t): node for t in node.output_tensors})
            for tensor in node.input_tensors:
                self._consumers.setdefault(id(tensor), []).append(node)
            if operations.count(node.operation) == 1:
                self._linear[node] = _as_linear(node.operation)
                waiting[node] = _as_affine(node)
        before = None
        while before != len(self.folded):
            # Folding one layer may have brought another to a linear neighbour.
            before = len(self.folded)
            for node, affine in waiting.items():
                if affine is not None and node not in self.folded:
                    self._fold(node, affine)

    def _fold(self, node, affine):
        """Folds a node into its neighbours if that is possible."""
        before = self._producer(node)
        new = {}
        if self._linear.get(before) is not None and self._users(before) == [node]:
            new = {before: self._linear[before].followed_by(*affine)}
        if not new or None in new.values():
            after = list(self._reached(node, affine))
            if any(self._linear.get(user) is None for user, _ in after):
                return
            new = {user: self._linear[user].preceded_by(*a) for user, a in after}
        if not new or None in new.values():
            return
        self.folded.add(node)
        self._linear.update(new)
        self._changed.update({n.operation: linear for n, linear in new.items()})

    def _producer(self, node):
        """Returns the node before a node that is not folded, or None."""
        producer = self._producers.get(id(node.input_tensors[0]))
        return self._producer(producer) if producer in self.folded else producer

    def _reached(self, node, affine):
        """Yields the nodes that a map before a node reaches, each with what arrives."""
        for user in self._users(node):
            passed = None if user is None else _passed_on(user, affine)
            if passed is None:
                yield user, affine
            else:
                yield from self._reached(user, passed)

    def _users(self, node):
        """Returns the nodes after a node that are not folded; None for an output."""
        users = []
        for tensor in node.output_tensors:
            users += [None] if id(tensor) in self._outputs else []
            for user in self._consumers.get(id(tensor), ()):
                users += self._users(user) if user in self.folded else [user]
        return users

    def copy(self, operation):
        """Returns the operation that takes the place of one."""
        if isinstance(operation, Model):
            return clone_model(operation)
        config = operation.get_config()
        if operation in self._changed:
            config.update(self._changed[operation].config())
        return type(operation).from_config(config)

    def weights(self, layer):
        """Returns the weights for the layer that takes the place of one."""
        if layer in self._changed:
            linear = self._changed[layer]
            return [linear.kernel, linear.bias]
        return layer.get_weights()


def _as_affine(node):
    """Returns `(scale, shift)` if a call computes `x * scale + shift`, else None.

    Both are numbers, or have one entry for each position of the last axis.
    """
    layer, ndim = node.operation, len(node.output_tensors[0].shape)
    if not _is_plain(node):
        return None
    if type(layer) is BatchNormalization and layer.axis in (-1, ndim - 1):
        scale = 1 / np.sqrt(_exact(layer.moving_variance) + layer.epsilon)
        scale = scale if layer.gamma is None else scale * _exact(layer.gamma)
        shift = -_exact(layer.moving_mean) * scale
        return scale, shift if layer.beta is None else shift + _exact(layer.beta)
    if type(layer) is Normalization:
        mean, variance = _exact(layer.mean), _exact(layer.variance)
        if mean.size != mean.shape[-1]:
            return None
        deviation = np.maximum(np.sqrt(variance), _config.epsilon()).ravel()
        if layer.invert:
            return deviation, mean.ravel()
        return 1 / deviation, -mean.ravel() / deviation
    if type(layer) is Rescaling:
        scale, shift = _exact(layer.scale), _exact(layer.offset)
        return (scale, shift) if scale.ndim == shift.ndim == 0 else None
    return None


def _passed_on(node, affine):
    """Returns the map after a layer that does what the map before it does, or None."""
    layer = node.operation
    if not _is_plain(node):
        return None
    if type(layer) in _IDENTITIES or (type(layer) is Activation and _is_open(layer)):
        return affine
    size = node.output_tensors[0].shape[-1]
    if type(layer) is Flatten and layer.data_format == "channels_last" and size:
        return tuple(np.tile(a, size // a.size) if a.ndim else a for a in affine)
    return None


def _is_plain(node):
    """Tells whether a layer is called on one tensor, not with `training=True`."""
    options = [value for value in node.kwargs.values() if value is not None]
    return len(node.args) == 1 and all(value is False for value in options)


def _exact(values):
    return np.asarray(values, dtype="float64")


@dataclasses.dataclass(frozen=True, eq=False)
class _Linear:
    """A layer that computes `einsum(inputs, kernel) + bias`, and nothing after it.

    Attributes:
        layer: the layer.
        x: letters of the inputs' last axes.
        k: letters of the kernel's axes.
        y: letters of the outputs' last axes.
        kernel: the kernel.
        bias: the bias, or None.
        bias_axes: letters of the outputs' axes that have a bias.
    """

    layer: Layer
    x: str
    k: str
    y: str
    kernel: np.ndarray
    bias: np.ndarray | None
    bias_axes: str

    def followed_by(self, scale, shift):
        """Returns the layer that computes `outputs * scale + shift`, or None."""
        letter = self.y[-1]
        if not _is_open(self.layer) or not self._may_add(letter):
            return None
        kernel = self._along(letter, scale)
        shift = np.broadcast_to(shift, kernel.shape[self.k.index(letter)])
        bias = shift if self.bias is None else self.bias * scale + shift
        return self._with(kernel, bias, letter)

    def preceded_by(self, scale, shift):
        """Returns the layer that computes it of `inputs * scale + shift`, or None."""
        letter = self.x[-1]
        added = "".join(a for a in self.y if a in self.k)
        summed = all(a in self.k for a in self.x if a not in self.y)
        if letter not in self.k or not summed or not self._may_add(added):
            return None
        size = self.kernel.shape[self.k.index(letter)]
        equation = f"{self.k},{letter}->{added}"
        change = np.einsum(equation, self.kernel, np.broadcast_to(shift, size))
        # From the first axis that has a bias on, every axis counts.
        axes = self.y[self.y.index((self.bias_axes or added)[0]) :]
        sizes = iter(change.shape)
        change = change.reshape([next(sizes) if a in added else 1 for a in axes])
        bias = change if self.bias is None else self.bias + change
        return self._with(self._along(letter, scale), bias, added)

    def _may_add(self, axes):
        """Tells whether the bias can take something that varies along these axes."""
        known = all(a in self.k and a not in self.x for a in axes)
        return bool(axes) and known and set(axes) <= set(self.bias_axes or axes)

    def _along(self, letter, scale):
        shape = [-1 if a == letter else 1 for a in self.k]
        return self.kernel * np.reshape(scale, shape)

    def _with(self, kernel, bias, axes):
        axes = self.bias_axes or axes
        return dataclasses.replace(self, kernel=kernel, bias=bias, bias_axes=axes)

    def config(self):
        """Returns the entries of the layer's config that are new."""
        kinds = ("kernel_regularizer", "bias_regularizer")
        kinds += ("kernel_constraint", "bias_constraint")
        is_dense = type(self.layer) is Dense
        bias = {"use_bias": True} if is_dense else {"bias_axes": self.bias_axes}
        return {**dict.fromkeys(kinds), **bias}


def _is_open(layer):
    return layer.activation in (None, activations.linear)


def _as_linear(layer):
    """Returns a layer's `_Linear` if it has one, else None."""
    if type(layer) is Dense:
        x, k, y, bias_axes = "a", "ab", "b", "b" if layer.use_bias else ""
    elif type(layer) is EinsumDense:
        equation = layer.equation.replace(" ", "")
        if equation.endswith("..."):
            return None  # the last axis has no letter
        x, k, y = equation.replace("...", "").replace("->", ",").split(",")
        bias_axes = "".join(a for a in y if a in (layer.bias_axes or ""))
    else:
        return None
    bias = None if layer.bias is None else _exact(layer.bias)
    return _Linear(layer, x, k, y, _exact(layer.kernel), bias, bias_axes)
