"""Read whom GitHub has signed in: it speaks OAuth 2.0 alone, so its API says who that is."""

from authlib.integrations.requests_client import OAuth2Session

from .providers import Identity

API = "https://api.github.com"
SCOPE = "read:user user:email"
METADATA = {
    "authorization_endpoint": "https://github.com/login/oauth/authorize",
    "token_endpoint": "https://github.com/login/oauth/access_token",
    # It does not say when a user signed in.
    "claims_supported": (),
}


def read_identity(client: OAuth2Session) -> Identity:
    """Return who gave the client its token.

    The address on the profile may be anybody's: only the list says which ones are verified.
    """
    user = client.get(f"{API}/user").json()
    mailed = [one for one in client.get(f"{API}/user/emails").json() if one["verified"] is True]
    mailed.sort(key=lambda one: one["primary"] is not True)
    return Identity(
        # The number: somebody else can take the name of a user who leaves.
        subject=str(int(user["id"])),
        address=str(mailed[0]["email"]) if mailed else "",
        address_verified=bool(mailed),
        name=str(user.get("name") or user["login"]),
    )
