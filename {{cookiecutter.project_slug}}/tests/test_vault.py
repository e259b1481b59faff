"""What is encrypted is read by this app alone, for one account alone, and only unchanged."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, update

from {{ cookiecutter.project_slug }} import vault
from {{ cookiecutter.project_slug }}.db import db
from {{ cookiecutter.project_slug }}.models import User

from .browser import EMAIL
from .conftest import KEY, MakeApp
from .inside import everything_stored, run_sql
from .people import add_user
from .sealing import OWNER, SEALED, TEXT, opens, seal, sealed

NEW_KEY = "the next key for tests: 9876543210 zyxwvutsrq"
OTHER_KEY = "some key of others: 1357924680 qwertyuiop"
# TEXT, sealed for "me" under OTHER_KEY by an earlier release.
EARLIER = bytes.fromhex(
    "016e94074a708bdcf38314d7586ce53315cbf5752ff40de6ec9846cc0ffd1474"
    "bf5b7a4f0db846a395e8d33c70ac6a2fa90280df8fb729444b1a3914c47f9f"
)


def reseal(app: Flask) -> tuple[int, list[str]]:
    with app.app_context():
        return vault.reseal_all()


def count_old(app: Flask) -> int:
    with app.app_context():
        return vault.count_under_old_keys()


def test_what_was_sealed_can_be_opened_and_lies_nowhere_in_clear(app: Flask) -> None:
    seal(app)
    assert opens(app)
    assert TEXT not in everything_stored(app)
    assert KEY.encode() not in everything_stored(app)


def test_what_an_earlier_release_sealed_can_be_opened(configure: MakeApp) -> None:
    """Else an update would shut everybody out who has a second factor."""
    for keys in ({"secret_key": OTHER_KEY}, {"secret_key_fallbacks": (OTHER_KEY,)}):
        with configure(**keys).app_context():
            assert vault.open_sealed(EARLIER, owner="me") == TEXT


def test_no_look_at_keys_leaves_a_transaction_behind(app: Flask) -> None:
    """Commands talk to a terminal afterwards, and all other writers would wait for it."""
    seal(app)
    with app.app_context():
        vault.reseal_all()
        assert not db.session.in_transaction()
        vault.count_under_old_keys()
        assert not db.session.in_transaction()


def test_no_two_sealed_texts_are_alike(app: Flask) -> None:
    with app.app_context():
        found = {vault.seal(TEXT, owner="x")[vault.HEAD_BYTES :][:12] for _ in range(1000)}
    # The same nonce twice under one key would give both texts away.
    assert len(found) == 1000


def test_a_sealed_text_names_its_key_and_tells_nothing_of_it(
    app: Flask, configure: MakeApp
) -> None:
    heads = []
    for one in (app, app, configure(secret_key=NEW_KEY)):
        with one.app_context():
            heads.append(vault.seal(TEXT, owner="x")[:9])
    assert heads[0] == heads[1] != heads[2]
    assert all(head[:1] == b"\x01" for head in heads)
    assert heads[0][1:] not in KEY.encode()


def test_nobody_elses_account_can_use_it(app: Flask) -> None:
    with app.app_context():
        mine = vault.seal(TEXT, owner="me")
        assert vault.open_sealed(mine, owner="me") == TEXT
        for other in ("you", "", "ME"):
            with pytest.raises(vault.Unreadable, match="sealed for somebody else"):
                vault.open_sealed(mine, owner=other)


def test_a_change_anywhere_is_noticed(app: Flask) -> None:
    with app.app_context():
        whole = vault.seal(TEXT, owner="me")
        for place in range(len(whole)):
            changed = bytearray(whole)
            changed[place] ^= 1
            with pytest.raises(vault.Unreadable):
                vault.open_sealed(bytes(changed), owner="me")
        for length in range(len(whole)):
            with pytest.raises(vault.Unreadable):
                vault.open_sealed(whole[:length], owner="me")


def test_fallbacks_open_and_the_current_key_seals(app: Flask, configure: MakeApp) -> None:
    seal(app)
    rotated = configure(secret_key=NEW_KEY, secret_key_fallbacks=(OTHER_KEY, KEY))
    assert opens(rotated)
    seal(rotated)
    assert opens(configure(secret_key=NEW_KEY))
    assert not opens(app)


def test_without_its_key_a_text_stays_shut_and_the_cure_is_named(
    app: Flask, configure: MakeApp
) -> None:
    seal(app)
    other = configure(secret_key=NEW_KEY, secret_key_fallbacks=(OTHER_KEY,))
    with other.app_context(), pytest.raises(vault.Unreadable, match=r"docs/keys\.md"):
        vault.open_sealed(sealed(other), owner="x")


def test_everything_comes_under_the_current_key(
    app: Flask, configure: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "BATCH", 2)
    seal(app)
    with app.app_context():
        add_user(EMAIL)
        for number in range(4):
            add_user(f"user{number}@example.com")
            name = f"user{number}"
            run_sql(
                app,
                "UPDATE users SET totp_secret = :sealed, public_id = :name WHERE email = :email",
                sealed=vault.seal(TEXT, owner=name),
                name=name,
                email=f"{name}@example.com",
            )
    rotated = configure(secret_key=NEW_KEY, secret_key_fallbacks=(KEY,))
    assert count_old(app) == 0
    assert count_old(rotated) == 5
    assert reseal(rotated) == (5, [])
    assert count_old(rotated) == 0
    assert reseal(rotated) == (0, [])
    assert opens(configure(secret_key=NEW_KEY))


def test_what_cannot_be_read_is_left_as_it_is_and_named(app: Flask, configure: MakeApp) -> None:
    seal(app)
    with app.app_context():
        add_user(EMAIL)
    lost = "UPDATE users SET totp_secret = :lost WHERE email = :email"
    run_sql(app, lost, lost=SEALED, email=EMAIL)
    rotated = configure(secret_key=NEW_KEY, secret_key_fallbacks=(KEY,))
    # Its key is gone, with or without fallbacks.
    assert count_old(rotated) == 1
    assert reseal(rotated) == (1, [EMAIL])
    assert count_old(rotated) == 0
    assert SEALED in everything_stored(app)


def test_a_text_that_changes_meanwhile_is_not_overwritten(app: Flask, configure: MakeApp) -> None:
    seal(app)
    rotated = configure(secret_key=NEW_KEY, secret_key_fallbacks=(KEY,))
    with rotated.app_context():
        engine = db.engine
    anew = update(User).where(User.email == OWNER).values(totp_secret=SEALED)
    changes = [anew]

    def change(connection: Any, *more: Any) -> None:
        if more[1].startswith("UPDATE users") and changes:
            connection.execute(changes.pop())

    event.listen(engine, "before_cursor_execute", change)
    try:
        assert reseal(rotated) == (0, [])
    finally:
        event.remove(engine, "before_cursor_execute", change)
    assert sealed(app) == SEALED


def test_a_key_that_is_its_own_fallback_counts_as_the_current_one(configure: MakeApp) -> None:
    app = configure(secret_key=KEY, secret_key_fallbacks=(KEY,))
    seal(app)
    assert count_old(app) == 0
