"""A small server that speaks as GitHub does, and can break in every way."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.serving import make_server

from ....account.social.provider import Quiet

CLIENT_ID, CLIENT_SECRET = "our app", "a secret for tests alone"
TOKEN = "gho_16C7e42F292c6912E7710c838347Ae178B4a"
CODE = "8f1c5d2b9e7a4c3d6f0e"
VERIFIED = {"email": "ana@example.com", "verified": True, "primary": True, "visibility": None}


class GitHub:
    """Sign in, without asking, the user that `user` and `emails` describe."""

    def __init__(self) -> None:
        self.url = ""
        self.user: dict[str, Any] = {"id": 1001, "login": "ana", "name": "Ana", "email": None}
        self.emails: Any = [dict(VERIFIED)]
        self.asked: dict[str, str] = {}
        # What a path answers instead.
        self.instead: dict[str, Response] = {}
        self.slow: set[str] = set()
        self.done = threading.Event()

    def environ(self) -> dict[str, str]:
        return {
            "SOCIAL_PROVIDERS": "github",
            "SOCIAL_TRUSTED_ADDRESSES": "github",
            "SOCIAL_GITHUB_CLIENT_ID": CLIENT_ID,
            "SOCIAL_GITHUB_CLIENT_SECRET": CLIENT_SECRET,
        }

    def break_in(self) -> Response | None:
        if request.path in self.slow:
            self.done.wait()
        return self.instead.get(request.path)

    def authorize(self) -> ResponseReturnValue:
        self.asked = request.args.to_dict()
        answer = {"code": CODE, "state": self.asked["state"]}
        return redirect(f"{self.asked['redirect_uri']}?{urlencode(answer)}")

    def exchange(self) -> ResponseReturnValue:
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        known = request.authorization
        assert known is not None
        assert (known.username, known.password) == (CLIENT_ID, CLIENT_SECRET)
        assert request.form["code"] == CODE
        assert challenge == self.asked["code_challenge"]
        assert request.accept_mimetypes.best == "application/json"
        return {"access_token": TOKEN, "token_type": "bearer", "scope": "read:user,user:email"}

    def show_user(self) -> ResponseReturnValue:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        return self.user

    def show_emails(self) -> ResponseReturnValue:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        return Response(Flask("x").json.dumps(self.emails), mimetype="application/json")


@contextmanager
def serving() -> Iterator[GitHub]:
    github, site = GitHub(), Flask("github")
    site.before_request(github.break_in)
    site.get("/login/oauth/authorize")(github.authorize)
    site.post("/login/oauth/access_token")(github.exchange)
    site.get("/user")(github.show_user)
    site.get("/user/emails")(github.show_emails)
    server = make_server("127.0.0.1", 0, site, threaded=True, request_handler=Quiet)
    github.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield github
    finally:
        github.done.set()
        server.shutdown()
        thread.join()
        server.server_close()
