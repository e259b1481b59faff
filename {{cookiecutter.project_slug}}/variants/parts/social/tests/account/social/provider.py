"""A site that signs users in by OpenID Connect: a server of its own, which a test can make lie."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import TestResponse

from ...support.http import Browser

CLIENT_ID, CLIENT_SECRET = "our app", "a secret for tests alone"
ANA = {"sub": "1001", "name": "Ana", "email": "ana@example.com", "email_verified": True}


class Provider:
    """Sign in, without asking, the user that `claims` describes."""

    def __init__(self) -> None:
        self.issuer = ""
        self.reset()

    def reset(self) -> None:
        """Tell the truth again."""
        self.claims: dict[str, Any] = dict(ANA)
        # Override what a true answer has.
        self.token: dict[str, Any] = {}
        self.answer: dict[str, str] = {}
        self.metadata: dict[str, Any] = {}
        # What it says only where it is asked for more.
        self.more: dict[str, Any] = {}
        self.key: Key = ECKey.generate_key("P-256", {"kid": "1"})
        self.published: Key = self.key
        self.algorithm = "ES256"
        self.asked: dict[str, str] = {}

    def environ(self, name: str = "acme", **more: str) -> dict[str, str]:
        """Return the variables with which an app trusts this site."""
        own = {"ISSUER": self.issuer, "CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET}
        found = {f"SOCIAL_{name.upper()}_{key}": text for key, text in {**own, **more}.items()}
        return {"SOCIAL_PROVIDERS": name, "SOCIAL_TRUSTED_ADDRESSES": name, **found}

    def describe(self) -> ResponseReturnValue:
        pages = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
        found = {page: f"{self.issuer}/{page}" for page in pages}
        says = {"authorization_response_iss_parameter_supported": True}
        return {"issuer": self.issuer, **found, **says, **self.metadata}

    def authorize(self) -> ResponseReturnValue:
        self.asked = request.args.to_dict()
        answer = {"code": "a code", "state": self.asked["state"], "iss": self.issuer}
        sent = {key: text for key, text in {**answer, **self.answer}.items() if text}
        return redirect(f"{self.asked['redirect_uri']}?{urlencode(sent)}")

    def exchange(self) -> ResponseReturnValue:
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        known = request.authorization
        assert known is not None
        assert (known.username, known.password) == (CLIENT_ID, CLIENT_SECRET)
        assert request.form["redirect_uri"] == self.asked["redirect_uri"]
        assert (challenge, "S256") == (
            self.asked["code_challenge"],
            self.asked["code_challenge_method"],
        )
        moment = int(time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": moment, "exp": moment + 60}
        claims |= {"nonce": self.asked["nonce"], "auth_time": moment, **self.claims, **self.token}
        told = {key: value for key, value in claims.items() if value is not None}
        head = {"alg": self.algorithm, "kid": "1"}
        signed = jwt.encode(head, told, self.key, [self.algorithm])
        return {"access_token": "a token", "token_type": "Bearer", "id_token": signed}

    def say_more(self) -> ResponseReturnValue:
        assert request.headers["Authorization"] == "Bearer a token"
        return {"sub": self.claims["sub"], **self.more}

    def jwks(self) -> Response:
        found = KeySet([self.published]).as_dict(private=False)
        return Response(Flask("x").json.dumps(found), mimetype="application/json")


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Write nothing: its lines have codes in them."""


@contextmanager
def serving() -> Iterator[Provider]:
    provider, site = Provider(), Flask("provider")
    site.get("/.well-known/openid-configuration")(provider.describe)
    site.get("/authorization_endpoint")(provider.authorize)
    site.post("/token_endpoint")(provider.exchange)
    site.get("/userinfo_endpoint")(provider.say_more)
    site.get("/jwks_uri")(provider.jwks)
    server = make_server("127.0.0.1", 0, site, threaded=True, request_handler=Quiet)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield provider
    server.shutdown()
    thread.join()
    server.server_close()


def visit(page: TestResponse) -> str:
    """Follow our page to the provider; return where that sends the browser, without our host."""
    assert page.status_code == 200, page.text
    there = page.headers["Refresh"].removeprefix("0; url=")
    back = requests.get(there, allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def log_in(browser: Browser, name: str = "acme", **form: str) -> TestResponse:
    """Log in with an account at the provider."""
    return browser.get(visit(browser.post(f"/auth/with/{name}", data=form)))
