"""What translated control flow does: Python's meaning, or a part of the program.

AutoGraph turns statements into calls of these functions. Where the value that decides
is a tensor, and a function is being traced, both branches or the loop's body are traced
once and become one operation of the program. Otherwise they do what Python does.
"""

import functools
import inspect
import sys
import types

import numpy as np

from ranvier.autodiff.function import _autograph, _checks
from ranvier.autodiff.function._branches import branch, trace_block
from ranvier.autodiff.function._failures import ReadsIterator
from ranvier.autodiff.function._host import Derived, loop_over
from ranvier.autodiff.function._loops import for_each, loop
from ranvier.autodiff.function._staged import State, compare_branches, compare_steps
from ranvier.autodiff.function._state import state as tracing_state
from ranvier.autodiff.function._tensor_arrays import prepare
from ranvier.autodiff.function._values import put_together
from ranvier.core._variable import Variable
from ranvier.tensors import _shaping
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dynamic_range import DynamicRange
from ranvier.tensors._math import cast, logical_and, logical_not, logical_or
from ranvier.tensors._tensor import Tensor


@functools.cache
def namespace():
    """Returns what translated code knows as `ag__`."""
    from malt import operators
    from malt.core import converter

    here = types.SimpleNamespace(
        ConversionOptions=converter.ConversionOptions,
        Feature=converter.Feature,
        STD=converter.STANDARD_OPTIONS,
        FunctionScope=operators.FunctionScope,
        with_function_scope=operators.with_function_scope,
        Undefined=operators.Undefined,
        UndefinedReturnValue=operators.UndefinedReturnValue,
        ld=operators.ld,
        ldu=operators.ldu,
    )
    for function in (
        and_,
        assert_stmt,
        autograph_artifact,
        caught,
        converted_call,
        for_stmt,
        if_exp,
        if_stmt,
        not_,
        or_,
        while_stmt,
    ):
        setattr(here, function.__name__, function)
    return here


# Which values decide in the program.


def is_staged(value) -> bool:
    """Tells whether a value decides inside the program rather than in Python."""
    return bool(tracing_state.tracing) and isinstance(value, (Tensor, Variable))


def _decider(value, statement):
    """Returns the truth value of a statement's condition.

    Raises:
        ValueError: if it is no scalar, or no truth value.
    """
    tensor = convert_to_tensor(value)
    if tensor.dtype.name != "bool" or tensor.ndim:
        raise ValueError(
            f"condition of {statement} expected to be `tf.bool` scalar, got {tensor}; "
            "to use as boolean Tensor, use `tf.cast`; to check for None, use `is not "
            "None`"
        )
    return tensor


# Branches.


def if_stmt(cond, body, orelse, get_state, set_state, symbol_names, nouts):
    """Runs `if cond: body else: orelse`.

    Args:
        cond: the condition.
        body: runs the first branch, on the variables that the state functions share.
        orelse: runs the other branch.
        get_state: returns the values of the variables.
        set_state: sets them.
        symbol_names: their names.
        nouts: how many of them are needed afterwards.
    """
    if not is_staged(cond):
        body() if cond else orelse()
        return
    cond = _decider(cond, "if statement")
    before = get_state()
    names = symbol_names[:nouts]

    def of(run):
        def values():
            set_state(before)
            run()
            return State(names, get_state()[:nouts]).as_outputs()

        return values

    results = branch(
        cast(cond, "int32")._device(),
        [of(orelse), of(body)],
        functools.partial(compare_branches, names),
    )
    set_state((*results, *before[nouts:]))


def if_exp(cond, if_true, if_false, expr_repr):
    """Evaluates `if_true if cond else if_false`.

    Args:
        cond: the condition.
        if_true: returns the first value.
        if_false: returns the other one.
        expr_repr: the text of the condition.
    """
    if not is_staged(cond):
        return if_true() if cond else if_false()
    name = (f"the value of `... if {expr_repr} else ...`",)
    cond = _decider(cond, "if expression")
    [result] = branch(
        cast(cond, "int32")._device(),
        [
            lambda: State(name, [if_false()]).as_outputs(),
            lambda: State(name, [if_true()]).as_outputs(),
        ],
        functools.partial(compare_branches, name),
    )
    return result


def and_(a, b):
    """Evaluates `a and b`, both given as functions."""
    value = a()
    if not is_staged(value):
        return value and b()
    other = b()
    return logical_and(value, other)


def or_(a, b):
    """Evaluates `a or b`, both given as functions."""
    value = a()
    if not is_staged(value):
        return value or b()
    return logical_or(value, b())


def not_(a):
    """Evaluates `not a`."""
    return logical_not(a) if is_staged(a) else not a


def assert_stmt(test, message):
    """Runs `assert test, message()`."""
    if not is_staged(test):
        assert test, message()
        return
    _checks.check(test, [message()], AssertionError)


# Loops.


def while_stmt(test, body, get_state, set_state, symbol_names, opts):
    """Runs `while test(): body()`.

    Args:
        test: evaluates the condition.
        body: runs the body once.
        get_state: returns the values of the loop's variables.
        set_state: sets them.
        symbol_names: their names.
        opts: options of the loop.
    """
    first = test()
    while not is_staged(first):
        if not first:
            return
        body()
        first = test()
    _decider(first, "while loop")
    state = State(symbol_names, get_state())

    def checked(values):
        set_state(state.filled(values))
        return _decider(test(), "while loop")

    def step(values):
        set_state(state.filled(values))
        body()
        return state.split(get_state())

    def once(values):
        set_state(state.filled(values))
        body()

    prepare(state, once)
    check = functools.partial(compare_steps, state)
    found, more = loop(checked, step, state.defined, check)
    set_state(state.joined(found, more))


def for_stmt(iter_, extra_test, body, get_state, set_state, symbol_names, opts):
    """Runs `for target in iter_: body(target)`.

    Args:
        iter_: what is iterated over.
        extra_test: tells whether to go on (after a `break`), or None.
        body: runs the body once, for a value.
        get_state: returns the values of the loop's variables.
        set_state: sets them.
        symbol_names: their names.
        opts: options of the loop.
    """
    if tracing_state.tracing:
        if isinstance(iter_, DynamicRange):
            run = _for_range
        elif isinstance(iter_, (Tensor, Variable)):
            run = _for_tensor
        else:
            run = _for_dataset if _is_dataset(iter_) else None
        if run is not None:
            state = State(symbol_names, get_state())
            run(iter_, extra_test, body, get_state, set_state, state)
            return
    if extra_test is not None and not extra_test():
        return
    for target in iter_:
        body(target)
        if extra_test is not None:
            go_on = extra_test()
            if is_staged(go_on):
                raise TypeError(
                    "A `break` that depends on a tensor needs a loop over tensors: "
                    f"iterate over `tf.range(...)` rather than {type(iter_).__name__}."
                )
            if not go_on:
                return


def _is_dataset(value):
    return hasattr(value, "element_spec")


def _for_dataset(iter_, extra_test, body, get_state, set_state, state):
    check = functools.partial(compare_steps, state)

    def trace_body(items, structs, element, template):
        number = len(items)

        def traced(*arrays):
            set_state(state.filled(put_together(template, arrays[number:])))
            with state.appending() as lists:
                body(put_together(element, arrays[:number]))
            lists.refuse()
            go_on = None
            if extra_test is not None:
                go_on = convert_to_tensor(extra_test())
            return *state.split(get_state()), go_on

        return trace_block(traced, [*items, *structs])

    found, more = loop_over(iter_, trace_body, state.defined, check)
    set_state(state.joined(found, more))


def _for_tensor(iter_, extra_test, body, get_state, set_state, state):
    tensor = convert_to_tensor(iter_)
    if not tensor.ndim:
        raise TypeError("Cannot iterate over a scalar tensor.")
    check = functools.partial(compare_steps, state)
    if extra_test is not None:
        count = convert_to_tensor(np.int32(tensor.shape[0]))

        def item(number):
            return _shaping.gather(tensor, number)

        _counted(count, item, extra_test, body, get_state, set_state, state)
        return

    def once(values):
        set_state(state.filled(values))
        body(_shaping.zeros(tensor.shape[1:], tensor.dtype))

    prepare(state, once, tensor.shape[0])

    def step(element, values):
        set_state(state.filled(values))
        with state.appending() as lists:
            body(element)
        return *state.split(get_state()), lists.outputs()

    found, more, appended = for_each(step, tensor, state.defined, check)
    set_state(state.joined(found, more))
    state.extend_lists(appended, tensor.shape[0])


def _for_range(iter_, extra_test, body, get_state, set_state, state):
    _counted(iter_.count, iter_.item, extra_test, body, get_state, set_state, state)


def _counted(count, item, extra_test, body, get_state, set_state, state):
    """Runs a loop of a number of steps that may be left early."""

    def test(values):
        number, values = values
        go_on = number < count
        if extra_test is not None:
            set_state(state.filled(values))
            go_on = logical_and(go_on, convert_to_tensor(extra_test()))
        return go_on

    def step(values):
        number, values = values
        set_state(state.filled(values))
        with state.appending() as lists:
            body(item(number))
        lists.refuse()
        defined, more = state.split(get_state())
        return (number + 1, defined), more

    def check(before, after, types_before, types_after):
        compare_steps(state, before[1], after[1], types_before[1:], types_after[1:])

    start = convert_to_tensor(np.int32(0))

    def once(values):
        set_state(state.filled(values))
        body(item(start))

    prepare(state, once)
    found, more = loop(test, step, (start, state.defined), check)
    set_state(state.joined(found[1], more))


# Calls.


def autograph_artifact(function, extras=None):
    """Marks a function as translated already."""
    function._autograph_leaves_alone = True
    return function


def caught():
    """Returns the exception that is being handled."""
    return sys.exc_info()[1]


def converted_call(f, args, kwargs, caller_fn_scope=None, options=None):
    """Calls a function, translating it first if it is the user's.

    Args:
        f: the function.
        args: its arguments.
        kwargs: keyword arguments, or None.
        caller_fn_scope: the scope of the translated function that calls.
        options: options of the translation, as a starting point.
    """
    kwargs = kwargs or {}
    if isinstance(f, functools.partial):
        kwargs = {**f.keywords, **kwargs}
        args = (*f.args, *args)
        return converted_call(f.func, args, kwargs, caller_fn_scope, options)
    if isinstance(f, types.BuiltinFunctionType) or f in _OF_THE_FRAME:
        return _call_builtin(f, args, kwargs, caller_fn_scope)
    target, effective = _target(f, args)
    if target is None:
        overload = _BUILTINS.get(f) if isinstance(f, type) else None
        return (overload or f)(*args, **kwargs)
    try:
        made, _ = _autograph.translate(target)
    except Exception as error:
        # Source that is not to be had, or uses what AutoGraph does not know: Python's
        # own control flow serves unless it meets a tensor.
        _autograph.tell_failure(target, error)
        return f(*args, **kwargs)
    return made(*effective, **kwargs)


def _target(f, args):
    """Returns the function to translate for a call, or None, and its arguments."""
    if inspect.isclass(f):
        return None, args
    if inspect.ismethod(f):
        target, args = f.__func__, (f.__self__, *args)
    elif inspect.isfunction(f):
        target = f
    else:
        target = inspect.getattr_static(type(f), "__call__", None)
        args = (f, *args)
    code = getattr(target, "__code__", None)
    if (
        code is None
        or getattr(target, "_autograph_leaves_alone", False)
        or not _autograph.is_users_own(target)
        or code.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE)
        or code.co_filename == "<string>"
    ):
        return None, args
    return target, args


# Python's builtins, where tensors take part.


def _call_builtin(f, args, kwargs, scope):
    from malt.operators import py_builtins

    if f is super:
        return py_builtins.super_in_original_context(f, args, scope)
    if f is globals:
        return py_builtins.globals_in_original_context(scope)
    if f is locals:
        return py_builtins.locals_in_original_context(scope)
    if f is eval:
        return py_builtins.eval_in_original_context(f, args, scope)
    overload = _BUILTINS.get(f) if f.__module__ == "builtins" else None
    if overload is None and getattr(f, "__name__", "") == "append":
        if isinstance(f.__self__, list) and State.lists:
            State.lists[-1].note(f.__self__)
    return (overload or f)(*args, **kwargs)


_OF_THE_FRAME = (super,)


def _any_staged(values):
    return any(is_staged(value) for value in values)


def _range(*args):
    if _any_staged(args):
        return _shaping.range(*args)
    return range(*args)


def _int(*args, **kwargs):
    if args and is_staged(args[0]):
        return cast(args[0], "int32")
    return int(*args, **kwargs)


def _float(*args):
    if args and is_staged(args[0]):
        return cast(args[0], "float32")
    return float(*args)


def _print(*args, **kwargs):
    # As in TensorFlow, `print` is Python's: it shows what tensors are at tracing.
    print(*args, **kwargs)


def _enumerate(iterable, start=0):
    if _is_dataset(iterable) and tracing_state.tracing:
        return Derived([iterable], lambda dataset: dataset.enumerate(start))
    return enumerate(iterable, start)


def _zip(*iterables, **kwargs):
    if iterables and all(map(_is_dataset, iterables)) and tracing_state.tracing:
        return Derived(iterables, lambda *datasets: type(datasets[0]).zip(datasets))
    return zip(*iterables, **kwargs)


def _next(iterator, *default):
    if not hasattr(iterator, "element_spec"):
        return next(iterator, *default)
    if tracing_state.tracing:
        raise ReadsIterator(
            "`next(iterator)` inside a function would be a constant of the program. "
            "Pass the batch as an argument, or loop over the data set."
        )
    return next(iterator, *default) if default else iterator.get_next()


def _len(value):
    if is_staged(value):
        shape = tuple(convert_to_tensor(value).shape)
        if shape and shape[0] is None:
            return _shaping.shape(value)[0]
    return len(value)


_BUILTINS = {
    range: _range,
    int: _int,
    float: _float,
    print: _print,
    enumerate: _enumerate,
    zip: _zip,
    len: _len,
    next: _next,
}
