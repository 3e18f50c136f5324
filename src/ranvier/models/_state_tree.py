"""The values of a model's variables as nested dictionaries, and back."""

import numpy as np

from ranvier.core._errors import close_names

_KINDS = (
    "trainable_variables",
    "non_trainable_variables",
    "optimizer_variables",
    "metrics_variables",
)


def get_state_tree(model, value_format):
    """Returns `{kind: {part of a path: ...{name: value}}}`.

    Args:
        model: the model.
        value_format: `"backend_tensor"` or `"numpy_array"`.

    Raises:
        ValueError: for another format, or if two variables have one path.
    """
    if value_format not in ("backend_tensor", "numpy_array"):
        raise ValueError(
            "Invalid `value_format` argument. Expected 'backend_tensor' or "
            f"'numpy_array'. Received: value_format={value_format!r}"
        )
    convert = np.asarray if value_format == "numpy_array" else lambda value: value
    return {
        kind: _nested(variables, convert)
        for kind, variables in _variables_of(model).items()
    }


def set_state_tree(model, state_tree):
    """Assigns the values of a tree, which may hold some kinds and paths only.

    Args:
        model: the model.
        state_tree: a dictionary as `get_state_tree` returns it.

    Raises:
        ValueError: for a kind or a path that the model does not have.
    """
    known = _variables_of(model)
    for kind, tree in state_tree.items():
        if kind not in known:
            raise ValueError(
                f"Unknown variable name: {kind!r}. A state tree has the keys "
                f"{list(_KINDS)}.{close_names(str(kind), _KINDS)}"
            )
        by_path = {variable.path: variable for variable in known[kind]}
        for path, value in _flat(tree):
            if path not in by_path:
                raise ValueError(
                    f"The model '{model.name}' has no variable '{path}' among its "
                    f"{kind}.{close_names(path, by_path)}"
                )
            by_path[path].assign(value)


def _variables_of(model):
    optimizer = getattr(model, "optimizer", None)
    return {
        "trainable_variables": model.trainable_variables,
        "non_trainable_variables": model.non_trainable_variables,
        "optimizer_variables": [] if optimizer is None else optimizer.variables,
        "metrics_variables": model.metrics_variables,
    }


def _nested(variables, convert):
    tree: dict = {}
    seen = set()
    for variable in variables:
        if variable.path in seen:
            raise ValueError(
                "The following variable path is found twice in the model: "
                f"'{variable.path}'. Give the layers names that differ."
            )
        seen.add(variable.path)
        *parts, name = variable.path.split("/")
        place = tree
        for part in parts:
            place = place.setdefault(part, {})
        place[name] = convert(variable.value)
    return tree


def _flat(tree, prefix=""):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}/")
        else:
            yield f"{prefix}{key}", value
