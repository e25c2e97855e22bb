# Every target of the project; `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SPARK_VENV := .venv-spark
SPARK_READY := $(SPARK_VENV)/.ready
REFERENCE_VENV := .venv-reference
REFERENCE_READY := $(REFERENCE_VENV)/.ready
ENGINE_READY := $(if $(filter spark,$(ENGINE)),$(SPARK_READY),$(READY))
IMAGES := profile embedding recommendation console training
PROTOS := $(shell find protos/ofone -name '*.proto')
BASELINE ?= main
DEMO = $(if $(DATA),--data $(DATA)) $(if $(MAPPING),--mapping $(MAPPING)) $(if $(OFFSET),--port-offset $(OFFSET))
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
# Compiled modules are kept, whatever the shell says: without them every start takes three times as long.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run demo evaluate drift test faults check lint types imports contracts protos locks bench format clean
.PHONY: ablate cold-start households life-signs life-stages link linkage newcomers personas priors timing setup-reference setup-spark test-reference test-spark train bench-spark questions bench-profile
.PHONY: promote report rollback retrain erase

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | sort | awk -F':.*?## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## Make the virtual environment from the hashed lock.

$(READY): requirements/development.txt requirements/uv.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/development.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

setup-spark: $(SPARK_READY) ## Make another environment, with Spark in it (needs Java 17; 0.5 GB more).

$(SPARK_READY): requirements/spark.txt requirements/development.txt requirements/uv.txt pyproject.toml
	test -x $(SPARK_VENV)/bin/python || $(PYTHON) -m venv $(SPARK_VENV)
	$(SPARK_VENV)/bin/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	$(SPARK_VENV)/bin/uv pip install --quiet --python $(SPARK_VENV)/bin/python --require-hashes \
	  -r requirements/development.txt -r requirements/spark.txt
	$(SPARK_VENV)/bin/uv pip install --quiet --python $(SPARK_VENV)/bin/python --no-deps --no-build-isolation -e .
	touch $@

setup-reference: $(REFERENCE_READY) ## Make another environment, to check fitted figures against a library (0.7 GB more).

$(REFERENCE_READY): requirements/reference.txt requirements/uv.txt
	test -x $(REFERENCE_VENV)/bin/python || $(PYTHON) -m venv $(REFERENCE_VENV)
	$(REFERENCE_VENV)/bin/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	$(REFERENCE_VENV)/bin/uv pip install --quiet --python $(REFERENCE_VENV)/bin/python --require-hashes -r requirements/reference.txt
	touch $@

run: $(READY) ## Make a town (or take DATA=FILE [MAPPING=FILE]), learn, serve, show, until Ctrl-C.
	$(BIN)/python -m demo $(DEMO)

demo: $(READY) ## The same as run, but ends by itself.
	$(BIN)/python -m demo --once $(DEMO)

evaluate: $(ENGINE_READY) ## Compare the model with its baselines on DATASET=DIR [PROTOCOL=last-basket|calendar] [ENGINE=spark].
	$(dir $<)bin/python -m ml evaluate $(DATASET) $(if $(PROTOCOL),--protocol $(PROTOCOL)) $(if $(CONFIG),--config $(CONFIG)) $(if $(ENGINE),--engine $(ENGINE))

ablate: $(READY) ## Measure what sets of features are worth on DATASET=DIR [PROTOCOL=…] [SEEDS=5] [CONFIG=FILE].
	$(BIN)/python -m ml ablate $(DATASET) $(if $(PROTOCOL),--protocol $(PROTOCOL)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(CONFIG),--config $(CONFIG))

timing: $(READY) ## Draw how likely tea and coffee come back, day by day, for people of a simulated town [OUT=DIR].
	$(BIN)/python -m ml timing $(if $(OUT),--out $(OUT))

cold-start: $(READY) ## Make items of DATASET=DIR new on purpose, tell how well they are recommended [SEED=0].
	$(BIN)/python -m ml cold-start $(DATASET) $(if $(PROTOCOL),--protocol $(PROTOCOL)) $(if $(CONFIG),--config $(CONFIG)) $(if $(SEED),--seed $(SEED))

newcomers: $(READY) ## Ask about customers of DATASET=DIR as if nothing were known of them.
	$(BIN)/python -m ml newcomers $(DATASET) $(if $(PROTOCOL),--protocol $(PROTOCOL)) $(if $(CONFIG),--config $(CONFIG))

life-signs: $(READY) ## Learn what tells a change of life, on DATASET=DIR with [LABELS=FILE] [TIME_ZONE=ZONE] [OUT=FILE].
	$(BIN)/python -m ml life-signs $(DATASET) $(if $(LABELS),--labels $(LABELS)) $(if $(TIME_ZONE),--time-zone $(TIME_ZONE)) $(if $(OUT),--out $(OUT))

life-stages: $(READY) ## Tell how soon a change of life is seen, on two simulated towns [SEED=7].
	$(BIN)/python -m ml life-stages $(if $(SEED),--seed $(SEED))

priors: $(READY) ## Fit what is typical of the customers of DATASET=DIR, for traits, into OUT=FILE.
	$(BIN)/python -m ml priors $(DATASET) $(if $(OUT),--out $(OUT))

personas: $(READY) ## Learn personas from DATASET=DIR, tell how soon a person beats theirs [ONLY=learn] [PROTOCOL=…] [CONFIG=FILE].
	$(BIN)/python -m ml personas $(DATASET) $(if $(filter learn,$(ONLY)),--only-learn) $(if $(PROTOCOL),--protocol $(PROTOCOL)) $(if $(CONFIG),--config $(CONFIG))

questions: $(READY) ## Ask people of a simulated town, tell what each question gains [OUT=DIR] [SEED=7].
	$(BIN)/python -m ml questions $(if $(OUT),--out $(OUT)) $(if $(SEED),--seed $(SEED))

households: $(READY) ## Ask about people who live together, tell what it is worth to know it [OUT=DIR] [SEED=7].
	$(BIN)/python -m ml households $(if $(OUT),--out $(OUT)) $(if $(SEED),--seed $(SEED))

link: $(READY) ## Find customers who are probably one person, and suggest them: PROFILE=HOST:PORT.
	$(BIN)/python -m ml link --profile $(PROFILE)

linkage: $(READY) ## Tell on simulated towns how right such suggestions are, and how much they find [SEED=7].
	$(BIN)/python -m ml linkage $(if $(SEED),--seed $(SEED))

promote: $(READY) ## Let the gate decide, line by line, whether the challenger becomes champion.
	$(BIN)/python -m ml promote

report: $(READY) ## Tell every move of the champion: when, who, from, to, why.
	$(BIN)/python -m ml report

rollback: $(READY) ## Make the champion before the champion again [WHY="a sentence"].
	$(BIN)/python -m ml rollback $(if $(WHY),--why "$(WHY)")

retrain: $(ENGINE_READY) ## Import, train, ask the gate and publish: PROFILE=HOST:PORT OUT=DIR [EMBEDDING=HOST:PORT] [MODEL=DIR] [ENGINE=spark].
	$(dir $<)bin/python -m ml retrain --profile $(PROFILE) --out $(OUT) $(if $(EMBEDDING),--embedding $(EMBEDDING)) $(if $(MODEL),--model-dir $(MODEL)) $(if $(ENGINE),--engine $(ENGINE))

erase: $(READY) ## Remove whoever is to be forgotten from DATASET=DIR: PROFILE=HOST:PORT [VERSION=… confirms].
	$(BIN)/python -m ml erase --profile $(PROFILE) $(DATASET) $(if $(VERSION),--model-version $(VERSION))

drift: $(READY) ## Compare the last days of DATASET=DIR [DAYS=7] with the model in BUNDLE=DIR, or the champion.
	$(BIN)/python -m ml drift $(DATASET) $(if $(BUNDLE),--bundle $(BUNDLE)) $(if $(DAYS),--days $(DAYS)) $(if $(OUT),--out $(OUT))

tune: $(READY) ## Choose hyperparameters on DATASET=DIR [PROTOCOL=…] [TRIALS=20]; evaluate takes them as CONFIG=FILE.
	$(BIN)/python -m ml tune $(DATASET) $(if $(TRIALS),--trials $(TRIALS)) $(if $(PROTOCOL),--protocol $(PROTOCOL)) $(if $(CONFIG),--config $(CONFIG))

test: $(READY) ## Run every test, on SQLite and PostgreSQL, over real gRPC.
	$(BIN)/python -m pytest $(TESTS)

train: $(ENGINE_READY) ## Learn from DATASET=DIR, register the challenger [CONFIG=FILE] [ENGINE=spark].
	$(dir $<)bin/python -m ml train $(DATASET) $(if $(CONFIG),--config $(CONFIG)) $(if $(ENGINE),--engine $(ENGINE))

test-spark: $(SPARK_READY) ## Run the tests of the Spark engine, in its own environment.
	$(SPARK_VENV)/bin/python -m pytest tests/ml/spark

test-reference: $(REFERENCE_READY) ## Check the models of purchases and spends against CDNOW and a maintained library.
	$(REFERENCE_VENV)/bin/python -m pytest --noconftest -W default tests/ml/training/priors/test_reference.py

bench: $(READY) ## Measure what an answer costs beside an empty call of the same shape.
	$(BIN)/python -m tests.benchmarks

bench-profile: $(READY) ## What an event costs on long histories, and whether traits told bit by bit are those told at once.
	$(BIN)/python -m tests.benchmarks.event_cost
	$(BIN)/python -m tests.benchmarks.histories

bench-spark: $(SPARK_READY) ## Time, memory and worth of both engines: DATASET=DIR, or towns of SIZES="1 3 10" million rows.
	$(SPARK_VENV)/bin/python -m tests.benchmarks.engines $(if $(DATASET),worth $(DATASET),scale $(SIZES))

faults: $(READY) ## Break domain code on purpose and see that a test notices.
	$(BIN)/python -m tests.hand_made_faults

check: lint types imports contracts ## The gate: lint, types, import rules, contracts and generated code unchanged.

lint: $(READY) ## Lint and formatting.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## Static types.
	$(BIN)/mypy

imports: $(READY) ## The import rules of the architecture.
	$(BIN)/lint-imports

contracts: $(READY) node_modules/.ready ## Lint the contracts, compare with BASELINE, prove generated code unchanged.
	npx --no-install buf lint
	npx --no-install buf breaking --against '.git#ref=$(shell git rev-parse --verify --quiet refs/remotes/origin/$(BASELINE) || git rev-parse HEAD)'
	$(BIN)/python protos/generate.py --check

node_modules/.ready: package.json package-lock.json
	npm install --no-save --ignore-scripts --no-audit --no-fund --silent
	touch $@

protos: $(READY) ## Generate code from the contracts.
	$(BIN)/python protos/generate.py

locks: $(READY) ## Compile the hashed locks from pyproject.toml.
	for image in $(IMAGES); do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --extra $$image -o requirements/$$image.txt pyproject.toml || exit 1; done
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --all-extras --group dev -o requirements/development.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --extra training --group spark -c requirements/development.txt -o requirements/spark.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --group reference -o requirements/reference.txt

format: $(READY) ## Format the code.
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .

clean: ## Delete what was built; keep the environment.
	rm -rf build
