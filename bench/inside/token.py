"""Make an API token for an account and print it: `token EMAIL`."""

from __future__ import annotations

import sys

from my_flask_app.account.tokens import store
from my_flask_app.auth import accounts
from my_flask_app.core.db import db
from wsgi import app

if __name__ == "__main__":
    with app.app_context():
        user = accounts.find(sys.argv[1])
        assert user
        print(store.add(user, name="Bench", can_write=False, days=1), end="")
        db.session.commit()
