"""The signal on its way through the layers, and the gradient on its way back."""

import numpy as np

from ranvier.diagnostics._finding import Finding
from ranvier.diagnostics._layers import effective_rank
from ranvier.diagnostics.checks._rate import blown_up

_GLOROT = "Glorot & Bengio, 2010; He et al., 2015"


def exploding_signal(evidence):
    """Values that grow from layer to layer."""
    hidden = _hidden(evidence.layers)
    sizes = [layer.pre_deviation for layer in hidden if layer.pre_deviation is not None]
    if len(sizes) < 1 or not np.isfinite(sizes).all():
        return
    growth = sizes[-1] / max(sizes[0], 1e-12)
    largest = max(sizes)
    if blown_up(evidence) is not None:
        return  # told by the check of the learning rate
    if largest > 1e3 or (len(sizes) > 2 and growth > 100) or largest > 30:
        worst = hidden[int(np.argmax([h.pre_deviation or 0 for h in hidden]))]
        yield Finding(
            "exploding-signal",
            "error" if largest > 1e3 or growth > 1e3 else "warning",
            worst.name,
            f"values before the activations have deviations from {sizes[0]:.3g} in the "
            f"first hidden layer to {sizes[-1]:.3g} in the last "
            f"(largest {largest:.3g})",
            f"Weights too large for their number of inputs ({_GLOROT}).",
            "Use kernel_initializer='he_normal' with ReLU ('glorot_uniform' with tanh, "
            "'lecun_normal' with SELU), or BatchNormalization; if it came while "
            "training, lower the learning rate.",
            {"first": sizes[0], "last": sizes[-1], "largest": largest},
        )


def vanishing_signal(evidence):
    """Values that shrink, or grow alike, from layer to layer."""
    hidden = _hidden(evidence.layers)
    spreads = [layer.varying for layer in hidden]
    if len(spreads) < 2 or not np.isfinite(spreads).all() or spreads[0] == 0:
        return
    ratio = spreads[-1] / spreads[0]
    if ratio < 1e-2 and hidden[-1].dead != 1:
        yield Finding(
            "vanishing-signal",
            "error" if ratio < 1e-4 else "warning",
            hidden[-1].name,
            f"outputs vary {spreads[0]:.2g} over the samples in the first hidden layer "
            f"and {spreads[-1]:.2g} in the last",
            f"Samples can no longer be told apart at the output ({_GLOROT}).",
            "Use kernel_initializer='he_normal' with activation='relu', or add "
            "BatchNormalization between the layers.",
            {"first": spreads[0], "last": spreads[-1], "ratio": ratio},
        )


def saturated_units(evidence):
    """Sigmoid and tanh units on the flat ends of their curves."""
    worst = None
    for layer in _hidden(evidence.layers):
        if layer.saturated is not None and layer.activation != "softmax":
            if worst is None or layer.saturated > worst.saturated:
                worst = layer
    if worst is not None and worst.saturated > 0.4:
        yield Finding(
            "saturated-units",
            "error" if worst.saturated > 0.8 else "warning",
            worst.name,
            f"{worst.saturated:.0%} of the outputs of '{worst.name}' lie where "
            f"{worst.activation} is flat",
            "There the slope is almost zero and the gradient stops "
            "(Glorot & Bengio, 2010).",
            "Scale the inputs, use kernel_initializer='glorot_uniform' and a smaller "
            "learning rate; or activation='relu'.",
            {"share": worst.saturated},
        )


def dead_units(evidence):
    """ReLU units that are zero for every sample, now or after some steps."""
    dying = _dying(evidence.layers)
    later = False
    if dying is None and evidence.trial is not None:
        dying, later = _dying(evidence.layers_after), True
    if dying is None:
        return
    yield Finding(
        "dead-units",
        "error" if dying.dead > 0.8 else "warning",
        dying.name,
        f"{dying.dead:.0%} of the units of '{dying.name}' are zero for every sample"
        + (f" after {len(evidence.trial.losses)} steps" if later else ""),
        "A unit that is zero everywhere has no gradient and never comes back "
        "(Lu et al., 2019); most often one step was too large.",
        "Lower the learning rate (find_learning_rate tells how far), start again with "
        "kernel_initializer='he_normal', or use LeakyReLU, ELU or GELU.",
        {"share": dying.dead, "later": later},
    )


def _dying(layers):
    hidden = [layer for layer in _hidden(layers) if layer.dead is not None]
    if not hidden:
        return None
    worst = max(hidden, key=lambda layer: layer.dead)
    return worst if worst.dead > 0.5 else None


def vanishing_gradients(evidence):
    """Gradients that are far smaller in the first layers than in the last."""
    ratio, first, last = _gradient_ratio(evidence.layers)
    if ratio is not None and ratio < 1e-3:
        activation = first.activation
        cure = (
            f"Use activation='relu' with kernel_initializer='he_normal' in place of "
            f"{activation}"
            if activation in ("sigmoid", "tanh", "softsign", "hard_sigmoid")
            else "Use kernel_initializer='he_normal'"
        )
        yield Finding(
            "vanishing-gradients",
            "error" if ratio < 1e-5 else "warning",
            first.name,
            f"the gradient of '{first.name}' is {ratio:.1g} times that of "
            f"'{last.name}' ({first.gradient:.2g} against {last.gradient:.2g})",
            "The first layers hardly move while the last ones learn "
            "(Hochreiter, 1991; Glorot & Bengio, 2010).",
            f"{cure}, or add BatchNormalization or skip connections.",
            {"ratio": ratio, "first": first.gradient, "last": last.gradient},
        )


def exploding_gradients(evidence):
    """Gradients that grow on the way back, or are huge everywhere."""
    ratio, first, last = _gradient_ratio(evidence.layers)
    norms = np.array(list(evidence.look.gradients.values()))
    if not len(norms) or not np.isfinite(norms).all():
        return
    total = float(np.sqrt((norms**2).sum()))
    clips = _clips(evidence.model.optimizer)
    if (ratio is not None and ratio > 1e3) or (total > 1e4 and not clips):
        yield Finding(
            "exploding-gradients",
            "error",
            "gradients" if first is None else first.name,
            f"the norm of all gradients is {total:.3g}"
            + (
                ""
                if ratio is None
                else f"; the first layer's is {ratio:.1g} times the last's"
            ),
            "One step throws the weights far away (Pascanu et al., 2013).",
            "Use clipnorm=1.0 in the optimizer, the right initialiser for the "
            "activation, BatchNormalization, or scaled inputs and targets.",
            {"norm": total, "ratio": ratio},
        )


def _clips(optimizer):
    return any(
        getattr(optimizer, name, None)
        for name in ("clipnorm", "clipvalue", "global_clipnorm")
    )


def _gradient_ratio(layers):
    """Returns the gradient's ratio from first to last trained layer, and both."""
    trained = [
        layer for layer in layers if layer.gradient is not None and layer.is_deep
    ]
    if len(trained) < 3:
        return None, None, None
    ends = [layer for layer in trained if layer.is_output] or trained[-1:]
    first, last = trained[0], max(ends, key=lambda layer: layer.gradient)
    if not last.gradient or not np.isfinite([first.gradient, last.gradient]).all():
        return None, None, None
    return first.gradient / last.gradient, first, last


def collapsed_rank(evidence):
    """Layers whose many units all say the same."""
    for layer in _hidden(evidence.layers):
        if layer.activation is None or layer.units < 16 or layer.dead == 1:
            continue
        if 0 < layer.rank < 1.5 and min(_rank_of_inputs(evidence), 4) >= 4:
            yield Finding(
                "collapsed-rank",
                "hint",
                layer.name,
                f"the {layer.units} units of '{layer.name}' vary along "
                f"{layer.rank:.1f} directions",
                "Almost all that told the samples apart is lost here "
                "(Daneshmand et al., 2020).",
                "Add BatchNormalization or skip connections before this layer.",
                {"rank": layer.rank},
            )
            return


def _rank_of_inputs(evidence):
    ranks = [effective_rank(x[:128].astype("float64")) for x in evidence.inputs]
    return max(ranks, default=0)


def _hidden(layers):
    return [layer for layer in layers if not layer.is_output and layer.is_step]


CHECKS = (
    exploding_signal,
    saturated_units,
    dead_units,
    exploding_gradients,
    vanishing_gradients,
    vanishing_signal,
    collapsed_rank,
)
