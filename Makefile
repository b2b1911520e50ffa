# `make demo` runs the whole chain on the embedded songs. `make test` checks everything.
# `make quick` is the check for the inner loop: it leaves out the types and the tests marked `slow`.
# Each target makes the environment .venv first where it is missing.

PYTHON ?= python3
ifeq ($(OS),Windows_NT)
    BIN := .venv/Scripts
else
    BIN := .venv/bin
endif

.PHONY: demo test quick lint page types layers unit coverage docs bench clean

demo: .venv/.installed
	$(BIN)/riffsmith demo

test: lint types layers unit

quick: lint layers
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 -m 'not slow'

lint: .venv/.installed page
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# The studio's page: its JavaScript is linted, formatted and type-checked.
page: .venv/.installed
	$(BIN)/python tools/write_api_types.py --check
	@if command -v npm >/dev/null; then cd tools/page && \
	  { cmp -s package-lock.json node_modules/.lock || \
	    { npm ci --silent && cp package-lock.json node_modules/.lock; }; } && npm run --silent check; \
	elif [ -n "$(CI)" ]; then echo "npm is missing: install Node.js 20 or newer" >&2; exit 1; \
	else echo "SKIPPED: npm is missing, so the page's JavaScript is not checked: install Node.js" >&2; \
	fi

types: .venv/.installed
	$(BIN)/pyright

layers: .venv/.installed
	$(BIN)/lint-imports --no-cache

unit: .venv/.installed
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2

# All tests once more, a fifth slower: fails when fewer lines are covered than pyproject.toml asks for.
coverage: .venv/.installed
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --cov

docs: .venv/.installed
	$(BIN)/python tools/write_command_reference.py

bench: .venv/.installed
	$(BIN)/python benchmarks/prepare_speed.py
	$(BIN)/python benchmarks/step_speed.py
	$(BIN)/python benchmarks/playing_speed.py
	$(BIN)/python benchmarks/export_speed.py
	$(BIN)/python benchmarks/footprint.py

.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else \
	  f"Python {v[0]}.{v[1]} found, 3.11 or newer needed: call make PYTHON=python3.12, say")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

clean:
	rm -rf .venv demo .coverage
