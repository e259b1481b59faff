"""Print the Cookie headers of people whom bench/filling.py logged in, drawn by chance.

`python -m bench.inside.browsers AUTH HOW_MANY OF_PEOPLE`
"""

from __future__ import annotations

import hashlib
import os
import random
import secrets
import sys
import time
from collections.abc import Callable

from itsdangerous import TimestampSigner
from my_flask_app import create_app
from my_flask_app.config import Settings


def session_cookie(number: int) -> str:
    return f"__Host-my_flask_app-session=token-{number}"


def auth_cookie(number: int) -> str:
    from my_flask_app.auth.sessions import tokens

    user = hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()
    moment = int(time.time())
    token = tokens.Token(secrets.token_hex(16), user, 0, moment, moment, False)
    return f"__Host-my_flask_app-auth={tokens.sign(token)}"


def in_an_hour(signer: TimestampSigner) -> int:
    return int(time.time()) + 3600


if __name__ == "__main__":
    # As in bench/filling.py: none is to be renewed in the midst of a measurement.
    TimestampSigner.get_timestamp = in_an_hour
    cookie: Callable[[int], str] = {"session": session_cookie, "cookie": auth_cookie}[
        sys.argv[1]
    ]
    how_many, of_people = map(int, sys.argv[2:])
    with create_app(Settings.from_environ(os.environ)).app_context():
        for _ in range(how_many):
            print(cookie(random.randint(2, of_people)))
