"""Sign users in as many tutorials do: every line can be attacked, see test_naive.py.

Do not copy anything from here.
"""

from secrets import token_hex

from flask import Flask, redirect, request, session
from werkzeug import Response


def naive_app() -> Flask:
    app = Flask("naive")
    app.secret_key = "dev"
    addresses: dict[str, str] = {}

    @app.post("/login")
    def log_in() -> Response:
        name = request.form["username"]  # and the password was right
        session["username"] = name
        response = redirect(request.args.get("next", "/"))
        response.set_cookie("username", name)
        return response

    @app.get("/logout")
    def log_out() -> Response:
        session.pop("username", None)
        return redirect("/")

    @app.get("/")
    def home() -> dict[str, str | None]:
        return {
            "by session": session.get("username"),
            "by cookie": request.cookies.get("username"),
            "basket": session.setdefault("basket", token_hex(8)),
        }

    @app.post("/address")
    def change_address() -> Response:
        addresses[session["username"]] = request.form["address"]
        return redirect("/address")

    @app.get("/address")
    def address() -> str:
        return addresses.get(session["username"], "unknown")

    return app
