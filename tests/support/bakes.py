"""Run cookiecutter and cruft, each in a fork that has them and this template compiled.

To import and to compile takes longer than to bake. It reads orders as `forks.py` does.
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys
import tempfile
from typing import Any

from cookiecutter import config
from cookiecutter.main import cookiecutter

from .baking import compiling_once
from .forks import serve
from .template import ROOT

# What these two import when they run.
LIBRARIES = "cookiecutter.cli cruft._cli cruft._commands"


def run_module(order: dict[str, Any]) -> None:
    """Do what `python -m` does, in another environment than this process began in."""
    tempfile.tempdir = None
    # It holds paths of the home.
    importlib.reload(config)
    sys.path[0] = os.getcwd()
    module, *arguments = order["arguments"]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def main() -> None:
    for name in LIBRARIES.split():
        importlib.import_module(name)
    with compiling_once():
        with tempfile.TemporaryDirectory() as folder:
            answers = {"parts": "all"}
            cookiecutter(
                str(ROOT),
                no_input=True,
                extra_context=answers,
                output_dir=folder,
                accept_hooks=False,
            )
        serve(run_module)


if __name__ == "__main__":
    main()
