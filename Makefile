PYTHON ?= python3
# Where make app puts the new project, and what else to tell cookiecutter.
OUT ?= ..
ARGS ?=

.PHONY: app test lint lock bench clean

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
lock: .venv/installed
	.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
		--generate-hashes --no-header requirements-dev.in --output-file requirements-dev.txt
	.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-deps \
		--generate-hashes --no-header --no-annotate bench/requirements.in \
		--output-file bench/requirements.txt

# pip installs uv alone, from its own hashed lines; uv does the rest in a fraction of the time.
# Where only pip knows the way to a mirror, it does it all.
.venv/installed: requirements-dev.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: make PYTHON=python3.12')"
	$(PYTHON) -m venv --clear .venv
	sed -n '/^uv==/,$$p' requirements-dev.txt > .venv/uv.txt
	.venv/bin/pip install --quiet --require-hashes -r .venv/uv.txt
	.venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements-dev.txt \
		|| .venv/bin/pip install --quiet --require-hashes -r requirements-dev.txt
	touch $@

# Requests per second of a logged-in page, beside the same page without any login.
bench: .cache/bench/installed
	.venv/bin/python -m bench

BAKED = {{cookiecutter.project_slug}}/requirements.txt
.cache/bench/installed: .venv/installed $(BAKED) bench/requirements.txt
	.venv/bin/uv venv --quiet --clear --python .venv/bin/python .cache/bench
	.venv/bin/uv pip install --quiet --no-deps --compile-bytecode --require-hashes \
		--python .cache/bench/bin/python -r "$(BAKED)" -r bench/requirements.txt
	touch $@

clean:
	rm -rf .venv .cache
