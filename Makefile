# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed-dev
RUN_STAMP := $(VENV)/.installed
WORKERS ?= 2
# A file of tests stays with one worker, which opens what its tests share once; in the order of `testpaths`.
SPREAD := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Where the shell forbids it, every process of the tests would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo network test test-fast check bench lock format docs-reference artifacts gas mutants clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@./tools/make-venv $(PYTHON) $(VENV)

$(RUN_STAMP): $(BIN)/python requirements/runtime.lock requirements/build.lock pyproject.toml
	@./tools/install $(VENV) runtime
	@touch $@

$(STAMP): $(BIN)/python requirements/dev.lock requirements/build.lock pyproject.toml
	@./tools/install $(VENV) dev
	@touch $@ $(RUN_STAMP)

demo: $(RUN_STAMP) ## Install what is missing, then play a roaming charging session through two nodes
	@$(BIN)/ocn demo $(ARGS)

network: $(RUN_STAMP) ## The same network without the play, for integrators
	@$(BIN)/ocn network up $(ARGS)

test: $(STAMP) ## Every test, lint, type and import-contract check
	@./tools/optional-parts
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest $(SPREAD) $(ARGS)

test-fast: $(STAMP) ## The tests that take seconds, without checks
	$(BIN)/python -m pytest $(SPREAD) -m "not long" $(ARGS)

check: $(STAMP) ## Format, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## Format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

artifacts: $(STAMP) ## Compile the contracts again
	$(BIN)/python contracts/build.py

gas: $(STAMP) ## Measure what the acts of the settlement contract cost, write contracts/gas.json
	$(BIN)/python contracts/gas.py

mutants: $(STAMP) ## Run the settlement contract's tests against every faulty copy of it (an hour or more)
	$(BIN)/python contracts/mutate.py $(ARGS)

bench: $(STAMP) ## Measure the relay against nginx, write bench/RESULTS.md
	$(BIN)/python -m bench $(ARGS)

docs-reference: $(STAMP) ## Write the reference pages that are made from the code
	$(BIN)/python -m tools.reference

lock: $(STAMP) ## Resolve the dependencies anew
	./tools/lock $(BIN)/uv

clean: ## Remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
