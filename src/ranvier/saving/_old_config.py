"""Configs of Keras 2, turned into those of Keras 3.

Dictionaries in, dictionaries out: nothing is built here. What Keras 3 wrote comes out
as it was.
"""

import inspect

from ranvier.core import _registry

# Arguments that have another name today, by class.
_RENAMED = {
    "InputLayer": {"batch_input_shape": "batch_shape"},
    "LeakyReLU": {"alpha": "negative_slope"},
}
_CLASSES = {"Policy": "DTypePolicy", "Model": "Functional"}
_MODELS = ("Functional", "Model", "Sequential")
# Settings of Keras 2 that say how to compute, not what.
_RETIRED = ("jit_compile", "is_legacy_optimizer", "sample_weight_mode", "fused")
_WRAPPERS = (
    "MeanMetricWrapper",
    "SumOverBatchSizeMetricWrapper",
    "LossFunctionWrapper",
)
_OLD_SLOTS = "m v vhat momentum rms mg accumulator accum_grad accum_var linear".split()


def modernize_model(config, custom_objects=None):
    """Returns the config of a model in today's form.

    Args:
        config: the dictionary of an old file.
        custom_objects: classes that take their configs as they are.
    """
    return _modernize(config, custom_objects or {})


def modernize_training(config, custom_objects=None):
    """Returns arguments of `compile` in today's form.

    Args:
        config: the dictionary of an old file.
        custom_objects: classes that take their configs as they are.
    """
    config = _modernize(config, custom_objects or {})
    return {
        "optimizer": config.get("optimizer_config") or "rmsprop",
        "loss": _in_module(config.get("loss"), "keras.losses"),
        "loss_weights": config.get("loss_weights"),
        "metrics": _in_module(config.get("metrics"), "keras.metrics"),
        "weighted_metrics": _in_module(config.get("weighted_metrics"), "keras.metrics"),
    }


def _in_module(node, module):
    """Says where classes and functions are to be looked up."""
    if isinstance(node, str) and _registry.get_registered_object(node) is not None:
        return _function(node)
    if isinstance(node, list):
        return [_in_module(item, module) for item in node]
    if not isinstance(node, dict):
        return node
    if "class_name" in node:
        known = _registry.find_builtin(module, node["class_name"]) is not None
        return {"module": module, **node} if known else node
    return {key: _in_module(value, module) for key, value in node.items()}


def _function(name):
    return {
        "module": "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": name,
    }


def by_weight(datasets):
    """Returns the slots of an optimizer of Keras 2, a list for each weight.

    They were named `Adam/m/dense/kernel:0`, and before that `Adam/dense/kernel/m:0`.

    Args:
        datasets: the datasets of all slots.
    """
    # Without the group and the optimizer.
    names = [d.name.removesuffix(":0").split("/")[3:] for d in datasets]
    slot_last = all(name and name[-1] in _OLD_SLOTS for name in names)
    groups: dict = {}
    for name, dataset in zip(names, datasets, strict=True):
        weight = name[:-1] if slot_last else name[1:]
        groups.setdefault("/".join(weight), []).append(dataset)
    return list(groups.values())


def _modernize(node, custom):
    if isinstance(node, list):
        return [_modernize(item, custom) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("class_name") == "__tuple__" and isinstance(node.get("items"), list):
        return [_modernize(item, custom) for item in node["items"]]
    node = {key: _modernize(value, custom) for key, value in node.items()}
    name, config = node.get("class_name"), node.get("config")
    if not isinstance(name, str) or "module" in node or name in custom:
        return node
    if name == "Sequential" and isinstance(config, list):  # before Keras 2.2
        config = {"name": "sequential", "layers": config}
    if not isinstance(config, dict):
        return node
    plain = name.removeprefix("Custom>")
    if plain != name and _registry.get_registered_object(name) is None:
        name = plain
    name = _CLASSES.get(name, name)
    return {**node, "class_name": name, "config": _modernize_config(name, config)}


def _modernize_config(name, config):
    names = _RENAMED.get(name, {})
    config = {names.get(key, key): value for key, value in config.items()}
    if isinstance(config.get("layers"), list):
        _modernize_graph(name, config)
    if isinstance(config.get("axis"), list) and len(config["axis"]) == 1:
        config["axis"] = config["axis"][0]
    if config.get("reduction") == "auto":
        config["reduction"] = "sum_over_batch_size"
    if name == "Lambda":
        _modernize_lambda(config)
    function = config.get("fn")
    if name in _WRAPPERS and isinstance(function, str):
        config["fn"] = _function(function)
    elif "fn" in config:
        del config["fn"]
    if "lr" in config:
        config["learning_rate"] = config.pop("lr")
    decay = config.pop("decay", None) if "learning_rate" in config else None
    if decay:
        config["learning_rate"] = {
            "module": "keras.optimizers.schedules",
            "class_name": "InverseTimeDecay",
            "registered_name": None,
            "config": {
                "initial_learning_rate": config["learning_rate"],
                "decay_steps": 1,
                "decay_rate": decay,
            },
        }
    return _without_retired(name, config)


def _without_retired(name, config):
    """Leaves out settings that no longer exist, if they were off or do not matter."""
    cls = _registry.find_builtin_by_name(name)
    if cls is None:
        return config
    known = {
        parameter
        for base in cls.__mro__
        for parameter in inspect.signature(base.__init__).parameters
    }
    if name in _MODELS:
        known |= set(config)
    config.pop("batch_input_shape", None)
    drop = set(_RETIRED)
    if issubclass(cls, _registry.find_builtin("keras.initializers", "Initializer")):
        drop.add("dtype")
    return {
        key: value
        for key, value in config.items()
        if key in known or (value not in (None, False) and key not in drop)
    }


def _modernize_lambda(config):
    for key in ("function_type", "module", "output_shape_type", "output_shape_module"):
        config.pop(key, None)
    for key in ("function", "output_shape", "mask"):
        value = config.get(key)
        if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
            config[key] = {"class_name": "__lambda__", "config": {"value": value}}


# Graphs.


def _modernize_graph(name, config):
    layers = config["layers"]
    if name == "Sequential":
        _add_input(layers)
        return
    entries = [
        e for e in layers if isinstance(e, dict) and isinstance(e.get("name"), str)
    ]
    if not any(
        isinstance(n, list) for e in entries for n in e.get("inbound_nodes", ())
    ):
        return
    names = {entry["name"] for entry in entries}
    # Keras 2 counted the making of a model as the first of its calls.
    models = {e["name"] for e in entries if e.get("class_name") in _MODELS}
    stacks = {e["name"] for e in entries if e.get("class_name") == "Sequential"}
    for entry in entries:
        entry["inbound_nodes"] = [
            _node(node, names, models) for node in entry.get("inbound_nodes", ())
        ]
    for key in ("input_layers", "output_layers"):
        config[key] = _map_places(
            lambda n, call, i: [n, call - (n in stacks), i], config.get(key), names
        )


def _add_input(layers):
    """Puts the shape that the first layer was given into a layer of its own."""
    first = layers[0] if layers and isinstance(layers[0], dict) else {}
    config = first.get("config")
    if first.get("class_name") == "InputLayer" or not isinstance(config, dict):
        return
    if config.get("batch_input_shape") is not None:
        dtype = config.get("dtype")
        layers.insert(
            0,
            {
                "class_name": "InputLayer",
                "config": {
                    "batch_shape": config["batch_input_shape"],
                    "dtype": dtype if isinstance(dtype, str) else "float32",
                    "name": f"{config.get('name')}_input",
                },
            },
        )


def _node(node, names, models):
    """Returns a call of Keras 2, `[[name, call, output, kwargs], ...]`, in our form."""
    if not isinstance(node, list):
        return node
    kwargs: dict = {}

    def tensor(name, call, index, own=None):
        kwargs.update(own or {})
        history = [name, call - (name in models), index]
        return {
            "class_name": "__keras_tensor__",
            "config": {"shape": [], "dtype": "float32", "keras_history": history},
        }

    args = _map_places(tensor, node, names)
    if isinstance(args, list) and len(args) == 1:
        args = args[0]
    kwargs = {k: v for k, v in kwargs.items() if v is not None}
    return {"args": [args], "kwargs": _map_places(tensor, kwargs, names)}


def _map_places(function, structure, names):
    """Applies a function to each `[name, call, output, ...]` of a known name."""
    if isinstance(structure, dict):
        return {k: _map_places(function, v, names) for k, v in structure.items()}
    if not isinstance(structure, list):
        return structure
    if len(structure) in (3, 4) and structure[1:3] == [
        n for n in structure[1:3] if type(n) is int
    ]:
        if isinstance(structure[0], str) and structure[0] in names:
            return function(*structure)
    return [_map_places(function, item, names) for item in structure]
