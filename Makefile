# make app: set up and open the app on the sample newsroom.  make test: set up and pass every test.
# make faults: the tests of faults, damage and kills at full size (up to 40 minutes).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
UV ?= uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

# Bytecode is kept: without it every command starts more slowly.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: app test setup setup-dev setup-peers check faults bench lock clean

app: setup
	$(BIN)/dateline serve --sample

setup: $(VENV)/.app
setup-dev: $(VENV)/.dev
setup-peers: $(VENV)/.peers

$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit("Dateline needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.app: $(VENV)/.venv requirements/app.txt requirements/assets.txt pyproject.toml
	@echo "Installing Dateline into $(VENV) (first time: a few minutes) ..."
	$(PIP) --require-hashes -r requirements/app.txt
	$(PIP) --require-hashes --no-deps -r requirements/assets.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.app requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.peers: $(VENV)/.dev requirements/peers.txt
	$(PIP) --require-hashes -r requirements/peers.txt
	@touch $@

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: check
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal
	@test -n "$$DATELINE_CHROMIUM" || command -v chromium >/dev/null || echo "No chromium on this machine: the browser tests were skipped."

# Beside what a user would pick instead: make bench DATA=folder (with newsqa/ and realtimeqa-2025/ in it)
bench: setup-peers
	$(BIN)/python -m benchmarks.finding $(DATA)
	$(BIN)/python -m benchmarks.answering $(DATA)
	$(BIN)/python -m benchmarks.speed $(DATA)
	$(BIN)/python -m benchmarks.near_duplicates

FAULTS := tests/faults tests/test_kills.py tests/retrieval/test_exact.py \
	tests/library/test_vectors.py tests/library/test_index_damage.py tests/library/test_index_processes.py \
	tests/browser/test_walls.py tests/browser/test_hostile.py tests/browser/test_model.py tests/browser/test_reach.py tests/browser/test_scope.py

faults: setup-dev
	DATELINE_FAULTS=full DATELINE_FAULT_KILLS=30 $(BIN)/python -m pytest --numprocesses auto --dist worksteal $(FAULTS)

lock:
	$(COMPILE) pyproject.toml requirements/app.in -o requirements/app.txt
	$(COMPILE) pyproject.toml requirements/app.in requirements/dev.in -c requirements/app.txt -o requirements/dev.txt
	$(COMPILE) --no-deps requirements/assets.in -o requirements/assets.txt
	$(COMPILE) pyproject.toml requirements/app.in requirements/peers.in -c requirements/app.txt -o requirements/peers.txt

clean:
	rm -rf $(VENV)
