# `make` alone lists the targets. Everything is set up in .venv, in this folder; system packages
# that are missing are announced before they are installed (.ci/packages).

VENV := .venv
BIN := $(VENV)/bin
APP_STAMP := $(VENV)/.app-installed
DEV_STAMP := $(VENV)/.dev-installed
NODE_STAMP := node_modules/.installed

export PYTHON
export PIP_NO_CACHE_DIR := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Brokers are often in the sbin folders, which are not on everybody's path.
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin:/opt/homebrew/sbin

.PHONY: help demo test unit check format bench screenshots clean

help:
	@echo "make demo    open mqttui on a broker and a class of simulated boards"
	@echo "make test    run all tests"
	@echo "make unit    run the tests that need neither a broker nor a terminal"
	@echo "make check   run the linters and the type checker"
	@echo "make format  format the code"
	@echo "make bench   measure the speed and write bench/RESULTS.md (BENCH='--full' takes longer)"
	@echo "make screenshots  draw the screens for the documentation"
	@echo "make clean   remove $(VENV) and everything generated"

demo: $(APP_STAMP)
	@$(BIN)/mqttui demo $(DEMO)

test: $(DEV_STAMP) $(NODE_STAMP)
	@.ci/packages mosquitto mosquitto_sub mosquitto_passwd tmux
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS) \
	  && echo "make test: all tests passed" \
	  || { echo "make test: FAILED"; exit 1; }

unit: $(DEV_STAMP)
	@$(BIN)/python -m pytest -q tests/unit $(TESTS)

check: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p mqttui -p bench
	$(BIN)/lint-imports
	@echo "make check: everything is in order"

format: $(DEV_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV_STAMP)
	@.ci/packages mosquitto mosquitto_sub tmux
	@$(BIN)/python -m bench $(BENCH)

screenshots: $(DEV_STAMP)
	@$(BIN)/python -m screenshots

clean:
	rm -rf $(VENV) node_modules build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@echo "Creating $(VENV)"
	@.ci/venv $(VENV)

# Older versions of pip know no dependency groups.
$(APP_STAMP): pyproject.toml $(BIN)/python
	@echo "Installing mqttui and what it needs in $(VENV)"
	@$(BIN)/python -m pip install -qq --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install -qq --editable .
	@touch $@

$(DEV_STAMP): $(APP_STAMP)
	@echo "Installing the development tools in $(VENV)"
	@$(BIN)/python -m pip install -qq --group dev
	@touch $@

# MicroPython for the emulated board of the tests. A machine that cannot have node skips those
# tests and says so; continuous integration must have it.
$(NODE_STAMP): package.json package-lock.json
	@if .ci/packages node npm && npm ci --silent --no-audit --no-fund; then touch $@; \
	elif [ -n "$$CI" ]; then exit 1; \
	else echo "The tests of the emulated board are skipped: they need node and npm."; fi
