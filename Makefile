# What a newcomer types is `make demo` and `make test`; `make` alone lists the rest.
# Needed: Python 3.11 or newer with venv, make and git. Each target sets up .venv by itself, from versions pinned with hashes.

.PHONY: help demo test test-rest test-all soak bench lighthouse validate build site serve screenshots lock clean
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# nbgrader calls `alembic` by name, so the programs of the environment come first.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# What Python compiled is kept, or every process of a test run compiles hundreds of files again.
unexport PYTHONDONTWRITEBYTECODE

# The stamps carry a hash of what they stand for, and of the folder, because an environment cannot be moved.
HASH = $(shell (echo "$(CURDIR)"; cat $(1)) | git hash-object --stdin)
LOCKED := .venv/.locked-$(call HASH,requirements/dev.txt)
READY := .venv/.ready-$(call HASH,requirements/dev.txt pyproject.toml)
PAGES := .venv/.pages-$(call HASH,requirements/dev.txt requirements/site.txt)
BENCH := .venv/.bench-$(call HASH,requirements/dev.txt requirements/bench.txt)
EELS := build/eels/.ready-$(call HASH,requirements/eels.txt)
INSTALL := .venv/bin/python -m pip install -qq --disable-pip-version-check

# A candidate is run, not only looked up: a version manager leaves names behind that answer nothing.
define FIND_PYTHON
old=; bare=; python=; \
for candidate in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
    "$$candidate" -c 'pass' 2>/dev/null || continue; \
    "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { old="$$candidate"; continue; }; \
    "$$candidate" -c 'import venv, ensurepip' 2>/dev/null || { bare="$$candidate"; continue; }; \
    python="$$candidate"; break; \
done; \
if [ -z "$$python" ]; then \
    if [ -n "$$bare" ]; then echo "$$bare lacks the venv module; on Debian and Ubuntu: apt install python3-venv"; \
    elif [ -n "$$old" ]; then echo "$$old is $$("$$old" --version 2>&1); MiniChain needs Python 3.11 or newer (name one with PYTHON=...)"; \
    else echo "no Python found; MiniChain needs Python 3.11 or newer (name one with PYTHON=...)"; fi; \
    exit 1; \
fi >&2
endef

help: ## show this list
	@echo "MiniChain: a chain that reads like a book, labs, and the autograder that marks them."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "The first target you run sets up .venv, which takes a minute or two, once."

$(LOCKED):
	@$(FIND_PYTHON); \
	echo "Setting up .venv with $$("$$python" --version): a minute or two, once"; \
	"$$python" -m venv --clear .venv
	@$(INSTALL) --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

$(READY): $(LOCKED)
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(PAGES): $(READY)
	@$(INSTALL) --no-deps --require-hashes -r requirements/site.txt
	@touch $@

$(BENCH): $(READY)
	@$(INSTALL) --no-deps --require-hashes -r requirements/bench.txt
	@touch $@

$(EELS): $(READY)
	@.venv/bin/python -m venv --clear build/eels
	@build/eels/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements/eels.txt
	@touch $@

demo: $(READY) ## build the labs, grade a cohort of 60, show what came out (build/demo)
	@.venv/bin/autograder demo --out build/demo

test: $(READY) ## style, types, import arrows and the tests; minutes
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --timeout 300 -m "not long and not browser"

# Browser tests that measure no time, so that they may share the machine.
UNTIMED := tests/browser/test_axe.py tests/browser/test_every_lab.py

test-rest: site # what test leaves out
	@.venv/bin/python -m pytest --numprocesses auto --dist loadfile --timeout 1200 -m "long and not soak and not browser"
	@.venv/bin/python -m pytest --numprocesses auto --dist loadfile --timeout 1200 -m "browser and not soak" $(UNTIMED)
	@.venv/bin/python -m pytest --timeout 1200 -m "browser and not soak" $(addprefix --ignore=,$(UNTIMED))

test-all: test test-rest ## test, then the long and the browser tests

soak: $(READY) ## the long runs: a million keys, sixty series of kills, 40,000 submissions held flat, ten minutes of random contracts, every mutant of identity and contracts
	@.venv/bin/python -m pytest -m soak
	@.venv/bin/python -m tests.autograder.chaos 20
	@.venv/bin/python -m tests.autograder.chaos_command 20
	@.venv/bin/python -m tests.autograder.flat 20000
	@.venv/bin/python -m tests.identity.mutation
	@.venv/bin/python -m tests.contracts.python.fuzz 10
	@.venv/bin/python -m tests.contracts.mutation

bench: $(BENCH) $(EELS) ## run ours and its peers in turn, print the ratios
	@.venv/bin/python -m tests.benchmarks

lighthouse: site ## score the site as on a phone (Lighthouse, median of five); wants a quiet machine
	@.venv/bin/python -m tests.browser.lighthouse

site: $(PAGES) ## build the site, its labs included, into build/site, and the zip for classrooms
	@.venv/bin/python site/build.py
	@.venv/bin/python site/lite/build.py
	@.venv/bin/python site/workbench/build.py
	@.venv/bin/python site/lite/finish.py

serve: site ## build the site and open it on this machine
	@.venv/bin/python site/serve.py build/site

screenshots: site demo ## picture home, a lesson, a lab and a report in both languages (build/screenshots); needs chromium
	@.venv/bin/python site/screenshots.py

validate: $(READY) ## hold every lab's tests against its answers and mistakes
	@.venv/bin/autograder validate

build: $(READY) ## build the wheel into build/dist
	@.venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir build/dist .
	@ls build/dist/*.whl

# --universal: one lock for every platform; no index address gets in. What the browser's Python has or does without is not in its lock.
LOCK := build/uv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
    --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
COMPILE := $(LOCK) --universal --python-version 3.11
BROWSER := $(LOCK) --python-version 3.14 --python-platform wasm32-pyodide2025 \
    $(addprefix --no-emit-package ,jedi parso jupyterlab-widgets widgetsnbextension prompt-toolkit wcwidth)

lock: $(READY) ## recompile requirements/ after a change in pyproject.toml (UPGRADE=1 takes newer versions)
	@.venv/bin/python -m venv build/uv && build/uv/bin/python -m pip install -qq --disable-pip-version-check uv==0.13.9
	@$(COMPILE) pyproject.toml --all-extras --group dev --output-file requirements/dev.txt
	@$(COMPILE) --group site --constraint requirements/dev.txt --output-file requirements/site.txt
	@$(COMPILE) --group lite --output-file requirements/lite.txt
	@$(COMPILE) --group node --output-file requirements/node.txt
	@$(BROWSER) --group browser --output-file requirements/browser.txt
	@$(COMPILE) --group bench --constraint requirements/dev.txt --output-file requirements/bench.txt
	@$(COMPILE) --group eels --output-file requirements/eels.txt
	@git diff --stat -- requirements

clean: ## remove everything that make made
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
