"""Will a network normalise itself? Its conditions, checked one by one.

In a plain stack of dense layers with SELU activations, LeCun normal weights and
standardised inputs, the outputs of every layer tend to mean zero and variance one
(Klambauer et al., 2017, arXiv 1706.02515). The theory ends where a condition does.
"""

import dataclasses
from typing import NamedTuple

import numpy as np

from ranvier import activations
from ranvier.core import _tree
from ranvier.initializers import VarianceScaling
from ranvier.layers import (
    ELU,
    Activation,
    AlphaDropout,
    BatchNormalization,
    Dense,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    GroupNormalization,
    Identity,
    Layer,
    LayerNormalization,
    LeakyReLU,
    Mish,
    Normalization,
    PReLU,
    ReLU,
    RMSNormalization,
    RReLU,
    Softmax,
    SpectralNormalization,
    UnitNormalization,
)
from ranvier.ops._dispatch import OpCall
from ranvier.ops._graph import Function
from ranvier.training._array_feed import ArrayFeed
from ranvier.training._arrays import check_batch_size
from ranvier.training._build import build_model
from ranvier.training._feeds import make_feed

_NORMS = (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    SpectralNormalization,
    UnitNormalization,
)
_NOISES = (Dropout, GaussianDropout, GaussianNoise)
_ACTIVATIONS = (ELU, LeakyReLU, Mish, PReLU, ReLU, RReLU, Softmax)


class Finding(NamedTuple):
    """A condition that does not hold.

    Attributes:
        layer: name of the layer.
        condition: what should hold.
        seen: what was found instead.
        remedy: what to do.
    """

    layer: str
    condition: str
    seen: str
    remedy: str


class LayerMoments(NamedTuple):
    """Mean and deviation of the outputs of a layer, over units and samples.

    Attributes:
        layer: name of the layer.
        mean: the mean; zero is the ideal.
        deviation: the standard deviation; one is the ideal.
    """

    layer: str
    mean: float
    deviation: float


@dataclasses.dataclass(frozen=True)
class SelfNormalizationReport:
    """What `check_self_normalization` found.

    Attributes:
        model: name of the model.
        problems: list of `Finding`s: conditions that are broken.
        notes: list of `Finding`s: what may disturb while training.
        layers: list of `LayerMoments`, from the inputs to the outputs.
    """

    model: str
    problems: list
    notes: list
    layers: list

    @property
    def ok(self) -> bool:
        """Whether all conditions hold."""
        return not self.problems

    def __str__(self):
        count = len(self.problems)
        broken = f"{count} broken condition{'s' * (count > 1)}"
        verdict = "all conditions hold" if self.ok else broken
        lines = [f"Self-normalisation of '{self.model}': {verdict}."]
        for title, findings in (("Problems", self.problems), ("Notes", self.notes)):
            if findings:
                lines += ["", f"{title}:"]
            for layer, condition, seen, remedy in findings:
                lines.append(f"  {layer}: expected {condition}, found {seen}. {remedy}")
        width = max(len("Outputs of"), *(len(name) for name, *_ in self.layers))
        lines += ["", f"{'Outputs of':<{width}}  {'mean':>8}  {'deviation':>9}"]
        for name, mean, deviation in self.layers:
            lines.append(f"{name:<{width}}  {mean:>8.3f}  {deviation:>9.3f}")
        return "\n".join(lines)


def check_self_normalization(model, x, samples=1024):
    """Checks the conditions under which a network normalises its activations itself.

    Args:
        model: a Sequential or functional model.
        x: inputs, as for `predict`.
        samples: how many of them to look at, evenly spread.

    Returns:
        A `SelfNormalizationReport`: `ok`, the `problems` with their remedies, and
        mean and deviation of the outputs of each layer. Print it to read it.

    Raises:
        ValueError: for a subclassed model, whose layers are not in a known order.

    Example:
        >>> import numpy as np
        >>> import ranvier as rv
        >>> model = rv.Sequential(
        ...     [rv.layers.Dense(100, activation="relu"), rv.layers.Dense(1)]
        ... )
        >>> report = check_self_normalization(model, np.random.randn(500, 8))
        >>> [(finding.condition, finding.seen) for finding in report.problems]
        [('activation selu', 'relu')]
    """
    feed = make_feed(x, batch_size=check_batch_size(samples, "samples"), model=model)
    build_model(model, feed, "predict")
    graph = getattr(model, "_functional", model)
    if not isinstance(graph, Function):
        raise ValueError(
            "`check_self_normalization` needs a Sequential or functional model, whose "
            f"layers are in a known order. Received: model={model!r} "
            f"(of type {type(model).__name__})"
        )
    moments, first_inputs = _measure(graph, _sample(feed, samples))
    checks = _Checks(graph, first_inputs)
    return SelfNormalizationReport(model.name, checks.problems, checks.notes, moments)


def _sample(feed, samples):
    if not isinstance(feed, ArrayFeed):
        return feed.first_batch()[0]
    rows = np.unique(np.linspace(0, feed.samples - 1, samples).astype(int))
    return _tree.map_structure(lambda a: a[rows], feed.arrays[0])


def _measure(graph, x):
    """Runs a model once.

    Returns:
        The moments of the outputs of each layer, and the inputs of each `Dense` node
        as NumPy arrays.
    """
    moments, inputs = [], {}
    arrays = graph._standardize(x)

    def call(node, args, kwargs):
        if isinstance(node.operation, Dense):
            inputs[node] = np.asarray(args[0])
        outputs = node.operation(*args, **kwargs)
        for output in _tree.flatten(outputs):
            moments.append(_moments(node.operation.name, output))
        return outputs

    for tensor, array in zip(graph.inputs, arrays, strict=True):
        moments.append(_moments(tensor._keras_history.operation.name, array))
    graph.run(arrays, call)
    return moments, inputs


def _moments(name, values):
    values = np.asarray(values, dtype="float64")
    return LayerMoments(name, float(values.mean()), float(values.std()))


class _Checks:
    """Goes through a graph and collects what is broken.

    Args:
        graph: the graph.
        inputs: `{node: array}`, what each call of a `Dense` layer received.
    """

    def __init__(self, graph, inputs):
        self.problems, self.notes = [], []
        nodes = graph._run_order
        known = set(nodes)
        parents = {n: [p for p in n.parent_nodes if p in known] for n in nodes}
        self._children = {n: [] for n in nodes}
        above, below = (
            {},
            {},
        )  # whether a trained layer comes earlier, a dense one later
        for node in nodes:
            above[node] = any(above[p] or _is_trained(p) for p in parents[node])
            for parent in parents[node]:
                self._children[parent].append(node)
        for node in reversed(nodes):
            children = self._children[node]
            below[node] = any(below[c] or _is_dense(c) for c in children)
        for node in nodes:
            self._check_architecture(node, above[node])
            if _is_dense(node) and not above[node]:
                self._check_inputs(node, inputs[node])
            if _is_dense(node) and below[node]:
                self._check_hidden(node)

    def _add(self, node, condition, seen, remedy):
        finding = Finding(node.operation.name, condition, seen, remedy)
        if finding not in self.problems:  # a layer may be called several times
            self.problems.append(finding)

    def _check_architecture(self, node, is_above):
        layer = node.operation
        kind = type(layer).__name__
        if isinstance(layer, _NORMS) and (
            is_above or not isinstance(layer, BatchNormalization)
        ):
            self._add(
                node,
                "no normalisation layer",
                kind,
                "Remove it: it works against the scale that SELU keeps by itself.",
            )
        elif isinstance(layer, _NOISES) and _strength(layer):
            self._add(
                node,
                "AlphaDropout",
                kind,
                f"Use AlphaDropout({_strength(layer)}): it keeps mean and variance.",
            )
        elif is_above and len({id(t) for t in node.input_tensors}) > 1:
            self._add(
                node,
                "a plain stack of layers",
                f"{len(node.input_tensors)} branches that meet in {kind}",
                "Variances add up where branches meet: leave them out, or use batch "
                "normalisation in place of SELU.",
            )
        elif _is_trained(node) and not isinstance(layer, (Dense, PReLU)):
            self._add(
                node,
                "dense layers only",
                kind,
                "The theory does not cover it: watch the deviations of its outputs.",
            )

    def _check_inputs(self, node, x):
        x = x.reshape(-1, x.shape[-1]).astype("float64")
        mean, deviation = x.mean(axis=0), x.std(axis=0)
        # What a sample of standardised features, some with long tails, may show.
        slack = 0.2 + 4 / np.sqrt(len(x))
        varies = deviation > 0
        off = varies & ((abs(mean) > slack) | (abs(deviation - 1) > slack))
        if off.sum() > 0.1 * varies.sum():
            self._add(
                node,
                "inputs of mean 0 and deviation 1",
                f"means from {mean.min():.2g} to {mean.max():.2g}, deviations from "
                f"{deviation[varies].min():.2g} to {deviation.max():.2g}",
                "Standardise the features, for example with a Normalization layer.",
            )

    def _check_hidden(self, node):
        layer = node.operation
        activation = self._activation_after(node)
        if activation != "selu":
            self._add(
                node,
                "activation selu",
                activation,
                "Use activation='selu' with kernel_initializer='lecun_normal'.",
            )
        elif not _is_lecun_normal(layer.kernel_initializer):
            self._add(
                node,
                "LeCun normal weights",
                _name(layer.kernel_initializer),
                "Use kernel_initializer='lecun_normal'.",
            )
        for argument in ("kernel_regularizer", "kernel_constraint"):
            value = getattr(layer, argument)
            if value is not None:
                self.notes.append(
                    Finding(
                        layer.name,
                        "weights that keep their spread",
                        f"{argument} {_name(value)}",
                        "It shrinks them while training: keep it weak, or leave it "
                        "out and use AlphaDropout.",
                    )
                )

    def _activation_after(self, node):
        """Returns the name of the activation behind a dense layer."""
        activation = node.operation.activation
        while activation in (None, activations.linear) and self._children[node]:
            node = self._children[node][0]
            operation = node.operation
            if isinstance(operation, Activation):
                activation = operation.activation
            elif isinstance(operation, _ACTIVATIONS):
                activation = operation
            elif isinstance(operation, OpCall):
                activation = operation.function
            elif not isinstance(operation, (*_NORMS, *_NOISES, AlphaDropout, Identity)):
                break
        return "linear" if activation is None else _name(activation)


def _is_dense(node):
    return isinstance(node.operation, Dense)


def _is_trained(node):
    layer = node.operation
    if isinstance(layer, (Normalization, *_NORMS)):
        return False
    return isinstance(layer, Layer) and bool(layer.weights)


def _strength(layer):
    return layer.stddev if isinstance(layer, GaussianNoise) else layer.rate


def _is_lecun_normal(initializer):
    return (
        isinstance(initializer, VarianceScaling)
        and initializer.scale == 1
        and initializer.mode == "fan_in"
        and initializer.distribution.endswith("normal")
    )


def _name(value):
    return getattr(value, "__name__", type(value).__name__)
