# Everything runs in .venv, which `make setup` makes from any Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup run test lint types docs bench prove fix screenshots

setup: $(READY)

# Made again when what it was made from has changed; otherwise this costs nothing.
$(READY): pyproject.toml requirements/dev.txt $(wildcard src/sheetgrad/engine/native/*)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "sheetgrad needs Python 3.11 or newer: make setup PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements/dev.txt --editable .
	@touch $@

# The main job, on the class network.
run: setup
	$(BIN)/sheetgrad run

# The seeded sample of the property tests, and every other test.
test: setup
	$(BIN)/python -m pytest

# The same with many more examples, found anew every time.
prove: setup
	SHEETGRAD_EXAMPLES=many $(BIN)/python -m pytest

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache

types: setup
	$(BIN)/mypy

# Write the pages and pictures that come from the code, run every example in the docs, build the site into site/.
docs: setup
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/gallery.py
	$(BIN)/python -m pytest tests/test_docs.py
	$(BIN)/python -m pip install --quiet --requirement requirements/docs.txt
	$(BIN)/mkdocs build --quiet --strict

bench: setup
	$(BIN)/python -m pytest bench --override-ini python_files='bench_*.py' --override-ini python_functions='bench_*'
	$(BIN)/python bench/bench_peers.py
	$(BIN)/python bench/bench_sweep.py
	$(BIN)/python bench/cost_curves.py
	$(BIN)/python bench/figures.py

fix: setup
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# The pictures of the explorer in the README and the docs, taken with the system's Chromium.
screenshots: setup
	$(BIN)/python -m pip install --quiet $$(grep '^playwright' requirements/judges.txt)
	$(BIN)/python docs/screenshots.py
