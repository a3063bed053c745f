# make run     install, and start Parvis          (PORT=8000 DATA=folder DATABASE_URL=postgresql://…)
# make test    install what the tests need, and run them all   (ONLY="-k word" to run some)
# make faults  publish while everything breaks, then compare all timelines: docs/delivery.md
#              (SEED=1 POSTS=2000 MINUTES=5 NETWORKS=x,bluesky PACE=5 BREAK=resend|nofence|nolookup)
# make screenshots   photograph the pages of a furnished desk into docs/pictures/
# make lint    ruff, mypy, import-linter, Django's checks, missing migrations
# make bench   install what the measurements need, and print their figures   (ONLY=throughput …)
# make lock    write the lock files anew

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
CATALOGUES := $(wildcard parvis/locale/*/LC_MESSAGES/django.po)
# Twice as many processes as two cores: most tests wait for servers. tests/order.py orders the files.
SIDE_BY_SIDE := -n 4 --dist loadfile --no-loadscope-reorder
SOURCES := pyproject.toml hatch_build.py $(CATALOGUES)

# Not through make’s own functions: they would cut a path at its spaces.
ifdef DATA
export PARVIS_DATA := $(DATA)
endif

.DEFAULT_GOAL := run
.PHONY: run test test-server screenshots faults lint format bench lock clean

run: $(VENV)/.installed
	@exec $(BIN)/parvis up --sandbox --port $(PORT)

test: $(VENV)/.measuring
	@tests/prepare
	$(BIN)/python -m pytest $(if $(NO_SKIPS),--no-skips) $(if $(ONLY),$(ONLY),$(SIDE_BY_SIDE))

# The rooms that speak to the database, on a PostgreSQL of the system's package. What they say to the
# networks is the same on any: `make test` shows that.
test-server: $(VENV)/.developing
	@tests/prepare
	$(BIN)/python -m tests.servers.debian_postgres \
		$(BIN)/python -m pytest $(if $(NO_SKIPS),--no-skips) \
		$(SIDE_BY_SIDE) --ignore-glob="*/test_courier_sandbox*" \
		tests/people tests/connections tests/compose tests/deliver tests/report $(ONLY)

screenshots: $(VENV)/.developing
	@tests/prepare
	$(BIN)/python -m pytest -q tests/web/screenshots.py

faults: $(VENV)/.developing
	@$(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED)) $(if $(POSTS),--posts $(POSTS)) \
		$(if $(MINUTES),--minutes $(MINUTES)) $(if $(NETWORKS),--networks $(NETWORKS)) \
		$(if $(PACE),--pace $(PACE)) $(if $(BREAK),--break $(BREAK)) $(if $(TROUBLE),--trouble $(TROUBLE))

lint: $(VENV)/.developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.django_checks

format: $(VENV)/.developing
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Sizes as `python -m bench --help` names them: make bench ONLY=throughput SIZES="--posts=2000 --rounds=3"
bench: $(VENV)/.measuring
	@bench/prepare
	@$(BIN)/python -m bench $(addprefix --only=,$(ONLY)) $(SIZES)

lock: $(VENV)/.developing
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url \
		--no-header pyproject.toml --output-file requirements/run.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url \
		--no-header pyproject.toml --group dev --constraints requirements/run.txt \
		--output-file requirements/dev.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url \
		--no-header pyproject.toml --group bench --constraints requirements/dev.txt \
		--output-file requirements/bench.txt

clean:
	rm -rf $(VENV) .cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Parvis needs Python 3.11 or newer: make run PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "Python’s venv module is missing (Debian: apt-get install python3-venv)."; exit 1; }

$(VENV)/.installed: requirements/run.txt $(SOURCES) | $(VENV)/bin/python
	@echo "Installing Parvis into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.developing: requirements/dev.txt $(SOURCES) | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@ $(VENV)/.installed

$(VENV)/.measuring: requirements/bench.txt $(VENV)/.developing | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt >&2
	@touch $@
