# Module Study: `make` shows what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
BIN := .venv/bin
MODELS := var/models/faceplugin
NPM_QUIET := --no-audit --no-fund --ignore-scripts --loglevel=error

.PHONY: help up test check pure js models doctor screenshots clean

help: ## Shows this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | column -t -s "$$(printf '\t')"

up: .venv/.installed node_modules/.installed ## Starts everything and prints the address and demo log-ins
	@exec $(BIN)/spom up

test: .venv/.installed node_modules/.installed models ## Runs every check and test, cheap ones first
	@$(MAKE) --no-print-directory check pure js
	@$(BIN)/python -m tests.install_chromium
	$(BIN)/pytest tests --ignore=tests/domain --ignore=tests/test_architecture.py

check: .venv/.installed ## Format, lint, imports, types
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/lint-imports
	$(BIN)/mypy

pure: .venv/.installed ## The pure tests: about a second
	$(BIN)/pytest -q tests/domain tests/test_architecture.py

js: ## The front end's pure tests
	@node --test tests/js/*.test.js

models: .venv/.installed ## Fetches the face models from npm and checks them
	@$(BIN)/python -m media.faces.packs install $(MODELS)

doctor: .venv/.installed ## Says what this machine lacks
	@$(BIN)/spom doctor

screenshots: .venv/.installed node_modules/.installed models ## Makes docs/*.png anew with a real browser
	@$(BIN)/python -m tests.screenshots docs

clean: ## Removes installed packages and caches; keeps var/, where the data is
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/.installed: constraints.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing: install it, then run make again."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "Python cannot make virtual environments: install its venv package (Debian: python3-venv)."; exit 1; }
	@echo "Installing Python packages …"
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -r constraints.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

node_modules/.installed: package.json package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer, then run make again."; exit 1; }
	@node -e 'process.exit(Number(process.versions.node.split(".")[0] < 20))' || { echo "Node.js is older than 20: install a newer one, then run make again."; exit 1; }
	@echo "Installing front-end packages …"
	@npm ci $(NPM_QUIET)
	@touch $@
