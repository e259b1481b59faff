"""Do what an owner does in a first week, as the screen and the README invite to."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from .keeping_up import replace
from .template import SLUG

BOX = f"{SLUG}/templates/dev/next.html"
OTHER = {"en": "pt_BR", "pt_BR": "en"}
ADDED = {
    f"{SLUG}/shelf.py": '''"""Show what stands on the shelf."""

from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .auth.guards import login_not_required, signed_in_user
from .core.db import Base

bp = Blueprint("shelf", __name__, url_prefix="/shelf", static_folder="static")


class Shelf(Base):
    """Hold a shelf. It and its best book refer to each other."""

    __tablename__ = "shelves"

    id: Mapped[int] = mapped_column(primary_key=True)
    best_id: Mapped[int | None] = mapped_column(ForeignKey("books.id", use_alter=True))


class Book(Base):
    """Hold a book."""

    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey(Shelf.id))


@bp.get("/about")
@login_not_required
def about() -> ResponseReturnValue:
    answer = Response(render_template("about.html"))
    answer.set_cookie("columns", "1")
    return answer


@bp.get("/<uuid:item>")
def item(item: UUID) -> ResponseReturnValue:
    return f"<li>{item}</li>"


@bp.get("/days/<int:day>")
@bp.get("/days", defaults={"day": 0})
def days(day: int) -> ResponseReturnValue:
    if day > 50:
        raise RuntimeError("a calendar goes on without end")
    return f'<a href="/shelf/days/{day + 1}">Next</a>'


@bp.get("/events")
def events() -> ResponseReturnValue:
    def stream() -> Iterator[str]:
        yield "data: begin\\n\\n"
        raise RuntimeError("a stream of events goes on without end")

    return Response(stream(), mimetype="text/event-stream")


# No blueprint's prefix: it takes every address that no other page has.
def page(slug: str) -> ResponseReturnValue:
    return {"terms": "Be kind."}.get(slug) or abort(404)


@bp.post("/picture")
def picture() -> ResponseReturnValue:
    request.max_content_length = 10 * 1024 * 1024
    size = len(request.files["picture"].read())
    return jsonify(owner=signed_in_user().name, size=size)
''',
    f"{SLUG}/templates/about.html": """{% extends "base.html" %}
{% block main %}
<h1>About us</h1>
<p>
  <a href="https://code.example/app">Code</a> <a href="//cdn.example/x">Files</a>
  <a href="mailto:help@app.example">Write</a> <a href="tel:+551199">Call</a>
  <a href="#here">Here</a> <a href="?page=2">Next</a> <a href="more">More</a>
</p>
<form action="https://search.example/"><input name="q"></form>
{% endblock %}
""",
    "tests/test_shelf.py": '''"""Show the shelf, and take a picture of it."""

import io

from flask import Flask

from my_flask_app.core.db import db
from my_flask_app.shelf import Book, Shelf

from .support.http import Browser


def test_a_shelf_has_a_best_book(app: Flask) -> None:
    with app.app_context():
        shelf = Shelf(id=1)
        db.session.add(shelf)
        db.session.flush()
        db.session.add(Book(id=1, shelf_id=1))
        db.session.flush()
        shelf.best_id = 1
        db.session.commit()


def test_a_picture_is_taken(client: Browser, user: str) -> None:
    client.login()
    with client.session_transaction() as session:
        session["colour"] = "green"
    data = {"picture": (io.BytesIO(b"x" * 2_000_000), "shelf.png")}
    answer = client.post("/shelf/picture", data=data)
    assert answer.json == {"owner": "Ana", "size": 2_000_000}
    with client.session_transaction() as session:
        assert session["colour"] == "green"
''',
}
CHANGED = [
    (
        f"{SLUG}/__init__.py",
        "import account, cli, config, pages\n",
        "import account, cli, config, pages, shelf\n",
    ),
    (
        f"{SLUG}/__init__.py",
        "    app.register_blueprint(pages.bp)\n",
        "    app.register_blueprint(pages.bp)\n    app.register_blueprint(shelf.bp)\n"
        '    app.add_url_rule("/<path:slug>", "slug", shelf.page)\n',
    ),
    ("tests/test_pages.py", '"pages.home"}', '"pages.home", "shelf.about"}'),
    (f"{SLUG}/config.py", 'APP_NAME = "My Flask App"', 'APP_NAME = "Ana\'s Lantern"'),
    (f"{SLUG}/config.py", "LINK_MINUTES = 30", "LINK_MINUTES = 60"),
    (
        f"{SLUG}/config.py",
        "reauthentication_seconds: int = 10 *",
        "reauthentication_seconds: int = 5 *",
    ),
    ("tests/core/test_serving.py", "LINK_MINUTES == 30", "LINK_MINUTES == 60"),
    (
        "tests/core/test_serving.py",
        "reauthentication_seconds == 600",
        "reauthentication_seconds == 300",
    ),
    (f"{SLUG}/static/style.css", "  --hue: 165;", "  --hue: 20;"),
    (f"{SLUG}/templates/auth/login.html", '<h1>{{ _("Log in") }}', "<h1>Come in"),
    (
        f"{SLUG}/templates/home.html",
        '{{ _("You are logged in.") }}',
        "Good to see you.",
    ),
    (
        f"{SLUG}/templates/base.html",
        "  <footer>\n",
        '  <footer>\n    <a href="/">Legal</a>\n',
    ),
    (
        f"{SLUG}/templates/mail/reset.txt",
        '{{ _("If it was not you, ignore this mail: your password stays the same.") }}',
        "Was it not you? Then do nothing.",
    ),
    (
        f"{SLUG}/models.py",
        "    session_epoch: Mapped[int]",
        "    is_admin: Mapped[bool] = mapped_column("
        "default=False, server_default=false())\n    session_epoch: Mapped[int]",
    ),
    (f"{SLUG}/models.py", "import String\n", "import String, false\n"),
]


def work(project: Path, language: str) -> None:
    """Add pages, a column and an upload, change colour and words, keep one language."""
    add_what_the_box_says(project)
    for path, old, new in CHANGED:
        replace(project / path, old, new)
    for path, text in ADDED.items():
        (project / path).write_text(text, encoding="utf-8", newline="\n")
    icon = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>\n'
    (project / SLUG / "static" / "icon.svg").write_text(icon, encoding="ascii")
    speak_one_language(project, language)
    document = project / "docs" / "privacy.md"
    replace(
        document,
        "`session_epoch`, `created_at`",
        "`session_epoch`, `is_admin`, `created_at`",
    )


def add_what_the_box_says(project: Path) -> None:
    """Append to pages.py the code that the home page of development shows."""
    shown = (project / BOX).read_text(encoding="utf-8")
    (code,) = re.findall(r"(?s)<pre><code>(.*?)</code></pre>", shown)
    code = re.sub(r"\{\{ _\(\"(.*?)\"\) \}\}", r"\1", code)
    assert code.startswith("@bp.get(")
    with (project / SLUG / "pages.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{code}\n")


def speak_one_language(project: Path, language: str) -> None:
    config = project / SLUG / "config.py"
    replace(config, 'LANGUAGES = ("en", "pt_BR")', f'LANGUAGES = ("{language}",)')
    text = config.read_text(encoding="utf-8")
    config.write_text(re.sub(r'(?m)^LANGUAGE = ".*"', f'LANGUAGE = "{language}"', text))
    for folder in (project / SLUG).glob(f"**/translations/{OTHER[language]}"):
        shutil.rmtree(folder)
