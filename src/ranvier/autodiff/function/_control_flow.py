"""Control flow as functions: `cond`, `while_loop`, `map_fn` and the like."""

import functools
import operator

import jax
import numpy as np

from ranvier.autodiff.function._branches import branch
from ranvier.autodiff.function._failures import DYNAMIC, ShapeNotKnown
from ranvier.autodiff.function._loops import for_each, loop
from ranvier.autodiff.function._staged import (
    State,
    check_invariants,
    compare_branches,
    compare_steps,
    staged,
)
from ranvier.autodiff.function._state import state as tracing_state
from ranvier.autodiff.function._values import as_tensors
from ranvier.core import _tree
from ranvier.tensors import _math, _ragged_ops, _shaping
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._specs import RaggedTensorSpec
from ranvier.tensors._tensor import is_traced


def _is_known(tensor) -> bool:
    return not is_traced(tensor._value)


def cond(pred, true_fn=None, false_fn=None, name=None):
    """Returns `true_fn()` if `pred` holds, else `false_fn()`.

    Args:
        pred: a scalar tensor of truth values.
        true_fn: takes nothing.
        false_fn: takes nothing. In a program both return alike structures.
        name: accepted as in TensorFlow.

    Raises:
        TypeError: if a function is none, or in a program if dtypes differ.

    Example:
        >>> import ranvier.tf as tf
        >>> x = tf.constant(3.0)
        >>> tf.cond(x > 2, lambda: x * 2, lambda: x).numpy().item()
        6.0
    """
    for label, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        if not callable(function):
            raise TypeError(f"{label} must be callable. Received: {function!r}")
    pred = convert_to_tensor(pred)
    if _is_known(pred):
        return true_fn() if pred else false_fn()
    return _chosen(_math.cast(pred, "int32"), [false_fn, true_fn])


def _chosen(index, functions):
    names = ("the result",)
    [result] = branch(
        index._device(),
        [lambda f=f: State(names, [as_tensors(f())]).as_outputs() for f in functions],
        functools.partial(_compare_all, names),
    )
    return result


def _compare_all(names, templates, types):
    for template, found in zip(templates[1:], types[1:], strict=True):
        compare_branches(names, (templates[0], template), (types[0], found))


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """Returns the result of the first function whose condition holds.

    Args:
        pred_fn_pairs: pairs of a scalar truth value and a function of nothing.
        default: the function if none holds; the last pair's if None.
        exclusive: whether at most one may hold.
        strict: accepted as in TensorFlow.
        name: accepted as in TensorFlow.

    Raises:
        InvalidArgumentError: if several hold and `exclusive` is set, or none does and
            there is no default.
    """
    from ranvier.autodiff.function._checks import check

    pairs = list(pred_fn_pairs)
    holds = [_math.cast(p, "int32") for p, _ in pairs]
    if exclusive:
        check(_math.add_n(holds) <= 1, ["More than one condition evaluated as True."])
    if default is None:
        check(_math.add_n(holds) >= 1, ["None of the conditions evaluated as True."])
        default = pairs[-1][1]
    chain = default
    for pred, function in reversed(pairs):
        chain = functools.partial(cond, pred, function, chain)
    return chain()


def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    """Returns the result of the function with a number.

    Args:
        branch_index: a scalar integer.
        branch_fns: a list of functions of nothing, or pairs or a dictionary of numbers
            and functions.
        default: for numbers that none has; that with the largest number if None.
        name: accepted as in TensorFlow.

    Example:
        >>> import ranvier.tf as tf
        >>> int(tf.switch_case(tf.constant(1), [lambda: 10, lambda: 20]))
        20
    """
    if isinstance(branch_fns, dict):
        pairs = sorted(branch_fns.items())
    elif branch_fns and isinstance(branch_fns[0], (list, tuple)):
        pairs = sorted(branch_fns, key=lambda pair: pair[0])
    else:
        pairs = list(enumerate(branch_fns))
    functions = [f for _, f in pairs]
    default = functions[-1] if default is None else default
    index = convert_to_tensor(branch_index)
    if _is_known(index):
        return dict(pairs).get(int(index), default)()
    place = convert_to_tensor(np.int32(len(functions)))
    for number, (key, _) in enumerate(pairs):
        here = convert_to_tensor(np.int32(number))
        place = _shaping.where(index == key, here, place)
    return _chosen(place, [*functions, default])


def while_loop(
    cond,
    body,
    loop_vars,
    shape_invariants=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    maximum_iterations=None,
    name=None,
):
    """Repeats `loop_vars = body(*loop_vars)` while `cond(*loop_vars)` holds.

    Args:
        cond: returns a scalar truth value.
        body: returns the next variables.
        loop_vars: a list or tuple of tensors and structures.
        shape_invariants: shapes of the variables, where sizes may change. A function
            with such a loop runs as Python.
        parallel_iterations: accepted as in TensorFlow.
        back_prop: accepted as in TensorFlow.
        swap_memory: accepted as in TensorFlow.
        maximum_iterations: the most steps, or None.
        name: accepted as in TensorFlow.

    Returns:
        The last variables, in the structure of `loop_vars`.

    Raises:
        TypeError: if dtypes change.
        ValueError: if shapes change.

    Example:
        >>> import ranvier.tf as tf
        >>> tf.while_loop(lambda i: i < 10, lambda i: (i + 1,), [tf.constant(0)])
        (<tf.Tensor: shape=(), dtype=int32, numpy=10>,)
    """
    if not callable(cond) or not callable(body):
        raise TypeError("`cond` and `body` must be callable.")
    values = [staged(v) for v in loop_vars]
    most = None
    if maximum_iterations is not None:
        most = _math.cast(maximum_iterations, "int32")._device()
    names = [f"loop_vars[{i}]" for i in range(len(values))]
    first = convert_to_tensor(cond(*values))
    if _is_known(first) and (most is None or not is_traced(most)):
        return _eager_loop(cond, body, loop_vars, values, first, most)
    if shape_invariants is not None and tracing_state.tracing:
        check_invariants(shape_invariants)
    state = State(names, values)

    def step(values):
        found = body(*values)
        if not isinstance(found, (list, tuple)):
            found = [found]
        return [staged(v) for v in found], []

    def test(values):
        return convert_to_tensor(cond(*values))

    check = functools.partial(compare_steps, state)
    found, _ = loop(test, step, state.defined, check, most)
    return _tree._rebuild(loop_vars, found)


def _eager_loop(cond, body, loop_vars, values, go_on, most):
    steps = 0
    while bool(go_on) and (most is None or steps < int(most)):
        found = body(*values)
        if not isinstance(found, (list, tuple)):
            found = [found]
        if len(found) != len(values):
            raise ValueError(
                f"The body returned {len(found)} values for {len(values)} loop_vars."
            )
        loop_vars, values = found, list(found)
        steps += 1
        go_on = convert_to_tensor(cond(*values))
    return _tree._rebuild(loop_vars, [staged(v) for v in values])


def map_fn(
    fn,
    elems,
    dtype=None,
    parallel_iterations=None,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    name=None,
    fn_output_signature=None,
):
    """Applies a function to each element along the first axis; stacks the results.

    Args:
        fn: takes an element: an entry of `elems`, or a structure of them.
        elems: a tensor, or a structure of tensors of one length; they may be ragged.
        dtype: older name of `fn_output_signature`.
        parallel_iterations: accepted as in TensorFlow.
        back_prop: accepted as in TensorFlow.
        swap_memory: accepted as in TensorFlow.
        infer_shape: accepted as in TensorFlow.
        name: accepted as in TensorFlow.
        fn_output_signature: dtypes or specs of the results, checked; if None these
            are as they come.

    Example:
        >>> import ranvier.tf as tf
        >>> tf.map_fn(lambda x: x * x, tf.constant([1, 2, 3])).numpy().tolist()
        [1, 4, 9]
    """
    wanted = dtype if fn_output_signature is None else fn_output_signature
    if any(map(_is_ragged, _tree.flatten((elems, wanted)))):
        return _map_in_python(fn, elems, wanted)
    elems = _tensors(elems)
    try:
        _, _, outputs = for_each(
            lambda element, state: ([], [], staged(fn(element))), elems, [], _unchecked
        )
    except DYNAMIC:
        if tracing_state.tracing:
            raise
        return _map_in_python(fn, elems, wanted)
    _check_dtypes(outputs, wanted)
    return outputs


def _is_ragged(value):
    return isinstance(value, (RaggedTensor, RaggedTensorSpec))


def _map_in_python(fn, elems, wanted):
    """Calls the function of `map_fn` for one element after the other."""
    if tracing_state.tracing:
        raise ShapeNotKnown("Rows of different lengths are mapped outside of programs.")
    elems = _tree.map_structure(
        lambda x: x if _is_ragged(x) else convert_to_tensor(x), elems
    )
    count = int(_tree.flatten(elems)[0].shape[0])
    rows = [_tree.map_structure(operator.itemgetter(i), elems) for i in range(count)]
    results = [staged(fn(row)) for row in rows]
    specs = iter(_tree.flatten(wanted))

    def stacked(*rows):
        is_ragged = any(map(_is_ragged, (next(specs, None), *rows)))
        return (_ragged_ops if is_ragged else _shaping).stack(rows)

    outputs = _tree.map_structure(stacked, *results)
    _check_dtypes(outputs, wanted)
    return outputs


def _check_dtypes(outputs, wanted):
    if wanted is None:
        return
    pairs = zip(_tree.flatten(outputs), _tree.flatten(wanted), strict=False)
    for tensor, spec in pairs:
        dtype = getattr(spec, "dtype", spec)
        if tensor.dtype != dtype:
            raise ValueError(
                f"`fn` returned a tensor of dtype {tensor.dtype!r}, but "
                f"`fn_output_signature` says {dtype!r}."
            )


def _tensors(elems):
    return _tree.map_structure(convert_to_tensor, elems)


def _unchecked(*args):
    """Accepts everything: there is no state."""


def _fold(fn, elems, initializer, reverse):
    elems = _tensors(elems)
    if initializer is None:
        place = -1 if reverse else 0
        initializer = _tree.map_structure(lambda t: t[place], elems)
        rest = slice(None, -1) if reverse else slice(1, None)
        elems = _tree.map_structure(lambda t: t[rest], elems)
    state = State(["the accumulated value"], [staged(initializer)])

    def step(element, values):
        found = staged(fn(values[0], element))
        return [found], [], found

    check = functools.partial(compare_steps, state)
    [last], _, outputs = for_each(step, elems, state.defined, check, reverse)
    return initializer, last, outputs


def scan(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    reverse=False,
    name=None,
):
    """Applies `a = fn(a, element)` along the first axis; stacks all `a`.

    Args:
        fn: takes the accumulated value and an element.
        elems: a tensor, or a structure of tensors of one length.
        initializer: the first accumulated value; the first element if None.
        parallel_iterations: accepted as in TensorFlow.
        back_prop: accepted as in TensorFlow.
        swap_memory: accepted as in TensorFlow.
        infer_shape: accepted as in TensorFlow.
        reverse: whether to begin with the last element.
        name: accepted as in TensorFlow.

    Example:
        >>> import ranvier.tf as tf
        >>> tf.scan(lambda a, x: a + x, tf.constant([1, 2, 3])).numpy().tolist()
        [1, 3, 6]
    """
    first, _, outputs = _fold(fn, elems, initializer, reverse)
    if initializer is not None:
        return outputs

    def joined(start, rest):
        parts = [rest, start[None]] if reverse else [start[None], rest]
        return _shaping.concat(parts, 0)

    return _tree.map_structure(joined, first, outputs)


def foldl(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
):
    """Returns the last `a` of `a = fn(a, element)` from the first element on.

    Args:
        fn: takes the accumulated value and an element.
        elems: a tensor, or a structure of tensors of one length.
        initializer: the first accumulated value; the first element if None.
        parallel_iterations: accepted as in TensorFlow.
        back_prop: accepted as in TensorFlow.
        swap_memory: accepted as in TensorFlow.
        name: accepted as in TensorFlow.
    """
    return _fold(fn, elems, initializer, reverse=False)[1]


def foldr(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
):
    """Returns the last `a` of `a = fn(a, element)` from the last element on.

    Args:
        fn: takes the accumulated value and an element.
        elems: a tensor, or a structure of tensors of one length.
        initializer: the first accumulated value; the last element if None.
        parallel_iterations: accepted as in TensorFlow.
        back_prop: accepted as in TensorFlow.
        swap_memory: accepted as in TensorFlow.
        name: accepted as in TensorFlow.
    """
    return _fold(fn, elems, initializer, reverse=True)[1]


def vectorized_map(fn, elems, fallback_to_while_loop=True, warn=True):
    """Applies a function to each element along the first axis, all at once.

    Args:
        fn: takes an element.
        elems: a tensor, or a structure of tensors of one length.
        fallback_to_while_loop: accepted as in TensorFlow.
        warn: accepted as in TensorFlow.

    Example:
        >>> import ranvier.tf as tf
        >>> x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
        >>> tf.vectorized_map(tf.reduce_sum, x).numpy().tolist()
        [3.0, 7.0]
    """
    from ranvier.autodiff.function._branches import Inputs, call_in_trace, trace_block
    from ranvier.autodiff.function._values import put_together, take_apart

    items: list = []
    template = take_apart(_tensors(elems), items)
    structs = [jax.ShapeDtypeStruct(x.shape[1:], x.dtype) for x in items]
    program, result = trace_block(
        lambda *arrays: as_tensors(fn(put_together(template, arrays))), structs
    )
    inputs = Inputs([program])

    def run(items, moving, constants):
        own = inputs.of(program, moving, constants)
        return jax.vmap(lambda *arrays: program(*own, arrays)[0])(*items)

    return put_together(result, call_in_trace(run, items, *inputs.values()))


def group(*inputs, **kwargs):
    """Returns None: operations run in the order they are written in.

    Args:
        *inputs: accepted as in TensorFlow.
        **kwargs: accepted as in TensorFlow.
    """


def no_op(name=None):
    """Returns None: does nothing.

    Args:
        name: accepted as in TensorFlow.
    """


class control_dependencies:
    """Context that does nothing: operations run in the order they are written in.

    Args:
        control_inputs: accepted as in TensorFlow.
    """

    def __init__(self, control_inputs=None):
        self._inputs = control_inputs

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass
