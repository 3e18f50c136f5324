"""Whole programs in TensorFlow's words run with `ranvier.tf` in its place."""

import os
import pathlib
import subprocess
import sys

import pytest

PROGRAMS = pathlib.Path(__file__).parent / "programs"
PRELUDE = """
import runpy, sys
import ranvier, ranvier.tf
sys.modules["tensorflow"] = ranvier.tf
sys.modules["keras"] = ranvier
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def marked(path):
    slow = pytest.mark.slow if path.stem == "models" else ()
    return pytest.param(path, id=path.stem, marks=slow)


@pytest.mark.parametrize("path", [marked(p) for p in sorted(PROGRAMS.glob("*.py"))])
def test_program(path, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE, str(path)],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.endswith("done\n")
