"""Give templates what every page needs, such as accessible form fields."""

from flask import Flask, request
from wtforms import Field

from ...config import LINK_MINUTES, settings
from ..i18n import gettext as _


def attributes(field: Field, hint: str | None = None, **more: object) -> dict[str, object]:
    """Return the attributes that tie a field to its hint and errors for screen readers."""
    told = [f"{field.id}-hint"] if hint else []
    if field.errors:
        told.append(f"{field.id}-error")
    found = {"aria-describedby": " ".join(told), **more} if told else more
    if field.errors:
        found["aria-invalid"] = "true"
    return found


def password_hint() -> str:
    least = settings().password_min_length
    return _("%(count)d characters or more: four words are enough.", count=least)


def init_app(app: Flask) -> None:
    # A line with only a tag leaves no empty line in the page.
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.keep_trailing_newline = True
    known = app.extensions["settings"]
    app.jinja_env.globals |= {
        "attributes": attributes,
        "password_hint": password_hint,
        "can_register": known.registration_open and known.can_mail,
        "can_mail": known.can_mail,
        "link_minutes": LINK_MINUTES,
        "development": known.development,
        "package": __package__.partition(".")[0],
        "has_mailbox": known.development and known.mail_server.scheme == "console",
    }

    @app.context_processor
    def helpers() -> dict[str, object]:
        return {"here": request.full_path.rstrip("?") if request else ""}
