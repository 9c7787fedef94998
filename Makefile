# Everything a developer needs. Only Python 3.11 or newer, pip and make must be there.
#
#   make setup       environment in .venv, locked packages, this package, model weights
#   make demo        the main job on the shipped artifacts, written by the embedded model
#   make test        all tests
#   make unit        the unit tests alone: fast
#   make check       lint, types, import laws, generated docs, planted defects
#   make fuzz        the readers on hostile and changed files for ten minutes; 20 s of it in check
#   make bench-self  ours, the peers and the limits side by side, in one run
#   make bench-writing  reports by every writer: wrong numbers, lost sections, refused sentences
#   make bench-audit recall and precision of the audit, changed numbers noticed, time
#   make docs        write the reference pages that are generated from the code
#   make lock        make the lock anew from pyproject.toml and requirements/dev.in

PYTHON ?= python3
VENV ?= .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python

.PHONY: setup demo test unit check fuzz bench-self bench-audit bench-writing docs lock clean weights install
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

$(VENV)/.installed: requirements/dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(PY) -c 'import pathlib; pathlib.Path("$(VENV)/.installed").touch()'

install: $(VENV)/.installed

weights: install
	$(BIN)/baseline models fetch smollm2-135m

setup: install weights

demo: setup
	cd examples/artifacts && $(abspath $(BIN))/baseline collect --llm embedded --out ../../demo-report
	@echo "open demo-report/report.html"

test: setup
	$(PY) -m pytest tests/unit -n auto
	$(PY) -m pytest tests --ignore tests/unit -n auto --dist loadfile

unit: install
	$(PY) -m pytest tests/unit -n auto

check: install
	$(BIN)/ruff check src tests bench examples docs
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(PY) docs/generate.py --check
	$(PY) bench/planted.py --seeds 50
	$(PY) bench/fuzz.py --seconds 20 --seed 1

fuzz: install
	$(PY) bench/fuzz.py --seconds 600

bench-self: install
	@held=0; for part in self reading flow; do $(PY) bench/$$part.py || held=1; done; exit $$held

bench-writing: install
	$(PY) bench/writing.py

bench-audit: install
	$(PY) bench/audit.py

docs: install
	$(PY) docs/generate.py

lock:
	$(PY) -m pip install --quiet pip-tools
	$(PY) -m piptools compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host \
	    --no-emit-find-links --strip-extras --allow-unsafe --extra embedded \
	    -o requirements/dev.lock pyproject.toml requirements/dev.in

clean:
	rm -rf $(VENV) demo-report baseline-report .mypy_cache .ruff_cache .pytest_cache .hypothesis
