"""Control flow inside programs: branches, loops, scans, maps and own gradients."""

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ranvier.core import _tree
from ranvier.core._errors import ArgumentError
from ranvier.ops._dispatch import op
from ranvier.ops._specs import as_index, infer, output_spec
from ranvier.ops._symbolic import KerasTensor, is_keras_tensor


@op
def cond(pred, true_fn, false_fn):
    """Calls `true_fn()` if `pred` holds, else `false_fn()`.

    Inside a program both are traced and one of them runs. Outside, where the value of
    `pred` is known, only the chosen one is called.

    Args:
        pred: a boolean scalar.
        true_fn: a callable without arguments.
        false_fn: likewise; its result has the structure, shapes and dtypes of
            `true_fn`'s.

    Example:
        >>> from ranvier import ops
        >>> ops.cond(True, lambda: ops.ones(2), lambda: ops.zeros(2)).tolist()
        [1.0, 1.0]
    """
    if isinstance(pred, Tracer):
        try:
            return jax.lax.cond(pred, true_fn, false_fn)
        except TypeError as error:  # branches of different shapes; Keras: ValueError
            raise ArgumentError(str(error)) from error
    # Compiling both branches anew for one eager call would cost far more than the call.
    result = true_fn() if pred else false_fn()
    return jax.tree.map(lambda x: jnp.asarray(x) if np.isscalar(x) else x, result)


@op
def switch(index, branches, *operands):
    """Calls the branch with the given index on the operands.

    Args:
        index: an integer scalar; moved to the nearest valid index if outside.
        branches: callables that return results of one structure.
        *operands: what the branch is called with.

    Example:
        >>> from ranvier import ops
        >>> ops.switch(1, [ops.add, ops.subtract], 5.0, 3.0).item()
        2.0
    """
    return jax.lax.switch(index, branches, *operands)


@output_spec(switch)
def _switch_spec(index, branches, *operands):
    return infer(switch.raw, (as_index(index), branches, *operands), {})


@op
def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Repeats `body` while `cond` holds.

    Args:
        cond: a callable that maps the loop variables to a boolean scalar.
        body: a callable that maps the loop variables to their next values.
        loop_vars: the initial values: a tuple or list, or one tensor.
        maximum_iterations: stop after so many repetitions, if not None.

    Returns:
        The values when the loop ends: a tuple, or one tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.while_loop(lambda i: i < 10, lambda i: i + 3, 0).item()
        12
    """

    def as_tuple(values):
        return tuple(values) if isinstance(values, (tuple, list)) else (values,)

    def goes_on(state):
        count, values = state
        holds = cond(*values)
        if maximum_iterations is None:
            return holds
        return jnp.logical_and(holds, count < maximum_iterations)

    def advance(state):
        count, values = state
        return count + 1, as_tuple(body(*values))

    start = as_tuple(loop_vars)
    _, values = jax.lax.while_loop(goes_on, advance, (0, start))
    return values if isinstance(loop_vars, (tuple, list)) else values[0]


@output_spec(while_loop)
def _while_loop_spec(cond, body, loop_vars, maximum_iterations=None):
    leaves = _tree.flatten(loop_vars)
    if not all(is_keras_tensor(leaf) for leaf in leaves):
        return infer(while_loop.raw, (cond, body, loop_vars, maximum_iterations), {})
    # A loop leaves shapes and dtypes as they are.
    values = _tree.map_structure(lambda x: KerasTensor(x.shape, x.dtype), loop_vars)
    return tuple(values) if isinstance(loop_vars, list) else values


@op
def fori_loop(lower, upper, body_fun, init_val):
    """Computes `val = body_fun(i, val)` for `i` from `lower` to `upper - 1`.

    Args:
        lower: the first index.
        upper: one more than the last index.
        body_fun: a callable `(i, val) -> val`.
        init_val: the initial value.

    Example:
        >>> from ranvier import ops
        >>> ops.fori_loop(0, 4, lambda i, total: total + i, 0).item()
        6
    """
    return jax.lax.fori_loop(lower, upper, body_fun, init_val)


@op
def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Runs `carry, y = f(carry, x)` along the first axis and stacks the `y`.

    Args:
        f: a callable `(carry, x) -> (carry, y)`.
        init: the first carry.
        xs: a tensor, or a structure of tensors, cut along the first axis; None to
            call `f` with None, `length` times.
        length: the number of steps, needed if `xs` is None.
        reverse: whether to run from the end.
        unroll: how many steps the compiled loop runs per turn; True for all.

    Returns:
        A tuple: the last carry, and the stacked `y`.

    Raises:
        ValueError: if `unroll` is neither a boolean nor a positive integer.

    Example:
        >>> from ranvier import ops
        >>> def step(total, x):
        ...     return total + x, total + x
        >>> ops.scan(step, 0, ops.array([1, 2, 3]))[1].tolist()
        [1, 3, 6]
    """
    if not isinstance(unroll, int) or (unroll < 1 and unroll is not False):
        raise ValueError(
            "`unroll` must be an positive integer or boolean. "
            f"Received: unroll={unroll}"
        )
    return jax.lax.scan(f, init, xs, length, reverse=reverse, unroll=unroll)


@op
def associative_scan(f, elems, reverse=False, axis=0):
    """Combines all prefixes of a sequence in parallel.

    Args:
        f: an associative callable of two elements (or structures of elements).
        elems: a tensor, or a structure of tensors.
        reverse: whether to combine suffixes instead.
        axis: the axis of the sequence.

    Raises:
        ValueError: if the tensors have different lengths along the axis.

    Example:
        >>> from ranvier import ops
        >>> ops.associative_scan(ops.add, ops.array([1, 2, 3])).tolist()
        [1, 3, 6]
    """
    return jax.lax.associative_scan(f, jax.tree.map(jnp.asarray, elems), reverse, axis)


@op
def map(f, xs):
    """Applies `f` to each slice along the first axis, one after another.

    Args:
        f: a callable of one slice.
        xs: a tensor, or a structure of tensors.

    Returns:
        The results, stacked.

    Example:
        >>> from ranvier import ops
        >>> ops.map(lambda x: x**2, ops.array([1, 2, 3])).tolist()
        [1, 4, 9]
    """
    return jax.lax.map(f, xs)


@op
def vectorized_map(function, elements):
    """Applies `function` to each slice along the first axis, all at once.

    Args:
        function: a callable of one slice.
        elements: a tensor, or a structure of tensors.

    Returns:
        The results, stacked.

    Example:
        >>> from ranvier import ops
        >>> ops.vectorized_map(ops.sum, ops.array([[1, 2], [3, 4]])).tolist()
        [3, 7]
    """
    return jax.vmap(function)(jax.tree.map(jnp.asarray, elements))


def custom_gradient(f):
    """Decorates a function that brings its own gradient.

    Args:
        f: a callable that returns its value and a function `grad(upstream)`, which
            maps the gradient with respect to the value to the gradients with respect
            to the arguments (one, or a tuple).

    Example:
        >>> from ranvier import ops
        >>> import jax
        >>> @ops.custom_gradient
        ... def double_but_triple_gradient(x):
        ...     return 2.0 * x, lambda upstream: 3.0 * upstream
        >>> jax.grad(double_but_triple_gradient)(1.0).item()
        3.0
    """
    return op(jax.custom_gradient(f), path=f"custom_gradient/{f.__qualname__}")
