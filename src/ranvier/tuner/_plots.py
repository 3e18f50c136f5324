"""Pictures of a search: what the hyperparameters have to do with the objective."""

import numpy as np

from ranvier.core import _errors
from ranvier.tuner._fixed import Fixed
from ranvier.tuner._int import Int
from ranvier.tuner._trial import TrialStatus


def plot_parallel_coordinates(tuner, ax=None):
    """Draws a line for each trial through its values, coloured by the objective.

    A line leaves out what is inactive in its trial.

    Args:
        tuner: a tuner that has searched.
        ax: matplotlib axes to draw into; new ones if None.

    Returns:
        The axes.

    Raises:
        ImportError: without matplotlib.
        ValueError: if no trial is completed.
    """
    pyplot = _errors.require("matplotlib.pyplot", "plot")
    trials, space, scores = _completed(tuner)
    names = list(dict.fromkeys(hp.name for hp in space))
    table = np.full((len(trials), len(names) + 1), np.nan)
    for row, trial in zip(table, trials):
        for hp in space:
            if _has(trial, hp):
                value = trial.hyperparameters.values[hp.name]
                row[names.index(hp.name)] = hp.value_to_prob(value)
    spread = np.ptp(scores) or 1.0
    table[:, -1] = (scores - scores.min()) / spread
    if ax is None:
        size = (max(6, 1.4 * (len(names) + 1)), 4)
        ax = pyplot.subplots(figsize=size, layout="constrained")[1]
    colours = pyplot.get_cmap("viridis")
    best_first = np.argsort(_badness(tuner, scores))
    for place, i in reversed(list(enumerate(best_first))):
        colour = colours(1 - place / max(len(trials) - 1, 1))
        at = np.flatnonzero(~np.isnan(table[i]))
        ax.plot(at, table[i, at], color=colour, alpha=0.7, marker="o", markersize=3)
    ax.vlines(range(len(names) + 1), 0, 1, color="0.8", linewidth=0.8, zorder=0)
    for i, name in enumerate(names):
        hp = next(hp for hp in space if hp.name == name)
        for text, place in _marks(hp):
            _write(ax, text, i, place)
    for end in (0.0, 1.0):
        _write(ax, _text(scores.min() + end * spread), len(names), end)
    ax.set_xticks(range(len(names) + 1), [*names, tuner.oracle.objective.name])
    pyplot.setp(ax.get_xticklabels(), rotation=30, ha="right", rotation_mode="anchor")
    ax.set_yticks([])
    ax.set_xlim(-0.5, len(names) + 0.3)
    ax.set_title("Trials (bright: better)")
    return ax


def plot_objective(tuner, axes=None):
    """Draws the objective against each hyperparameter.

    Args:
        tuner: a tuner that has searched.
        axes: matplotlib axes, one for each hyperparameter; new ones if None.

    Returns:
        The array of axes.

    Raises:
        ImportError: without matplotlib.
        ValueError: if no trial is completed.
    """
    pyplot = _errors.require("matplotlib.pyplot", "plot")
    trials, space, scores = _completed(tuner)
    if axes is None:
        columns = min(len(space), 3)
        rows = -(-len(space) // columns)
        size = (4 * columns, 3 * rows)
        figure, axes = pyplot.subplots(
            rows, columns, figsize=size, squeeze=False, layout="constrained"
        )
        figure.suptitle("Trials (bright: later)")
        axes = axes.ravel()
    for ax, hp in zip(axes, space):
        shown = [i for i, trial in enumerate(trials) if _has(trial, hp)]
        values = [trials[i].hyperparameters.values[hp.name] for i in shown]
        if not hasattr(hp, "sampling"):  # categories, in the order of the space
            known = list(hp.values)
            values = [known.index(value) for value in values]
            ax.set_xticks(range(len(known)), map(str, known))
            ax.set_xlim(-0.5, len(known) - 0.5)
        elif hp.sampling == "log":
            ax.set_xscale("log")
        elif isinstance(hp, Int):
            ax.xaxis.get_major_locator().set_params(integer=True)
        ax.scatter(values, scores[shown], c=shown, cmap="viridis", s=15)
        ax.set_xlabel(hp.name)
        ax.set_ylabel(tuner.oracle.objective.name)
    for ax in list(axes)[len(space) :]:
        ax.set_visible(False)
    return axes


def plot_importance(tuner, ax=None):
    """Draws how much of the objective's variation each hyperparameter explains.

    Args:
        tuner: a tuner that has searched.
        ax: matplotlib axes to draw into; new ones if None.

    Returns:
        The axes.

    Raises:
        ImportError: without matplotlib.
        ValueError: if no trial is completed.
    """
    pyplot = _errors.require("matplotlib.pyplot", "plot")
    importance = hyperparameter_importance(tuner)
    ax = ax if ax is not None else pyplot.subplots(layout="constrained")[1]
    names = list(reversed(importance))
    ax.barh(names, [importance[name] for name in names])
    ax.set_xlabel(f"importance for {tuner.oracle.objective.name}")
    return ax


def hyperparameter_importance(tuner) -> dict:
    """Returns the importance of each hyperparameter, the largest first; sum 1.

    It is the share of the scores' variance between the values of a hyperparameter
    (numbers in up to four bins of equal counts), as in an analysis of variance of one
    factor, less what chance would give. With few trials it is a hint, no more.

    Args:
        tuner: a tuner that has searched.

    Raises:
        ValueError: if no trial is completed.
    """
    trials, space, scores = _completed(tuner)
    # Ranks: a few trials that came out very badly would drown the others.
    ranks = np.argsort(np.argsort(scores, kind="stable")).astype(float)
    shares = {}
    for hp in space:
        labels = np.array(
            [
                hp.value_to_prob(trial.hyperparameters.values[hp.name])
                if _has(trial, hp)
                else np.nan
                for trial in trials
            ]
        )
        share = _explained(_bins(labels), ranks)
        shares[hp.name] = max(shares.get(hp.name, 0.0), share)
    total = sum(shares.values()) or 1.0
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    return {name: share / total for name, share in ordered}


def _bins(labels):
    known = np.unique(labels[~np.isnan(labels)])
    if len(known) > 4:
        edges = np.quantile(labels[~np.isnan(labels)], [0.25, 0.5, 0.75])
        binned = np.searchsorted(edges, labels)
    else:
        binned = np.searchsorted(known, labels)
    return np.where(np.isnan(labels), -1, binned)


def _explained(groups, values):
    """Returns the adjusted share of variance between groups, at least 0."""
    kinds, count = np.unique(groups), len(values)
    total = ((values - values.mean()) ** 2).sum()
    if len(kinds) < 2 or count <= len(kinds) or not total:
        return 0.0
    within = sum(
        ((values[groups == kind] - values[groups == kind].mean()) ** 2).sum()
        for kind in kinds
    )
    adjusted = 1 - (within / (count - len(kinds))) / (total / (count - 1))
    return float(max(adjusted, 0.0))


def _completed(tuner):
    """Returns completed trials, the searched space, and the scores."""
    trials = [
        trial
        for trial in tuner.oracle.trials.values()
        if trial.status == TrialStatus.COMPLETED
    ]
    space = [
        hp for hp in tuner.oracle.hyperparameters.space if not isinstance(hp, Fixed)
    ]
    if not trials or not space:
        raise ValueError(
            "There is nothing to draw: no trial is completed, or nothing was searched."
        )
    return trials, space, np.array([float(trial.score) for trial in trials])


def _has(trial, hp):
    hps = trial.hyperparameters
    return hp.name in hps.values and hps.is_active(hp)


def _badness(tuner, scores):
    return -scores if tuner.oracle.objective.direction == "max" else scores


def _marks(hp):
    """Yields texts for some values of a hyperparameter, and their places."""
    if hasattr(hp, "sampling"):
        for prob in (0.0, 1.0):
            yield _text(hp.prob_to_value(min(prob, 0.999999))), prob
    else:
        for value in hp.values:
            yield _text(value), hp.value_to_prob(value)


def _write(ax, text, x, y):
    """Writes a text left of a place on an axis."""
    ax.annotate(
        text,
        (x, y),
        xytext=(-4, 0),
        textcoords="offset points",
        fontsize="x-small",
        ha="right",
        va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.5},
    )


def _text(value):
    return f"{value:.3g}" if isinstance(value, float) else str(value)
