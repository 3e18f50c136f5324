"""Arrays as training data: what users pass, made into arrays of numbers, checked."""

import jax
import numpy as np

from ranvier.core import _config, _tree
from ranvier.core._errors import ShapeError


def to_array(value, argument: str):
    """Returns a NumPy or JAX array of numbers for one argument.

    Args:
        value: array, nested list of numbers, pandas object, tensor.
        argument: its name, for messages.

    Raises:
        ValueError: for objects that are no numbers, text, ragged lists, scalars.
    """
    if hasattr(value, "to_numpy"):  # pandas, polars
        value = value.to_numpy()
    elif not isinstance(value, (np.ndarray, jax.Array)):
        if hasattr(value, "toarray"):  # scipy.sparse
            value = value.toarray()
        elif hasattr(value, "todense"):  # jax.experimental.sparse
            value = value.todense()
        elif hasattr(value, "dense_shape"):  # ours
            from ranvier.tensors import sparse_to_dense

            value = sparse_to_dense(value)
        try:
            value = np.asarray(value)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"`{argument}` could not be made an array: {error}. Expected numbers "
                "in rows of equal length."
            ) from error
    if value.ndim == 0:
        raise ValueError(
            f"`{argument}` must have at least one axis (that of samples). "
            f"Received a scalar: {value}."
        )
    if value.dtype == object:
        value = _numbers_of_objects(value, argument)
    elif value.dtype.kind in "SU":
        raise _not_numbers(argument, value.flat[0] if value.size else "")
    if value.dtype == np.float64 or value.dtype == np.float16:
        value = np.asarray(value).astype(_config.floatx())
    elif value.dtype.kind in "iu" and value.dtype.itemsize == 8:
        value = _narrow_integers(np.asarray(value), argument)
    return value


def _numbers_of_objects(value, argument):
    for item in value.flat:
        if not isinstance(item, (int, float, np.number)):
            raise _not_numbers(argument, item)
    return value.astype(_config.floatx())


def _not_numbers(argument, item):
    if isinstance(item, (str, bytes)):
        advice = (
            "Turn text into numbers first: by a `StringLookup`, `TextVectorization` or "
            "`Hashing` layer of a Functional or Sequential model whose `Input` has the "
            "dtype 'string', or by such a layer ahead of training."
        )
    else:
        advice = (
            "Replace missing values (NaN for floats) and convert the array with "
            "`.astype('float32')`; inputs that are not optional cannot be None."
        )
    return ValueError(
        f"`{argument}` is no array of numbers: one of its entries is {item!r} (of type "
        f"{type(item).__name__}). {advice}"
    )


def _narrow_integers(value, argument):
    narrow = np.int32 if value.dtype.kind == "i" else np.uint32
    if value.size:
        limits = np.iinfo(narrow)
        if value.max() > limits.max or value.min() < limits.min:
            raise ValueError(
                f"`{argument}` holds integers beyond 32 bits "
                f"({value.min()} to {value.max()}). Rescale them, or convert to floats."
            )
    return value.astype(narrow)


def to_arrays(structure, argument: str):
    """Applies `to_array` to a structure; None stays None.

    A list of numbers is one array, a list of arrays several inputs.
    """
    if structure is None:
        return None
    if isinstance(structure, dict):
        return {k: to_arrays(v, f"{argument}[{k!r}]") for k, v in structure.items()}
    if isinstance(structure, tuple):
        return tuple(to_arrays(v, f"{argument}[{i}]") for i, v in enumerate(structure))
    if isinstance(structure, list) and any(_is_array_like(v) for v in structure):
        return [to_arrays(v, f"{argument}[{i}]") for i, v in enumerate(structure)]
    return to_array(structure, argument)


def _is_array_like(value):
    return hasattr(value, "shape") or hasattr(value, "to_numpy")


def count_samples(**arguments) -> int:
    """Returns the common length of all arrays.

    Raises:
        ValueError: if there are no arrays, lengths differ, or arrays are empty.
    """
    lengths = {}
    for argument, structure in arguments.items():
        for path, leaf in _tree.flatten_with_path(structure):
            if leaf is not None:
                name = argument + "".join(f"[{key!r}]" for key in path)
                lengths[name] = leaf.shape[0]
    if not lengths:
        raise ValueError("There is no data: all arrays are None.")
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name}: {n}" for name, n in lengths.items())
        raise ShapeError(
            "Data cardinality is ambiguous. Make sure all arrays contain the same "
            f"number of samples. Received: {shown}."
        )
    n = next(iter(lengths.values()))
    if n == 0:
        raise ShapeError(
            f"`{next(iter(lengths))}` is empty: expected at least one sample, received "
            "an array with 0 rows."
        )
    return n


def check_batch_size(batch_size, argument="batch_size") -> int:
    """Returns the batch size as an int; 32 for None.

    Raises:
        ValueError: if it is no positive integer.
    """
    if batch_size is None:
        return 32
    if (
        isinstance(batch_size, bool)
        or not hasattr(batch_size, "__index__")
        or batch_size < 1
    ):
        raise ValueError(
            f"`{argument}` must be a positive integer. "
            f"Received: {argument}={batch_size}"
        )
    return int(batch_size)


def check_steps(steps, argument) -> int | None:
    """Returns a number of steps; None stands for a whole pass.

    `config.set_max_steps_per_epoch` may set a limit.

    Raises:
        ValueError: if it is no positive integer.
    """
    limit = _config.max_steps_per_epoch()
    if steps is None:
        return limit
    steps = check_batch_size(steps, argument)
    return steps if limit is None else min(steps, limit)


def weights_of_classes(y, class_weight):
    """Returns a sample weight for each target from `{class: weight}`.

    Args:
        y: integer labels, or one-hot rows.
        class_weight: dictionary; classes it lacks weigh 1.
    """
    if not isinstance(class_weight, dict):
        raise ValueError(
            "`class_weight` must be a dictionary from class index to weight. "
            f"Received: {class_weight!r}"
        )
    if _tree.is_nested(y):
        raise ValueError(
            "`class_weight` is only supported for Models with a single output."
        )
    y = np.asarray(y)
    if y.ndim > 1 and y.shape[-1] > 1:
        labels = y.argmax(axis=-1)
    else:
        labels = np.round(y.reshape(y.shape[0], -1)[:, 0] if y.ndim > 1 else y)
    weights = np.ones(labels.shape, _config.floatx())
    for label, weight in class_weight.items():
        weights[labels == int(label)] = weight
    return weights


def split_off_end(arrays, fraction: float):
    """Splits structures of arrays in two, the second holding the last `fraction`.

    Raises:
        ValueError: if the fraction is outside (0, 1) or leaves a side empty.
    """
    if not 0 < fraction < 1:
        raise ValueError(
            "`validation_split` must be between 0 and 1. "
            f"Received: validation_split={fraction}"
        )
    leaves = [x for x in _tree.flatten(arrays) if x is not None]
    if any(not hasattr(x, "shape") for x in leaves):
        raise ValueError(
            "Argument `validation_split` is only supported for tensors or NumPy "
            f"arrays. Found incompatible type in the input: {type(leaves[0])}"
        )
    n = leaves[0].shape[0]
    cut = int(np.floor(n * (1 - fraction)))
    if cut in (0, n):
        raise ValueError(
            f"Training data contains {n} samples, which is not sufficient to split it "
            "into a validation and training set as specified by "
            f"`validation_split={fraction}`."
        )

    def part(start, stop):
        return _tree.map_structure(
            lambda x: None if x is None else x[start:stop], arrays
        )

    return part(0, cut), part(cut, n)
