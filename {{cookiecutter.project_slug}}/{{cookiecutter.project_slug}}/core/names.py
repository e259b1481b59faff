"""Decide what counts as a person's name, and how it is stored (RFC 8266)."""

import unicodedata

from .i18n import gettext as _

NAME_MAX_LENGTH = 100

# Refuse longer texts unread: normalising many combining marks takes quadratic time.
READ_LENGTH = 10 * NAME_MAX_LENGTH
# Control characters and line breaks, format characters such as those that reverse the text
# direction, private and unassigned characters, and lone surrogates.
REFUSED = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
# Letters, marks and a symbol that are invisible.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800")
# Persian, Hindi, Malayalam and others spell names with these two.
JOINERS = frozenset("\u200c\u200d")
# The canonical combining class of signs such as U+094D, which a joiner may follow at the end.
VIRAMA = 9


def normalise(text: str) -> str:
    """Return a name as accounts store it; raise ValueError that says what is wrong."""
    if len(text) > READ_LENGTH:
        raise ValueError(_("Please use a shorter name."))
    letters = unicodedata.normalize("NFKC", text.strip())
    spaced = "".join(" " if unicodedata.category(one) == "Zs" else one for one in letters)
    name = " ".join(word for word in spaced.split(" ") if word)
    for at, letter in enumerate(name):
        if not _is_allowed(name, at):
            problem = _(
                "This name contains a character that cannot be shown (%(code)s). "
                "Please delete the name and type it again.",
                code=f"U+{ord(letter):04X}",
            )
            raise ValueError(problem)
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in name):
        raise ValueError(_("Please type a name."))
    if len(name) > NAME_MAX_LENGTH:
        raise ValueError(_("Please use a shorter name."))
    return name


def _is_allowed(name: str, at: int) -> bool:
    letter = name[at]
    if letter in JOINERS:
        return _joins(name[at - 1 : at], name[at + 1 : at + 2])
    return letter not in BLANK and unicodedata.category(letter) not in REFUSED


def _joins(before: str, after: str) -> bool:
    """Tell whether a joiner follows a virama, or stands within a word (RFC 5892, A.1, A.2)."""
    if not before:
        return False
    if unicodedata.combining(before) == VIRAMA:
        return True
    return bool(after) and all(unicodedata.category(one)[0] in "LM" for one in before + after)
