"""Hash and verify passwords."""

import pytest
from argon2 import Type
from flask import Flask

from {{ cookiecutter.project_slug }}.auth import passwords

# Taken before the tests put a cheap one in its place.
REAL_HASHER = passwords.hasher


def test_the_real_hasher_costs_what_it_should() -> None:
    # RFC 9106, second recommended option. Less makes a stolen table cheap to crack.
    assert REAL_HASHER.type is Type.ID
    assert REAL_HASHER.time_cost == 3
    assert REAL_HASHER.memory_cost == 64 * 1024
    assert REAL_HASHER.parallelism == 4
    assert REAL_HASHER.hash_len >= 16
    assert REAL_HASHER.salt_len >= 16


def test_tests_do_not_pay_that_cost() -> None:
    assert passwords.hasher is not REAL_HASHER


@pytest.mark.parametrize(
    "password", ["gravel lantern umbrella", "\N{OTTER}" * 64, "a\x00b", "\udcff", ""]
)
def test_a_hash_knows_its_password_and_no_other(password: str) -> None:
    hashed = passwords.hash_password(password)
    assert hashed.startswith("$argon2id$")
    assert passwords.verify(hashed, password)
    assert not passwords.verify(hashed, f"{password}x")
    assert passwords.hash_password(password) != hashed


@pytest.mark.parametrize("stored", ["", "!", "plain text", "$argon2id$v=19$broken"])
def test_what_is_no_hash_matches_nothing(stored: str) -> None:
    assert not passwords.verify(stored, stored)


def test_any_text_can_be_judged(app: Flask) -> None:
    with app.app_context():
        for password in ("\udcff" * 20, "\x00" * 300, "\N{OTTER}" * 300):
            assert passwords.weakness(password, email="", name="")
