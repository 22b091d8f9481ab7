# Needs python3 (3.11 or newer) with its venv module, and nothing else. Everything lives in .venv.
PYTHON ?= python3
BIN := .venv/bin
LOCK := --upgrade --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links \
        --no-header --quiet
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE # the tests start processes by the hundred

.PHONY: demo run test slow kills torture quality bench-deliver models check lock e2e shots clean

demo: .venv/ready  ## the whole job on this machine, offline: Part 1, the wait, Part 2
	@$(BIN)/python -m demo

run: .venv/ready  ## the service, with ./feeds.yaml
	$(BIN)/briefing run

test: .venv/ready  ## all tests but the browser's and the slow ones
	$(BIN)/pytest -n 4

slow: .venv/ready  ## ten thousand steps of a world in which all may happen, hostile feeds, long stories
	$(BIN)/pytest -m slow tests/integration/test_hostile.py # timed, so by itself
	STEPS=10000 $(BIN)/pytest -n 2 -m slow --ignore=tests/integration/test_hostile.py

kills: .venv/ready  ## 60 kills of a service at work, and of its helper, and workers that sleep: two minutes and more
	KILLS=30 $(BIN)/pytest -n 2 -m slow tests/torture/test_kills.py

torture: .venv/ready  ## an hour and more: hostile feeds by the hundred, a thousand kills, a hundred thousand steps
	KILLS=1000 STEPS=100000 $(BIN)/pytest -n 2 -m '' tests/torture tests/integration/test_state_machine.py

quality: .venv/ready  ## how right the judging is, on the labelled data in the folder BRIEFING_CORPUS: docs/quality.md
	PYTHONPATH=. $(BIN)/python -m bench.quality

bench-deliver: .venv/ready  ## how fast mail, webhooks and alerts go, beside others: docs/performance.md; 20 minutes
	PYTHONPATH=. $(BIN)/python -m bench.deliver

models: .venv/ready tests/models/node_modules/.package-lock.json  ## every payload by its vendor's own types and readers; needs node and npm 18 or newer
	PYTHONPATH=. $(BIN)/python -m tests.models.write
	npm --prefix tests/models --silent test

tests/models/node_modules/.package-lock.json: tests/models/package-lock.json
	npm --prefix tests/models --loglevel=error ci

e2e: .venv/ready  ## the browser tests; needs Debian's chromium
	$(BIN)/pytest tests/e2e/browser

shots: demo  ## the README's pictures, drawn from the demo, and those of docs/channels.md; needs Debian's chromium
	$(BIN)/python -m demo.shots

check: .venv/ready  ## format, lint, types, import rules, dead dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

lock: .venv/ready  ## pin all dependencies again, by version and hash
	$(BIN)/uv pip compile $(LOCK) pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile $(LOCK) --group dev pyproject.toml -o requirements-dev.lock
	echo hatchling | $(BIN)/uv pip compile $(LOCK) - -o requirements-build.lock

clean:
	rm -rf .venv demo/out tests/models/node_modules tests/models/payloads .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "briefing needs Python 3.11 or newer; say make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/ready: .venv/bin/python requirements-dev.lock pyproject.toml
	@echo "setting up .venv, about a minute the first time"
	@$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
