"""Let users make API tokens, by which programs use the views marked `@token_allowed`."""

from ...auth.parts import Access, Part
from ...core.i18n import lazy_gettext as lazy
from ...core.web.request import Loader
from ...models import User
from . import bearer, commands, store, views
from .bearer import token_allowed as token_allowed


def _export(user: User) -> list[dict[str, object]]:
    shown = ("name", "can_write", "created_at", "ends_at", "used_at", "used_address")
    return [{name: getattr(one, name) for name in shown} for one in store.all_of(user)]


part = Part(
    order=60,
    blueprints=[views.bp],
    menu=("tokens.show", lazy("API tokens")),
    labels={
        "token_created": lazy("An API token was created"),
        "token_revoked": lazy("An API token was revoked"),
    },
    loader=Loader(bearer.is_used, bearer.load, ambient=False),
    access=Access(names=store.names_of, end=store.end_all, opens_pages=False),
    disabled=store.end_all,
    export=_export,
    facts=lambda user: [("tokens", len(store.valid_of(user)))],
    purge={"tokens": store.purge},
    commands=[commands.group],
)
