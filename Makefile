# make bootstrap: only install, jbnet is then .venv/bin/jbnet; bootstrap-dev: with the tests' tools too.
# make demo: everything once, on a live network.  make test: everything that must hold before a change lands.
PY := .venv/bin/python
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)
LONG := $(addprefix tests/lab/,test_backbone.py test_backbone_changes.py test_units_killed.py test_ownership_live.py test_encrypted_killed.py test_watching.py test_watching_soak.py test_probing_live.py test_evidence_live.py test_faults_under_load.py test_lease_watchdog.py test_modes_live.py test_lease_live.py test_drill_live.py test_drill_backup_live.py test_drill_backbone.py test_rows_live.py test_home_live.py test_local_standby_live.py test_apart_live.py test_readiness_watched.py test_addresses_live.py test_cost_live.py test_session_live.py test_partners_live.py test_applications_live.py test_names_live.py)

.PHONY: help demo test lint types imports test-unit test-lab test-backbone test-changes test-province test-watching test-soak test-recovery test-killed test-browser laws fuzz docs web bench pictures clean bootstrap bootstrap-dev

# Where the environment forbids bytecode, each of the hundreds of programs that tests start would compile jbnet anew.
PYTEST = $(AS_ROOT) env PYTHONDONTWRITEBYTECODE= $(WITH) "PATH=$(CURDIR)/.venv/bin:$$PATH" $(PY) -m pytest

help:
	@sed -n 's/^# \?//p;/^$$/q' Makefile
	@printf '%s\n' 'targets: bootstrap bootstrap-dev demo test lint types imports test-unit test-lab test-backbone test-changes test-province test-watching test-soak test-recovery test-killed test-browser laws fuzz docs web bench pictures clean'

bootstrap:
	@.ci/bootstrap

bootstrap-dev:
	@.ci/bootstrap dev

demo: bootstrap
	@$(AS_ROOT) env "JBNET_SEED=$(JBNET_SEED)" "JBNET_LANG=$(or $(JBNET_LANG),en)" .venv/bin/jbnet demo $(if $(KEEP),--keep)

test:
	@$(MAKE) --no-print-directory -j 2 -O lint types imports
	@$(MAKE) --no-print-directory test-unit test-lab

lint: bootstrap-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: bootstrap-dev
	.venv/bin/mypy

imports: bootstrap-dev
	.venv/bin/lint-imports

test-unit: bootstrap-dev
	$(PYTEST) -q -n 2 --durations=25 -m "not lab and not province"

test-lab: bootstrap-dev
	$(PYTEST) -v --durations=12 -n 2 --dist loadfile --no-loadscope-reorder -m lab $(LONG:%=--ignore=%) tests/lab

# Every circuit and router of the backbone cut in the lab, compared with what jbnet whatif forecasts.
test-backbone: bootstrap-dev
	$(PYTEST) -v --durations=12 -m lab tests/lab/test_backbone.py

# One change on every router of the live backbone, with all sites watched, through a killed jbnet, a dead router, a hand on
# the console and a cut uplink; both ends of a link, killed at every point; a router of which parts are others'.
test-changes: bootstrap-dev
	$(PYTEST) -v --durations=12 -m lab tests/lab/test_backbone_changes.py tests/lab/test_units_killed.py tests/lab/test_ownership_live.py \
		tests/lab/test_encrypted_killed.py

# All 1,024 sites on this machine: 16 GiB free, ten minutes, nothing else to do.
test-province: bootstrap-dev
	$(PYTEST) -v --durations=12 -m province tests/lab/test_province.py

# Every circuit and router of the live backbone fails in every way while it is watched: one incident each.
test-watching: bootstrap-dev
	$(PYTEST) -s -v -m lab tests/lab/test_watching.py tests/lab/test_probing_live.py

# Random cuts and heals of the live backbone for SOAK_S seconds, by the dice of SOAK_SEED: the history is what was done.
test-soak: WITH = SOAK_S=$(or $(SOAK_S),1800) SOAK_SEED=$(or $(SOAK_SEED),2026)
test-soak: bootstrap-dev
	$(PYTEST) -s -v -m lab tests/lab/test_watching_soak.py

# Pages made from the program.
docs: bootstrap-dev
	$(PY) -m jbnet.cli.check_codes > docs/findings.md

# Everything about recovery on live servers, the report of a failover and its failback on the lab included, and every fault of
# docs/recovery-faults.md under load (FAULTS="planned,one way" SEEDS=1-3 chooses): one that fails leaves nothing to go on from.
test-recovery: WITH = "FAULTS=$(FAULTS)" "SEEDS=$(SEEDS)"
test-recovery: bootstrap-dev
	$(PYTEST) -v --durations=12 -m lab tests/lab/test_databases_live.py tests/lab/test_readiness_live.py tests/lab/test_recovery.py tests/lab/test_home_live.py \
		tests/lab/test_evidence_live.py tests/lab/test_lease_watchdog.py tests/lab/test_modes_live.py \
		tests/lab/test_lease_live.py tests/lab/test_drill_live.py tests/lab/test_drill_backup_live.py tests/lab/test_backup_repository_live.py tests/lab/test_rows_live.py \
		tests/lab/test_local_standby_live.py tests/lab/test_apart_live.py tests/lab/test_readiness_watched.py \
		tests/lab/test_addresses_live.py tests/lab/test_cost_live.py tests/lab/test_session_live.py tests/lab/test_partners_live.py tests/lab/test_names_live.py
	$(PYTEST) -s -v -m lab tests/lab/test_applications_live.py
	$(PYTEST) -s -v -m lab tests/lab/test_drill_backbone.py
	$(PYTEST) -x -s -v -m lab tests/lab/test_faults_under_load.py

# The primary killed under load, by twenty throws of the dice (SEEDS=1-20): what is reported lost is what clients lost.
test-killed: WITH = FAULTS=killed SEEDS=$(or $(SEEDS),1-20) "TABLE=$(CURDIR)/build/killed-under-load.jsonl"
test-killed: bootstrap-dev
	@mkdir -p build
	$(PYTEST) -s -v -m lab tests/lab/test_faults_under_load.py

# The page in Debian's Chromium, driven by Playwright: part of test-unit, too.
test-browser: bootstrap-dev
	$(PYTEST) -v --durations=12 -n 0 tests/browser

# What the page brings along, fetched anew from npm and proved by its digest.
web:
	.ci/vendor-page

# Every law on examples that nobody has seen yet; `make test` tries the same ones each time.
laws: bootstrap-dev
	LAWS=anew $(PY) -m pytest -q -n 2 --timeout 0 -m "hypothesis and not lab and not province" tests

# Mutations of declared text for longer than `make test` has time for: EXAMPLES a law.
fuzz: bootstrap-dev
	FUZZ_EXAMPLES=$(or $(EXAMPLES),20000) $(PY) -m pytest -q -n 2 --timeout 0 tests/property/test_fuzz_loader.py

bench: bootstrap-dev
	$(AS_ROOT) $(PY) tests/bench/run.py $(ONLY)

pictures: bootstrap
	.venv/bin/jbnet map --view levels --lang zh -o docs/pictures/levels.svg
	.venv/bin/jbnet map --view geography --lang zh -o docs/pictures/geography.svg

clean:
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
