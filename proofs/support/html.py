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
    """Return the lines that are in English, though the Brazilian catalogue translates them.

    A text in no catalogue is not marked for translation, or comes from the database.
    """
    lines = {line.strip() for line in words.splitlines()} - NAMES - {""}
    translated, original = _catalogue()
    return [line for line in lines if original.fullmatch(line) and not translated.fullmatch(line)]


def assert_in_portuguese(words: str) -> None:
    left = untranslated(words)
    assert not left, (
        f"{left} stands in English on a Portuguese page, though the catalogue translates it: "
        "mark it with _(...)."
    )


@cache
def _catalogue() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns for the translations and for the English texts."""
    messages: list[Message] = []
    for path in i18n.catalogues("pt_BR"):
        with path.open("rb") as file:
            messages += [message for message in read_po(file, locale="pt_BR") if message.id]
    translated = _matching([message.string for message in messages], ADDRESS)
    # A pattern that begins with a value, as in plurals, would match the owner's lines.
    plain = [message.id for message in messages if isinstance(message.id, str)]
    return translated, _matching([text for text in plain if not text.startswith("%(")])


def _matching(texts: list[Text], *patterns: str) -> re.Pattern[str]:
    forms = [form for text in texts for form in ([text] if isinstance(text, str) else text or ())]
    parts = [map(re.escape, re.split(PLACEHOLDER, form)) for form in forms]
    return re.compile("|".join([*patterns, *map(".+".join, parts)]))
