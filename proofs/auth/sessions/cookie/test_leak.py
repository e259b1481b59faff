"""An attacker with a leaked key can sign tokens; after the rotation they are refused."""

from .....support.cli import Site, commands, moved
from .....support.forging import fields, forge, holder
from .....support.http import Browser

LEAK = 2


def test_a_token_signed_with_a_leaked_key_signs_nobody_in(site: Site) -> None:
    old = site.start()
    client = Browser(old)
    client.login()
    sid, owner, epoch, *rest = fields(client)
    leaked = site.key
    sid = sid[::-1]
    assert holder(client, forge([sid, owner, epoch, *rest], key=leaked)).is_signed_in()

    for command in commands("keys.md", LEAK):
        assert site.follow(command).exit_code == 0
    after = moved(client, site.start())
    assert not after.is_signed_in()
    for guess in (epoch, epoch + 1, epoch + 2):
        forged = forge([sid, owner, guess, *rest], key=leaked)
        assert not holder(after, forged).is_signed_in()
    # Only the signature makes it fail: the attacker can guess the new epoch.
    forged = forge([sid, owner, epoch + 1, *rest], key=site.key)
    assert holder(after, forged).is_signed_in()
