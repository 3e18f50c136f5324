"""Runs a case of `cases.py` on a namespace of layers and records what comes of it."""

import numpy as np


def decode(value):
    """Returns a value of a case with its arrays."""
    if isinstance(value, dict):
        dtype = value["dtype"]
        return np.array(value["array"], None if dtype == "str" else dtype)
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        return [decode(v) for v in value]
    return value


def run(layers, case, is_error):
    """Returns the outcome of a case as JSON can hold it.

    Args:
        layers: the namespace with the layer's class.
        case: the case.
        is_error: tells the class of an error by one of Python's names.
    """
    kwargs = {
        key: tuple(v) if key == "ngrams" and isinstance(v, list) else v
        for key, v in case["kwargs"].items()
    }
    outcome = {}
    try:
        layer = getattr(layers, case["layer"])(name="layer", **kwargs)
        for method, *args in case["calls"]:
            getattr(layer, method)(*[decode(a) for a in args])
    except Exception as error:
        return {"error": is_error(error)}
    outcome["config"] = layer.get_config()
    outcome["config"].pop("dtype", None)
    if hasattr(layer, "get_vocabulary"):
        for special in (True, False):
            tokens = layer.get_vocabulary(include_special_tokens=special)
            tokens = [t.item() if hasattr(t, "item") else t for t in tokens]
            outcome[f"vocabulary_{special}"] = tokens
        outcome["vocabulary_size"] = layer.vocabulary_size()
    outcome["outputs"] = [_output(layer, decode(x), is_error) for x in case["inputs"]]
    return outcome


def _output(layer, inputs, is_error):
    try:
        values = layer(inputs)
    except Exception as error:
        return {"error": is_error(error)}
    values = np.asarray(values.numpy() if hasattr(values, "numpy") else values)
    if values.dtype == object:
        strings = [v.decode() for v in values.reshape(-1).tolist()]
        return {"values": strings, "shape": list(values.shape), "dtype": "string"}
    return {
        "values": values.reshape(-1).tolist(),
        "shape": list(values.shape),
        "dtype": values.dtype.name,
    }
