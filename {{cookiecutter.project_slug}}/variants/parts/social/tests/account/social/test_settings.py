"""Settings of providers: each mistake stops the start, and says how to fix it."""

import pytest

from {{ cookiecutter.project_slug }}.account.social.providers import Provider, read
from {{ cookiecutter.project_slug }}.core.environ import ConfigError, Environ

GITHUB = {
    "SOCIAL_PROVIDERS": "github",
    "SOCIAL_GITHUB_CLIENT_ID": "our app",
    "SOCIAL_GITHUB_CLIENT_SECRET": "a secret for tests alone",
}
ACME = {
    "SOCIAL_PROVIDERS": "acme",
    "SOCIAL_ACME_ISSUER": "https://acme.example",
    "SOCIAL_ACME_CLIENT_ID": "our app",
    "SOCIAL_ACME_CLIENT_SECRET": "a secret for tests alone",
}


def providers(**variables: str) -> list[Provider]:
    return list(read(Environ(variables)))


def test_github_has_no_issuer_of_its_own() -> None:
    (github,) = providers(**GITHUB)
    assert (github.label, github.issuer) == ("GitHub", "https://github.com")


def test_nothing_is_trusted_unless_the_operator_says_so() -> None:
    (acme,) = providers(**ACME)
    assert not acme.addresses_trusted
    assert not acme.two_factors
    assert not acme.answers_by_post
    assert "a secret for tests alone" not in repr(acme)
    trusting = {"SOCIAL_TRUSTED_ADDRESSES": "acme", "SOCIAL_ACME_TWO_FACTORS": "mfa, hwk"}
    (acme,) = providers(**ACME, **trusting)
    assert acme.addresses_trusted
    assert acme.two_factors == {"mfa", "hwk"}
    (acme,) = providers(**ACME, SOCIAL_ACME_ANSWER="post")
    assert acme.answers_by_post


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SOCIAL_PROVIDERS", "Acme Inc"),
        ("SOCIAL_TRUSTED_ADDRESSES", "google"),
        ("SOCIAL_ACME_ISSUER", ""),
        ("SOCIAL_ACME_ISSUER", "acme.example"),
        ("SOCIAL_ACME_ISSUER", "http://acme.example"),
        ("SOCIAL_ACME_ISSUER", "https://acme.example?tenant=1"),
        ("SOCIAL_ACME_CLIENT_ID", ""),
        ("SOCIAL_ACME_CLIENT_SECRET", ""),
        ("SOCIAL_ACME_ANSWER", "fragment"),
    ],
)
def test_a_mistake_is_named(name: str, text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        providers(**{**ACME, name: text})
    assert refused.value.variable == name
