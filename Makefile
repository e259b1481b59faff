PYTHON ?= python3
# Where make app puts the new project, and what else to tell cookiecutter.
OUT ?= ..
ARGS ?=

.PHONY: app test lint lock update bench pictures clean

app: .venv/installed
	@out=$$(cd "$(OUT)" && pwd -P) || exit 1; \
	case "$$out/" in "$$(pwd -P)"/*) \
		echo "OUT must lie outside this repository: $$out" >&2; exit 1;; \
	esac; \
	.venv/bin/python -m cookiecutter . --output-dir "$$out" $(ARGS)

test: .venv/installed
	.venv/bin/python -m tests.environment
	.venv/bin/python -m pytest -n auto --maxschedchunk 1 $(ARGS)

lint: .venv/installed
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

# Pinned for every system and every Python from 3.11, without the address of an index.
COMPILE = .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-header
PROJECT = {{cookiecutter.project_slug}}
LOCKED = .cache/lock/my_flask_app

# A baked project locks itself, by its own rule.
lock: .venv/installed
	$(COMPILE) requirements-dev.in --output-file requirements-dev.txt
	$(COMPILE) --no-deps --no-annotate bench/requirements.in --output-file bench/requirements.txt
	rm -rf $(LOCKED)
	.venv/bin/python -m cookiecutter . --no-input --output-dir $(dir $(LOCKED))
	$(MAKE) -C $(LOCKED) lock BIN="$(CURDIR)/.venv/bin" --assume-old .venv/installed
	cp $(LOCKED)/requirements.txt $(LOCKED)/requirements-dev.txt "$(PROJECT)"

# Take the newest version of everything, and see whether it all still holds.
update: lock
	$(MAKE) test ARGS=--thorough
	$(MAKE) lint

# pip installs uv alone, from its own hashed lines; uv does the rest in a fraction of the time.
# Where only pip knows the way to a mirror, it does it all.
.venv/installed: requirements-dev.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: make PYTHON=python3.12')"
	$(PYTHON) -m venv --clear .venv
	sed -n '/^uv==/,$$p' requirements-dev.txt > .venv/uv.txt
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	.venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements-dev.txt \
		|| .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

# All that docs/benchmarks.md tells, or `make bench PART="pages logins"`.
bench: .cache/bench/installed
	.venv/bin/python -m bench $(PART)

# What the READMEs show, from a real bake, app, browser and terminal.
pictures: .venv/installed
	.venv/bin/python -m tests.environment
	.venv/bin/python -m pictures

BAKED = $(PROJECT)/requirements.txt
.cache/bench/installed: .venv/installed $(BAKED) bench/requirements.txt
	.venv/bin/uv venv --quiet --clear --python .venv/bin/python .cache/bench
	.venv/bin/uv pip install --quiet --no-deps --compile-bytecode --require-hashes \
		--python .cache/bench/bin/python -r "$(BAKED)" -r bench/requirements.txt
	touch $@

clean:
	rm -rf .venv .cache
