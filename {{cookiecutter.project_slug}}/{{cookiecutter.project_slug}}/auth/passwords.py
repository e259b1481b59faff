"""Own passwords: hash and verify with argon2id, and say which ones are too weak."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from threading import BoundedSemaphore, local

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from werkzeug.exceptions import ServiceUnavailable
from zxcvbn import zxcvbn
from zxcvbn.matching import L33T_TABLE

from ..config import RETRY_AFTER_SECONDS, settings
from ..core import breached
from ..core.i18n import gettext as _

MAX_LENGTH = 256
# NFC composes one letter of at most four. Longer texts are too long in any form, and
# normalising many combining marks takes quadratic time.
NORMALISED_LENGTH = 4 * MAX_LENGTH
# How much zxcvbn scores at once: the number of characters, and of different stand-ins for
# letters among them (@ for a, 1 for i or l). zxcvbn tries every combination of those: with
# all of them present, it takes seconds.
SCORED_LENGTH = 32
SCORED_STAND_INS = 10
STAND_INS = frozenset(chain.from_iterable(L33T_TABLE.values()))
# Collapse repeats first; otherwise a slice could hide a repeated common word from zxcvbn.
REPEATED = re.compile(r"(.{3,}?)\1+", re.DOTALL)
LEAST_SCORE = 3
# Leave shorter words in: they occur within others by chance.
CONTEXT_WORD_LENGTH = 3
# Three of 300 words take fewer guesses than LEAST_SCORE requires (10^8), four take more.
COMMON_WORDS_LEFT_OUT = 3
COMMON_WORDS = Path(__file__).with_name("common_words.txt")
# Map accents and stand-ins to the letters of such a word.
PLAIN_LETTERS = str.maketrans("áàâãéêíóôõúüç4@310$57", "aaaaeeiooouucaaeiosst")

# RFC 9106, second recommended option: 64 MiB, three passes. Tests use a cheap one.
hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
# Hash at most two passwords at a time per process: more would not be faster, and each needs
# 64 MiB.
AT_ONCE = 2
# How many requests may hash or wait to. Fewer than the threads in gunicorn.conf.py, so that
# many logins at once leave threads for other pages (ASVS 15.2.2).
QUEUE_SLOTS = 48
hash_slots = BoundedSemaphore(AT_ONCE)
queue_slots = BoundedSemaphore(QUEUE_SLOTS)
_own = local()


@contextmanager
def queue_slot() -> Iterator[None]:
    """Hold a slot in the queue for hashing; raise ServiceUnavailable (503) if it is full.

    Take it before counting an attempt: a request that is refused here is not an attempt.
    """
    # Re-entrant: a caller that already holds a slot keeps it.
    if getattr(_own, "queue_slot", False):
        yield
        return
    if not queue_slots.acquire(blocking=False):
        raise ServiceUnavailable(retry_after=RETRY_AFTER_SECONDS)
    _own.queue_slot = True
    try:
        yield
    finally:
        _own.queue_slot = False
        queue_slots.release()


def normalise(password: str) -> str:
    """Return the form in which a password is counted, scored, hashed and verified.

    Keyboards encode é in different ways (RFC 8265, 4.2.2; NIST SP 800-63B-4, 3.1.1.2).
    """
    if len(password) > NORMALISED_LENGTH:
        return password
    return unicodedata.normalize("NFC", password)


def hash_password(password: str) -> str:
    with queue_slot(), hash_slots:
        return hasher.hash(_encode(password))


def verify(password_hash: str, password: str) -> bool:
    try:
        with queue_slot(), hash_slots:
            return hasher.verify(password_hash, _encode(password))
    except (VerificationError, InvalidHashError):
        return False


def verify_without_password(password: str) -> None:
    """Take the time of a verification where there is no account, or none with a password.

    Otherwise the response time would reveal which addresses have one (ASVS 6.3.8).
    """
    hash_password(password)


def needs_rehash(password_hash: str) -> bool:
    return hasher.check_needs_rehash(password_hash)


def weakness(password: str, *, email: str, name: str) -> str | None:
    """Return what is wrong with a new password, or None.

    Only length, guessing and, if set, known breaches count. There is no rule about kinds of characters, and nothing
    is trimmed (NIST SP 800-63B-4, 3.1.1.2; ASVS 6.2.5, 6.2.8, 6.2.11).
    """
    password = normalise(password)
    least = settings().password_min_length
    if len(password) < least:
        return _("Use at least %(count)d characters: four words are enough.", count=least)
    if len(password) > MAX_LENGTH:
        return _("Use at most %(count)d characters.", count=MAX_LENGTH)
    rest = _without(password, email, *re.split("[@.]", email), name, settings().app_name)
    # Score both: repeats may hide a common word, and collapsing them may make one look rare.
    forms = dict.fromkeys((_collapse(rest), rest))
    # Waiting for the service takes a slot too, so a slow one leaves threads for other pages.
    with queue_slot():
        good = all(any(map(_is_hard_to_guess, _pieces(_uncommon(form)))) for form in forms)
        asks = good and settings().refuse_breached_passwords
        known = asks and breached.is_known(_encode(password))
    if known:
        return _("This password is known from a data breach of another site. Choose another one.")
    if not good:
        return _(
            "This password is easy to guess: it is common, or made of your name, "
            "your address or the name of this site. Try four unrelated words."
        )
    return None


def _without(password: str, *texts: str) -> str:
    """Return the password without the words that an attacker would try first."""
    words = {word.casefold() for text in texts for word in (text, *text.split())}
    rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= CONTEXT_WORD_LENGTH:
            rest = rest.replace(word, "")
    return rest


def _collapse(text: str) -> str:
    """Collapse repeats, and repeats within the result, until none is left."""
    while (shorter := REPEATED.sub(r"\1", text)) != text:
        text = shorter
    return text


def _uncommon(text: str) -> str:
    """Remove common words, unless there are enough of them to be hard to guess.

    zxcvbn cannot tell: it rates any three pieces as hard to guess.
    """
    plain = text.translate(PLAIN_LETTERS)
    found = [match.span() for match in _common_word().finditer(plain)]
    if len(found) > COMMON_WORDS_LEFT_OUT:
        return text
    for start, end in reversed(found):
        text = text[:start] + text[end:]
    return text


@cache
def _common_word() -> re.Pattern[str]:
    lines = COMMON_WORDS.read_text("utf-8").casefold().translate(PLAIN_LETTERS).splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def _pieces(text: str) -> tuple[str, str]:
    """Return the two slices that zxcvbn scores; one strong slice is enough."""
    start = _start(text)
    return start, _start(text[len(start) :])


def _start(text: str) -> str:
    """Return as much of the beginning as zxcvbn scores quickly."""
    found: set[str] = set()
    for end, letter in enumerate(text[:SCORED_LENGTH]):
        found |= STAND_INS & {letter}
        if len(found) > SCORED_STAND_INS:
            return text[:end]
    return text[:SCORED_LENGTH]


def _is_hard_to_guess(piece: str) -> bool:
    return bool(piece) and zxcvbn(piece)["score"] >= LEAST_SCORE


def _encode(password: str) -> bytes:
    # Browsers send no lone surrogates; another client's must not cause a 500.
    return normalise(password).encode("utf-8", "surrogatepass")
