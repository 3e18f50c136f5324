"""Loops over data sets inside functions: compiled steps in a loop of Python's.

A data set is read on the host, so a loop over one cannot be part of a compiled program.
In a trace it is an operation of its own, which holds the traced body. A program with
such operations is run by pieces: what lies between them is compiled, each of them
fetches its elements and runs the compiled body.
"""

import functools

import jax
from jax import lax
from jax._src import core as jax_core
from jax.extend.core import ClosedJaxpr, Jaxpr

from ranvier.autodiff.function import _sizes
from ranvier.autodiff.function._branches import Inputs
from ranvier.autodiff.function._state import state as tracing_state
from ranvier.autodiff.function._values import put_together, struct_of, take_apart
from ranvier.core import _tree
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._specs import TensorSpec

host_loop_p = jax_core.Primitive("host_loop")
host_loop_p.multiple_results = True


@host_loop_p.def_abstract_eval
def _host_loop_types(*operands, loop):
    return [jax_core.ShapedArray(x.shape, x.dtype) for x in loop.types]


class Derived:
    """A data set made of others inside a function, such as `enumerate(dataset)`.

    Args:
        sources: the data sets.
        make: makes the new one of them.
    """

    def __init__(self, sources, make):
        self.sources = sources
        self.make = make
        self.element_spec = make(*sources).element_spec


class HostLoop:
    """A loop over the elements of a data set.

    Args:
        iterated: the data set.
        body: the `Traced` body, its sizes perhaps symbols.
        structs: types of the arrays of an element, as the body was traced for them.
        inputs: the `Inputs` of the body.
        size: the number of arrays of the state.
        types: the types of the results.
        leaves_early: whether the body's last output tells if the loop goes on.
    """

    def __init__(self, iterated, body, structs, inputs, size, types, leaves_early):
        self.iterated = iterated
        self.body = body
        self.structs = structs
        self.inputs = inputs
        self.size = size
        self.types = types
        self.leaves_early = leaves_early
        self._steps: dict = {}

    def __call__(self, operands, hosts):
        """Runs the loop on arrays; returns the last state and values of variables."""
        kept = len(self.types)
        carry, constants = list(operands[:kept]), list(operands[kept:])
        for element in _actual(self.iterated, hosts):
            items: list = []
            take_apart(_as_tensors(element), items)
            step = self._step_for(items)
            carry, go_on = step(carry, items, constants)
            if self.leaves_early and not bool(go_on):
                break
        return carry

    def _step_for(self, items):
        key = tuple([(tuple(x.shape), x.dtype) for x in items])
        step = self._steps.get(key)
        if step is None:
            step = self._steps[key] = self._compiled(items)
        return step

    def _compiled(self, items):
        sizes = _sizes.sizes_of(self.structs, items)
        if sizes is None:
            raise ValueError(
                "The elements of the data set differ in their sizes in a way that the "
                "loop's body was not traced for: expected "
                f"{[s.shape for s in self.structs]}, received "
                f"{[x.shape for x in items]}. Batch with `drop_remainder=True`."
            )
        body = self.body
        if sizes:
            structs = [*map(struct_of, items), *self.types[: self.size]]
            structs = [jax.ShapeDtypeStruct(s.shape, s.dtype) for s in structs]
            body = _sizes.specialize(body, structs, sizes)

        def step(carry, items, constants):
            kept = len(body.out_types) - self.leaves_early
            moving = carry[kept:]
            own = self.inputs.of(body, moving, constants)
            found, new = body(*own, [*items, *carry[: self.size]])
            moving = self.inputs.updated(body, moving, new)
            go_on = found[-1] if self.leaves_early else None
            return [*found[:kept], *moving], go_on

        return jax.jit(step)


def _as_tensors(element):
    return _tree.map_structure(convert_to_tensor, element)


def _actual(iterated, hosts):
    """Returns the data set of a call in place of that of the trace."""
    if isinstance(iterated, Derived):
        return iterated.make(*[_actual(s, hosts) for s in iterated.sources])
    for traced, actual in hosts:
        if traced is iterated:
            return actual
    return iterated


def loop_over(iterated, trace_body, state, check):
    """Runs a loop over a data set inside a trace.

    Args:
        iterated: the data set.
        trace_body: called with types of the arrays of an element and of the state, the
            element's template and the state's; returns the `Traced` body, and the
            templates of state, further values and whether it goes on (None: always).
        state: a structure of tensors.
        check: as in `_loops.loop`.

    Returns:
        The last state and the last further values.
    """
    arrays: list = []
    template = take_apart(state, arrays)
    structs = [struct_of(x) for x in arrays]
    size = len(arrays)
    items, element = _element_types(iterated.element_spec)
    open_sizes = any(None in s.shape for s in items)
    symbolic = _sizes.with_symbols(items) if open_sizes else items
    try:
        found = trace_body(symbolic, structs, element, template)
    except jax.errors.JAXTypeError:
        if not open_sizes:
            raise
        first: list = []
        take_apart(_as_tensors(next(iter(_first(iterated)))), first)
        symbolic = [struct_of(x) for x in first]
        found = trace_body(symbolic, structs, element, template)
    body, (after, more, go_on) = found
    check(template, after, structs, body.out_types[:size])
    inputs = Inputs([body])
    moving, constants = inputs.values()
    kept = body.out_types[: len(body.out_types) - (go_on is not None)]
    types = [*kept, *map(jax.typeof, moving)]
    zeros = [jax.numpy.zeros(t.shape, t.dtype) for t in kept[size:]]
    loop = HostLoop(
        iterated, body, symbolic, inputs, size, types, leaves_early=go_on is not None
    )
    results = host_loop_p.bind(*arrays, *zeros, *moving, *constants, loop=loop)
    tracing_state.tracing[-1].note_host(iterated)
    inputs.assign(results[len(kept) :])
    return put_together(after, results), put_together(more, results)


def _first(iterated):
    if isinstance(iterated, Derived):
        return iterated.make(*map(_first, iterated.sources))
    return iterated


def _element_types(spec):
    """Returns the types of an element's arrays, and its template."""
    structs: list = []

    def leaf(spec):
        if not isinstance(spec, TensorSpec) or spec.dtype.name == "string":
            raise TypeError(
                f"A loop over a data set inside a function takes tensors of numbers. "
                f"Received elements of {spec!r}: loop outside, or turn texts into "
                "numbers with `map` first."
            )
        structs.append(jax.ShapeDtypeStruct(tuple(spec.shape), spec.dtype.dtype))
        return jax.numpy.zeros((), spec.dtype.dtype)

    with jax.enable_x64(True):
        example = _tree.map_structure(leaf, spec)
    return structs, take_apart(example, [])


# Running a program that has such loops.


@functools.cache
def _holds_loops(jaxpr) -> bool:
    return any(
        equation.primitive is host_loop_p
        or any(map(_holds_loops, _programs_in(equation)))
        for equation in jaxpr.eqns
    )


def holds_loops(jaxpr) -> bool:
    """Tells whether a program has loops over data sets."""
    return _holds_loops(jaxpr)


def _programs_in(equation):
    leaves = jax.tree.leaves(
        list(equation.params.values()),
        is_leaf=lambda v: isinstance(v, (ClosedJaxpr, Jaxpr)),
    )
    for value in leaves:
        if isinstance(value, ClosedJaxpr):
            yield value.jaxpr
        elif isinstance(value, Jaxpr):
            yield value


class Pieces:
    """A program cut at its loops over data sets.

    Args:
        jaxpr: the program.
    """

    def __init__(self, jaxpr):
        self._jaxpr = jaxpr
        self._steps = list(_cut(jaxpr))

    def __call__(self, constants, arguments, hosts):
        """Runs the program on arrays; returns its outputs."""
        values = dict(zip(self._jaxpr.constvars, constants, strict=True))
        values.update(zip(self._jaxpr.invars, arguments, strict=True))

        def read(atom):
            return atom.val if isinstance(atom, jax_core.Literal) else values[atom]

        for run, inputs, outputs in self._steps:
            found = run([read(atom) for atom in inputs], hosts)
            values.update(zip(outputs, found, strict=True))
        return [read(atom) for atom in self._jaxpr.outvars]


def _cut(jaxpr):
    """Yields `(function, inputs, outputs)` for each piece."""
    pending: list = []
    wanted = [set() for _ in jaxpr.eqns]
    later = {v for v in jaxpr.outvars if not isinstance(v, jax_core.Literal)}
    for i in range(len(jaxpr.eqns) - 1, -1, -1):
        wanted[i] = set(later)
        later |= {
            v for v in jaxpr.eqns[i].invars if not isinstance(v, jax_core.Literal)
        }
    for i, equation in enumerate(jaxpr.eqns):
        on_host = equation.primitive is host_loop_p or any(
            map(_holds_loops, _programs_in(equation))
        )
        if not on_host:
            pending.append(equation)
            continue
        if pending:
            needed = wanted[i] | _variables(equation.invars)
            yield _compiled_piece(pending, needed)
            pending = []
        yield _host_step(equation), equation.invars, equation.outvars
    if pending:
        yield _compiled_piece(pending, _variables(jaxpr.outvars))


def _variables(atoms):
    return {v for v in atoms if not isinstance(v, jax_core.Literal)}


def _compiled_piece(equations, wanted):
    made = [v for e in equations for v in e.outvars]
    known = set(made)
    inputs = []
    for equation in equations:
        for atom in equation.invars:
            if not isinstance(atom, jax_core.Literal) and atom not in known:
                known.add(atom)
                inputs.append(atom)
    outputs = [v for v in made if v in wanted]

    @jax.jit
    def piece(arrays):
        values = dict(zip(inputs, arrays, strict=True))
        for equation in equations:
            read = [
                a.val if isinstance(a, jax_core.Literal) else values[a]
                for a in equation.invars
            ]
            with equation.ctx.manager:
                params = equation.primitive.get_bind_params(equation.params)
                found = equation.primitive.bind(*read, **params)
            if not equation.primitive.multiple_results:
                found = [found]
            values.update(zip(equation.outvars, found, strict=True))
        return [values[v] for v in outputs]

    return (lambda arrays, hosts: piece(arrays)), inputs, outputs


def _host_step(equation):
    """Returns what runs an operation that holds loops over data sets."""
    params, name = equation.params, equation.primitive.name
    if equation.primitive is host_loop_p:
        return params["loop"]
    if name in ("jit", "pjit", "custom_vjp_call", "custom_jvp_call"):
        return _program(params.get("jaxpr") or params.get("call_jaxpr"))
    if name == "while":
        return _while(params)
    if name == "scan":
        return _scan(params)
    if name == "cond":
        branches = [_program(b) for b in params["branches"]]
        return lambda inputs, hosts: branches[int(inputs[0])](inputs[1:], hosts)
    raise NotImplementedError(
        f"A loop over a data set inside {name!r} of a function: move it outside."
    )


def _program(closed):
    pieces = Pieces(closed.jaxpr)
    return lambda inputs, hosts: pieces(closed.consts, inputs, hosts)


def _while(params):
    test, body = _program(params["cond_jaxpr"]), _program(params["body_jaxpr"])
    first, second = params["cond_nconsts"], params["body_nconsts"]

    def run(inputs, hosts):
        of_test = inputs[:first]
        of_body = inputs[first : first + second]
        carry = inputs[first + second :]
        while bool(test([*of_test, *carry], hosts)[0]):
            carry = body([*of_body, *carry], hosts)
        return carry

    return run


def _scan(params):
    body = _program(params["jaxpr"])
    constants, carried = params["num_consts"], params["num_carry"]

    def run(inputs, hosts):
        fixed = inputs[:constants]
        carry = inputs[constants : constants + carried]
        items = inputs[constants + carried :]
        outputs = []
        order = range(params["length"])
        for i in reversed(order) if params["reverse"] else order:
            here = [lax.index_in_dim(x, i, 0, keepdims=False) for x in items]
            found = body([*fixed, *carry, *here], hosts)
            carry = found[:carried]
            outputs.append(found[carried:])
        if params["reverse"]:
            outputs.reverse()
        stacked = [jax.numpy.stack(column) for column in zip(*outputs, strict=True)]
        return [*carry, *stacked]

    return run
