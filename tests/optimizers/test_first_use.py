"""The first thing a process asks of ranvier may be an optimizer."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "statement",
    [
        "ranvier.optimizers.SGD()",
        "ranvier.optimizers.get('adam')",
        "ranvier.Variable(initializer='zeros', shape=(2,))",
    ],
)
def test_initializers_are_found_without_having_been_imported(statement):
    subprocess.run(
        [sys.executable, "-c", f"import ranvier\n{statement}"],
        check=True,
        timeout=300,
    )
