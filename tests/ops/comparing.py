"""Comparing calls of our functions with those of Keras, given as data.

A call is `(args, kwargs)`. In symbolic calls `T(shape, dtype)` stands for a symbolic
tensor of either library.
"""

import collections

import jax
import jax.numpy as jnp
import keras
import numpy as np

from ranvier.ops._symbolic import KerasTensor

T = collections.namedtuple("T", ["shape", "dtype"], defaults=["float32"])


def call(*args, **kwargs):
    return args, kwargs


def outcome(function, args, kwargs):
    """Returns the class of the error (or None) and the leaves of the result."""
    try:
        result = function(*args, **kwargs)
    except Exception as error:
        return type(error), str(error)
    return None, [jnp.asarray(leaf) for leaf in jax.tree.leaves(result)]


def differences(ours, theirs, calls, rtol=1e-6, atol=1e-6, run=None):
    """Returns what distinguishes the results of two functions, one line a call."""
    found = []
    run = _run_compiled if run is None else run
    for (args, kwargs), mine, reference in zip(calls, *run(ours, theirs, calls)):
        if mine[0] is None and reference[0] is None:
            problem = _array_differences(mine[1], reference[1], rtol, atol)
        else:
            problem = f"{mine}" if mine[0] is not reference[0] else None
        if problem:
            found.append(f"{args} {kwargs}:\n    {problem}\n    Keras: {reference}")
    return "\n".join(found)


def run_eagerly(ours, theirs, calls):
    """Runs call after call."""
    return [[outcome(f, *each) for each in calls] for f in (ours, theirs)]


def _run_compiled(ours, theirs, calls):
    """Runs all calls in one program: compiling is what tests of ops cost most."""
    leaves, structure = jax.tree.flatten(calls)
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, np.ndarray)]
    errors = {}

    def program(arrays):
        filled = list(leaves)
        for i, array in zip(places, arrays):
            filled[i] = array
        results = []
        for i, (args, kwargs) in enumerate(jax.tree.unflatten(structure, filled)):
            for function in (ours, theirs):
                error, result = outcome(function, args, kwargs)
                if error is not None:
                    errors[function, i] = error, result
                results.append(None if error is not None else result)
        return results

    results = jax.jit(program)([leaves[i] for i in places])
    return [
        [errors.get((f, i)) or (None, results[2 * i + j]) for i in range(len(calls))]
        for j, f in enumerate((ours, theirs))
    ]


def _array_differences(mine, reference, rtol, atol):
    if len(mine) != len(reference):
        return f"{len(mine)} results"
    for a, b in zip(map(np.asarray, mine), map(np.asarray, reference)):
        if a.shape != b.shape or a.dtype != b.dtype:
            return f"{a.shape} {a.dtype} but {b.shape} {b.dtype}"
        # Half precision differs by its rounding where operations are fused.
        scale = {"float16": 2e-3, "bfloat16": 2e-2}.get(a.dtype.name, 0)
        if a.dtype == jnp.bfloat16:
            a, b = a.astype("float32"), b.astype("float32")
        limits = {"rtol": max(rtol, scale), "atol": max(atol, scale)}
        if not np.allclose(a, b, equal_nan=True, **limits):
            return f"{a}"
    return None


def symbolic_differences(ours, theirs, calls):
    """Returns where symbolic shapes, dtypes or error classes differ."""
    found = []
    for args, kwargs in calls:
        mine = _spec(ours, args, kwargs, KerasTensor)
        reference = _spec(theirs, args, kwargs, keras.KerasTensor)
        if mine != reference:
            found.append(f"{args} {kwargs}:\n    {mine}\n    Keras: {reference}")
    return "\n".join(found)


def _spec(function, args, kwargs, tensor_class):
    args, kwargs = place((args, kwargs), lambda t: tensor_class(t.shape, t.dtype))
    try:
        result = function(*args, **kwargs)
    except Exception as error:
        return type(error).__name__
    leaves = jax.tree.leaves(result, is_leaf=lambda x: isinstance(x, tensor_class))
    return [(tuple(leaf.shape), leaf.dtype) for leaf in leaves]


def place(structure, make):
    """Replaces each `T` in nested tuples, lists and dictionaries."""
    if isinstance(structure, T):
        return make(structure)
    if isinstance(structure, (list, tuple)):
        return type(structure)(place(item, make) for item in structure)
    if isinstance(structure, dict):
        return {key: place(item, make) for key, item in structure.items()}
    return structure


def gradient_differences(ours, theirs, calls, rtol=1e-5, atol=1e-6):
    """Compares gradients with respect to the float arrays among the arguments."""

    def gradients(function):
        def run(*args, **kwargs):
            places = [i for i, a in enumerate(args) if _is_float(a)]

            def loss(values):
                filled = list(args)
                for i, value in zip(places, values):
                    filled[i] = value
                leaves = jax.tree.leaves(function(*filled, **kwargs))
                # Different weights, so that no gradient vanishes by symmetry.
                return sum(
                    jnp.sum(leaf * jnp.cos(jnp.arange(leaf.size)).reshape(leaf.shape))
                    for leaf in leaves
                    if jnp.issubdtype(leaf.dtype, jnp.floating)
                )

            return jax.grad(loss)([args[i] for i in places])

        return run

    return differences(gradients(ours), gradients(theirs), calls, rtol, atol)


def _is_float(value):
    return isinstance(value, jax.Array) and jnp.issubdtype(value.dtype, jnp.floating)
