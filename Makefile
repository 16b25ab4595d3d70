# Tradepost's commands. Everything lives in .venv and in the data folder; nothing is installed
# elsewhere. `make` alone lists what there is.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready-to-run
READY_FOR_WORK := $(VENV)/.ready-for-work
NODE_TOOLS := tests/node/node_modules/.package-lock.json

# The first Python that is new enough. Set PYTHON to choose another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)

TRADEPOST := $(BIN)/python -m api
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := PIP_CONFIG_FILE=/dev/null $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe \
	--strip-extras --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
GROUP = $(BIN)/python -c "import tomllib; \
	groups = tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']; \
	print('-c $(CURDIR)/requirements.txt', *groups['$(1)'], sep='\n')"

.DEFAULT_GOAL := help
.PHONY: help run test torture bench check fmt schema lock clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## Open the shop on http://localhost:8000 (PORT=8001 make run: elsewhere)
	@$(TRADEPOST) run

test: $(READY_FOR_WORK) $(NODE_TOOLS) ## Run every test on a real PostgreSQL, in parallel, offline
	@$(BIN)/python -m pytest -n auto $(ARGS)

torture: $(READY_FOR_WORK) ## Attack the guarantees, and print what that broke (ARGS=pay: some)
	@$(BIN)/python -m tests.torture $(ARGS)

bench: $(READY_FOR_WORK) ## Measure what requests cost, beside other servers (ARGS=--quick: in short)
	@$(BIN)/python -m bench $(ARGS)

check: $(READY_FOR_WORK) $(NODE_TOOLS) ## Check style, types, layers, and that what is generated is in step
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(TRADEPOST) schema check
	$(TRADEPOST) schema breaking
	$(TRADEPOST) settings check
	$(BIN)/python -m pytest -q tests/test_lock.py tests/node/test_lint.py

fmt: $(READY_FOR_WORK) ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format

schema: $(READY_FOR_WORK) ## Write schema/schema.graphql and .env.example anew
	@$(TRADEPOST) schema export > schema/schema.graphql
	@$(TRADEPOST) settings example > .env.example

lock: $(READY_FOR_WORK) ## Pin what pyproject.toml asks for (ARGS=--upgrade: the newest of it)
	@$(LOCK) $(ARGS) --output-file requirements.txt pyproject.toml
	@$(call GROUP,dev) | $(LOCK) $(ARGS) --no-annotate --output-file requirements-dev.txt -
	@$(call GROUP,node) | $(LOCK) $(ARGS) --no-annotate --output-file api/explorer/requirements.txt -

clean: ## Remove the environment and the caches; the shop's data stay
	@rm -rf $(VENV) tests/node/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.txt
	@test -n "$(PYTHON)" || { echo "Tradepost needs Python 3.11 or newer: see python.org." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "Python cannot make virtual environments here. This brings what is missing:" >&2; \
		echo "    sudo apt-get install $(notdir $(PYTHON))-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version); this happens once."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements.txt
	@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/$(BIN)/python" -m api "$$@"\n' "$(CURDIR)" "$(CURDIR)" \
		> $(BIN)/tradepost
	@chmod +x $(BIN)/tradepost
	@touch $@

$(READY_FOR_WORK): requirements-dev.txt $(READY)
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

$(NODE_TOOLS): tests/node/package-lock.json | $(READY_FOR_WORK)
	@$(BIN)/python -m tests.node.tools
