"""Only this app can decrypt a text, only for one account, and only unchanged."""

from base64 import urlsafe_b64decode

import pytest
from flask import Flask

from my_flask_app.account.second_factor import encryption

from ....conftest import MakeApp
from ....support.settings import KEY

TEXT = b"what only the app may read"
NEW_KEY = "the next key for tests: 9876543210 zyxwvutsrq"
OTHER_KEY = "some key of others: 1357924680 qwertyuiop"


def test_an_encrypted_text_can_be_decrypted_and_is_not_in_clear(app: Flask) -> None:
    with app.app_context():
        token = encryption.encrypt(TEXT, owner="me")
        assert encryption.decrypt(token, owner="me") == TEXT
    assert TEXT not in token
    assert TEXT not in urlsafe_b64decode(token)


def test_no_two_encrypted_texts_are_alike(app: Flask) -> None:
    with app.app_context():
        found = {encryption.encrypt(TEXT, owner="x") for _ in range(1000)}
    assert len(found) == 1000


def test_a_change_anywhere_is_noticed(app: Flask) -> None:
    with app.app_context():
        whole = encryption.encrypt(TEXT, owner="me")
        for place in range(len(whole)):
            for bit in (1, 2, 4, 8, 16, 32, 64):
                changed = bytearray(whole)
                changed[place] ^= bit
                assert read(bytes(changed)) in {None, TEXT}
        for length in range(len(whole) - 4):
            assert read(whole[:length]) is None


def read(token: bytes) -> bytes | None:
    """Return the text; another base64 spelling of the same bytes is no change."""
    try:
        return encryption.decrypt(token, owner="me")
    except encryption.Unreadable:
        return None


def test_fallbacks_decrypt_and_the_current_key_encrypts(app: Flask, configure: MakeApp) -> None:
    rotated = configure(secret_key=NEW_KEY, secret_key_fallbacks=(OTHER_KEY, KEY))
    with app.app_context():
        old = encryption.encrypt(TEXT, owner="me")
    with rotated.app_context():
        assert read(old) == TEXT
        new = encryption.encrypt(TEXT, owner="me")
    with configure(secret_key=NEW_KEY).app_context():
        assert read(new) == TEXT
        assert read(old) is None
    with app.app_context():
        assert read(new) is None


def test_without_its_key_a_text_stays_shut_and_the_cure_is_named(
    app: Flask, configure: MakeApp
) -> None:
    with app.app_context():
        token = encryption.encrypt(TEXT, owner="me")
    other = configure(secret_key=NEW_KEY, secret_key_fallbacks=(OTHER_KEY,))
    with other.app_context(), pytest.raises(encryption.Unreadable, match=r"docs/keys\.md"):
        encryption.decrypt(token, owner="me")


def test_a_text_comes_under_the_first_key(app: Flask, configure: MakeApp) -> None:
    with app.app_context():
        token = encryption.encrypt(TEXT, owner="me")
        renewed = encryption.rotate(token, [NEW_KEY, KEY])
        with pytest.raises(encryption.Unreadable):
            encryption.rotate(token, [NEW_KEY, OTHER_KEY])
        assert read(renewed) is None
    with configure(secret_key=NEW_KEY).app_context():
        assert read(renewed) == TEXT
