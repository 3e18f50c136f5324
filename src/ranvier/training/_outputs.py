"""Matching what users give per output (targets, losses, weights) to the outputs."""

from ranvier.core import _tree
from ranvier.core._errors import OutputKeyError, close_names


def leaf_names(y_pred, output_names) -> list:
    """Returns the name of each output, in flat order; None where there is none.

    A dictionary of outputs names them by its keys; a sequence by the model's
    `output_names`.
    """
    if not _tree.is_nested(y_pred):
        return [output_names[0] if output_names else None]
    names = []
    flat = _tree.flatten_with_path(y_pred)
    known = output_names if output_names and len(output_names) == len(flat) else None
    for i, (path, _) in enumerate(flat):
        parts = list(path)
        if isinstance(parts[-1], int):
            if known is None:
                names.append(None)
                continue
            parts[-1] = known[i]
        names.append("/".join(str(p) for p in parts))
    return names


def align(value, y_pred, output_names, argument: str) -> list:
    """Returns one entry of `value` for each output, in flat order.

    Args:
        value: a structure like that of the outputs, a flat list, or a dictionary by
            output name; missing names give None.
        y_pred: the structure of outputs.
        output_names: the model's names for them, or None.
        argument: what an error calls `value`.

    Raises:
        ValueError: if counts do not fit.
        OutputKeyError: if names do not.
    """
    names = leaf_names(y_pred, output_names)
    if not _tree.is_nested(y_pred):
        return [_only(value, names[0], argument)]
    along = _along(value, y_pred)
    if along is not None:
        return along
    if isinstance(value, dict):
        return _by_name(value, names, output_names, argument)
    count = len(names)
    if isinstance(value, (list, tuple)):
        if len(value) == count:
            return list(value)
        flat = _tree.flatten(value)
        if len(flat) == count and len(y_pred) < count:  # outputs that nest otherwise
            return flat
        received = f"{len(value)} entries"
    elif count == 1:
        return [value]
    else:
        received = type(value).__name__
    shown = f" {[n for n in names if n]}" if any(names) else ""
    raise ValueError(
        f"`{argument}` must be a list or dictionary with one entry for each of the "
        f"{count} outputs{shown}. Received: {received}."
    )


def per_output(value, y_pred, output_names, argument: str) -> list:
    """Returns one entry of `value` for each output; one array is for all of them.

    Args:
        value: an array, a structure as for `align`, or None.
        y_pred: the structure of outputs.
        output_names: the model's names for them, or None.
        argument: what an error calls `value`.
    """
    if isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    if not _tree.is_nested(value):
        return [value] * len(_tree.flatten(y_pred))
    return align(value, y_pred, output_names, argument)


def _only(value, name, argument):
    """Returns the entry for the only output, taken out of lists and dictionaries."""
    while _tree.is_nested(value):
        if len(value) != 1:
            raise ValueError(
                f"The model has one output, but `{argument}` has {len(value)} entries. "
                "Expected one."
            )
        if isinstance(value, dict):
            _check_keys(value, [name] if name else [], argument)
        value = next(iter(value.values() if isinstance(value, dict) else value))
    return value


def _along(value, y_pred):
    """Returns the entries at the places of the outputs; None if `value` has others."""
    if not _tree.is_nested(y_pred):
        return [value]
    if value is None:
        return [None] * len(_tree.flatten(y_pred))
    if isinstance(y_pred, dict):
        if not isinstance(value, dict) or not set(value) <= set(y_pred):
            return None
        keys = dict.fromkeys(path[0] for path, _ in _tree.flatten_with_path(y_pred))
        parts = [_along(value.get(key), y_pred[key]) for key in keys]
    else:
        if not isinstance(value, (list, tuple)) or len(value) != len(y_pred):
            return None
        parts = [_along(v, p) for v, p in zip(value, y_pred, strict=True)]
    if any(part is None for part in parts):
        return None
    return [entry for part in parts for entry in part]


def _by_name(value, names, output_names, argument):
    """Returns the entries of a dictionary by the names of the outputs or layers."""
    layers = output_names or [None] * len(names)
    _check_keys(value, [n for n in names if n] or layers, argument, also=layers)
    return [
        value.get(name, value.get(layer))
        for name, layer in zip(names, layers, strict=True)
    ]


def _check_keys(value, known, argument, also=()):
    unknown = [key for key in value if key not in known and key not in also]
    if unknown and any(known):
        raise OutputKeyError(
            f"Invalid `{argument}`: the keys {unknown} in the `{argument}` argument "
            "can't be found in the model's outputs. "
            f"Expected keys: {known}.{close_names(str(unknown[0]), known)}"
        )
    if unknown:
        raise OutputKeyError(
            f"Invalid `{argument}`: the keys {unknown} are no outputs of the model, "
            "which have no names. Give a list in the order of the outputs."
        )
