"""Let users log in with passkeys (WebAuthn Level 3) in place of the password."""

from collections.abc import Iterator

from ...auth.parts import Access, Part
from ...config import Settings
from ...core.i18n import lazy_gettext as lazy
from ...models import User
from . import login, store, views, webauthn


def _export(user: User) -> list[dict[str, object]]:
    shown = ("name", "created_at", "used_at", "backed_up", "transports")
    return [{name: getattr(one, name) for name in shown} for one in store.all_of(user)]


def _remarks(settings: Settings) -> Iterator[str]:
    if not webauthn.has_host_name(settings):
        yield "PUBLIC_URL has an IP address, where browsers offer no passkeys: use a host name."


part = Part(
    order=25,
    blueprints=[views.bp],
    menu=("passkeys.manage", lazy("Passkeys")),
    labels={
        "passkey_added": lazy("A passkey was added"),
        "passkey_failed": lazy("A passkey was not accepted"),
        "passkey_removed": lazy("A passkey was removed"),
        "passkey_renamed": lazy("A passkey was renamed"),
    },
    login_step=login.ask_for_passkey,
    passwordless=store.has_passkey,
    set_up_views=["passkeys.add_options", "passkeys.add"],
    login_extras="passkeys/login.html",
    confirm_extras="passkeys/confirm.html",
    login_autofill="webauthn",
    access=Access(names=store.names_of, end=store.remove_all),
    export=_export,
    facts=lambda user: [("passkeys", len(store.all_of(user)))],
    remarks=_remarks,
)
