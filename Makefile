# SPDX-License-Identifier: Apache-2.0
# Two commands on a fresh machine: `make demo` and `make test`. Each builds .venv from the lock first; again, it is instant.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
SOURCES := src sdk tests supply fuzz
FUZZ_S ?= 300

.PHONY: demo test torture check fix bench fuzz sbom audit lock clean
.DEFAULT_GOAL := test

demo: $(READY)
	sh bin/provision fonts
	$(BIN)/nadzor demo

test: check
	sh bin/provision
	$(BIN)/python -m pytest -n auto -q

# The same experiments at length: hours rather than minutes, two at a time.
torture: $(READY)
	sh bin/provision
	NADZOR_TORTURE=1 $(BIN)/python -m pytest -n 2 -q -m "crash or faults"

check: $(READY)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m supply check
	$(BIN)/python -m supply advisories --daily

fix: $(READY)
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

bench: $(READY)
	$(BIN)/nadzor bench

# Every parser that strangers reach, FUZZ_S seconds each; what they find is kept in build/fuzz.
fuzz: $(READY)
	$(BIN)/python -m fuzz --seconds $(FUZZ_S)

sbom: $(READY)
	$(BIN)/python -m supply sbom

# What is known against the pinned versions; once a day `make check` asks, too.
audit: $(READY)
	$(BIN)/python -m supply check
	$(BIN)/python -m supply advisories

# Needs uv on the path; keeps every pin that still fits.
lock:
	uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --all-extras \
	    --no-emit-package nadzor-sdk -o requirements.lock pyproject.toml

clean:
	rm -rf .venv

$(READY): requirements.lock pyproject.toml sdk/pyproject.toml
	@sh bin/provision python "$(PYTHON)"
	test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@echo "Installing the locked packages: about a minute, once."
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e sdk -e .
	@touch $(READY)
