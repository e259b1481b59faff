"""Let parts of the account plug into login, confirmation, mails and commands."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import click
from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from wtforms import Field

from ..core.mail import Composer
from ..models import User

# A step at login: `step(user, remember, target)` returns None when it has nothing to ask, else
# the answer that leads to its page. That page calls `login_steps.complete_login` in the end.
Step = Callable[[User, bool, str], ResponseReturnValue | None]


class Factor(NamedTuple):
    """Describe what proves an account's owner besides the password.

    `use` tells whether the value of the confirm page's field is right, and uses it up in the
    caller's transaction; else it says with the field what is wrong. `since` reads the database
    anew, so it is right after the account was locked; `is_set_up` tells what was loaded with
    the user. `drop` lets the account do without, in the caller's transaction.
    """

    name: str
    field: Field
    hint: Callable[[User], str]
    is_set_up: Callable[[User], bool]
    use: Callable[[User, Field], bool]
    since: Callable[[User], datetime | None]
    drop: Callable[[User], None]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Hold everything that one part of the account plugs in."""

    # Parts stand in this order in the account's menu and at login.
    order: int
    blueprints: Sequence[Blueprint] = ()
    # The endpoint of its page, and the text of the link to it.
    menu: tuple[str, str] | None = None
    # A menu that is of no use where no mail can be sent.
    menu_needs_mail: bool = False
    # Only `flask run --debug` has its pages, and leads to them from the box for developers.
    development_only: bool = False
    # The kinds of its events, in words for the account's owner.
    labels: Mapping[str, str] = field(default_factory=dict)
    # What composes its mails, by their purpose.
    composers: Mapping[str, Composer] = field(default_factory=dict)
    login_step: Step | None = None
    factor: Factor | None = None
    # What `flask user list EMAIL` tells, each with its name.
    facts: Callable[[User], Iterable[tuple[str, object]]] | None = None
    # Commands of `flask user`.
    commands: Sequence[click.Command] = ()
    # Encrypt everything anew under the first of these keys; return how many values, and the
    # addresses of the accounts whose value no key can read.
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
