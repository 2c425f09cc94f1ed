# make demo | test | lint | bench | lock.  ARGS="…" is handed on.
# Needs Python 3.11+, Node 20+ and, for the tests, apt (run as root, it installs what is missing).

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WEB    := dashboard/web
STATIC := dashboard/api/static
ARGS   ?=

.PHONY: demo test bench lint types unit lock setup web apt screenshots clean
.DELETE_ON_ERROR:

# --- set-up ---------------------------------------------------------------------------------------------------------

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
	    --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(WEB)/node_modules/.installed: $(WEB)/package-lock.json $(WEB)/package.json
	cd $(WEB) && npm ci --no-audit --no-fund --loglevel=error
	touch $@

WEB_SOURCES := $(shell find $(WEB)/src $(WEB)/public $(WEB)/index.html $(WEB)/vite.config.ts -type f 2>/dev/null)

$(STATIC)/index.html: $(WEB)/node_modules/.installed $(WEB_SOURCES)
	cd $(WEB) && npm run --silent build

TIMESCALE := tests/timescale

$(TIMESCALE)/node_modules/.installed: $(TIMESCALE)/package-lock.json
	cd $(TIMESCALE) && npm ci --legacy-peer-deps --no-audit --no-fund --loglevel=error
	touch $@

setup: $(VENV)/.installed
web: $(STATIC)/index.html

# --- what people run ------------------------------------------------------------------------------------------------

demo: setup web
	$(BIN)/gridhub demo $(ARGS)

test: setup web apt $(TIMESCALE)/node_modules/.installed
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tests/run.py $(ARGS)

bench: setup web apt $(TIMESCALE)/node_modules/.installed
	$(BIN)/python -m bench $(ARGS)

lint: setup $(WEB)/node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	cd $(WEB) && npm run --silent check

screenshots: setup web apt
	$(BIN)/python -m tests.e2e.screenshots $(ARGS)

apt:
	@sh tests/apt.sh

lock: setup
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra test --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) $(WEB)/node_modules $(STATIC) var
