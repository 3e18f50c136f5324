"""Traces for sizes that are not known: one run of the Python code serves all.

The code is traced with symbols for the sizes. For the sizes of a call the program is
written again with numbers in their place, without running the code.
"""

import jax
from jax import export
from jax._src import core as jax_core
from jax.extend.core import ClosedJaxpr, Jaxpr

from ranvier.autodiff.function import _capture


def with_symbols(structs, arrays=None):
    """Returns array types with symbols in place of unknown sizes.

    Args:
        structs: types of arrays, None for unknown sizes.
        arrays: the arrays of a call. Sizes along one axis number that are equal in it
            get one symbol: batches of inputs and of labels have the same length.
    """
    scope = export.SymbolicScope()
    symbols: dict = {}
    result = []
    for i, struct in enumerate(structs):
        shape = []
        for axis, size in enumerate(struct.shape):
            if size is None:
                key = axis, None if arrays is None else arrays[i].shape[axis]
                if key not in symbols:
                    name = f"size{len(symbols)}"
                    symbols[key] = export.symbolic_shape(name, scope=scope)[0]
                size = symbols[key]
            shape.append(size)
        result.append(jax.ShapeDtypeStruct(tuple(shape), struct.dtype))
    return result


def examples(structs):
    """Returns types of arrays with some number in place of unknown sizes."""
    return [
        jax.ShapeDtypeStruct(tuple(3 if n is None else n for n in s.shape), s.dtype)
        for s in structs
    ]


def sizes_of(symbolic, arrays):
    """Returns `{symbol: size}` for the arrays of a call, or None if they do not fit."""
    found: dict = {}
    for struct, array in zip(symbolic, arrays, strict=True):
        for size, actual in zip(struct.shape, array.shape, strict=True):
            if isinstance(size, int):
                if size != actual:
                    return None
            elif found.setdefault(str(size), actual) != actual:
                return None
    return found


def specialize(traced, arrays, sizes):
    """Returns a traced program with numbers in place of symbols.

    Args:
        traced: the `Traced` program.
        arrays: types of the arguments of a call.
        sizes: `{symbol: size}`.
    """

    def run(*arguments):
        return _evaluate(traced.jaxpr, traced.constants, arguments, sizes)

    with jax.enable_x64(True):
        closed = jax.make_jaxpr(run)(*arrays)
    return _capture.Traced(
        closed, traced.holes, traced.written, traced.created, traced.count
    )


def _evaluate(jaxpr, constants, arguments, sizes):
    """Runs a program, with numbers in place of symbols, in the current trace."""
    values = dict(zip(jaxpr.constvars, constants, strict=True))
    values.update(zip(jaxpr.invars, arguments, strict=True))

    def read(atom):
        return atom.val if isinstance(atom, jax_core.Literal) else values[atom]

    for equation in jaxpr.eqns:
        inputs = [read(atom) for atom in equation.invars]
        with equation.ctx.manager:
            results = _bind(equation, inputs, sizes)
        if not equation.primitive.multiple_results:
            results = [results]
        values.update(zip(equation.outvars, results, strict=True))
    return [read(atom) for atom in jaxpr.outvars]


def _bind(equation, inputs, sizes):
    primitive, params = equation.primitive, equation.params
    if primitive.name == "dim_as_value":
        dtype = equation.outvars[0].aval.dtype
        return jax.numpy.asarray(_number(params["dim"], sizes), dtype)
    if primitive.name == "custom_jvp_call":
        return _custom_jvp(params, inputs, sizes)
    if primitive.name == "custom_vjp_call":
        inner = params["call_jaxpr"]
        return _evaluate(inner.jaxpr, inner.consts, inputs, sizes)
    params = {key: _filled(value, sizes) for key, value in params.items()}
    return primitive.bind(*inputs, **primitive.get_bind_params(params))


def _custom_jvp(params, inputs, sizes):
    """Calls a function that brings its derivative along."""
    inner = params["call_jaxpr"]

    @jax.custom_jvp
    def function(*inputs):
        return _evaluate(inner.jaxpr, inner.consts, inputs, sizes)

    @function.defjvp
    def derivative(primals, tangents):
        count = len(primals)
        found = params["jvp_jaxpr_fun"].call_wrapped(*[False] * count)
        jaxpr, constants, zeros = found
        results = _evaluate(jaxpr, constants, [*primals, *tangents], sizes)
        outputs = results[: len(zeros)]
        nonzero = iter(results[len(zeros) :])
        tangents_out = [
            jax.numpy.zeros_like(x) if is_zero else next(nonzero)
            for x, is_zero in zip(outputs, zeros, strict=True)
        ]
        return outputs, tangents_out

    return function(*inputs)


def _number(size, sizes):
    return size._evaluate(sizes) if export.is_symbolic_dim(size) else size


def _filled(value, sizes):
    """Returns a parameter of an operation with numbers in place of symbols."""
    if export.is_symbolic_dim(value):
        return _number(value, sizes)
    if isinstance(value, ClosedJaxpr):
        return _filled_program(value, sizes)
    if isinstance(value, Jaxpr):
        return _filled_program(ClosedJaxpr(value, ()), sizes).jaxpr
    if isinstance(value, tuple):
        filled = [_filled(x, sizes) for x in value]
        return type(value)(*filled) if hasattr(value, "_fields") else tuple(filled)
    if isinstance(value, list):
        return [_filled(x, sizes) for x in value]
    if isinstance(value, (jax.ShapeDtypeStruct, jax_core.ShapedArray)):
        return value.update(shape=_filled(tuple(value.shape), sizes))
    return value


def _filled_program(closed, sizes):
    structs = [
        jax.ShapeDtypeStruct(_filled(tuple(v.aval.shape), sizes), v.aval.dtype)
        for v in closed.jaxpr.invars
    ]

    def run(*arguments):
        return _evaluate(closed.jaxpr, closed.consts, arguments, sizes)

    return jax.make_jaxpr(run)(*structs)
