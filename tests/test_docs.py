"""The code in README.md and the guides runs as a reader would run it.

The blocks of a page share one namespace, in the reader's order. A block that follows
the comment `<!-- not run: reason -->` is left out.
"""

import pathlib
import re

import matplotlib
import pytest

import ranvier as rv

ROOT = pathlib.Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("**/*.md")])
BLOCK = re.compile(r"(<!-- not run: [^\n]+ -->\n)?```python\n(.*?)^```", re.S | re.M)


def blocks(page):
    """Yields `(line number, code)` for each block to run."""
    text = page.read_text()
    for match in BLOCK.finditer(text):
        if not match[1]:
            yield text[: match.start(2)].count("\n"), match[2]


WITH_CODE = [page for page in PAGES if list(blocks(page))]


@pytest.mark.parametrize(
    "page", WITH_CODE, ids=[str(page.relative_to(ROOT)) for page in WITH_CODE]
)
def test_code_in_pages_runs(page, tmp_path, monkeypatch):
    if "fashion_mnist" in page.read_text():
        try:
            rv.datasets.fashion_mnist.load_data()
        except OSError as error:
            pytest.skip(f"needs Fashion-MNIST: {error}")
    monkeypatch.chdir(tmp_path)
    matplotlib.use("agg")
    namespace = {"__name__": "__main__"}
    for line, code in blocks(page):
        # Blank lines in front make line numbers of errors those of the page.
        exec(compile("\n" * line + code, page, "exec"), namespace)
