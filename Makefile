# Open PRM. `make run` starts the application, `make test` proves it; both bring along all they need.
#
# They need Linux or macOS, make and Python 3.11 or later: no root, no Docker, no database to set up.
#   PORT=8080 make run         another port (8000, or a free one, without it)
#   DEMO=0 make run            without the demo's data
#   DATABASE_URL=… REDIS_URL=… your own PostgreSQL and Redis instead of the embedded ones
#   make test ARGS="-x -k deal"   arguments for pytest

ARGS ?=
VENV := .venv
PYTHON := $(VENV)/bin/python
# The first Python that is new enough. Only used to make .venv.
SYSTEM_PYTHON = $(shell for each in $(PYTHON3) python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$each" && break; done)
# Modules are compiled once, not by each of the dozen processes that start: where a shell forbids that, a start costs twice the CPU.
unexport PYTHONDONTWRITEBYTECODE
# The supervisor ends with make, should make be killed.
EMBEDDED = PRM_END_WITH=$$PPID exec $(PYTHON) -m prm.embedded

.PHONY: run test check bench faults soak manage lock format clean reset help
.DEFAULT_GOAL := help

run: $(VENV)/.runtime ## start the application; Ctrl-C stops it
	@$(EMBEDDED) run

test: $(VENV)/.development ## run the tests; ARGS reaches pytest
	@$(EMBEDDED) test $(ARGS)

check: $(VENV)/.development ## run every static check
	@$(EMBEDDED) exec check -- $(PYTHON) .ci/check.py $(ARGS)

bench: $(VENV)/.development ## measure speed and memory
	@$(EMBEDDED) exec bench --durable -- $(PYTHON) -m bench $(ARGS)

faults: $(VENV)/.development ## kill workers, Valkey and PostgreSQL, and count what is lost
	@exec $(PYTHON) -m bench.faults $(ARGS)

soak: $(VENV)/.development ## long random walks through the state machines
	@PRM_SOAK=1 $(EMBEDDED) exec soak -- $(PYTHON) -m pytest -m soak -n auto --dist worksteal -o faulthandler_timeout=0 $(ARGS)

manage: $(VENV)/.runtime ## run a management command on the data of `make run`: make manage ARGS="help"
	@$(EMBEDDED) manage $(ARGS)

lock: $(VENV)/.development ## resolve the dependencies of pyproject.toml again
	$(PYTHON) -m uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --only-binary :all: \
		--generate-hashes --quiet --upgrade --output-file requirements/development.txt
	$(PYTHON) -m uv pip compile pyproject.toml --constraints requirements/development.txt --universal \
		--python-version 3.11 --only-binary :all: --generate-hashes --quiet --output-file requirements/runtime.txt

format: $(VENV)/.development ## format code and templates
	-$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format
	-find templates -name '*.html' -exec $(VENV)/bin/djade --target-version 5.2 {} +

clean: ## delete everything that can be made again; the data of `make run` stays
	rm -rf $(VENV) .venv.lock staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf .dev/test .dev/check .dev/bench .dev/faults .dev/soak

reset: $(VENV)/.runtime ## delete the data of `make run`
	@$(EMBEDDED) reset

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 10

# One environment for both: development is runtime and more. The stamps make a second run skip this.
$(VENV)/.runtime: requirements/runtime.txt requirements/installer.txt requirements/install.py
	@$(MAKE) --no-print-directory install KIND=runtime
	@touch $@

$(VENV)/.development: requirements/development.txt requirements/runtime.txt requirements/installer.txt requirements/install.py
	@$(MAKE) --no-print-directory install KIND=development
	@touch $(VENV)/.runtime $@

.PHONY: install
install:
	@test -n "$(SYSTEM_PYTHON)" || { echo "Python 3.11 or later is needed; set PYTHON3=… to one that python3 does not name."; exit 1; }
	@"$(SYSTEM_PYTHON)" requirements/install.py $(KIND)
