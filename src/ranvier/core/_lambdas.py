"""Python lambdas as text, in Keras's form: marshalled bytecode in base 64.

Such code does whatever its author wants, and it belongs to one version of Python.
Decoding it is for files that the caller trusts; nothing here checks that.
"""

import builtins
import inspect
import types


def is_lambda(obj) -> bool:
    """Tells whether an object is a function without a name."""
    return inspect.isfunction(obj) and obj.__name__ == "<lambda>"


def encode(function) -> dict:
    """Returns a function's code, defaults and closure, as Keras's files spell them.

    Args:
        function: a Python function.
    """
    import base64
    import marshal

    code = base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii")
    cells = function.__closure__
    closure = None if not cells else [cell.cell_contents for cell in cells]
    defaults = None if function.__defaults__ is None else list(function.__defaults__)
    parts = [code, defaults, closure]
    # `Lambda` layers of Keras read the names, its other objects the value. Only in a
    # list does Keras take the defaults.
    return {"code": parts, "defaults": None, "closure": None, "value": parts}


def decode(config, names: dict):
    """Returns the function of `encode`. It runs no code by itself.

    Args:
        config: the dictionary, or one that Keras wrote.
        names: what the code finds under global names, besides Python's built-ins.

    Raises:
        ValueError: if it holds no code of this version of Python.
    """
    import base64
    import marshal

    parts = config.get("code") or config["value"]
    if isinstance(parts, str):
        parts = [parts, config["defaults"], config["closure"]]
    code, defaults, closure = parts
    try:
        code = marshal.loads(base64.b64decode(code))
    except (EOFError, TypeError, ValueError) as error:
        raise ValueError(f"The code of a lambda cannot be read: {error}") from error
    if not isinstance(code, types.CodeType):
        raise ValueError("The code of a lambda is none.")
    return types.FunctionType(
        code,
        {"__builtins__": builtins, **names},
        code.co_name,
        None if defaults is None else tuple(defaults),
        None if closure is None else tuple(types.CellType(cell) for cell in closure),
    )
