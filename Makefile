# `make` lists the targets. `make run` and `make test` need Python >= 3.10 and nothing else.

PYTHON ?= python3
OUT ?= out
EXAMPLE := examples/synthetic_face.mp4

BIN := .venv/bin
ASKED := setup.cfg pyproject.toml constraints.txt

.PHONY: help install run test check fix docs clean
.DEFAULT_GOAL := help

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-9s %s\n", $$1, $$2 }' Makefile

install: .venv/.developing ## Install the package, editable, with everything a developer needs

run: .venv/.running ## Analyse the example video into out/
	@mkdir -p $(OUT)
	$(BIN)/facs analyze $(EXAMPLE) --out $(OUT) --format csv --format json --events --overlay --plot
	@echo "run: the results are in $(abspath $(OUT))"

test: .venv/.developing ## Install, then check everything: what continuous integration runs
	@$(MAKE) --no-print-directory check

check: ## Format, lint, types, layers, spelling, tests; without installing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/python -m pytest -q
	@echo "check: everything passed"

fix: .venv/.developing ## Format, and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/.developing ## Build the site of the documentation into site/; a broken link fails
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "docs: open $(abspath site)/index.html; for the search: $(BIN)/python -m http.server -d site"

clean: ## Remove the environment, the results and the caches
	rm -rf .venv $(OUT) site build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# A stamp is newer than what was asked for, or the install is repeated. What a developer has is
# enough to run, so that the second rule does nothing where the first has done its work.
.venv/.developing: $(ASKED)
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@echo "installing into .venv, with torch; this takes some minutes the first time"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch .venv/.developing .venv/.running

.venv/.running: $(ASKED)
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@echo "installing into .venv; this takes a minute the first time"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[tables,plots]"
	@touch .venv/.running
