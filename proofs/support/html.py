"""Read pages and mails as people do, and find texts that are not translated."""

import re
from functools import cache

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from my_flask_app.core import i18n

from ...support.http import APP_NAME

Text = str | list[str] | tuple[str, ...] | None
PLACEHOLDER = r"%\(\w+\)[sd]"
# Names are the same in every language.
NAMES = {APP_NAME, *i18n.NAMES.values(), "Ana"}
ADDRESS = r"\S+@\S+|https?://\S+|/dev/\w+"


def untranslated(words: str) -> list[str]:
    """Return the lines that are no text of the Brazilian catalogue.

    A text in no catalogue is not marked for translation.
    """
    lines = {line.strip() for line in words.splitlines()} - NAMES - {""}
    return [line for line in lines if not _translated().fullmatch(line)]


def assert_in_portuguese(words: str) -> None:
    left = untranslated(words)
    assert not left, (
        f"{left} stands on a Portuguese page, and not in the Brazilian catalogue: "
        "mark it with _(...), and run make strings."
    )


@cache
def _translated() -> re.Pattern[str]:
    """Return a pattern for the texts of the catalogue."""
    messages: list[Message] = []
    for path in i18n.catalogues("pt_BR"):
        with path.open("rb") as file:
            messages += [message for message in read_po(file, locale="pt_BR") if message.id]
    texts: list[Text] = [message.string for message in messages]
    forms = [form for text in texts for form in ([text] if isinstance(text, str) else text or ())]
    parts = [map(re.escape, re.split(PLACEHOLDER, form)) for form in forms]
    return re.compile("|".join([ADDRESS, *map(".+".join, parts)]))
