"""Let programs ask for the page, too: the baked app, with its home page marked."""

from __future__ import annotations

from my_flask_app.account.tokens import token_allowed
from wsgi import app

token_allowed(app.view_functions["pages.home"])
