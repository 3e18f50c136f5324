"""Matching what users give per output (targets, losses, weights) to the outputs."""

from ranvier.core import _tree
from ranvier.core._errors import close_names


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


def align(value, y_pred, output_names, argument: str, is_leaf=None) -> list:
    """Returns one entry of `value` for each output, in flat order.

    Args:
        value: a structure like that of the outputs, a flat list, or a dictionary by
            output name; missing names give None.
        y_pred: the structure of outputs.
        output_names: the model's names for them, or None.
        argument: what an error calls `value`.
        is_leaf: tells that a nested value is one entry (a list of metrics).

    Raises:
        ValueError: if names or counts do not fit.
    """
    count = len(_tree.flatten(y_pred))
    names = leaf_names(y_pred, output_names)
    if count == 1 and not _tree.is_nested(y_pred):
        return [_only(value, names[0], argument, is_leaf)]
    if isinstance(value, dict):
        return _by_name(value, y_pred, names, output_names, argument, is_leaf)
    if isinstance(value, (list, tuple)):
        if len(value) == count:
            return list(value)
        flat = _flatten(value, is_leaf)
        if len(flat) == count:
            return flat
        raise ValueError(
            f"`{argument}` must have one entry for each of the {count} outputs"
            + (f" {[n for n in names if n]}" if any(names) else "")
            + f". Received {len(value)} entries."
        )
    if count == 1:
        return [value]
    raise ValueError(
        f"`{argument}` must be a list or dictionary with one entry for each of the "
        f"{count} outputs. Received: {type(value).__name__}."
    )


def _only(value, name, argument, is_leaf):
    while _tree.is_nested(value) and not (is_leaf and is_leaf(value)):
        entries = list(value.values()) if isinstance(value, dict) else list(value)
        if len(entries) != 1:
            raise ValueError(
                f"The model has one output, but `{argument}` has {len(entries)} "
                "entries. Expected one."
            )
        if isinstance(value, dict) and name is not None:
            key = next(iter(value))
            if key != name:
                raise ValueError(
                    f"`{argument}` has the key {key!r}, which is no output of the "
                    f"model. Expected: {[name]}.{close_names(str(key), [name])}"
                )
        value = entries[0]
    return value


def _by_name(value, y_pred, names, output_names, argument, is_leaf):
    if isinstance(y_pred, dict) and any(_tree.is_nested(v) for v in y_pred.values()):
        return _flatten(value, is_leaf)
    known = [n for n in (names if any(names) else output_names or []) if n]
    alternatives = {
        name: other
        for name, other in zip(names, output_names or [], strict=False)
        if name
    }
    unknown = [
        key for key in value if key not in known and key not in alternatives.values()
    ]
    if unknown or not known:
        hint = close_names(str(unknown[0]), known) if unknown else ""
        raise ValueError(
            f"`{argument}` has the keys {unknown or list(value)}, which are no outputs "
            f"of the model. Expected: {known}.{hint}"
        )
    return [
        value.get(name, value.get(alternatives.get(name))) for name in names
    ]


def _flatten(value, is_leaf):
    if not _tree.is_nested(value) or (is_leaf and is_leaf(value)):
        return [value]
    if isinstance(value, dict):
        children = [value[key] for key in sorted(value)]
    else:
        children = value
    return [leaf for child in children for leaf in _flatten(child, is_leaf)]
