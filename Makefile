# Everything starts here: `make run`, `make demo`, `make test`. Needs make and Python 3.11 to 3.13, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run demo test lint pytest soak screenshots docs translations lock clean system

help:
	@echo "make run    set up, start the kiosk and the REST API"
	@echo "make demo   the same with a drawn camera: no webcam, no network, no model"
	@echo "make test   set up, run every check and test"
	@echo "make soak   run the door for ten minutes, its camera and database failing on the way"
	@echo "make screenshots   every screen as a picture, into docs/screenshots/"
	@echo "make docs   write docs/errors.md and docs/openapi.json anew, off the code"
	@echo "make translations  gather the door's sentences, and make what the window reads of their translations"
	@echo "make lock   pin the newest dependencies in requirements.lock"
	@echo "make clean  remove what make set up (data/ stays)"

run: system
	$(BIN)/doorward

demo: system
	$(BIN)/doorward --demo

test: lint pytest

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

pytest: system
	$(BIN)/pytest -n 3 --dist worksteal

SHARED := ../shared
SOAKED := $(if $(wildcard $(SHARED)/video),--video $(SHARED)/video/lin_at_the_door.mp4 --face $(SHARED)/faces/lin/1.png)
soak: $(VENV)/ready
	DOORWARD__MODELS__PACK=$(SHARED)/models/test_pack $(BIN)/doorward-admin soak --minutes 10 $(SOAKED)

screenshots: system
	$(BIN)/python docs/screenshots/make.py

docs: $(VENV)/ready
	$(BIN)/python docs/errors.py
	$(BIN)/python docs/openapi.py

translations: $(VENV)/ready
	cd kiosk && ../$(BIN)/pyside6-lupdate -silent -no-obsolete -locations none *.py -ts $(foreach l,de fr es zh ar,i18n/doorward_$l.ts)
	cd kiosk && ../$(BIN)/pyside6-lupdate -silent -no-obsolete -locations none -pluralonly *.py -ts i18n/doorward_en.ts
	$(BIN)/pyside6-lrelease -silent kiosk/i18n/*.ts

system: $(VENV)/ready
	@$(BIN)/python -m core.display

$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Doorward needs Python 3.11 to 3.13; $(PYTHON) is `$(PYTHON) -V`. Name another: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv is missing. Install it with: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

lock:
	$(PYTHON) -m pip install --quiet uv
	$(PYTHON) -m uv pip compile --universal --python-version 3.11 --extra dev --upgrade --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  --quiet --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
