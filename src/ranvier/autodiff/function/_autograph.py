"""AutoGraph: Python's control flow on tensors, translated into calls that trace it.

The translation is diastatic-malt's (TensorFlow's AutoGraph as a package of its own);
the meaning of the statements is ours (`_operators`). The code that results is kept in
memory and carries the lines of the user's file, so that tracebacks show these.
"""

import ast
import functools
import sys
import types
import warnings

from ranvier.autodiff.function._staged import check_invariants
from ranvier.autodiff.function._state import state as tracing_state

_STANDARD = sys.stdlib_module_names | {
    "IPython",
    "PIL",
    "_pytest",
    "jax",
    "jaxlib",
    "malt",
    "matplotlib",
    "numpy",
    "pandas",
    "pytest",
    "ranvier",
    "scipy",
    "sklearn",
}


def converted(function):
    """Returns a function whose control flow on tensors is traced.

    Args:
        function: a function or method; anything else is returned as it is.
    """
    if not is_available():
        return function

    def call(*args, **kwargs):
        from ranvier.autodiff.function import _operators

        return _operators.converted_call(function, args, kwargs, options=_options())

    return call


@functools.cache
def is_available() -> bool:
    """Tells whether diastatic-malt is installed."""
    try:
        import malt  # noqa: F401
    except ImportError:
        return False
    return True


@functools.cache
def _options():
    from malt.core.converter import ConversionOptions

    return ConversionOptions(recursive=True, user_requested=True, optional_features=())


def is_users_own(function) -> bool:
    """Tells whether a function is the user's code rather than a library's."""
    if function.__code__.co_filename.startswith(("<doctest", "<ipython", "<stdin")):
        return True
    module = getattr(function, "__module__", None) or ""
    return module.partition(".")[0] not in _STANDARD


@functools.cache
def _transpiler():
    from malt.impl.api import PyToPy
    from malt.pyct import parser, transpiler

    from ranvier.autodiff.function import _operators

    class Transpiler(PyToPy):
        """Malt's translation, with our operators and asserts, loaded in memory."""

        def get_extra_locals(self):
            return {"ag__": _operators.namespace()}

        def get_transformed_name(self, node):
            return "tf__" + ("lam" if isinstance(node, ast.Lambda) else node.name)

        def transform_ast(self, node, ctx):
            return super().transform_ast(_Prepared().visit(node), ctx)

        def transform_function(self, fn, user_context):
            key = self.get_caching_key(user_context)
            if not self._cache.has(fn, key):
                nodes, ctx = transpiler.GenericTranspiler.transform_function(
                    self, fn, user_context
                )
                self._cache[fn][key] = _Code(fn, nodes, ctx.info.name, parser)
            code = self._cache[fn][key]
            return code.function(fn, self.get_extra_locals()), code

    return Transpiler()


class _Prepared(ast.NodeTransformer):
    """Asserts become calls, so that tensors can be checked in the program."""

    def visit_ExceptHandler(self, node):
        # Malt does not know the name in `except Error as name`.
        self.generic_visit(node)
        if node.name is not None:
            caught = ast.parse(f"{node.name} = ag__.caught()").body[0]
            for made in ast.walk(caught):
                ast.copy_location(made, node)
            node.body.insert(0, caught)
            node.name = None
        return node

    def visit_Assert(self, node):
        message = node.msg or ast.Constant(value="")
        call = ast.parse("ag__.assert_stmt(0, lambda: 0)").body[0]
        call.value.args[0] = node.test
        call.value.args[1].body = message
        for made in ast.walk(call):
            ast.copy_location(made, node)
        return call


class _Code:
    """A translated function.

    Args:
        original: the function.
        nodes: its translated syntax tree.
        name: the new name.
        parser: malt's parser.

    Attributes:
        source: the text of the translation.
    """

    def __init__(self, original, nodes, name, parser):
        if isinstance(nodes, ast.Lambda):
            nodes = ast.Assign(targets=[ast.Name(name, ctx=ast.Store())], value=nodes)
        else:
            nodes.name = name
        self.source = parser.unparse(nodes, include_encoding_marker=False)
        self._free = original.__code__.co_freevars
        tree = ast.parse(self._factory(name))
        body = tree.body[0].body[-2].body[:-1]
        _restore_lines(nodes, body, original)
        filename = original.__code__.co_filename
        space: dict = {}
        exec(compile(tree, filename, "exec"), space)
        self._make = space["outer"]()

    def _factory(self, name):
        """Returns the text of a function that makes the translated one."""
        free = "".join(f"    {variable} = None\n" for variable in self._free)
        inner = "\n".join("        " + line for line in self.source.split("\n"))
        return (
            f"def outer():\n{free}    def inner(ag__):\n{inner}\n"
            f"        return {name}\n    return inner\n"
        )

    def function(self, original, extra):
        """Returns the translated function in the original's surroundings."""
        cells = dict(zip(self._free, original.__closure__ or (), strict=True))
        code = self._make.__code__
        closure = tuple(cells[variable] for variable in code.co_freevars)
        factory = types.FunctionType(
            code, original.__globals__, closure=closure, name=code.co_name
        )
        made = factory(**extra)
        made.__defaults__ = original.__defaults__
        made.__kwdefaults__ = original.__kwdefaults__
        return made


def _restore_lines(nodes, parsed, original):
    """Gives parsed code the lines of the code it was translated from."""
    from malt.pyct import anno, ast_util

    first = original.__code__.co_firstlineno
    known = first
    try:
        pairs = list(ast_util.parallel_walk([nodes], list(parsed)))
    except ValueError:
        pairs = []
    for before, after in pairs:
        origin = anno.getanno(before, anno.Basic.ORIGIN, default=None)
        if origin is not None and hasattr(after, "lineno"):
            after.from_line = origin.loc.lineno
    _set_lines(parsed, known)


def _set_lines(nodes, line):
    for node in nodes:
        here = getattr(node, "from_line", line)
        if hasattr(node, "lineno"):
            node.lineno = node.end_lineno = here
            node.col_offset = node.end_col_offset = 0
        _set_lines(ast.iter_child_nodes(node), here)


def translate(function):
    """Returns the translation of a function or method: a function, and its `_Code`.

    Raises:
        Exception: of many kinds, if the source is not to be had or not understood.
    """
    from malt.core.converter import ProgramContext

    function = getattr(function, "__func__", function)
    return _transpiler().transform(function, ProgramContext(options=_options()))


def to_code(entity, recursive=True, experimental_optional_features=None) -> str:
    """Returns the source that AutoGraph makes of a function.

    Args:
        entity: a Python function or method.
        recursive: accepted as in TensorFlow.
        experimental_optional_features: accepted as in TensorFlow.

    Raises:
        ImportError: without diastatic-malt.
        ValueError: for what is no Python function.

    Example:
        >>> import ranvier.tf as tf
        >>> def f(x):
        ...     return x + 1
        >>> tf.autograph.to_code(f).splitlines()[0]
        'def tf__f(x):'
    """
    return to_graph(entity)._translated.source + "\n"


def to_graph(entity, recursive=True, experimental_optional_features=None):
    """Returns the function that AutoGraph makes of a function.

    Args:
        entity: a Python function or method.
        recursive: accepted as in TensorFlow.
        experimental_optional_features: accepted as in TensorFlow.

    Raises:
        ImportError: without diastatic-malt.
        ValueError: for what is no Python function.
    """
    if not is_available():
        raise ImportError(NO_MALT)
    if not hasattr(entity, "__code__"):
        raise ValueError(
            "Cannot apply autograph to a function that doesn't expose a __code__ "
            "object. If this is a @tf.function, try passing f.python_function instead."
        )
    made, code = translate(entity)
    made._translated = code
    return made


NO_MALT = (
    "Control flow on tensors is translated by the package diastatic-malt. Install it "
    "with `pip install ranvier[tf]`, or use `tf.cond` and `tf.while_loop`."
)


def do_not_convert(func=None):
    """Decorates a function that AutoGraph leaves alone.

    Args:
        func: the function.

    Example:
        >>> import ranvier.tf as tf
        >>> @tf.autograph.experimental.do_not_convert
        ... def f(x):
        ...     return x + 1
        >>> int(tf.function(f)(1))
        2
    """
    if func is None:
        return do_not_convert

    @functools.wraps(func)
    def plain(*args, **kwargs):
        return func(*args, **kwargs)

    plain._autograph_leaves_alone = True
    return plain


def tell_failure(function, error):
    """Warns, once, that a function runs untranslated.

    Args:
        function: the function.
        error: why.
    """
    code = function.__code__
    if code in _told:
        return
    _told.add(code)
    warnings.warn(
        f"AutoGraph could not transform {function} and will run it as-is. Cause: "
        f"{str(error).strip() or type(error).__name__}. To silence this warning, "
        "decorate the function with @tf.autograph.experimental.do_not_convert",
        stacklevel=4,
    )


_told: set = set()
_verbosity = {"level": 0, "alsologtostdout": False}


def set_verbosity(level, alsologtostdout=False) -> None:
    """Sets how much AutoGraph tells of what it does.

    Args:
        level: 0 for nothing; 3 and above to see the translated code.
        alsologtostdout: whether to print it as well.
    """
    _verbosity["level"] = level
    _verbosity["alsologtostdout"] = alsologtostdout


def trace(*args) -> None:
    """Prints values while a function is traced.

    Args:
        *args: the values.
    """
    print(*args)


def set_loop_options(
    parallel_iterations=None,
    swap_memory=None,
    maximum_iterations=None,
    shape_invariants=None,
):
    """Sets options of the loop it stands in: the first statement of its body.

    Args:
        parallel_iterations: accepted as in TensorFlow.
        swap_memory: accepted as in TensorFlow.
        maximum_iterations: the most steps.
        shape_invariants: pairs of a variable and its shape, where sizes may change. A
            function with such a loop runs as Python.
    """
    if tracing_state.tracing:
        check_invariants([shape for _, shape in shape_invariants or ()])
