"""Which functions may be traced: run once for all elements, with stand-ins.

A function is traced only if running it once cannot be told from running it for each
element. So its code, and that of the functions it refers to, is searched for whatever
may have an effect outside or may give another result on each call. When in doubt a
function is not traced: it is then slower, never wrong.
"""

import dis
import functools
import types

import jax
import numpy as np

from ranvier.layers import Layer
from ranvier.ops._nodes import Operation

# Calls with an effect, with a result that is not a function of the arguments, or with
# another one for the stand-ins of a trace.
_EFFECTS = frozenset(
    """print open input exec eval globals locals vars setattr delattr __import__ next
    append extend insert remove pop popitem clear update setdefault add discard
    appendleft popleft write writelines writerow sort reverse fill put assign
    assign_add assign_sub set_value send recv acquire release sleep random
    default_rng dequeue dequeue_many dequeue_up_to enqueue enqueue_many get_next
    get_next_as_optional shuffle choice normal uniform randint rand randn permutation
    time perf_counter now today uuid4 urandom getrandbits id isinstance issubclass
    type hasattr str repr format ascii hash""".split()
)
# These may be named as above, but draw anew for each element when traced.
_STORES = frozenset(
    "STORE_GLOBAL DELETE_GLOBAL STORE_DEREF STORE_ATTR DELETE_ATTR IMPORT_NAME "
    "FORMAT_VALUE FORMAT_SIMPLE FORMAT_WITH_SPEC YIELD_VALUE".split()
)
_CHANGES = frozenset("STORE_SUBSCR DELETE_SUBSCR".split())
_PURE_MODULES = ("jax", "numpy", "math", "operator", "functools", "ranvier")
_CONSTANTS = (
    type(None),
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    np.ndarray,
    np.generic,
    np.dtype,
    jax.Array,
)


def _has_effect(name):
    return name in _EFFECTS or _is_check(name)


def _is_check(name):
    # They fail for some elements: nothing in a trace would.
    return name.startswith("assert_") or name in ("Assert", "check_numerics")


def is_pure(function) -> bool:
    """Tells whether tracing a function gives the same as running it each time.

    Example:
        >>> is_pure(abs), is_pure(print)
        (True, False)
    """
    return _is_pure(function, set())


def _is_pure(value, visited):
    if id(value) in visited:
        return True
    visited.add(id(value))
    if isinstance(value, _CONSTANTS):
        return True
    if isinstance(value, Operation):  # layers and models
        return _is_pure_operation(value, visited)
    if isinstance(value, types.MethodType) and isinstance(value.__self__, Layer):
        return _is_pure(value.__self__, visited)
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(_is_pure(item, visited) for item in value)
    if isinstance(value, dict):
        return all(_is_pure(item, visited) for item in value.values())
    if isinstance(value, functools.partial):
        parts = (value.func, *value.args, *value.keywords.values())
        return all(_is_pure(part, visited) for part in parts)
    if isinstance(value, types.ModuleType):
        return _is_pure_module(value.__name__)
    if _is_pure_module(getattr(value, "__module__", None) or ""):
        return not _is_check(getattr(value, "__name__", ""))
    if isinstance(value, types.MethodType):
        return False
    if isinstance(value, types.FunctionType):
        return _is_pure_function(value, visited)
    if isinstance(value, types.BuiltinFunctionType):
        return value.__module__ == "builtins" and not _has_effect(value.__name__)
    if not isinstance(value, type):
        return False
    # The class of an operation is met in its own methods, which are searched.
    if issubclass(value, tuple) and hasattr(value, "_fields"):
        return True
    return value.__module__ == "builtins" or issubclass(value, Operation)


def _is_pure_module(name):
    if name.startswith(("numpy.random", "ranvier.random")):
        return False
    return name.partition(".")[0] in _PURE_MODULES


# What users' classes of layers say apart from computing outputs.
_NO_CALLS = frozenset(
    """__init__ build get_config from_config get_build_config build_from_config
    compute_output_shape compute_output_spec adapt update_state finalize_state
    reset_state save_assets load_assets save_own_variables load_own_variables""".split()
)


def _is_pure_operation(operation, visited):
    """Searches the code of users' classes, and what an operation is made of."""
    for cls in type(operation).__mro__:
        if _is_pure_module(cls.__module__) or cls is object:
            continue
        for name, member in vars(cls).items():
            if isinstance(member, property):
                member = member.fget
            if isinstance(member, (staticmethod, classmethod)):
                member = member.__func__
            if name in _NO_CALLS or not isinstance(member, types.FunctionType):
                continue
            if not _is_pure(member, visited):
                return False
    parts = [v for v in vars(operation).values() if isinstance(v, types.FunctionType)]
    if isinstance(operation, Layer):
        parts += operation._flatten_layers(include_self=False, recursive=False)
    return all(_is_pure(part, visited) for part in parts)


def _is_pure_function(function, visited):
    code = function.__code__
    if not _is_pure_code(code):
        return False
    values = []
    for name in _global_names(code):
        if name in function.__globals__:
            values.append(function.__globals__[name])
    for cell in function.__closure__ or ():
        try:
            values.append(cell.cell_contents)
        except ValueError:  # not set yet: the function refers to itself
            return False
    mutable = any(isinstance(value, (list, dict, set, np.ndarray)) for value in values)
    if mutable and _changes_items(code):
        return False
    values += [
        *(function.__defaults__ or ()),
        *(function.__kwdefaults__ or {}).values(),
    ]
    return all(_is_pure(value, visited) for value in values)


def _is_pure_code(code):
    # Handlers of exceptions may hide that something cannot be traced.
    if code.co_exceptiontable or any(map(_has_effect, code.co_names)):
        return False
    own = set(code.co_cellvars)
    for instruction in dis.get_instructions(code):
        if instruction.opname == "STORE_DEREF" and instruction.argval in own:
            continue
        if instruction.opname in _STORES:
            return False
    return all(_is_pure_code(inner) for inner in _inner_codes(code))


def _changes_items(code):
    if any(i.opname in _CHANGES for i in dis.get_instructions(code)):
        return True
    return any(_changes_items(inner) for inner in _inner_codes(code))


def _inner_codes(code):
    return [const for const in code.co_consts if isinstance(const, types.CodeType)]


def _global_names(code):
    names = set(code.co_names)
    for inner in _inner_codes(code):
        names |= _global_names(inner)
    return names
