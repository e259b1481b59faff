"""Run single tests of a project, each in a fork that has imported it and made its app.

To do so anew takes longer than most tests. A broken function gets its new code in the
fork. That is the same as to import its broken source, unless its code has run by then,
or a module or class is broken outside of its functions: such a file is not run here.
A program of its own, as `forks.py` is.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Iterator
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType
from types import FrameType
from types import FunctionType

import pytest
from _pytest.runner import runtestprotocol

COLD = "cold"
Place = tuple[str, str, int]
Pair = tuple[CodeType, CodeType]
# A test that needs the app, and leaves no connection to those that come after it.
READY = """
from .support.settings import disconnect


def test_ready(served):
    disconnect()
"""


class Warm:
    """A plugin of pytest that waits with the app ready, and forks for each order."""

    def __init__(self, project: Path) -> None:
        files = [*project.glob("*/**/*.py")]
        self._sources = {str(file): file.read_bytes() for file in files}
        self._functions: dict[Place, list[FunctionType]] = {}
        self._ran: set[Place] = set()

    def note(self, frame: FrameType, *event: object) -> None:
        """Note each function that runs; for `sys.settrace`."""
        self._ran.add(place(frame.f_code))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        # After it, pytest tears down nothing of the session.
        (ready,) = named(session, "tests/test_ready.py::test_ready")
        runtestprotocol(ready, nextitem=session)  # type: ignore[arg-type]
        sys.settrace(None)
        if session.testsfailed:
            return True
        self._find_functions()
        # On a line of its own, after the dot of the test.
        print("\nready", flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            chosen = named(session, order["test"])
            pairs = self._swaps(order["file"])
            if not chosen or pairs is None:
                print(COLD, flush=True)
                continue
            child = os.fork()
            if child:
                print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
                continue
            redirect(order["log"])
            for old, new in pairs:
                for function in self._functions[place(old)]:
                    function.__code__ = new
            session.items[:] = chosen
            # Pytest goes on and runs them.
            return None
        return True

    def _find_functions(self) -> None:
        gc.unfreeze()
        for one in gc.get_objects():
            if isinstance(one, FunctionType):
                self._functions.setdefault(place(one.__code__), []).append(one)
        gc.freeze()

    def _swaps(self, file: str) -> list[Pair] | None:
        """Return which functions get other code; None where that is not all."""
        if file not in self._sources:
            return None
        old = compile(self._sources[file], file, "exec", dont_inherit=True)
        new = compile(Path(file).read_bytes(), file, "exec", dont_inherit=True)
        pairs = [*changed(old, new)]
        return pairs if all(self._is_untouched(*pair) for pair in pairs) else None

    def _is_untouched(self, old: CodeType, new: CodeType) -> bool:
        known = place(old) in self._functions and place(old) not in self._ran
        return known and old.co_freevars == new.co_freevars


def named(session: pytest.Session, test: str) -> list[pytest.Item]:
    """Return a test, with each of its parameters."""
    return [one for one in session.items if one.nodeid.partition("[")[0] == test]


def place(code: CodeType) -> Place:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def changed(old: CodeType, new: CodeType) -> Iterator[Pair]:
    """Yield the functions that differ, or the module or class, if it differs itself."""
    if bare(old) == bare(new):
        return
    inside = [[*codes(code)] for code in (old, new)]
    empty = [bare(code, inside=False) for code in (old, new)]
    if old.co_flags & CO_OPTIMIZED or empty[0] != empty[1]:
        yield old, new
        return
    for pair in zip(*inside, strict=True):
        yield from changed(*pair)


def bare(code: CodeType, *, inside: bool = True) -> CodeType:
    """Return what a function does, wherever it stands, with or without those inside."""
    constants = (
        (bare(one) if inside else None) if isinstance(one, CodeType) else one
        for one in code.co_consts
    )
    return code.replace(co_firstlineno=1, co_linetable=b"", co_consts=tuple(constants))


def codes(code: CodeType) -> Iterator[CodeType]:
    return (one for one in code.co_consts if isinstance(one, CodeType))


def redirect(log: str) -> None:
    """Let nothing be read, and all that is said go into a file."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)


def main() -> None:
    project = Path.cwd()
    (project / "tests" / "test_ready.py").write_text(READY, encoding="utf-8")
    sys.path[0] = str(project)
    # By its age and size, one broken file could pass for the next.
    sys.dont_write_bytecode = True
    warm = Warm(project)
    sys.settrace(warm.note)
    status = pytest.main([*sys.argv[1:], "--ignore=tests/proofs"], plugins=[warm])
    sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
