"""Checks of the perceptrons' parameters."""

import numpy as np

from ranvier.core._arguments import (
    is_integer,
    is_number,
    optional,
    require,
    require_below_one,
    require_count,
    require_fraction,
    require_nonnegative,
    require_positive,
)
from ranvier.estimators._network import NORMALIZATIONS


def hidden_sizes(estimator) -> tuple:
    """Returns `hidden_layer_sizes` as a tuple.

    Raises:
        ValueError: unless they are positive integers.
    """
    sizes = np.atleast_1d(np.asarray(estimator.hidden_layer_sizes))
    if sizes.ndim != 1 or (sizes.size and not np.issubdtype(sizes.dtype, np.integer)):
        raise ValueError(
            "Argument `hidden_layer_sizes` must be an integer or a list of integers. "
            f"Received: hidden_layer_sizes={estimator.hidden_layer_sizes!r}"
        )
    if (sizes <= 0).any():
        raise ValueError(f"hidden_layer_sizes must be > 0, got {sizes.tolist()}.")
    return tuple(sizes.tolist())


def check_mlp(estimator) -> None:
    """Raises for the first parameter of a multi-layer perceptron that is no good.

    Raises:
        ValueError: naming it.
    """
    p = estimator.get_params(deep=False)

    def given(*names):
        return {name: p[name] for name in names}

    require_one_of(("sgd", "adam", "lbfgs"), solver=p["solver"])
    require_one_of(
        ("constant", "invscaling", "adaptive"), learning_rate=p["learning_rate"]
    )
    optional(lambda **a: require_one_of(NORMALIZATIONS, **a), **given("normalization"))
    require_nonnegative(**given("alpha", "power_t", "tol"))
    require_positive(**given("learning_rate_init", "epsilon"))
    require_count(**given("max_iter", "max_fun"))
    require_fraction(**given("momentum"))
    require_below_one(**given("validation_fraction", "beta_1", "beta_2", "dropout"))
    require(
        "'auto' or an integer >= 1",
        lambda n: n == "auto" if isinstance(n, str) else is_integer(n) and n >= 1,
        given("batch_size"),
    )
    require(
        "an integer >= 1 or infinity",
        lambda n: is_number(n) and n >= 1 and (is_integer(n) or n == np.inf),
        given("n_iter_no_change"),
    )
    require(
        "True or False",
        lambda flag: isinstance(flag, (bool, np.bool_)),
        given("shuffle", "warm_start", "nesterovs_momentum", "early_stopping"),
    )
    if p["solver"] == "lbfgs" and p["optimizer"] is None:
        _check_lbfgs(p)


def _check_lbfgs(p):
    for name, off in (("dropout", 0), ("schedule", None)):
        if p[name] != off:
            raise ValueError(
                f"solver='lbfgs' sees all data at every step and cannot use `{name}`. "
                f"Received: {name}={p[name]!r}. Use solver='adam' or 'sgd'."
            )
    if p["normalization"] == "batch":
        raise ValueError(
            "solver='lbfgs' has no batches to normalise over. Received: "
            "normalization='batch'. Use 'layer' or 'rms', or solver='adam' or 'sgd'."
        )


def require_one_of(known, **arguments) -> None:
    """Raises unless every argument is one of the known strings."""
    require(
        "one of " + ", ".join(map(repr, known)),
        lambda value: isinstance(value, str) and value in known,
        arguments,
    )
