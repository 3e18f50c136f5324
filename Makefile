# `make demo` and `make test` need only Python 3.11, 3.12 or 3.13.
#
#   PYTHON=python3.12   the interpreter that .venv is made with
#   JOBS=4              how many tests run side by side
#   PYTEST=...          arguments for pytest in place of the default ones

JOBS ?= 2
PYTEST ?= -n $(JOBS) --dist worksteal -m "not slow" --durations 15

# A stamp says that .venv holds these extras; a change of these files renews it.
stamp = .venv/.installed
sources = pyproject.toml scripts/venv src/ranvier/_version.py

export PYTHON

.PHONY: help demo test slow fuzz docs bench check clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

demo: $(stamp)-demo  ## train a small network on the handwritten digits
	.venv/bin/python examples/digits.py

test: $(stamp)-test  ## run the tests
	scripts/test $(PYTEST)

slow: $(stamp)-test  ## run the tests that take minutes
	scripts/test -n $(JOBS) --dist worksteal -m slow

fuzz: $(stamp)-test  ## load thousands of damaged files (RANVIER_FUZZ=1000 of each kind)
	scripts/test -m slow -s tests/saving/test_fuzz.py

docs: $(stamp)-docs  ## build the site in build/site; a warning is an error
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --quiet

bench:  ## measure ranvier beside its peers, in an environment of its own
	benchmarks/run

check: $(stamp)-dev  ## check format, lint and types
	scripts/check

clean:  ## remove the environments, builds and caches
	rm -rf .venv .bench-venv build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

$(stamp)-demo: $(sources)
	scripts/venv sklearn
	@touch $@

$(stamp)-test: $(sources)
	scripts/venv test
	@touch $@

$(stamp)-docs: $(sources)
	scripts/venv docs
	@touch $@

$(stamp)-dev: $(sources)
	scripts/venv dev
	@touch $@
