"""Own a project: change what its README invites to, and follow its documents."""

from __future__ import annotations

from pathlib import Path

from . import keeping_up
from .own_tests import Forks
from .running import must
from .running import run_in
from .site import Site
from .template import SLUG
from .visitor import Visitor

EMAIL = "ana@example.com"
PASSWORD = "correct horse battery staple"
# The key is the project's own, which stands in its .env.
SERVED = {"PUBLIC_URL": "https://app.example", "MAIL_URL": "none:"}

ROW = "| `notes` | `id`, `user_id`, `title` | notes | the account is deleted |\n"
DEPENDENCY = '    "markupsafe>=3",\n'
ADDED = {
    f"{SLUG}/models.py": '''

class Note(Base):
    """Hold what somebody wrote down; it goes when the account goes."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
''',
    f"{SLUG}/pages.py": """

@bp.get("/notes")
def notes() -> ResponseReturnValue:
    mine = select(Note.title).where(Note.user_id == signed_in_user().id)
    return {"notes": list(db.session.scalars(mine))}


@bp.post("/notes")
def add_note() -> ResponseReturnValue:
    db.session.add(Note(user_id=signed_in_user().id, title=request.form["title"]))
    db.session.commit()
    return redirect(url_for(".notes"), 303)
""",
    "tests/test_notes.py": f'''"""Keep notes, each for its user."""

from {SLUG}.models import Note

from .support.http import Browser


def test_a_note_is_kept_for_its_user(client: Browser, user: str) -> None:
    assert client.get("/notes").status_code == 303
    client.login()
    assert client.post("/notes", data={{"title": "Milk"}}).status_code == 303
    assert client.get("/notes").json == {{"notes": ["Milk"]}}
    assert Note.__tablename__ == "notes"
''',
}
CHANGED = [
    (f"{SLUG}/pages.py", "import Blueprint, ", "import Blueprint, redirect, "),
    (f"{SLUG}/pages.py", "render_template\n", "render_template, request, url_for\n"),
    (
        f"{SLUG}/pages.py",
        "login_not_required\nfrom",
        "login_not_required, signed_in_user\nfrom",
    ),
    (f"{SLUG}/pages.py", "import db\n", "import db\nfrom .models import Note\n"),
    (f"{SLUG}/models.py", "import String", "import ForeignKey, String"),
    (
        f"{SLUG}/templates/base.html",
        '  <link rel="stylesheet"',
        '  <meta name="theme-color" content="#123456">\n  <link rel="stylesheet"',
    ),
    # It is pinned already, since others need it: the locked files stay as they are.
    ("pyproject.toml", '    "psycopg[', f'{DEPENDENCY}    "psycopg['),
    (
        "docs/privacy.md",
        "\n\n**`flask purge` deletes",
        f"\n{ROW}\n**`flask purge` deletes",
    ),
]


def change(project: Path) -> None:
    """Add a table, pages behind login and their test, a dependency; touch a page."""
    for path, old, new in CHANGED:
        keeping_up.replace(project / path, old, new)
    for path, text in ADDED.items():
        with (project / path).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)


class Owned:
    """A project with changes of its owner's, and its database."""

    def __init__(
        self, folder: Path, env: dict[str, str], python: Path, forks: Forks
    ) -> None:
        self.folder = folder
        self.env = env
        self._python = python
        self._forks = forks
        self._site = Site(folder, env, python.parent, forks)
        # As after make run.
        (folder / ".venv").symlink_to(python.parent.parent)

    def settle_in(self) -> None:
        """Do the first steps of the README, and make an account."""
        self.run("flask", "db", "upgrade")
        change(self.folder)
        self.run("flask", "db", "revision", "Add notes")
        self.run("ruff", "format", "--quiet", "migrations")
        self.run("flask", "db", "upgrade")
        create = ("user", "create", EMAIL, "--name", "Ana")
        self.run("flask", *create, stdin=f"{PASSWORD}\n")
        self.commit()

    def run(self, program: str, *arguments: str, stdin: str = "") -> str:
        if program != "flask":
            return must(self._site.run(program, *arguments, stdin=stdin))
        return self._site.flask(*arguments, stdin=stdin)

    def follow(self, block: str) -> None:
        keeping_up.follow(self.folder, self.env, block, "y\n")

    def commit(self) -> None:
        keeping_up.commit(self.folder, self.env)

    def tests_pass(self, *chosen: str) -> None:
        self._forks.must(self.folder, *chosen)

    def style_is_right(self) -> None:
        self.run("ruff", "check", "--no-cache")
        self.run("ruff", "format", "--check", "--no-cache")

    def finds_no_difference(self) -> None:
        """Fail if the database is not as the models say."""
        self.run("flask", "db", "check")

    def serve(self) -> Visitor:
        """Return a visitor of the app, served with its own key and database."""
        return Visitor(self._site.serve(SERVED).port)

    def close(self) -> None:
        self._site.close()

    def query(self, statement: str) -> list[tuple[object, ...]]:
        return self._site.query(statement)

    def code(self, secret: str, *, steps_ahead: int = 0) -> str:
        """Return what an authenticator app shows, now or half a minute later."""
        show = f"""
import pyotp, time
print(pyotp.TOTP({secret!r}).at(time.time() + {30 * steps_ahead}))
"""
        return must(run_in(self.folder, self._python, "-c", show, env=self.env)).strip()
