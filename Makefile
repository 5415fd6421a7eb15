# Two commands matter: `make run` and `make test`. Needed: Python 3.11+, make, and the package registries.
PYTHON ?= python3
PORT ?= 8000
# Not `?=`: some shells export HOST as the machine's own name.
HOST = 127.0.0.1
# `make lock UPGRADE=--upgrade` takes newer releases; without it, only what pyproject.toml asks for changes.
UPGRADE ?=
LOAD ?=
BENCH ?=

DEV = .venv-dev/bin/python
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check
COMPILE = .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url --no-emit-find-links $(UPGRADE)
MESSAGES = cds_service/pages/messages
# A FHIR server that strangers wrote, for the tests; it brings libraries of its own, so it lives apart.
FHIR_SERVER = sekmet-fhir==0.1.1
# A CDS Hooks service of others, for the benchmark, with the event loop and the HTTP parser that ours has.
PEER = healthchain==0.16.1 uvloop httptools

.DEFAULT_GOAL = run
.DELETE_ON_ERROR:
# The environments are never up to date by their folder's own date, which changes with any file in them;
# the .installed stamp inside says from which lock they were built.
.PHONY: run test laws mutants load bench check openapi docs messages screenshot lock clean .venv .venv-dev .venv-fhir

run: .venv ## the service with the demo EHR
	@echo 'the demo EHR: http://$(HOST):$(PORT)/demo/ (Ctrl+C stops it)'
	.venv/bin/cds-service demo --host $(HOST) --port $(PORT)

test: .venv-dev ## every check and every test; without .venv-fhir one of them is skipped, and says so
	-$(MAKE) .venv-fhir
	$(DEV) -m tests.system.chromium
	$(MAKE) check
	$(DEV) -m pytest --numprocesses 2 --cov

laws: .venv-dev ## the laws that hold for every patient, on 50,000 charts each: about two hours
	LAWS_PROFILE=laws-long $(DEV) -m pytest --numprocesses 2 tests/laws

# Works in mutants/, which it keeps: what was judged stays judged until its function changes, or is named again
# (`mutmut run NAME`). What no test noticed is listed at the end; `mutmut show NAME` shows the change.
mutants: .venv-dev ## small changes to the findings and the assessment, each of which a test should notice: an hour or two
	.venv-dev/bin/mutmut run --max-children 2
	.venv-dev/bin/mutmut results

# `make load LOAD="--database sqlite --minutes 2"`; what it may be told: .venv-dev/bin/python -m bench.load --help
load: .venv-dev ## two workers at half of what they can do, with restarts and an outage of the database: eleven minutes
	$(DEV) -m bench.load $(LOAD)

# `make bench BENCH=--quick` is a short try. Without .venv-peer one row of the table says that it is not measured.
bench: .venv-dev ## what a call costs, in process and over HTTP, beside a floor and a peer: about a quarter of an hour
	-$(MAKE) .venv-peer/.installed
	$(DEV) -m bench.speed $(BENCH)

check: .venv-dev ## lint, format, types, import contracts, generated documents up to date
	.venv-dev/bin/ruff check .
	.venv-dev/bin/ruff format --check .
	.venv-dev/bin/mypy
	.venv-dev/bin/lint-imports --no-logo --no-cache
	$(DEV) -m cds_service openapi --check
	$(DEV) -m cds_service.commands.documents --check

openapi: .venv-dev ## write openapi/openapi.json from the app
	mkdir -p openapi
	$(DEV) -m cds_service openapi > openapi/openapi.json.new
	mv openapi/openapi.json.new openapi/openapi.json

docs: .venv-dev ## write docs/coverage.md and docs/rules.md from rules, knowledge, cards and vignettes
	$(DEV) -m cds_service.commands.documents

messages: .venv-dev ## the pages' words into the catalogues: what is new there is still to be translated
	.venv-dev/bin/pybabel --quiet extract --mapping $(MESSAGES)/mapping.cfg --keyword marked --no-location --omit-header \
		--output .venv-dev/messages.pot .
	for po in $(MESSAGES)/*.po; do .venv-dev/bin/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --no-wrap \
		--omit-header --input-file .venv-dev/messages.pot --locale $$(basename $$po .po) --output-file $$po; done

screenshot: .venv-dev ## write docs/demo.png, the picture of the demo in the README
	$(DEV) -m tests.system.screenshot docs/demo.png

lock: .venv-lock/bin/uv ## write both locks; the development lock keeps to the versions of the run lock
	$(COMPILE) pyproject.toml --output-file requirements.lock > /dev/null
	$(COMPILE) pyproject.toml --group dev --constraints requirements.lock --output-file requirements-dev.lock > /dev/null
	echo '$(FHIR_SERVER)' | $(COMPILE) - --output-file requirements-fhir-server.lock > /dev/null

clean: ## everything that can be made again
	rm -rf .venv .venv-dev .venv-fhir .venv-lock .venv-peer .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* \
		htmlcov mutants dist load.json bench.json bench.md
	find bench cds_service cards tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv: .venv/bin/cds-service ## what `make run` needs
.venv-dev: .venv-dev/bin/cds-service ## what `make test` needs
.venv-fhir: .venv-fhir/.installed ## the FHIR server that a test reads from

.venv/.installed: requirements.lock
.venv-dev/.installed: requirements-dev.lock
.venv-fhir/.installed: requirements-fhir-server.lock
.venv/.installed .venv-dev/.installed .venv-fhir/.installed:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.12")'
	@echo "building $(@D) from $<"
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python $(PIP_INSTALL) --require-hashes --requirement $<
	@touch $@

# Of no lock: nothing of ours runs there.
.venv-peer/.installed:
	@echo "building $(@D) for $(PEER)"
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python $(PIP_INSTALL) $(PEER)
	@touch $@

# The two-line program: finds the tree it lies in, so it works from any folder and after the tree is moved;
# -P keeps the working folder's own modules out.
.venv/bin/cds-service .venv-dev/bin/cds-service: %/bin/cds-service: %/.installed Makefile
	@printf '%s\n' '#!/bin/sh' 'bin=$$(cd "$$(dirname "$$(readlink -f "$$0")")" && pwd) && PYTHONPATH="$${bin%/*/*}$${PYTHONPATH:+:$$PYTHONPATH}" exec "$$bin/python" -P -m cds_service "$$@"' > $@
	@chmod +x $@

.venv-lock/bin/uv:
	$(PYTHON) -m venv --clear .venv-lock
	.venv-lock/bin/python $(PIP_INSTALL) uv
