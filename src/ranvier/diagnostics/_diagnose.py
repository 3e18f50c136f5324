"""diagnose: what is wrong with this network?"""

import itertools

import numpy as np

from ranvier.diagnostics._causes import ranked
from ranvier.diagnostics._evidence import Evidence
from ranvier.diagnostics._finding import SEVERITIES
from ranvier.diagnostics._report import Report
from ranvier.diagnostics.checks import CHECKS, FIXED
from ranvier.training._array_feed import ArrayFeed
from ranvier.training._arrays import check_batch_size, check_steps
from ranvier.training._build import build_model, check_labels
from ranvier.training._feeds import is_array_data, make_feed
from ranvier.training._step import unpack


def diagnose(
    model,
    x,
    y=None,
    sample_weight=None,
    *,
    validation_data=None,
    history=None,
    batch_size=32,
    samples=512,
    steps=200,
):
    """Looks for what is wrong with a network, its data and its training.

    One compiled pass over a sample measures every layer; some further steps, on a copy,
    show what the learning rate does; two quick learners tell whether the targets follow
    from the inputs. The model stays as it is.

    Args:
        model: a compiled model, trained or not.
        x: training inputs, as arrays; or an iterable of batches, whose first ones are
            looked at.
        y: targets.
        sample_weight: weight of each sample.
        validation_data: `(x, y)` or `(x, y, sample_weight)`.
        history: what `fit` returned, or its dictionary; default: the model's own.
        batch_size: the batch size that `fit` uses.
        samples: how many samples to look at.
        steps: number of steps on the copy; 0 for none.

    Returns:
        A `Report`: its `findings`, gravest first, and the `layers`' statistics. Print
        it to read it.

    Raises:
        ValueError: before `compile`, or for data that do not fit the model.

    Example:
        >>> import numpy as np
        >>> import ranvier as rv
        >>> model = rv.Sequential([rv.layers.Dense(8, "relu"), rv.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> x = np.random.default_rng(0).normal(size=(500, 3)) * 1000
        >>> report = diagnose(model, x, x[:, :1] / 1000)
        >>> report.findings[0].code
        'unscaled-inputs'
    """
    model.assert_compiled("diagnose")
    check_batch_size(batch_size)
    check_steps(samples, "samples")
    if steps:
        check_steps(steps, "steps")
    if not is_array_data(x):
        x, y, sample_weight = first_batches(x, samples)
    feed = make_feed(
        x, y, sample_weight, batch_size=batch_size, shuffle=True, model=model
    )
    if not isinstance(feed, ArrayFeed):
        raise ValueError(
            "`diagnose` needs arrays that fit on the device: pass a part of the data. "
            f"Received: x of type {type(x).__name__}"
        )
    build_model(model, feed, "train")
    check_labels(model, feed)
    validation = None
    if validation_data is not None:
        if not is_array_data(validation_data):
            validation_data = first_batches(validation_data, samples)
        validation = make_feed(*unpack(validation_data), batch_size=32, model=model)
    if history is None:
        history = getattr(model, "history", None)
    history = getattr(history, "history", history) or {}
    evidence = Evidence(model, feed, validation, dict(history), samples, steps)
    return examine(evidence)


def examine(evidence, known=None) -> Report:
    """Runs the checks over the evidence.

    Args:
        evidence: the `Evidence`.
        known: a dictionary in which the findings of the checks of `FIXED` are kept: of
            the same data in a later look they are found there.
    """
    findings = []
    with np.errstate(all="ignore"):  # sick networks overflow: the findings tell of it
        for check in CHECKS:
            if known is None or check not in FIXED:
                findings += check(evidence)
                continue
            if check not in known:
                known[check] = list(check(evidence))
            findings += known[check]
    findings = ranked(findings, SEVERITIES)
    layers = evidence.layers if evidence.model.trainable_variables else []
    return Report(
        model=evidence.model.name,
        findings=findings,
        layers=layers,
        loss=evidence.look.loss,
        losses=None if evidence.trial is None else evidence.trial.losses,
        history=evidence.history,
    )


def first_batches(batches, samples):
    """Returns the first batches of an iterable as arrays."""
    from ranvier.core import _tree

    if hasattr(batches, "on_epoch_end"):  # a `PyDataset`: by index, it may not end
        numbers = (
            itertools.count()
            if batches.num_batches is None
            else range(batches.num_batches)
        )
        batches = map(batches.__getitem__, numbers)
    parts, count = [], 0
    for batch in batches:
        part = unpack(batch)
        parts.append(part)
        count += len(np.asarray(_tree.flatten(part[0])[0]))
        if count >= 4 * samples:
            break
    if not parts:
        raise ValueError("`x` gave no batches.")
    return tuple(
        None
        if parts[0][i] is None
        else _tree.map_structure(
            lambda *arrays: np.concatenate([np.asarray(a) for a in arrays]),
            *[part[i] for part in parts],
        )
        for i in range(3)
    )
