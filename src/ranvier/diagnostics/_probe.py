"""One look at a network: a forward and backward pass and an update, on a sample.

Nothing of the model changes: the update is made to a copy of the state.
"""

import dataclasses

import jax.numpy as jnp
import numpy as np

from ranvier.autodiff import value_and_gradients
from ranvier.core import _tree
from ranvier.core._programs import Program
from ranvier.core._scope import StateScope
from ranvier.diagnostics._observe import observing
from ranvier.training._step import call_model, compute_loss


@dataclasses.dataclass(frozen=True)
class LayerLook:
    """What one call of a layer computed on the sample, as NumPy arrays.

    Attributes:
        layer: the layer.
        inputs: its input, `(samples, features)`, or None.
        before: the values before the activation, or None.
        outputs: the values after it.
        activation: name of the activation, or None.
        is_output: whether this is an output of the model.
    """

    layer: object
    inputs: np.ndarray | None
    before: np.ndarray | None
    outputs: np.ndarray
    activation: str | None
    is_output: bool


@dataclasses.dataclass(frozen=True)
class Look:
    """What the network does on the sample, in training mode.

    Attributes:
        layers: list of `LayerLook`s in the order of the calls.
        loss: the loss, penalties included.
        penalty: the part of it that regularisers and `add_loss` make.
        gradients: `{path of the variable: norm of the loss's gradient}`.
        sizes: `{path: (norm of the weights, number of them)}`.
        updates: `{path: norm of the change one step makes}`.
        predictions: outputs in inference mode, in flat order; None in a quick look.
        inference_loss: the loss in inference mode, or None.
    """

    layers: list
    loss: float
    penalty: float
    gradients: dict
    sizes: dict
    updates: dict
    predictions: list | None
    inference_loss: float | None


def look_at(model, batch, quick=False) -> Look:
    """Runs a built and compiled model on a batch and measures it.

    Args:
        model: the model; its state stays as it is.
        batch: `(x, y, sample_weight)` of arrays.
        quick: leave out what inference mode gives.
    """
    return _probe(model, batch, quick)(batch)


def prepare_look(model, batch, quick=False) -> None:
    """Traces what `look_at` runs; it is compiled in a thread, while training runs."""
    _probe(model, batch, quick).prepare(batch)


def _probe(model, batch, quick):
    key = ("diagnostics look", quick, _tree.map_structure(_shape, batch[0]))
    return model.program(str(key), lambda: _Probe(model, quick))


def _shape(x):
    return tuple(x.shape)


class _Probe:
    """The compiled look, with what its trace tells about the layers."""

    def __init__(self, model, quick):
        self._model = model
        self._quick = quick
        self._calls = []
        self._program = Program(self._run, model.state_variables("train"), donate=False)

    @property
    def variables(self):
        """The variables that the program reads."""
        return self._program.variables

    def prepare(self, batch):
        self._program.prepare(*batch)

    def __call__(self, batch) -> Look:
        raw = _tree.map_structure(
            lambda a: a if a is None else np.asarray(a), self._program(*batch)
        )
        layers = [
            LayerLook(layer, inputs, before, outputs, activation, is_output)
            for (layer, activation, is_output), (inputs, before, outputs) in zip(
                self._calls, raw["layers"], strict=True
            )
        ]
        paths = [v.path for v in self._model.trainable_variables]

        def named(values):
            return dict(zip(paths, map(float, values), strict=True))

        sizes = [v.value.size for v in self._model.trainable_variables]
        norms = map(float, raw["weights"])
        updates = raw["updates"]
        return Look(
            layers=layers,
            loss=float(raw["loss"]),
            penalty=float(raw["penalty"]),
            gradients=named(raw["gradients"]),
            sizes=dict(zip(paths, zip(norms, sizes, strict=True), strict=True)),
            updates={} if updates is None else named(updates),
            predictions=raw["predictions"],
            inference_loss=None if self._quick else float(raw["inference_loss"]),
        )

    def _run(self, x, y, sample_weight):
        model = self._model
        variables = model.trainable_variables

        def forward():
            with observing(model) as records:
                y_pred = call_model(model, x, training=True)
            penalty = sum((jnp.sum(loss) for loss in model.losses), jnp.zeros(()))
            loss = compute_loss(model, x, y, y_pred, sample_weight, training=True)
            ends = {id(leaf) for leaf in _tree.flatten(y_pred)}
            self._calls = [
                (r.layer, r.activation, id(r.outputs) in ends) for r in records
            ]
            seen = [(r.inputs, r.before, r.outputs) for r in records]
            return loss, (loss, penalty, seen)

        if variables:
            _, (loss, penalty, seen), gradients = value_and_gradients(
                forward, variables
            )
        else:
            _, (loss, penalty, seen) = forward()
            gradients = []
        result = {
            "layers": seen,
            "loss": loss,
            "penalty": penalty,
            "gradients": _norms(gradients),
            "weights": _norms([v.value for v in variables]),
            "updates": self._updates(gradients, variables),
            "predictions": None,
            "inference_loss": None,
        }
        if not self._quick:
            y_pred = call_model(model, x, training=False)
            result["predictions"] = _tree.flatten(y_pred)
            result["inference_loss"] = compute_loss(
                model, x, y, y_pred, sample_weight, training=False
            )
        return result

    def _updates(self, gradients, variables):
        if not variables or self._model.optimizer is None:
            return None
        before = [v.value for v in variables]
        pairs = [(v, v.value) for v in self._program.variables]
        with StateScope(pairs) as scope:
            self._model.optimizer.apply(gradients, variables)
            after = [scope.get(v) for v in variables]
        return _norms([b - a for a, b in zip(before, after, strict=True)])


def _norms(arrays):
    squares = [jnp.sum(jnp.square(a.astype("float32"))) for a in arrays]
    return jnp.sqrt(jnp.stack(squares)) if squares else jnp.zeros(0)
