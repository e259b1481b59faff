"""Let parts of the account plug into login, confirmation, mails and commands."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import click
from flask import Blueprint, Flask, abort, current_app
from werkzeug.wrappers import Response
from wtforms import Field

from ..config import Settings, settings
from ..core.i18n import gettext as _
from ..core.mail import Composer
from ..core.web.request import Loader
from ..models import User
from . import accounts


@dataclass(frozen=True, kw_only=True)
class LoginAttempt:
    """Hold what each step of a login hands on to the next."""

    remember: bool
    # A local page.
    target: str
    # The user gave a second factor too: only the steps of your own parts are left.
    both_factors: bool = False
    # If False, the login is no recent proof: another site may have signed the user in long ago.
    proved: bool = True
    # The parts whose step the user has been through.
    passed: Sequence[str] = ()
    # The user's epoch when the login began.
    epoch: int | None = None


# A step at login: `step(user, attempt)` returns None if there is nothing to ask, or else a
# redirect to its page. In the end, that page calls `login_steps.begin_login` with the attempt,
# which leads to the next step or signs the user in.
Step = Callable[[User, LoginAttempt], Response | None]


class Factor(NamedTuple):
    """Describe a second factor.

    `use` checks the value of the confirm page's field: it uses up a right one in the caller's
    transaction, and puts an error on the field for a wrong one. `since` queries the database,
    so it is up to date after the account was locked; `is_set_up` reads what was loaded with the
    user. `drop` removes the factor in the caller's transaction.
    """

    name: str
    field: Field
    hint: Callable[[User], str]
    is_set_up: Callable[[User], bool]
    use: Callable[[User, Field], bool]
    since: Callable[[User], datetime | None]
    drop: Callable[[User], None]


class Access(NamedTuple):
    """Describe ways to log in that a new password leaves working, such as a passkey.

    `names` says what a user has; `end` removes all of it in the caller's transaction. Tokens of
    programs, which `opens_pages` tells apart, let nobody open a page.
    """

    names: Callable[[User], Sequence[str]]
    end: Callable[[User], None]
    opens_pages: bool = True


@dataclass(frozen=True, kw_only=True)
class Part:
    """Hold everything that one part of the account plugs in."""

    # The order of parts in the account's menu and at login.
    order: int
    # The name of its folder, which the app fills in.
    name: str = ""
    blueprints: Sequence[Blueprint] = ()
    # Read settings of the part's own when the app is made; may raise ConfigError.
    init_app: Callable[[Flask], None] | None = None
    # The endpoint of its page, and the text of the link to it.
    menu: tuple[str, str] | None = None
    # Hide the menu where the app sends no mail.
    menu_needs_mail: bool = False
    # Only `flask run --debug` has its pages, and links them in the developers' box.
    development_only: bool = False
    # Labels of its kinds of event, for the user.
    labels: Mapping[str, str] = field(default_factory=dict)
    # Composers of its mails, by purpose; without one, a mail is a notice.
    composers: Mapping[str, Composer] = field(default_factory=dict)
    # Know by other means than cookies who makes a request.
    loader: Loader | None = None
    login_step: Step | None = None
    factor: Factor | None = None
    # Tell whether a user can log in without the password, by something that counts as both
    # factors. Reads what was loaded with the user.
    passwordless: Callable[[User], bool] | None = None
    # What a user who has to set up a second factor may open besides the page of the menu.
    set_up_views: Sequence[str] = ()
    # Templates that the login page and the confirm page include below their form, and a further
    # autofill token for the address on the login page.
    login_extras: str | None = None
    confirm_extras: str | None = None
    login_autofill: str | None = None
    # A template with further lines for the list of pages on the account's page.
    menu_extras: str | None = None
    # A template that the page of active sessions includes below its list.
    session_extras: str | None = None
    # What the user can end with a new password by mail.
    access: Access | None = None
    # Remove what a disabled account must not get back, in the transaction that disables it.
    disabled: Callable[[User], None] | None = None
    # Forget what other browsers may do, or this one as well; called in the transaction that
    # ends sessions: `forget_browsers(user, keep_current)`, with None for all users.
    forget_browsers: Callable[[User | None, bool], None] | None = None
    # What the part stores about a user, in types that JSON has, and times. The file of a user's
    # data has it under the part's name.
    export: Callable[[User], object] | None = None
    # Delete expired rows; return how many. By the name that `flask purge` shows.
    purge: Mapping[str, Callable[[], int]] = field(default_factory=dict)
    # What `flask doctor` says about the settings besides what is unsafe.
    remarks: Callable[[Settings], Iterable[str]] | None = None
    # What `flask user list EMAIL` shows, as pairs of name and value.
    facts: Callable[[User], Iterable[tuple[str, object]]] | None = None
    # Commands of `flask user`, and groups of commands of their own.
    commands: Sequence[click.Command] = ()
    # Re-encrypt every value under the first of these keys; return how many, and the addresses
    # of the accounts whose value no key can decrypt.
    reencrypt: Callable[[Sequence[str]], tuple[int, list[str]]] | None = None


def all_parts() -> list[Part]:
    """Return the parts of the running app, in their order."""
    found: list[Part] = current_app.extensions["parts"]
    return found


def all_factors() -> list[Factor]:
    """Return every factor that an account can set up besides its password."""
    return [part.factor for part in all_parts() if part.factor]


def factors_of(user: User) -> list[Factor]:
    """Return what an account has set up besides its password."""
    return [factor for factor in all_factors() if factor.is_set_up(user)]


def has_second_factor(user: User) -> bool:
    """Tell whether a user can log in with two factors."""
    return bool(factors_of(user)) or any(
        part.passwordless(user) for part in all_parts() if part.passwordless
    )


def lock_for_removal(user: User) -> User:
    """Lock the account of a user who removes a way to log in; abort (403) if it is the only one."""
    locked = accounts.lock(user.id) or abort(404)
    ways = [part.access for part in all_parts() if part.access and part.access.opens_pages]
    if locked.password_hash is None and sum(len(way.names(locked)) for way in ways) < 2:
        abort(403, _("This is your only way to log in. Add another one first."))
    return locked


def is_password_enough(user: User) -> bool:
    """Tell whether the password alone proves the user."""
    if user.password_hash is None or needs_passkey(user):
        return False
    return not factors_of(user)


def needs_passkey(user: User) -> bool:
    """Tell whether two factors are required of a user whose only second one is a passkey."""
    required = settings().require_second_factor
    return required and has_second_factor(user) and not factors_of(user)
