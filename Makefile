# Everything that a developer types. `make demo` and `make test` work on a fresh machine with Python 3.11+ and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

.PHONY: help install install-dev demo test check bench lint fmt types contracts lock messages clean

help:  ## show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

install: $(VENV)/.installed  ## only the environment, in .venv

demo: $(VENV)/.installed  ## the whole product on this machine, nothing to configure
	@$(BIN)/python -m bot demo

test: $(VENV)/.installed-dev  ## install what the tests need, and run them all
	@$(BIN)/python -m pytest -n auto -q

check: lint types contracts test  ## what CI runs: lint, types, import contracts, tests

contracts: $(VENV)/.installed-dev  ## which room may import which
	@$(BIN)/lint-imports --no-cache

lint: $(VENV)/.installed-dev  ## style
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: $(VENV)/.installed-dev  ## mypy, strict
	@$(BIN)/python -m mypy

fmt: $(VENV)/.installed-dev  ## format and fix what can be fixed
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(VENV)/.installed-dev  ## the benchmarks beside their yardsticks, as ratios
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

lock: $(VENV)/.installed-dev  ## resolve and pin the dependencies anew
	@$(BIN)/uv pip compile pyproject.toml -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--override requirements-override.txt --no-header --upgrade -o requirements.txt
	@$(BIN)/uv pip compile pyproject.toml -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--override requirements-override.txt --no-header --extra dev -c requirements.txt -o requirements-dev.txt

messages: $(VENV)/.installed-dev  ## gather the sentences for people into the translation catalogs
	@$(BIN)/pybabel -q extract -k text --no-location --omit-header --no-wrap --ignore-dirs=local_workspace -o .messages.pot bot skills scheduler
	@for catalog in skills/locale/*/messages.po; do \
		$(BIN)/pybabel -q update --no-wrap --omit-header --no-fuzzy-matching --ignore-obsolete \
			-i .messages.pot -o $$catalog -l $$(basename $$(dirname $$catalog)); done
	@rm .messages.pot

clean:  ## remove the environment and the demo's data
	rm -rf $(VENV) .playmaker

$(VENV)/.installed: requirements.txt requirements-install.txt install.py
	@$(PYTHON) install.py $(VENV) requirements.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@$(PYTHON) install.py $(VENV) requirements-dev.txt
	@touch $@
