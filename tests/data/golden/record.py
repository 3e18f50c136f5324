"""What a pipeline gives, as JSON: the same function for tf.data and for ours."""

import numpy as np

# A case that does not end by itself is cut here.
LIMIT = 60


def record(d, run):
    """Returns elements, specs and cardinality of what a case makes, or its error."""
    result: dict = {}
    try:
        dataset = run(d)
        if isinstance(dataset, int):
            return {"value": dataset}
        result["cardinality"] = int(dataset.cardinality())
        result["spec"] = _specs(d, dataset.element_spec)
        result["elements"] = [
            _value(d, element) for _, element in zip(range(LIMIT), dataset)
        ]
    except Exception as error:
        # Before or at the first element is all the same.
        return {"error": [cls.__name__ for cls in type(error).__mro__]}
    return result


def _value(d, value):
    if value is None:
        return None
    if isinstance(value, d.Dataset):
        return {"dataset": [_value(d, v) for _, v in zip(range(LIMIT), value)]}
    if isinstance(value, dict):
        return {"dict": [[key, _value(d, value[key])] for key in value]}
    if isinstance(value, tuple):
        kind = type(value).__name__
        return {kind: [_value(d, v) for v in value]}
    if hasattr(value, "to_list"):
        return {"ragged": str(value.to_list()), "dtype": value.dtype.name}
    if hasattr(value, "dense_shape"):
        parts = (value.indices, value.values, value.dense_shape)
        return {"sparse": [_value(d, part) for part in parts]}
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if array.dtype == object or array.dtype.kind == "S":
        strings = [bytes(x).decode("latin1") for x in array.ravel().tolist()]
        return {"string": strings, "shape": list(array.shape)}
    if array.dtype.kind == "c":
        flat = [[x.real, x.imag] for x in array.ravel().tolist()]
    else:
        flat = array.ravel().tolist()
    return {array.dtype.name: flat, "shape": list(array.shape)}


def _specs(d, spec):
    if spec is None or type(spec).__name__ == "NoneTensorSpec":
        return None
    if isinstance(spec, dict):
        return {"dict": [[key, _specs(d, spec[key])] for key in spec]}
    if isinstance(spec, tuple):
        return {type(spec).__name__: [_specs(d, s) for s in spec]}
    if hasattr(spec, "element_spec"):
        return {"dataset": _specs(d, spec.element_spec)}
    shape = spec.shape
    if hasattr(shape, "rank"):
        shape = None if shape.rank is None else shape.as_list()
    kind = type(spec).__name__
    if kind != "TensorSpec":
        return [kind, str(spec)]
    dtype = getattr(spec.dtype, "name", str(spec.dtype))
    if dtype == "object":
        dtype = "string"
    return [dtype, None if shape is None else list(shape)]
