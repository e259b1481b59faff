"""Translate into the reader's language; the only module that uses Babel and gettext.

Catalogues are compiled in memory from the .po files, so no .mo file can be out of date.
"""

from datetime import datetime
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import cast

from babel.dates import format_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy
from flask import Flask, g, has_request_context, request

from ..config import settings
from .environ import nearest

PACKAGE = Path(__file__).parent.parent
NAMES = {"en": "English", "pt_BR": "Português (Brasil)"}


def gettext(message: str, **values: object) -> str:
    text = _catalogue(language()).gettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    text = _catalogue(language()).ngettext(one, many, count)
    return text % {"count": count, **values}


def lazy_gettext(message: str) -> str:
    """Return a text that is translated when it is shown: for forms, defined at import."""
    return cast(str, LazyProxy(gettext, message, enable_cache=False))


def language() -> str:
    """Return the language of this page or mail, chosen once for each context."""
    found = g.get("language")
    if found is None:
        found = g.language = _chosen() if has_request_context() else settings().language
    return cast(str, found)


def set_language(wanted: str) -> None:
    """Use a language from here on, as the user or the mail's recipient chose."""
    g.language = wanted if wanted in settings().languages else settings().language


def names() -> dict[str, str]:
    """Return the languages to choose from, each by its own name."""
    return {code: NAMES.get(code, code) for code in settings().languages}


def show_time(moment: datetime) -> str:
    return format_datetime(moment, format="medium", locale=language()) + " UTC"


def _chosen() -> str:
    known = settings()
    chosen = request.cookies.get(known.cookie_name("language"))
    if chosen in known.languages:
        return chosen
    ours = (nearest(tag, known.languages) for tag, quality in request.accept_languages if quality)
    return next(filter(None, ours), known.language)


def catalogues(wanted: str) -> list[Path]:
    """Return the files that hold a language: one for the app, one for each part of it."""
    return sorted(PACKAGE.glob(f"**/translations/{wanted}/LC_MESSAGES/messages.po"))


@cache
def _catalogue(wanted: str) -> GNUTranslations:
    whole = Catalog(locale=wanted)
    for path in catalogues(wanted):
        with path.open("rb") as file:
            part = read_po(file, locale=wanted)
        # Count the plural forms as the file does: versions of Babel disagree.
        whole.mime_headers = part.mime_headers
        for message in part:
            whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)


def init_app(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # newstyle escapes the values that go into a translated text.
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters["time"] = show_time

    @app.context_processor
    def languages() -> dict[str, object]:
        return {"language": language(), "languages": names()}
