# make demo: everything once, on a live network.  make test: everything that must hold before a change lands.
PY := .venv/bin/python
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)
PYTEST := $(AS_ROOT) env "PATH=$(CURDIR)/.venv/bin:$$PATH" $(PY) -m pytest

.PHONY: help demo test lint types imports test-unit test-lab bench clean bootstrap bootstrap-dev

help:
	@sed -n 's/^# \?//p;/^$$/q' Makefile
	@printf '%s\n' 'targets: demo test lint types imports test-unit test-lab bench clean'

bootstrap:
	@.ci/bootstrap

bootstrap-dev:
	@.ci/bootstrap dev

demo: bootstrap
	@$(AS_ROOT) env "JBNET_SEED=$(JBNET_SEED)" "JBNET_LANG=$(or $(JBNET_LANG),en)" .venv/bin/jbnet demo $(if $(KEEP),--keep)

test: lint types imports test-unit test-lab

lint: bootstrap-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: bootstrap-dev
	.venv/bin/mypy

imports: bootstrap-dev
	.venv/bin/lint-imports

test-unit: bootstrap-dev
	$(PYTEST) -q -n 2 -m "not lab"

test-lab: bootstrap-dev
	$(PYTEST) -v --durations=12 -n 2 --dist loadfile --no-loadscope-reorder -m lab

bench: bootstrap-dev
	$(AS_ROOT) $(PY) tests/bench/run.py $(ONLY)

clean:
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
