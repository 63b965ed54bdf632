# Every target makes .venv first when it is missing or older than requirements.lock.

PYTHON ?= python3
UV ?= uv
WORKERS ?= 2
BIN := .venv/bin
# a file's tests stay in one worker and share its fixtures; `loadgroup` groups nothing under
# pytest 9.2 (pytest-xdist issue 1386); in the order of the names, the last files are short ones
SPREAD := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
LOCKED := .venv/.tieout-lock
INSTALLED := .venv/.tieout-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test deep lint bench venv lock clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

demo: $(INSTALLED) ## bill a small fictional channel and show that every cent ties out
	@$(BIN)/tieout demo

test: $(INSTALLED) ## run the tests and a minute of fuzzing; ARGS="-k name" goes to pytest
	$(BIN)/pytest $(SPREAD) $(ARGS)

deep: $(INSTALLED) ## run the tests that take minutes; TIEOUT_FUZZ_SECONDS is for each fuzzed reader
	$(BIN)/pytest $(SPREAD) -m deep --timeout 3600 $(ARGS)

lint: $(INSTALLED) ## check style, types, import order and dependencies
	@status=0; \
	check() { echo "$$*"; "$$@" || status=1; }; \
	check $(BIN)/ruff check; \
	check $(BIN)/ruff format --check; \
	check $(BIN)/mypy; \
	for nested in $$(find tests -mindepth 2 -name conftest.py | sort); do \
		check $(BIN)/mypy "$$nested"; \
	done; \
	check $(BIN)/lint-imports; \
	check $(BIN)/deptry src bench; \
	exit $$status

bench: $(INSTALLED) ## run the benchmark; ARGS="--rows 10000000" goes to tieout bench
	$(BIN)/tieout bench $(ARGS)

venv: $(INSTALLED) ## make .venv from requirements.lock

lock: ## resolve requirements.lock anew from pyproject.toml (needs uv)
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && \
	mkdir -p "$$scratch/src/tieout" && cp pyproject.toml README.md LICENSE NOTICE "$$scratch" && \
	cp src/tieout/__init__.py "$$scratch/src/tieout" && \
	UV_PYTHON_DOWNLOADS=never $(UV) export --quiet --project "$$scratch" --all-groups \
		--no-emit-project --no-header --no-annotate --format requirements-txt \
		--output-file "$$scratch/new.lock" && \
	if grep -nE '://|^-|^[^#]* @ ' "$$scratch/new.lock"; then \
		echo "make lock: the lines above name a place; nothing was changed" >&2; exit 1; \
	fi && \
	cp "$$scratch/new.lock" requirements.lock

clean: ## remove .venv and everything that tools leave behind
	rm -rf .venv .fuzz .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src bench tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "tieout needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "this Python cannot make a virtual environment: apt-get install python3-venv," \
			"or make PYTHON=/path/to/another/python3" >&2; exit 1; }
	@echo "making .venv from requirements.lock (once; a minute or two)"
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(INSTALLED): $(LOCKED) pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
