# Every chore of Glu Admin. `make help` lists them.
.DEFAULT_GOAL := help
export GLU_ADMIN_MODE ?= embedded
PYTHON := .venv/bin/python
TEST_DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/postgres
TEST_REDIS_URL ?= redis://127.0.0.1:6379/9
TESTS ?= tests
# They read the source, walk the addresses, start processes of their own surroundings, or speak with a sandbox that knows
# no database: the same on every service.
WITHOUT_SERVICES := \
	$(addprefix tests/rules/test_,decisions.py house.py map.py sentences.py templates.py tests.py translation.py url_map.py) \
	$(addprefix tests/glu_admin/test_,demo.py edge.py environment.py file_queue.py log_privacy.py settings.py) \
	tests/glu_admin/sandbox tests/glu_admin/glu/test_client.py tests/orders/probe tests/journeys/test_translated.py

.PHONY: help install demo run test test-services test-browser test-faults check format bench lock clean

help: ## list every chore
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "  make %-15s %s\n", $$1, $$2}'

install: .venv/.installed ## make .venv from the lock file

.venv/.installed: pyproject.toml uv.lock .ci/install
	@.ci/install
	@touch $@

demo: install ## run it all here against the sandbox (FRESH=1 starts over)
	@exec $(PYTHON) -m glu_admin.demo

test: install ## the test suite, with nothing else needed
	@STATE_DIR=var/test DATABASE_URL= CELERY_BROKER_URL= CACHE_URL= EMAIL_URL= $(PYTHON) -m pytest -n 2 --maxschedchunk 2 -m "not browser and not faults" $(TESTS)

test-services: install ## the same suite on PostgreSQL and Redis, without what needs neither
	@STATE_DIR=var/test-services DATABASE_URL=$(TEST_DATABASE_URL) CELERY_BROKER_URL=$(TEST_REDIS_URL) CACHE_URL= EMAIL_URL= \
		PGOPTIONS="-c synchronous_commit=off" $(PYTHON) -m pytest -n 3 --maxschedchunk 2 -m "not browser and not faults" \
		$(addprefix --ignore=,$(WITHOUT_SERVICES)) $(TESTS)

test-browser: install ## the journeys in a real Chromium
	@.ci/install --group e2e
	@STATE_DIR=var/test DATABASE_URL= CELERY_BROKER_URL= CACHE_URL= EMAIL_URL= CHROMIUM=$$(.ci/chromium) \
		$(PYTHON) -m pytest -n 2 --maxschedchunk 1 -m browser $(TESTS)

test-faults: install ## hunts with real processes and servers of its own (FAULT_SEED=17 for one, FAULT_RUNS=50 for many)
	@STATE_DIR=var/test-faults DATABASE_URL= CELERY_BROKER_URL= CACHE_URL= EMAIL_URL= $(PYTHON) -m pytest -n 2 --maxschedchunk 1 -m faults $(TESTS)

check: install ## lint of code and templates, types, import contracts, declared dependencies, migrations, deploy check
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@.venv/bin/djlint templates --check --lint
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports
	@.venv/bin/deptry .
	@STATE_DIR=var/test $(PYTHON) manage.py makemigrations --check --dry-run
	@STATE_DIR=var/check GLU_ADMIN_MODE=production SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(60))') \
		GLU_ROOT_KEYS=check:$$($(PYTHON) -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())') \
		ALLOWED_HOSTS=desk.example $(PYTHON) manage.py check --deploy --fail-level WARNING

bench: install ## measure the mirror against its bars, and the desk (BENCH="history desk" for parts); empties TEST_REDIS_URL
	@TEST_DATABASE_URL=$(TEST_DATABASE_URL) TEST_REDIS_URL=$(TEST_REDIS_URL) $(PYTHON) -m tests.benchmarks $(BENCH)

format: install ## format code and templates
	@$(PYTHON) -m ruff check --fix
	@$(PYTHON) -m ruff format
	@.venv/bin/djlint templates --reformat --quiet || true  # it fails when it has changed something

words: install ## write what can be translated to locale/, and make what is translated usable (TO=de; needs GNU gettext)
	@mkdir -p locale
	@$(PYTHON) manage.py makemessages --locale $(TO) --ignore .venv --ignore var --ignore tests
	@$(PYTHON) manage.py compilemessages --locale $(TO) --ignore .venv

lock: ## take newer releases into uv.lock, a week after they came out
	@PATH="$$PATH:.venv/bin" uv lock --upgrade

clean: ## remove the environment and all local state
	@rm -rf .venv var staticfiles
