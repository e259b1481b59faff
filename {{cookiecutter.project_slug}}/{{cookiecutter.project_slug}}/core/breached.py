"""Ask the Have I Been Pwned service whether a password is known from a data breach.

The service learns only the first five hex digits of the password's SHA-1, which about two
thousand breached passwords share. So it cannot tell which password was chosen, nor by whom.
"""

import hashlib
import hmac
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler

URL = "https://api.pwnedpasswords.com/range/"
PREFIX_LENGTH = 5
TIMEOUT_SECONDS = 2
# Ten times the longest answer of today.
MAX_BYTES = 1024 * 1024
# The rest of a hash, and how often it was found: never, in a line that is padding.
LINE = re.compile(r"([0-9A-F]{35}):([0-9]{1,12})")
# Without padding, the length of the encrypted answer would reveal the prefix.
HEADERS = [("Add-Padding", "true"), ("User-Agent", __name__)]
logger = logging.getLogger(__name__)


def is_known(password: bytes) -> bool:
    """Tell whether a password is known from a breach; False if the service does not answer.

    Call it outside a transaction: it may take TIMEOUT_SECONDS.
    """
    digest = hashlib.sha1(password, usedforsecurity=False).hexdigest().upper()
    prefix, rest = digest[:PREFIX_LENGTH], digest[PREFIX_LENGTH:]
    # A socket's timeout starts again with each byte, and does not cover the name lookup.
    thread = ThreadPoolExecutor(max_workers=1)
    try:
        return _has(thread.submit(_fetch, prefix).result(TIMEOUT_SECONDS), rest)
    except (OSError, HTTPException, ValueError) as error:
        # The text of an error may quote the answer: log its kind alone.
        reason = getattr(error, "reason", error)
        kind = type(reason if isinstance(reason, Exception) else error).__name__
        logger.warning("the service for breached passwords gave no answer: %s", kind)
        return False
    finally:
        thread.shutdown(wait=False)


def _fetch(prefix: str) -> str:
    """Return the answer for a prefix; a redirect is an error, so no other host is asked."""
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler()):
        opener.add_handler(handler)
    opener.addheaders = HEADERS
    with opener.open(URL + prefix, timeout=TIMEOUT_SECONDS) as answer:
        if answer.status != 200:
            raise ValueError("not an answer")
        body: bytes = answer.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise ValueError("too long")
    return body.decode("ascii")


def _has(answer: str, rest: str) -> bool:
    """Tell whether an answer has the rest of a hash; read all of it in any case."""
    lines = [LINE.fullmatch(line) for line in answer.split()]
    if not lines or not all(lines):
        raise ValueError("not a list")
    found = (hmac.compare_digest(line[1], rest) & (int(line[2]) > 0) for line in lines if line)
    return sum(found) > 0
