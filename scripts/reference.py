"""Hook of mkdocs: adds the API reference, made from the docstrings.

One page a public namespace; a name that several namespaces have stands on the page of
the first one and is linked from the others.
"""

import importlib
import inspect
import re
import textwrap
import types

from mkdocs.structure.files import File

NAMESPACES = """
ranvier ranvier.models ranvier.layers ranvier.activations ranvier.initializers
ranvier.regularizers ranvier.constraints ranvier.losses ranvier.metrics
ranvier.optimizers ranvier.optimizers.schedules ranvier.callbacks ranvier.training
ranvier.data ranvier.data.io ranvier.saving ranvier.tuner ranvier.estimators
ranvier.diagnostics ranvier.plots ranvier.summary ranvier.datasets ranvier.ops
ranvier.ops.nn ranvier.ops.linalg ranvier.ops.image ranvier.random ranvier.utils
ranvier.config ranvier.mixed_precision ranvier.dtype_policies ranvier.tree
ranvier.wrappers
""".split()

SECTIONS = (
    "Args|Arguments|Call arguments|Returns|Yields|Raises|Attributes|Example|Examples|"
    "Input shape|Output shape|Reference|References|Note|Notes"
)


def on_files(files, config):
    """Adds a page for each namespace."""
    known: dict = {}
    for path in NAMESPACES:
        uri = f"reference/{path}.md"
        content = page(path, known)
        if content is not None:
            files.append(File.generated(config, uri, content=content))
    return files


def on_nav(nav, config, files):
    """Keeps the order of the namespaces."""
    return nav


def on_config(config):
    """Puts the pages into the navigation."""
    pages = [
        {path: f"reference/{path}.md"} for path in NAMESPACES if load(path) is not None
    ]
    config.nav.insert(-1, {"API reference": pages})
    return config


def load(path):
    """Returns a namespace, or None if there is none."""
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name and path.startswith(error.name):
            return None
        raise


def page(path, known):
    """Returns the page of a namespace.

    Args:
        path: dotted path.
        known: `{id of an object: (path, name) of where it is described}`, added to.
    """
    module = load(path)
    if module is None:
        return None
    parts = [f"# {path}", "", inspect.getdoc(module) or ""]
    for name in members(module):
        value = getattr(module, name)
        if isinstance(value, types.ModuleType):
            continue
        place = known.get(id(value))
        parts.append(f"\n## {name} {{ #{anchor(path, name)} }}\n")
        if place is not None and not isinstance(value, (str, int, float, tuple)):
            other, label = place
            link = f"{other}.md#{anchor(other, label)}"
            parts.append(f"The same as [`{other}.{label}`]({link}).")
            continue
        known[id(value)] = path, name
        parts.append(describe(name, value))
    return "\n".join(parts) + "\n"


def members(module):
    """Returns the public names of a namespace."""
    names = getattr(module, "__all__", None) or [
        name for name in dir(module) if not name.startswith("_")
    ]
    return sorted(names)


def anchor(path, name):
    return f"{path}.{name}"


def describe(name, value):
    """Returns signature and docstring of one name, and of the methods of a class."""
    if not (inspect.isclass(value) or callable(value)):
        return f"```py\n{name} = {value!r}\n```\n"
    parts = [f"```py\n{name}{signature(value)}\n```", markdown(inspect.getdoc(value))]
    if inspect.isclass(value):
        for method, function in sorted(vars(value).items()):
            if method.startswith("_") or not isinstance(
                function, (types.FunctionType, classmethod, staticmethod, property)
            ):
                continue
            text = inspect.getdoc(getattr(value, method, None))
            if not text:
                continue
            if isinstance(function, property):
                parts.append(f"**`{method}`** (property)\n\n{markdown(text)}")
            else:
                shown = signature(getattr(value, method))
                parts.append(f"**`{method}{shown}`**\n\n{markdown(text)}")
    return "\n\n".join(parts)


def signature(value):
    """Returns the signature as text, broken into lines where it is long."""
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return "(...)"
    shown = [re.sub(r" at 0x\w+", "", str(p)) for p in parameters if p.name != "self"]
    text = ", ".join(shown)
    if len(text) > 70:
        return "(\n    " + ",\n    ".join(shown) + ",\n)"
    return f"({text})"


def markdown(text):
    """Returns a docstring's sections as Markdown."""
    if not text:
        return ""
    heading = re.compile(rf"^({SECTIONS}):\s*$", re.M)
    pieces = heading.split(text)
    parts = [escape(pieces[0].strip())]
    for title, body in zip(pieces[1::2], pieces[2::2]):
        body = textwrap.dedent(body.strip("\n"))
        if title.startswith("Example"):
            parts.append(f"*{title}*\n\n{examples(body)}")
        elif title in ("Args", "Arguments", "Call arguments", "Raises", "Attributes"):
            parts.append(f"*{title}*\n\n{items(body)}")
        else:
            parts.append(f"*{title}*\n\n{escape(body)}")
    return "\n\n".join(parts)


def items(body):
    """Returns `name: text` entries as a list."""
    lines = []
    for line in body.splitlines():
        entry = re.match(r"(\*{0,2}[\w.]+(?: \([^)]*\))?): ?(.*)", line)
        if entry:
            lines.append(f"- `{entry[1]}`: {escape(entry[2])}")
        elif line.strip():
            lines.append("    " + escape(line.strip()))
    return "\n".join(lines)


def examples(body):
    if ">>>" in body:
        return f"```pycon\n{body}\n```"
    return body


def escape(text):
    """Keeps text that only looks like Markdown or HTML from becoming it."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if part.startswith("`") else re.sub(r"([<*\[])", r"\\\1", part)
        for part in parts
    )
