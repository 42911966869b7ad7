# Academy. Every target works in a fresh clone and does only what is stale.
PYTHON ?= python3
PORT ?= 8000
ARGS ?=
# Processes that share the tests, each with servers of its own; WORKERS=0 runs them in one, as a debugger needs it.
WORKERS ?= auto

SETUP = $(PYTHON) -m bin
IN_VENV = .venv/bin/python
SHARED = -n $(WORKERS) --maxprocesses 4 --dist worksteal
CODE = $(wildcard academy programme workshops outcome bench bin tests manage.py deploy/academy)
CHECKS = check-lock check-style check-types check-imports check-templates check-migrations check-frontend \
	check-docs check-architecture

.PHONY: help setup build run test test-sqlite pictures check $(CHECKS) check-security fmt bench soak rehearse lock

help:
	@echo "make setup        prepare everything: virtual environment, packages, front end, database"
	@echo "make build        prepare what a server runs: virtual environment, packages, front end, no database"
	@echo "make run          fill an empty database with the demo and serve it (PORT=8000)"
	@echo "make test         the tests, on throw-away PostgreSQL and Redis, journeys in a real browser (ARGS=...)"
	@echo "make test-sqlite  the same tests on SQLite, without Redis"
	@echo "make pictures     make the pictures of the guides anew"
	@echo "make check        requirements, style, types, imports, templates, migrations, documents, front end, architecture"
	@echo "make check-security  bandit, known advisories for the packages, list of components (asks services outside)"
	@echo "make fmt          format the code and the templates"
	@echo "make bench        measure how fast it is (ARGS=\"--only desk\" measures one part, ARGS=--list says which)"
	@echo "make soak         an academy's day with 300 people while everything fails in turn (ARGS=\"--people 100\")"
	@echo "make rehearse     bring up the production shape, walk through it in a browser (ARGS=\"--after restore\")"
	@echo "make lock         compile the requirements (UPGRADE=1 takes newer versions)"
	@echo "PYTHON=python3.12 uses another Python than python3."

setup:
	@$(SETUP) setup

# What deploy/academy-release calls for each version.
build:
	@$(SETUP) build

run:
	@$(SETUP) run --port "$(PORT)"

test: setup
	@$(IN_VENV) -m tests.browser
	@$(IN_VENV) -m pytest $(SHARED) $(ARGS)

test-sqlite: setup
	@$(IN_VENV) -m tests.browser
	@ACADEMY_TEST_SQLITE=1 $(IN_VENV) -m pytest $(SHARED) $(ARGS)

# The pictures of the guides, anew: commit them when a page that they show has changed.
pictures: setup
	@ACADEMY_TEST_SQLITE=1 ACADEMY_PICTURES=docs/pictures $(IN_VENV) -m pytest -q tests/journeys/test_guides.py

# All of them are run, so that one call shows everything that is wrong.
check: setup
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)

check-lock:
	$(SETUP) lock --check

check-style:
	$(IN_VENV) -m ruff check .
	$(IN_VENV) -m ruff format --check .

check-types:
	$(IN_VENV) -m mypy $(CODE)
	$(IN_VENV) -m mypy deploy/academy-release

check-imports:
	.venv/bin/lint-imports --no-logo

check-templates:
	.venv/bin/djangofmt --check templates

check-migrations:
	$(IN_VENV) manage.py makemigrations --check --dry-run
	$(IN_VENV) -m tests.lint_migrations

check-docs:
	$(IN_VENV) -m tests.lint_docs

check-frontend:
	$(SETUP) npm run --silent check

check-architecture:
	ACADEMY_TEST_SQLITE=1 $(IN_VENV) -m pytest -q tests/test_architecture.py tests/test_deploy.py

# Not a part of `check`: the services that know the advisories may be out of reach.
check-security: setup
	@$(SETUP) check-security

fmt: setup
	@$(IN_VENV) -m ruff check --fix-only --quiet .
	@$(IN_VENV) -m ruff format .
	@.venv/bin/djangofmt templates

bench: setup
	@$(IN_VENV) -m bench $(ARGS)

soak: setup
	@$(IN_VENV) -m bench.soak $(ARGS)

rehearse: setup
	@$(IN_VENV) -m tests.browser
	@$(IN_VENV) -m tests.rehearse $(ARGS)

lock: setup
	@$(SETUP) lock $(if $(UPGRADE),--upgrade)
