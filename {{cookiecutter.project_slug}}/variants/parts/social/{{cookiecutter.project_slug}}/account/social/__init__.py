"""Let users log in with an account at another site, by OpenID Connect or at GitHub."""

from ...auth.parts import Access, Part
from ...core.i18n import lazy_gettext as lazy
from ...models import User
from . import login as login, providers, store, views


def _export(user: User) -> list[dict[str, object]]:
    shown = ("provider", "issuer", "subject", "name", "created_at", "used_at")
    return [{name: getattr(one, name) for name in shown} for one in store.all_of(user)]


part = Part(
    order=27,
    blueprints=[views.bp],
    menu=("social.show", lazy("Connected accounts")),
    labels={
        "social_connected": lazy("An account at another site was connected"),
        "social_disconnected": lazy("An account at another site was disconnected"),
        "social_failed": lazy("A login with an account at another site failed"),
    },
    init_app=providers.init_app,
    set_up_views=["social.confirm", "social.come_back"],
    login_extras="social/login.html",
    confirm_extras="social/confirm.html",
    access=Access(names=store.names_of, end=store.remove_all),
    export=_export,
    facts=lambda user: [
        ("connected", ", ".join(one.provider for one in store.all_of(user)) or "nothing")
    ],
)
