"""Gradual unfreezing: fine-tuning a network from its head downwards.

A new head on trained layers first learns alone; then the layers below join it, each
time with a smaller learning rate (Howard & Ruder, 2018, arXiv 1801.06146).
"""

import numpy as np

from ranvier.callbacks import History
from ranvier.core._errors import close_names
from ranvier.core._variable import Variable
from ranvier.training._arrays import check_batch_size


def unfreeze_gradually(
    model,
    stages,
    x=None,
    y=None,
    *,
    epochs=1,
    learning_rate=None,
    factor=0.1,
    **fit_arguments,
):
    """Trains a model in stages, each with more of its layers and a lower rate.

    In stage number `i` the layers of the stages up to `i` are trained, with the rate
    `learning_rate * factor**i`; all others are frozen. What the optimizer has gathered
    about a weight is kept from stage to stage.

    Args:
        model: a built and compiled model whose optimizer has a settable rate.
        stages: list with one list of layers, or names of layers, for each stage, the
            head first. Or a number: the layers with weights, divided evenly from the
            top.
        x: as in `fit`.
        y: as in `fit`.
        epochs: number of epochs of each stage, or a list with one for each.
        learning_rate: rate of the first stage; None for that of the optimizer.
        factor: by which the rate is multiplied from stage to stage, in (0, 1].
        **fit_arguments: further arguments of `fit`.

    Returns:
        A `History` of all stages in a row. Afterwards the layers of the stages are
        trainable, others are as they were before, and the rate is that of the last
        stage.

    Raises:
        ValueError: for a model that is not ready, unknown layers, stages without
            layers, or bad numbers.

    Example:
        >>> import numpy as np
        >>> import ranvier as rv
        >>> body = rv.Sequential([rv.Input((4,)), rv.layers.Dense(8, "relu")])
        >>> model = rv.Sequential([body, rv.layers.Dense(1, name="head")])
        >>> model.compile(optimizer="adam", loss="mse")
        >>> x = np.ones((16, 4))
        >>> history = unfreeze_gradually(
        ...     model, [["head"], [body]], x, x[:, 0], epochs=2, verbose=0
        ... )
        >>> history.epoch, round(float(model.optimizer.learning_rate), 6)
        ([0, 1, 2, 3], 0.0001)
    """
    model.assert_compiled("unfreeze_gradually")
    if not model.built:
        raise ValueError(
            f"Model '{model.name}' is not built: its weights are not known yet. Call "
            "it on some data first."
        )
    if not 0 < factor <= 1:
        raise ValueError(f"`factor` must be in (0, 1]. Received: factor={factor}")
    if learning_rate is not None and not learning_rate > 0:
        raise ValueError(
            f"`learning_rate` must be above 0. Received: learning_rate={learning_rate}"
        )
    if "initial_epoch" in fit_arguments:
        raise ValueError("`initial_epoch` cannot be given: the stages set it.")
    stages = _find_stages(model, stages)
    counts = _epochs_by_stage(epochs, len(stages))
    rate = _first_rate(model.optimizer) if learning_rate is None else learning_rate
    before = {layer: layer.trainable for layer in _layers_of(model)}
    model.trainable = True
    for layer in before:
        layer.trainable = False
    joined = History()
    joined.set_model(model)
    for i, (layers, count) in enumerate(zip(stages, counts, strict=True)):
        for layer in layers:
            layer.trainable = True
        model.optimizer.learning_rate = rate * factor**i
        # A callback may have ended the stage before early.
        first = joined.epoch[-1] + 1 if joined.epoch else 0
        _append(
            joined,
            model.fit(x, y, epochs=first + count, initial_epoch=first, **fit_arguments),
        )
    for layer, trainable in before.items():  # outer ones first: they set the inner
        layer.trainable = trainable
    for layer in (layer for stage in stages for layer in stage):
        layer.trainable = True
    model.history = joined
    return joined


def _layers_of(model):
    return list(model._flatten_layers(include_self=False))


def _find_stages(model, stages):
    """Returns the layers of each stage."""
    if isinstance(stages, int) and not isinstance(stages, bool):
        layers = [layer for layer in _layers_of(model) if layer._trainable_variables]
        if not 1 <= stages <= len(layers):
            raise ValueError(
                "A number of `stages` must be at least 1 and at most the number of "
                f"layers with weights, {len(layers)}. Received: stages={stages}"
            )
        parts = np.array_split(range(len(layers)), stages)
        return [[layers[i] for i in part] for part in reversed(parts)]
    if not isinstance(stages, (list, tuple)) or not stages:
        raise ValueError(
            "`stages` must be a number, or a list with a list of layers for each "
            f"stage. Received: stages={stages!r}"
        )
    for stage in stages:
        if not isinstance(stage, (list, tuple)) or not stage:
            raise ValueError(
                "Each of `stages` must be a list of layers or their names, with one "
                f"entry at least. Received: {stage!r}"
            )
    return [[_find(model, entry) for entry in stage] for stage in stages]


def _find(model, entry):
    """Returns a layer of the model, given itself or by its name."""
    layers = _layers_of(model)
    found = [layer for layer in layers if entry is layer or entry == layer.name]
    if len(found) == 1:
        return found[0]
    name = getattr(entry, "name", entry)
    if found:
        raise ValueError(
            f"Model '{model.name}' has {len(found)} layers named '{name}', in itself "
            "and in nested models. Put the layer itself into `stages`."
        )
    raise ValueError(
        f"Model '{model.name}' has no layer {entry!r}, which is named in `stages`."
        f"{close_names(str(name), [layer.name for layer in layers])}"
    )


def _epochs_by_stage(epochs, count):
    given = epochs if isinstance(epochs, (list, tuple)) else [epochs] * count
    if len(given) != count:
        raise ValueError(
            f"`epochs` must be a number, or a list with one for each of the {count} "
            f"stages. Received: epochs={epochs}"
        )
    return [check_batch_size(number, "epochs") for number in given]


def _first_rate(optimizer):
    rate = getattr(optimizer, "learning_rate", None)
    if not isinstance(rate, Variable):
        raise ValueError(
            "The stages set the learning rate of the optimizer, but it follows a "
            "schedule or belongs to several optimizers. Compile the model with an "
            f"optimizer that has a plain rate. Received: {optimizer!r}"
        )
    return float(rate)


def _append(joined, history):
    """Appends the epochs of one `fit`."""
    count = len(history.epoch)
    joined.epoch += history.epoch
    for name, values in history.history.items():
        # A `History` among the callbacks also holds the stages before.
        joined.history.setdefault(name, []).extend(values[len(values) - count :])
