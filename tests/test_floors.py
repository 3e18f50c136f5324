"""Lower floors never import higher ones, and nothing imports the top."""

import ast
import pathlib

import pytest

SOURCE = pathlib.Path(__file__).parents[1] / "src" / "ranvier"

# Floor of each folder (docs/architecture.md).
FLOORS = {
    "core": 1,
    "_version": 1,
    "ops": 2,
    "autodiff": 3,
    "tensors": 3,
    "activations": 4,
    "initializers": 4,
    "regularizers": 4,
    "constraints": 4,
    "losses": 4,
    "metrics": 4,
    "optimizers": 4,
    "layers": 5,
    "data": 6,
    "plots": 6,
    "events": 7,
    "callbacks": 7,
    "training": 7,
    "saving": 8,
    "export": 8,
    "models": 8,
    "tuner": 9,
    "estimators": 9,
    "pretraining": 9,
    "diagnostics": 9,
    "distribution": 9,
    "tabular": 9,
    "datasets": 9,
    "testing": 9,
}
TOP = 10

# Sideways imports that are allowed, one by one: (from, to).
SIDEWAYS = {
    ("autodiff", "tensors"),
    ("activations", "initializers"),
    ("constraints", "initializers"),
    ("metrics", "losses"),
    ("metrics", "initializers"),
    ("optimizers", "initializers"),
    ("callbacks", "events"),
    ("training", "callbacks"),
    ("export", "saving"),
    ("models", "saving"),
    ("models", "export"),
}


def imports_of(path):
    """Yields `(line, folder)` for every import of ranvier in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if parts[0] != "ranvier":
                continue
            if len(parts) > 1:
                yield node.lineno, parts[1]
            else:
                yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                parts = alias.name.split(".")
                if parts[0] == "ranvier":
                    yield node.lineno, parts[1] if len(parts) > 1 else "ranvier"


def forbidden(source, target):
    """Tells whether a folder must not import another one."""
    if source == target:
        return False
    here, there = FLOORS.get(source, TOP), FLOORS.get(target, TOP)
    if here == TOP:
        return False
    if here == there:
        return (source, target) not in SIDEWAYS
    return there > here


def test_floors():
    faults = []
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        for line, target in imports_of(path):
            if forbidden(parts[0], target):
                where = path.relative_to(SOURCE)
                faults.append(f"{where}:{line}: {parts[0]} imports {target}")
    assert not faults, "\n".join(faults)


def test_every_folder_has_a_floor_or_is_the_top():
    top = {"backend", "config", "dtype_policies", "mixed_precision", "random", "tree"}
    top |= {"utils", "tf", "preprocessing", "wrappers", "cli", "__init__", "__main__"}
    top |= {"summary"}
    for path in SOURCE.iterdir():
        if path.name == "__pycache__":
            continue
        assert path.stem in FLOORS or path.stem in top, path


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("core", "ops", True),
        ("layers", "models", True),
        ("models", "utils", True),
        ("training", "callbacks", False),
        ("callbacks", "training", True),
        ("utils", "models", False),
    ],
)
def test_the_rule_itself(source, target, expected):
    assert forbidden(source, target) is expected
