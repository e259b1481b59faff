"""Users act at random: each browser is signed in, and its proof recent, just as long as it should.

The model that says how long that is knows nothing of tokens, rows and cookies.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.auth import accounts, links, sessions
from my_flask_app.auth.guards import recent_login_required, signed_in_user
from my_flask_app.core.db import db
from my_flask_app.core.environ import Rate

from ....conftest import MakeApp
from ....support.accounts import NEW_PASSWORD, add_user
from ....support.cli import run
from ....support.http import PASSWORD, Browser, page

USERS = ["ana@example.com", "bob@example.com"]
MANY = Rate(100_000, 900)
BROWSERS = 3
STEPS = 120
WAITS = [1, 60, 300, 300, 540, 599, 600, 1799, 90_000]


def add_pages(app: Flask) -> None:
    """Add a page that needs a recent proof, and two that change the session."""

    @page(app)
    @recent_login_required
    def secret() -> str:
        return ""

    @page(app)
    def rotate() -> str:
        sessions.rotate_session()
        return ""

    @page(app)
    def end_others() -> str:
        sessions.end_sessions(signed_in_user(), keep_current=True)
        db.session.commit()
        return ""


@dataclass(eq=False)
class Session:
    """What a browser holds, and every copy of it."""

    user: str
    remembered: bool
    began: int
    seen: int
    proof: int
    over: bool = False

    def is_over(self, time: int) -> bool:
        idle, absolute = (7 * 86_400, 30 * 86_400) if self.remembered else (1800, 43_200)
        return self.over or time - self.seen >= idle or time - self.began >= absolute


@dataclass
class World:
    app: Flask
    clock: TimeMachineFixture
    random: Random
    time: int = 0
    browsers: list[Browser] = field(default_factory=list)
    held: list[Session | None] = field(default_factory=list)
    begun: list[Session] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)

    def begin(self, which: int, session: Session) -> None:
        self.held[which] = session
        self.begun.append(session)

    def end_all(self, user: str) -> None:
        for session in self.begun:
            session.over |= session.user == user

    def check(self) -> None:
        for which, browser in enumerate(self.browsers):
            session = self.live(which)
            if session is None:
                assert not browser.is_signed_in()
                continue
            assert browser.name() == session.user
            session.seen = self.time
            is_recent = browser.get("/test-secret").status_code == 200
            assert is_recent == (self.time - session.proof < 600)

    def live(self, which: int) -> Session | None:
        session = self.held[which]
        return None if session is None or session.is_over(self.time) else session

    def log_in(self, which: int, user: str) -> None:
        remembered = self.random.random() < 0.3
        more = {"remember": "y"} if remembered else {}
        done = self.browsers[which].login(user, self.passwords[user], **more)
        if user in self.disabled:
            assert done.status_code == 422
            return
        if before := self.held[which]:
            before.over = True
        self.begin(which, Session(user, remembered, self.time, self.time, self.time))

    def log_out(self, which: int, user: str) -> None:
        self.browsers[which].logout()
        if before := self.held[which]:
            before.over = True
        self.held[which] = None

    def steal(self, which: int, user: str) -> None:
        other = (which + 1) % len(self.browsers)
        self.browsers[other] = Browser(self.app)
        self.browsers[other].keep(self.browsers[which].cookies())
        self.held[other] = self.held[which]

    def wait(self, which: int, user: str) -> None:
        seconds = self.random.choice(WAITS)
        self.clock.shift(timedelta(seconds=seconds))
        self.time += seconds

    def confirm(self, which: int, session: Session) -> None:
        form = {"password": self.passwords[session.user]}
        assert self.browsers[which].post("/auth/confirm", data=form).status_code == 303
        session.over = True
        self.begin(which, replace(session, over=False, proof=self.time))

    def rotate(self, which: int, session: Session) -> None:
        assert self.browsers[which].get("/test-rotate").status_code == 200
        session.over = True
        self.begin(which, replace(session, over=False))

    def change_password(self, which: int, session: Session) -> None:
        current = self.passwords[session.user]
        form = {"current_password": current, "password": self.new(session.user)}
        assert self.browsers[which].post("/account/password", data=form).status_code == 303
        self.end_all(session.user)
        self.begin(which, replace(session, over=False, proof=self.time))

    def end_others(self, which: int, session: Session) -> None:
        assert self.browsers[which].get("/test-end_others").status_code == 200
        self.end_all(session.user)
        self.begin(which, replace(session, over=False))

    def reset(self, which: int, user: str) -> None:
        if user in self.disabled:
            return
        with self.app.app_context():
            token = links.create("reset", user, accounts.find(user))
            db.session.commit()
        visitor, form = Browser(self.app), {"password": self.new(user)}
        visitor.get(f"/auth/reset/{token}")
        assert visitor.post("/auth/reset/finish", data=form).status_code == 303
        self.end_all(user)

    def operate(self, which: int, user: str) -> None:
        command = self.random.choice(["disable", "enable", "enable", "end-sessions", "delete"])
        assert run(self.app, command, user).exit_code == 0
        if command == "enable":
            self.disabled.discard(user)
            return
        self.end_all(user)
        if command == "disable":
            self.disabled.add(user)
        if command == "delete":
            self.add(user)

    def add(self, user: str) -> None:
        with self.app.app_context():
            add_user(user, name=user)
        self.passwords[user] = PASSWORD
        self.disabled.discard(user)

    def new(self, user: str) -> str:
        (other,) = {PASSWORD, NEW_PASSWORD} - {self.passwords[user]}
        self.passwords[user] = other
        return other


@pytest.mark.parametrize("seed", range(2))
def test_a_session_lasts_as_long_as_it_should(
    configure: MakeApp, clock: TimeMachineFixture, seed: int
) -> None:
    app = configure(add_pages, login_attempts_per_account=MANY, login_attempts_per_address=MANY)
    world = World(app, clock, Random(seed))
    for _ in range(BROWSERS):
        world.browsers.append(Browser(app))
        world.held.append(None)
    for user in USERS:
        world.add(user)
    of_anybody: list[Callable[[int, str], None]] = [
        *[world.log_in] * 3,
        world.log_out,
        *[world.steal] * 2,
        *[world.wait] * 8,
        world.reset,
        world.operate,
    ]
    of_users: list[Callable[[int, Session], None]] = [
        *[world.confirm] * 2,
        *[world.rotate] * 3,
        world.change_password,
        *[world.end_others] * 2,
    ]
    for _ in range(STEPS):
        which = world.random.randrange(BROWSERS)
        session = world.live(which)
        if session and world.random.random() < 0.4:
            world.random.choice(of_users)(which, session)
        else:
            world.random.choice(of_anybody)(which, world.random.choice(USERS))
        world.check()
