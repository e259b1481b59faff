"""A second factor: codes of an authenticator app, and recovery codes in case it is lost."""

from ...auth.parts import Factor, Part
from ...core.i18n import lazy_gettext as lazy
from ...models import User
from . import challenge, codes, commands, store, trusted, views


def _export(user: User) -> dict[str, object]:
    shown = ("created_at", "client", "address")
    return {
        "since": store.since(user),
        "recovery_codes_left": codes.count_recovery_codes(user),
        "trusted_browsers": [
            {name: getattr(one, name) for name in shown} for one in trusted.find_all(user)
        ],
    }


part = Part(
    order=20,
    blueprints=[views.bp],
    menu=("second_factor.manage", lazy("Two-factor authentication")),
    labels={
        "browser_trust_ended": lazy("A browser is no longer trusted"),
        "browser_trusted": lazy("A browser was marked as trusted"),
        "recovery_code_used": lazy("A recovery code was used"),
        "recovery_codes_renewed": lazy("New recovery codes were created"),
        "second_factor_failed": lazy("A wrong two-factor code was entered"),
        "second_factor_off": lazy("Two-factor authentication was turned off"),
        "second_factor_on": lazy("Two-factor authentication was turned on"),
    },
    login_step=challenge.ask_for_code,
    factor=Factor(
        name="code",
        field=views.CODE,
        hint=codes.hint,
        is_set_up=store.is_set_up,
        use=codes.accept,
        since=store.since,
        drop=store.drop,
    ),
    export=_export,
    session_extras="second_factor/_trusted.html",
    forget_browsers=trusted.forget,
    purge={"trusted browsers": trusted.purge},
    facts=lambda user: [("second factor", "on" if store.is_set_up(user) else "off")],
    commands=[commands.reset],
    reencrypt=store.reencrypt_all,
)
