"""L-BFGS over all weights of a network, in double precision."""

import warnings

import jax
import numpy as np
import scipy.optimize
from sklearn.exceptions import ConvergenceWarning

from ranvier.core._dynamic import lift
from ranvier.core._scope import StateScope
from ranvier.estimators._network import borrowed


def fit(estimator, data):
    """Minimises the loss over all data; sets the weights of an estimator.

    Args:
        estimator: a multi-layer perceptron with its first weights.
        data: `(x, y, sample_weight)`.
    """
    # Float32 would end the search early: its line searches compare losses closely.
    with jax.enable_x64(True):
        x, y, weights = data
        x = x.toarray() if hasattr(x, "toarray") else x
        y = y.astype("float64") if y.dtype == "float32" else y
        data = [None if a is None else jax.numpy.asarray(a) for a in (x, y, weights)]
        data[0] = data[0].astype("float64")
        with borrowed(*estimator._network(dtype="float64")) as network:
            network.set_weights_of(estimator)
            objective = _objective(network)

            def function(vector):
                loss, gradient = objective(vector, float(estimator.alpha), *data)
                return float(loss), np.asarray(gradient)

            result = scipy.optimize.minimize(
                function,
                _join(network.trainable_variables),
                method="L-BFGS-B",
                jac=True,
                callback=_teller(estimator),
                options={
                    "maxfun": estimator.max_fun,
                    "maxiter": estimator.max_iter,
                    "gtol": estimator.tol,
                },
            )
            for variable, value in _parts(network, result.x):
                variable.assign(value)
            network.give_weights_to(estimator)
    estimator.n_iter_ = min(result.nit, estimator.max_iter)
    estimator.loss_ = float(result.fun)
    if result.status != 0:
        warnings.warn(
            f"lbfgs failed to converge after {result.nit} iteration(s) "
            f"(status={result.status}): {result.message}. You might also want to scale "
            f"the data, or increase `max_iter`={estimator.max_iter}.",
            ConvergenceWarning,
            stacklevel=4,
        )


def _objective(network):
    """Returns `(vector, alpha, x, y, weights) -> (loss, gradient)`, compiled."""
    if "lbfgs" not in network.programs:

        def loss(vector, alpha, x, y, weights):
            pairs = [*_parts(network, vector), (lift(network, "alpha"), alpha)]
            with StateScope(pairs):
                scores = network(x, training=True)
                return network.compute_loss(x, y, scores, weights)

        network.programs["lbfgs"] = jax.jit(jax.value_and_grad(loss))
    return network.programs["lbfgs"]


def _join(variables):
    return np.concatenate([np.asarray(v.value).ravel() for v in variables])


def _parts(network, vector):
    """Yields each trainable variable with its part of the vector."""
    start = 0
    for variable in network.trainable_variables:
        size = int(np.prod(variable.shape))
        yield variable, vector[start : start + size].reshape(variable.shape)
        start += size


def _teller(estimator):
    if not estimator.verbose:
        return None
    count = iter(range(1, estimator.max_iter + 1))
    return lambda intermediate_result: print(
        f"Iteration {next(count)}, loss = {intermediate_result.fun:.8f}"
    )
