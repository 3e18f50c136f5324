"""What a wrapped model's estimator notes about its data, and checks of later data."""

import inspect

import numpy as np
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import validate_data

from ranvier import losses
from ranvier.core._naming import to_snake_case

# Attributes with an underscore that say nothing about the data.
_OF_FITTING = {"model_", "history_", "n_iter_"}


def is_dictionary(X):
    """Tells inputs by name from SciPy's sparse dictionaries."""
    return isinstance(X, dict) and not hasattr(X, "toarray")


def validated(estimator, X, y, reset):
    """Returns inputs and targets as arrays, noted or compared with what was noted.

    Args:
        estimator: whose attributes tell about the data.
        X: inputs; a dictionary of them is taken as it is.
        y: targets, or None.
        reset: whether these are the data of a new model.

    Raises:
        ValueError: for data that are no good, or unlike those of the model.
    """
    options = {"allow_nd": True, "accept_sparse": ("csr", "csc"), "reset": reset}
    if is_dictionary(X):
        y = None if y is None else np.asarray(y)
        X_shape = X_dtype = None
    elif y is None:
        # Where a model is made, those that need targets say so.
        y_missing = {"y": None} if reset else {}
        X = validate_data(estimator, X, **y_missing, **options)
        X_shape, X_dtype = X.shape, X.dtype
    else:
        X, y = validate_data(estimator, X, y, multi_output=True, **options)
        X_shape, X_dtype = X.shape, X.dtype
    y = y.toarray() if hasattr(y, "toarray") else y
    if reset:
        estimator.X_shape_, estimator.X_dtype_ = X_shape, X_dtype
        if y is not None:
            estimator.y_dtype_, estimator.y_ndim_ = y.dtype, y.ndim
            estimator.n_outputs_ = 1 if y.ndim < 2 else y.shape[1]
            estimator.target_type_ = type_of_target(y)
        return X, y
    _compare(estimator, "X", X_shape, estimator.X_shape_)
    if y is not None and y.ndim != estimator.y_ndim_:
        raise ValueError(
            f"y has {y.ndim} dimensions, but this {type(estimator).__name__} is "
            f"expecting {estimator.y_ndim_} dimensions in y."
        )
    return X, y


def _compare(estimator, name, shape, known):
    if shape is None or known is None:
        return
    kind = type(estimator).__name__
    if len(shape) != len(known):
        raise ValueError(
            f"{name} has {len(shape)} dimensions, but this {kind} is expecting "
            f"{len(known)} dimensions in {name}."
        )
    if shape[1:] != known[1:]:
        raise ValueError(
            f"{name} has shape {shape[1:]}, but this {kind} is expecting {name} of "
            f"shape {known[1:]}."
        )


def without_weightless(X, y, sample_weight):
    """Returns the samples that have a weight.

    Raises:
        ValueError: if none has.
    """
    if not sample_weight.any():
        raise ValueError(
            "No training samples had any weight; only zeros were passed in "
            "sample_weight. There is nothing to train on."
        )
    kept = sample_weight != 0
    if kept.all() or is_dictionary(X):
        return X, y, sample_weight
    return X[kept], y[kept], sample_weight[kept]


def metadata(estimator):
    """Returns what the function that makes a model is told about the data."""
    known = {
        k: v
        for k, v in vars(estimator).items()
        if k.endswith("_") and not k.startswith("_") and k not in _OF_FITTING
    }
    return {"n_features_in_": None, **known}


def check_model(estimator):
    """Raises where a model cannot be what the estimator's parameters ask for.

    Raises:
        ValueError: for the number of outputs, or another loss than the one given.
    """
    model = estimator.model_
    expected = getattr(estimator, "n_outputs_expected_", None)
    outputs = getattr(model, "outputs", None)
    if expected and outputs and len(outputs) != expected:
        raise ValueError(
            f"Detected a Keras model input of size {expected}, but {model} has "
            f"{len(outputs)} outputs. Expected: one output for each array that the "
            "target encoder makes."
        )
    found = model.loss
    parts = found.values() if isinstance(found, dict) else found
    several = isinstance(found, (list, tuple, dict))
    if found is None or (several and all(loss is None for loss in parts)):
        raise ValueError(
            "No valid loss function found. You must provide a loss function to train: "
            f"as parameter `loss` of {type(estimator).__name__}, or where the model "
            "is compiled."
        )
    given, got = _loss_name(estimator.loss), _loss_name(found)
    if given and got and given != got:
        raise ValueError(
            f"loss={estimator.loss!r} but model compiled with {found!r}. Data may not "
            "match loss function! Give one of the two, or `compile_kwargs` to the "
            "function that compiles the model."
        )


def _loss_name(loss):
    """Returns the name of a loss's formula, or None where it is not known."""
    try:
        loss = losses.get(loss) if isinstance(loss, str) else loss
    except ValueError:
        return None
    if isinstance(loss, losses.Loss):
        loss = type(loss)
    if inspect.isclass(loss) and issubclass(loss, losses.Loss):
        return to_snake_case(loss.__name__)
    return getattr(loss, "__name__", None) if inspect.isfunction(loss) else None
