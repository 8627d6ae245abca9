# ARIIA Campaigns. `make` lists what there is. A fresh machine needs Python 3.11+, Node 20+ and make; the rest is set up
# by the first target that needs it. Works with GNU make 3.81, which is what macOS has.

PYTHON ?= $(shell for one in python3 python3.13 python3.12 python3.11; do \
	$$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$one && break; done)
STAGE ?= dev
WORKERS ?= auto
SEEDS ?= 1000

BIN := .venv/bin
PYTHON_READY := .venv/.ready
NODE_READY := infra/node/node_modules/.ready
CLIENTS_READY := clients/typescript/node_modules/.ready
BROWSER_READY := tests/browser/node_modules/.ready
REQUIREMENTS := requirements.txt requirements-dev.txt layers/dependencies/requirements.txt layers/ariia/pyproject.toml
# The lock file holds aws-cdk to 2.1148.1: npm's `latest`, 3.0.0, is a mistaken publish (aws/aws-cdk#38113).
CDK := infra/node/node_modules/.bin/cdk --app "$(BIN)/python app.py" -c stage=$(STAGE)

export JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo run test test-dates simulate chaos bench cost pacing lint format cdk-deploy synth bootstrap deploy restore clean aws-stage

help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(NODE_READY) $(PYTHON_READY) ## Install what the other targets need (they do it by themselves)

demo: setup ## Play a campaign from import to report on this machine, and check every figure
	@$(BIN)/python -m infra.local.demo

run: setup ## Keep the laptop stack up; prints its addresses, a token per role and the inbox page
	@$(BIN)/python -m infra.local run

test: lint $(CLIENTS_READY) $(BROWSER_READY) ## Lint, then run every test: units, contracts, stacks, end to end
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

test-dates: setup $(BROWSER_READY) $(CLIENTS_READY) ## The tests on other days and in other zones; DAYS names some, OPTIONS is for pytest (default: all but end to end)
	@$(BIN)/python -m tests.dates $(DAYS) $(if $(OPTIONS),-- $(OPTIONS))

simulate: setup ## Kill and rerun the engine in virtual time, SEEDS (default 1000) runs of each kind; writes build/simulation.json
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) $(OPTIONS)

chaos: setup ## A campaign on this machine while its functions are killed (8 minutes at most); writes build/chaos.json
	@$(BIN)/python -m infra.local.chaos $(OPTIONS)

bench: setup ## Measure CPU, calls, cold starts and memory against a stub of AWS; writes build/bench.json
	@$(BIN)/python -m benchmarks

cost: setup ## What RECIPIENTS (default a million) cost, from the last `make bench`; writes build/cost.json
	@$(BIN)/python -m benchmarks.cost $(RECIPIENTS)

pacing: setup ## Simulate SES's rate limit from 14 to 10,000 a second; writes build/pacing.json
	@$(BIN)/python -m benchmarks.pacing

lint: setup ## ruff (rules and format), mypy --strict, and the order of the rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=layers/ariia/python $(BIN)/lint-imports --no-cache

format: setup ## Let ruff format and sort everything
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

cdk-deploy: setup ## Prove that the CDK's command line deploys all stacks, to a fresh emulator
	@$(BIN)/python -m infra.local cdk-deploy

synth: setup ## Synthesise the stacks of STAGE (default dev) into cdk.out, dependency layer included
	@$(CDK) synth --all --quiet

bootstrap: aws-stage setup ## Prepare the AWS account and region for the first deployment
	@$(CDK) bootstrap

deploy: aws-stage setup ## Deploy all stacks of STAGE (default dev) to the AWS account of your credentials
	@$(CDK) deploy --all

restore: aws-stage setup ## Put TABLE of STAGE back to what it was AT an instant; asks before it deletes (OPTIONS=--dry-run)
	@$(BIN)/python -m infra.restore "$(STAGE)" "$(TABLE)" "$(AT)" $(OPTIONS)

clean: ## Remove build outputs and caches; .venv and node_modules stay
	rm -rf build cdk.out .local .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find functions layers infra tests -name __pycache__ -type d -prune -exec rm -rf {} +

aws-stage:
	@if [ "$(STAGE)" = local ]; then echo "STAGE=local is the laptop's: use make run" >&2; exit 1; fi

$(PYTHON_READY): $(REQUIREMENTS)
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is needed, and none was found (make PYTHON=/path/to/python3 names one)." >&2; exit 1; fi
	@echo "Setting up .venv with $$($(PYTHON) --version) (a minute or two, once) ..."
	@$(PYTHON) -m venv .venv || { echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --requirement requirements-dev.txt
	@touch $@

$(CLIENTS_READY): clients/typescript/package.json clients/typescript/package-lock.json
	@echo "Installing what generates a client in TypeScript ..."
	@npm ci --no-audit --no-fund --prefix clients/typescript
	@touch $@

$(BROWSER_READY): tests/browser/package.json tests/browser/package-lock.json tests/browser/unpack.mjs $(PYTHON_READY)
	@echo "Installing the browser that the tests look at pages with ..."
	@$(BIN)/python -m tests.browser
	@mkdir -p $(@D) && touch $@

$(NODE_READY): infra/node/package.json infra/node/package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || { \
		echo "Node 20 or newer is needed (the CDK runs on it); found: $$(node --version 2>/dev/null || echo none)." >&2; exit 1; }
	@echo "Installing the deployment tools ..."
	@npm ci --no-audit --no-fund --prefix infra/node
	@touch $@
