"""What docs/upgrading.md has an owner do leads to where it says."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support import keeping_up
from ..support.keeping_up import Template
from ..support.keeping_up import blocks
from ..support.keeping_up import conflicts
from ..support.keeping_up import tracked
from ..support.running import must
from ..support.running import run_in
from ..support.template import AUTHS
from ..support.template import SLUG
from ..support.template import overlay
from ..support.template import tree

DOCUMENT = "docs/upgrading.md"
TAKING, OVERLAPS = "Taking it", "Where both changed the same lines"


SHOWN = [pytest.param("markers", marks=pytest.mark.long), "rejects"]


@pytest.mark.parametrize("shown", SHOWN)
def test_where_both_changed_a_line_both_can_be_seen(
    shown: str, template: Template, tmp_path: Path, env: dict[str, str]
) -> None:
    project = template.create(tmp_path, AUTHS[0])
    if shown == "rejects":
        # Whose first commit has changes already, git cannot know the former text.
        shutil.rmtree(project / ".git")
    page, pins = f"{SLUG}/pages.py", "requirements.txt"
    pin = (project / pins).read_text("utf-8").partition("\n")[0]
    for path, old, mine, theirs in [
        (page, '"home.html"', '"mine.html"', '"theirs.html"'),
        (pins, pin, "alembic==1 \\", "alembic==2 \\"),
    ]:
        keeping_up.replace(project / path, old, mine)
        template.replace(path, old, theirs)
    # Lines that do not overlap arrive all the same.
    template.replace(f"{SLUG}/config.py", "Any, Self\n", "Any, Self  # newer\n")
    keeping_up.start_repository(project, env)
    template.commit()
    owned = tracked(project, env)

    template.update(project)

    ending = ".rej" if shown == "rejects" else ""
    assert conflicts(project, env) == {page + ending, pins + ending}
    assert "# newer\n" in (project / f"{SLUG}/config.py").read_text("utf-8")
    for path in (page, pins):
        text = (project / path).read_text("utf-8")
        former = owned[path].decode().splitlines()
        assert [line for line in former if line not in text.splitlines()] == []
        if shown == "rejects":
            assert text == owned[path].decode()
        left = (project / f"{path}{ending}").read_text("utf-8")
        assert ("theirs" if path == page else "alembic==2") in left
    find, give_up, again = blocks(project / DOCUMENT, OVERLAPS)
    # It fails where there are no markers.
    told = [
        run_in(project, *shlex.split(line), env=env).stdout
        for line in find.splitlines()
    ]
    assert all(path + ending in "".join(told) for path in (page, pins))
    back, lock = again.splitlines()
    assert lock == "make upgrade"
    must(run_in(project, *shlex.split(back), env=env))
    assert pins not in conflicts(project, env)
    assert (project / pins).read_bytes() == owned[pins]
    keeping_up.follow(project, env, give_up, "")
    assert conflicts(project, env) == set()
    assert tracked(project, env) == owned
    assert (project / ".env").is_file()


def test_a_project_of_plain_cookiecutter_is_linked_as_the_document_says(
    template: Template, tmp_path: Path, env: dict[str, str], baked: Callable[..., Path]
) -> None:
    url = template.folder.as_uri()
    command = (sys.executable, "-m", "cookiecutter", f"git+{url}", "--no-input")
    must(run_in(tmp_path, *command, env=env))
    project = tmp_path / SLUG
    keeping_up.start_repository(project, env)
    link, take = blocks(overlay("language", "en")[DOCUMENT], TAKING)[:2]
    link = link.replace("https://github.com/ORG/cookiecutter-flask-auth", url)
    template.replace(f"{SLUG}/pages.py", "Answer 200 if", "Say 200 if")
    template.commit()

    # The same answers as before, and no other commit.
    keeping_up.follow(project, env, link.replace("COMMIT", template.release), "\n" * 10)
    keeping_up.follow(project, env, take, "y\n")

    assert conflicts(project, env) == set()
    expected = tree(baked(parts="standard"))
    page = f"{SLUG}/pages.py"
    expected[page] = expected[page].replace(b"Answer 200", b"Say 200")
    assert tracked(project, env) == expected
