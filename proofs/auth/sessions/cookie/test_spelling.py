"""Base64 has several spellings for the same bytes: only ours is accepted."""

import pytest
from itsdangerous.encoding import base64_decode

from .....auth.sessions.test_signed_cookie import respell
from .....support.forging import holder
from .....support.http import AUTH, Browser


def test_a_signature_has_other_spellings_that_python_takes(client: Browser, user: str) -> None:
    """Otherwise the test above would test nothing."""
    client.login()
    signature = client.jar()[AUTH].split(".")[-1]
    for how in ("last letter", "junk"):
        text = respell(signature, how)
        assert text != signature
        assert base64_decode(text) == base64_decode(signature)


def test_a_respelled_token_does_not_outlive_the_logout(client: Browser, user: str) -> None:
    """The list of ended sessions names the session, not the text."""
    client.login()
    head, _, signature = client.jar()[AUTH].rpartition(".")
    other = holder(client, f"{head}.{respell(signature, 'last letter')}")
    client.logout()
    assert not other.is_signed_in()


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("how", ["0{}", "{}0", " {}", "{}\n", "+{}", "{}_0"])
def test_a_field_written_otherwise_is_refused(
    client: Browser, user: str, place: int, how: str
) -> None:
    """Python reads all of these as the same number."""
    client.login()
    parts = client.jar()[AUTH].split(".")
    parts[place] = how.format(parts[place])
    assert not holder(client, ".".join(parts)).is_signed_in()
