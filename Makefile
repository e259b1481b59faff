PYTHON ?= python3
# Where make app puts the new project, and what else to tell cookiecutter.
OUT ?= ..
ARGS ?=

# Install into .venv, whatever the user's own settings of pip say.
export PIP_USER = 0
unexport PIP_PREFIX PIP_TARGET

.PHONY: app out test strings lint lock upgrade bench pictures clean

app: out .venv/cookiecutter
	.venv/bin/python -m cookiecutter . --output-dir "$$(cd "$(OUT)" && pwd -P)" $(ARGS)

# Before anything is installed. Make the last folder alone: more would hide a misspelt path.
out:
	@out=$$(cd "$(OUT)" 2>/dev/null && pwd -P) || \
		out=$$(cd "$$(dirname "$(OUT)")" 2>/dev/null && pwd -P) || { \
		echo "OUT must name a folder, or a new one in a folder: $(OUT)" >&2; exit 1; }; \
	case "$$out/" in "$$(pwd -P)"/*) \
		echo "OUT must lie outside this repository: $(OUT)" >&2; exit 1;; \
	esac; \
	mkdir -p "$(OUT)"

# The tests of a file share what takes long to make, so one process runs them all.
test: .venv/installed
	.venv/bin/python -m tests.support.environment
	.venv/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

strings: .venv/installed
	.venv/bin/python -m tests.support.environment
	.venv/bin/python -m tests.support.catalogues

lint: .venv/installed
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m mypy

UV = .venv/bin/python -m uv
# For every system and every Python from 3.11, without the address of an index.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
# Pin what is new, and move nothing else. Baked projects lock themselves, by their own rule.
RULE = lock
lock: .venv/installed
	$(COMPILE) requirements-dev.in --output-file requirements-dev.txt
	$(COMPILE) --no-annotate --constraint requirements-dev.txt \
		requirements.in --output-file requirements.txt
	$(COMPILE) --no-deps --no-annotate bench/requirements.in --output-file bench/requirements.txt
	$(COMPILE) --no-annotate proofs/requirements.in --output-file proofs/requirements.txt
	.venv/bin/python -m tests.support.locking $(RULE)

# Take the newest version of everything, and see whether it all still holds.
upgrade: COMPILE += --upgrade
upgrade: RULE = upgrade
upgrade: lock
	$(MAKE) test ARGS=--thorough
	$(MAKE) lint

PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check \
	--no-deps --require-hashes --requirement
# Where only pip knows the way to a mirror, it does it all.
INSTALL = $(UV) pip install --quiet --python .venv/bin/python --no-deps \
	--require-hashes --requirement $< || { \
		echo "uv could not install the packages. Trying pip, which takes longer." >&2; \
		$(PIP) $< && echo "pip installed the packages." >&2; }

# make app needs cookiecutter alone. What make test installed stays.
.venv/cookiecutter: requirements.txt .venv/uv.txt
	$(INSTALL)
	touch $@

.venv/installed: requirements-dev.txt .venv/uv.txt
	$(INSTALL)
	touch .venv/cookiecutter $@

# pip installs uv, from its own hashed lines; uv does the rest in a fraction of the time.
# A new list of tools starts a new environment.
.venv/uv.txt: requirements-dev.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and \
		'Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.12')"
	$(PYTHON) -m venv --clear .venv
	sed -n '/^uv==/,$$p' requirements-dev.txt > .venv/uv.new
	$(PIP) .venv/uv.new
	mv .venv/uv.new $@

# All that docs/benchmarks.md tells, or `make bench PART="pages logins"`.
bench: .cache/bench/installed
	.venv/bin/python -m bench $(PART)

# What the READMEs show, from a real bake, app, browser and terminal.
pictures: .venv/installed
	.venv/bin/python -m tests.support.environment
	.venv/bin/python -m pictures

# What the core pins, and what each part adds.
PROJECT = {{cookiecutter.project_slug}}
BAKED = $(PROJECT)/requirements.txt $(wildcard $(PROJECT)/variants/parts/*/requirements.txt)
.cache/bench/installed: .venv/installed $(BAKED) bench/requirements.txt
	$(UV) venv --quiet --clear --python .venv/bin/python .cache/bench
	$(UV) pip install --quiet --no-deps --compile-bytecode --require-hashes \
		--python .cache/bench/bin/python $(BAKED:%=-r "%") -r bench/requirements.txt
	touch $@

clean:
	rm -rf .venv .cache
