# The two commands of the README: `make demo` and `make test`. Each works on a fresh machine with Python >= 3.11 and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
WORKERS ?= 2
# one BLAS thread per test worker: two processes with two threads each slow each other down on two cores
TEST_ENV := OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false

# Node builds and checks the scripts of the pages. They are committed, so only who changes viewer/ needs it.
NODE_FITS := $(shell node -e 'process.exit(process.versions.node.split(".")[0] < 18)' 2>/dev/null && command -v npm)

.PHONY: help site demo test check lint fix viewer check-viewer bench docs notebooks methods test-transformers4 test-bounds constraints clean
help:
	@echo "make demo   train and open a multitoken transcoder on the bundled model (one to four minutes)"
	@echo "make test   the whole test suite        make check  format, lint, types, contracts, fast tests"
	@echo "make bench  benchmarks                  make fix    format and mend what can be mended"
	@echo "make viewer the scripts of the pages, bundled from viewer/src (needs node >= 18)"
	@echo "make methods what the command line says of methods without loading them, after one was changed"
	@echo "make site   the documentation site, into build/site"
	@echo "make notebooks the notebooks, executed, with their results"
	@echo "make docs   docs/studies.md and its figures, from the shipped records"

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "polyhead needs Python >= 3.11; call make PYTHON=python3.12 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -c constraints.txt -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) -c constraints.txt -e '.[dev]'
	touch $@

demo: $(VENV)/.installed
	$(BIN)/polyhead demo

test: $(VENV)/.installed-dev
	$(TEST_ENV) $(BIN)/python -m pytest -n $(WORKERS) tests

check: lint
	$(TEST_ENV) $(BIN)/python -m pytest -n $(WORKERS) -m "not slow and not browser" tests

# `make check` without its tests: what CI runs before the whole suite.
lint: $(VENV)/.installed-dev check-viewer
	$(BIN)/ruff format --no-cache --check src tests benchmarks
	$(BIN)/ruff check --no-cache src tests benchmarks
	$(BIN)/lint-imports
	$(BIN)/basedpyright --level error

viewer/node_modules/.installed: viewer/package-lock.json
	cd viewer && npm ci --silent --no-audit --no-fund
	touch $@

viewer: viewer/node_modules/.installed
	cd viewer && npm run --silent build

ifeq ($(NODE_FITS),)
check-viewer:
	@echo "no node >= 18 with npm on this machine: format, lint, types and unit tests of viewer/ are left out"
else
check-viewer: viewer/node_modules/.installed
	cd viewer && npm run --silent check
endif

fix: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix src tests benchmarks
	$(BIN)/ruff format src tests benchmarks

bench: $(VENV)/.installed-dev
	@for file in benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

methods: $(VENV)/.installed
	$(BIN)/python -m polyhead.runs.list_methods

# The notebooks, executed, with their results; one alone: make notebooks NAMES=02
notebooks: $(VENV)/.installed-dev
	$(BIN)/python notebooks/make.py $(NAMES)

# docs/studies.md and its figures, from the shipped records of the studies.
docs: $(VENV)/.installed-dev
	$(BIN)/python docs/make_studies.py

# The documentation site, into build/site: warnings are errors, links are checked, and it works offline.
site: $(VENV)/.installed-dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# The adapters of Hugging Face models against the oldest transformers supported, in an environment of its own.
.venv-transformers4/.installed: pyproject.toml constraints-transformers4.txt
	test -x .venv-transformers4/bin/python || $(PYTHON) -m venv .venv-transformers4
	.venv-transformers4/bin/python -m pip install --quiet --disable-pip-version-check -c constraints-transformers4.txt \
		-e . beartype hypothesis pytest pytest-timeout pytest-xdist
	touch $@

test-transformers4: .venv-transformers4/.installed
	$(TEST_ENV) .venv-transformers4/bin/python -m pytest -n $(WORKERS) \
		tests/conformance/test_models_hf.py tests/unit/models tests/golden/test_shared_models.py

# The fast tests with the oldest and with the newest releases that pyproject.toml permits, each in its own environment.
test-bounds:
	PYTHON="$(PYTHON)" WORKERS=$(WORKERS) bash tests/bounds.sh lowest
	PYTHON="$(PYTHON)" WORKERS=$(WORKERS) bash tests/bounds.sh newest

constraints: $(VENV)/.installed-dev
	(echo "# Exact versions used by the Makefile and CI; the ranges in pyproject.toml stay wide. Renew with: make constraints"; \
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//'; echo hatchling==1.33.0) > constraints.new
	mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) .venv-transformers4 .venv-lowest .venv-newest build dist
