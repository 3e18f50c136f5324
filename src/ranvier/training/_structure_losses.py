"""Losses of whole structures: a function that compares several outputs at once.

`compile(loss=...)` may put a loss where the outputs have a tuple or a dictionary; it
then gets all that is there. A list of losses where the outputs have something else is
several losses of one place.
"""

from ranvier.core import _tree


def structure_terms(loss, weights, y_pred, output_names):
    """Returns `(path, loss, weight, name)` of each loss, or None.

    None stands for losses of single outputs only, which are matched otherwise.

    Args:
        loss: what `compile` got.
        weights: loss weights in the same structure, or None.
        y_pred: the structure of outputs.
        output_names: the name of each output, in flat order.

    Raises:
        ValueError: if the weights have another structure than the losses.
    """
    if not (_tree.is_nested(loss) and _tree.is_nested(y_pred)):
        return None
    try:
        found = list(_visit(loss, y_pred, ()))
    except _OtherStructure:
        return None
    if not any(_tree.is_nested(at(y_pred, path)) for path, _ in found):
        return None
    flat_weights = [None] * len(found)
    if weights is not None:
        flat_weights = [w for w in _tree.flatten(weights) if w is not None]
        if len(flat_weights) != len(found):
            raise ValueError(
                f"`loss_weights` must match the number of losses, got {len(found)} "
                f"losses and {len(flat_weights)} weights."
            )
    paths = [path for path, _ in _tree.flatten_with_path(y_pred)]
    names = dict(zip(paths, output_names, strict=True))
    return [
        (path, one, weight, _name(path, names))
        for (path, one), weight in zip(found, flat_weights, strict=True)
    ]


def at(structure, path):
    """Returns what is at a path of keys and positions."""
    for key in path:
        structure = structure[key]
    return structure


class _OtherStructure(Exception):
    """Losses and outputs do not fit: an error for those who match single outputs."""


def _visit(loss, y_pred, path):
    if loss is None:
        return
    listed = isinstance(loss, (list, tuple))
    if not _tree.is_nested(loss):
        yield path, loss
    elif not _tree.is_nested(y_pred):
        if not listed:
            raise _OtherStructure
        for one in loss:
            yield from _visit(one, y_pred, path)
    elif isinstance(loss, dict) and isinstance(y_pred, dict):
        if not set(loss) <= set(y_pred):
            raise _OtherStructure
        order = dict.fromkeys(path[0] for path, _ in _tree.flatten_with_path(loss))
        for key in order:
            yield from _visit(loss[key], y_pred[key], (*path, key))
    elif listed and isinstance(y_pred, type(loss)):
        if len(loss) > len(y_pred):
            raise _OtherStructure
        for key, one in enumerate(loss):
            yield from _visit(one, y_pred[key], (*path, key))
    elif listed and _is_one_per_output(loss, y_pred):
        leaves = _tree.flatten_with_path(y_pred)
        for one, (leaf, _) in zip(loss, leaves, strict=True):
            yield from _visit(one, None, (*path, *leaf))
    elif listed:
        for one in loss:
            yield from _visit(one, y_pred, path)
    else:
        raise _OtherStructure


def _is_one_per_output(losses, y_pred):
    flat = not any(_tree.is_nested(one) for one in losses)
    return flat and len(losses) == len(_tree.flatten(y_pred))


def _name(path, names):
    if not path:
        return "_".join(str(name) for name in names.values())
    return str(names.get(path) or "/".join(str(part) for part in path))
