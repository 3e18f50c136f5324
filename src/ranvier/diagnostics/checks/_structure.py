"""The network as it is written: frozen, symmetric, linear or disconnected parts."""

import numpy as np

from ranvier.diagnostics._finding import Finding
from ranvier.initializers._random import RandomInitializer
from ranvier.layers import BatchNormalization, Dense, Embedding, Normalization


def frozen_layers(evidence):
    """Layers that cannot learn although they were never trained."""
    model = evidence.model
    layers = [
        layer
        for layer in model._flatten_layers(include_self=False)
        if not layer._layers
        and layer._trainable_variables
        and not isinstance(layer, (Normalization, BatchNormalization))
    ]
    frozen = [layer for layer in layers if not layer.trainable]
    frozen += [
        layer for layer in layers if layer.trainable and not layer.trainable_variables
    ]
    if not frozen:
        return
    untrained = [layer for layer in frozen if _is_fresh(layer)]
    names = ", ".join(f"'{layer.name}'" for layer in (untrained or frozen)[:4])
    if len(frozen) == len(layers):
        severity, seen = "error", "no layer can be trained"
    elif untrained:
        severity = "error"
        seen = f"{names}: frozen with weights that were never trained"
    elif frozen[-1] is layers[-1]:
        severity, seen = "warning", f"the last layer, {names}, is frozen"
    else:
        return
    yield Finding(
        "frozen-layers",
        severity,
        (untrained or frozen)[0].name,
        seen,
        "A frozen layer passes on whatever its random weights make of the inputs; "
        "freezing is for layers that were trained before.",
        "Set layer.trainable = True for them and compile again.",
        {"layers": [layer.name for layer in untrained or frozen]},
    )


def _is_fresh(layer):
    """Whether the weights of a layer look as its initialisers left them."""
    bias = getattr(layer, "bias", None)
    name = "embeddings" if isinstance(layer, Embedding) else "kernel"
    kernel = getattr(layer, name, None)
    initializer = getattr(layer, f"{name}_initializer", None)
    if kernel is None or initializer is None:
        return False
    if bias is not None:
        return not np.asarray(bias.value).any()
    if not isinstance(initializer, RandomInitializer):
        return False  # vectors of somebody else's training, given as a constant
    # No bias to tell by: compare the spread with that of a new draw.
    draw = np.asarray(initializer(kernel.shape)).std()
    return bool(abs(np.asarray(kernel.value).std() - draw) < 0.02 * draw)


def symmetric_weights(evidence):
    """Layers whose units are all the same."""
    for layer in evidence.model._flatten_layers():
        kernel = getattr(layer, "kernel", None)
        if not isinstance(layer, Dense) or kernel is None or kernel.shape[-1] < 2:
            continue
        value = np.asarray(kernel.value)
        is_output = any(
            call.is_output and call.layer is layer for call in evidence.look.layers
        )
        if is_output and not value.any():
            continue  # zeros in the last layer alone are a fine start
        pair = value[:, :2]  # tells at once of most layers
        if all(np.allclose(v, v[:, :1], rtol=1e-5, atol=1e-12) for v in (pair, value)):
            yield Finding(
                "symmetric-weights",
                "error",
                layer.name,
                f"all {value.shape[-1]} units of '{layer.name}' have the same weights",
                "Units that start equal receive equal gradients and stay equal: the "
                "layer works like a single unit.",
                "Use a random initialiser: kernel_initializer='glorot_uniform', or "
                "'he_normal' before ReLU.",
                {"units": int(value.shape[-1])},
            )
            return


def linear_stack(evidence):
    """Several dense layers with nothing nonlinear in between."""
    calls = evidence.look.layers
    dense = [c for c in calls if isinstance(c.layer, Dense)]
    if len(dense) < 2:
        return
    inner = [c for c in calls if not c.is_output]
    if all(c.is_output for c in dense):
        return  # heads side by side
    if any(c.activation not in (None, "linear") for c in inner):
        return
    if any(_is_nonlinear(c.layer) for c in inner):
        return
    yield Finding(
        "linear-stack",
        "warning",
        dense[0].layer.name,
        f"{len(dense)} dense layers without an activation between them",
        "A product of matrices is a matrix: together they can do no more than one "
        "linear layer.",
        "Give the hidden layers activation='relu'.",
        {"layers": len(dense)},
    )


def _is_nonlinear(layer):
    plain = (
        "Dense Dropout Flatten Reshape Rescaling Normalization BatchNormalization "
        "GaussianNoise GaussianDropout AlphaDropout InputLayer Identity Activation "
        "Concatenate Add SpatialDropout1D Permute RepeatVector ActivityRegularization"
    ).split()
    return type(layer).__name__ not in plain


def disconnected_layers(evidence):
    """Layers whose weights the loss does not depend on."""
    look = evidence.look
    if not np.isfinite(look.loss) or not look.gradients:
        return
    alive = {path for path, norm in look.gradients.items() if norm != 0}
    if not alive:
        return  # told by the checks of dead units, rates and outputs
    for layer in evidence.layers:
        if layer.gradient == 0 and not layer.dead and not layer.is_output:
            owner = next(c.layer for c in look.layers if c.layer.name == layer.name)
            paths = [v.path for v in owner._trainable_variables if v.trainable]
            if paths and not any(path in alive for path in paths):
                later = evidence.layers[evidence.layers.index(layer) + 1 :]
                if any(other.dead == 1 or other.saturated == 1 for other in later):
                    return
                yield Finding(
                    "disconnected-layer",
                    "warning",
                    layer.name,
                    f"the gradient of '{layer.name}' is exactly zero",
                    "The loss does not depend on its weights: it is not used, or a "
                    "stop_gradient, a rounding or a zero weight lies behind it.",
                    "Look at what happens to its outputs.",
                )
                return


def hidden_softmax(evidence):
    """Softmax between hidden layers."""
    for layer in evidence.layers:
        if layer.activation == "softmax" and not layer.is_output and layer.units > 1:
            if layer.kind not in ("Dense", "Activation", "Softmax"):
                continue
            if not any(
                later.kind == "Dense" or later.is_output
                for later in evidence.layers[evidence.layers.index(layer) + 1 :]
            ):
                continue
            yield Finding(
                "hidden-softmax",
                "warning",
                layer.name,
                f"softmax over the {layer.units} units of a hidden layer",
                "Its outputs add up to one: the units compete, and the signal shrinks "
                "with every such layer.",
                "Use activation='relu' (or 'gelu', 'swish') in hidden layers.",
            )
            return


CHECKS = (
    frozen_layers,
    symmetric_weights,
    linear_stack,
    hidden_softmax,
    disconnected_layers,
)
