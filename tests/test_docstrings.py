"""The examples in docstrings run, and print what they say."""

import doctest
import importlib
import pathlib

import pytest

SOURCE = pathlib.Path(__file__).parents[1] / "src"
FILES = [path for path in SOURCE.glob("**/*.py") if ">>> " in path.read_text()]


def module_name(path):
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("name", sorted(map(module_name, FILES)))
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    failed, tried = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert tried
    assert not failed
