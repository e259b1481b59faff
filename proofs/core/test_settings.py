"""The settings that the environment can set, and their defaults."""

from pathlib import Path

import pytest

from my_flask_app.config import Settings
from my_flask_app.core.environ import ConfigError, Environ, MailServer, Rate

from ...support.settings import KEY, read
from .test_settings_refused import NUMBERS, RATES

DATABASE = "postgresql+psycopg://app:pw@db/app"
MAIL_SERVER = MailServer("smtps", "mail.example", 465, "me", "pw")


def test_a_key_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    settings = Settings.from_environ({"SECRET_KEY_FILE": str(file)})
    assert settings.secret_key == KEY


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("DATABASE_URL", "postgres://app:pw@db/app", "database_url", DATABASE),
        ("MAIL_URL", "smtps://me:pw@mail.example", "mail_server", MAIL_SERVER),
    ],
)
def test_settings_with_a_password_may_come_from_a_file(
    tmp_path: Path, name: str, text: str, field: str, value: object
) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{text}\n")
    assert getattr(read(**{f"{name}_FILE": str(file)}), field) == value
    with pytest.raises(ConfigError, match=f"^{name} and {name}_FILE are both set: keep one"):
        read(**{f"{name}_FILE": str(file), name: text})
    file.unlink()
    with pytest.raises(ConfigError, match=f"^{name}_FILE names a file that cannot be read"):
        read(**{f"{name}_FILE": str(file)})
    file.write_text("no such thing")
    with pytest.raises(ConfigError, match=f"^{name}_FILE "):
        read(**{f"{name}_FILE": str(file)})


def test_fallback_keys_are_separated_by_commas() -> None:
    keys = (KEY[::-1], KEY.upper())
    assert read(SECRET_KEY_FALLBACKS=" , ".join(keys) + ",").secret_key_fallbacks == keys


@pytest.mark.parametrize("name", RATES)
def test_a_rate_is_a_count_and_its_seconds(name: str) -> None:
    assert Rate(3, 60) in vars(read(**{name: "3/60"})).values()


@pytest.mark.parametrize("name", NUMBERS)
def test_limits_are_whole_numbers(name: str) -> None:
    assert getattr(read(**{name: "77"}), name.lower()) == 77


@pytest.mark.parametrize(("value", "opened"), [("open", True), ("closed", False)])
def test_registration_is_open_or_closed(value: str, opened: bool) -> None:
    assert read(REGISTRATION=value).registration_open is opened


@pytest.mark.parametrize(("value", "refused"), [("refuse", True), ("ignore", False), ("", False)])
def test_breached_passwords_are_refused_or_ignored(value: str, refused: bool) -> None:
    assert read(BREACHED_PASSWORDS=value).refuse_breached_passwords is refused


@pytest.mark.parametrize(("value", "required"), [("true", True), ("false", False), ("", False)])
def test_a_second_factor_is_required_or_optional(value: str, required: bool) -> None:
    assert read(REQUIRE_SECOND_FACTOR=value).require_second_factor is required


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        ("https://app.example", "https://app.example"),
        ("https://app.example/", "https://app.example"),
        ("HTTPS://App.Example:443", "https://app.example"),
        ("https://app.example:8443", "https://app.example:8443"),
        ("http://localhost:5000", "http://localhost:5000"),
        ("http://app.localhost:80", "http://app.localhost"),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000"),
        ("http://[::1]:5000", "http://[::1]:5000"),
    ],
)
def test_the_public_url_is_kept_as_browsers_write_an_origin(value: str, origin: str) -> None:
    assert read(PUBLIC_URL=value).public_url == origin


@pytest.mark.parametrize("space", ["\u3000", "\u00a0", "\u200d"])
def test_the_sender_may_have_a_name_with_any_space(space: str) -> None:
    sender = f"\u5c71\u7530{space}\u672c\u5c4b <books@app.example>"
    assert read(MAIL_FROM=sender).mail_from == sender


@pytest.mark.parametrize(
    ("value", "language"),
    [
        ("en", "en"),
        ("pt_BR", "pt_BR"),
        ("pt_BR:en", "pt_BR"),
        ("pt-BR", "pt_BR"),
        ("en_GB:pt_BR", "en"),
        ("pt", "pt_BR"),
        ("pt_PT", "pt_BR"),
        ("de:fr:pt:en", "pt_BR"),
        ("de", "default"),
        ("C", "default"),
        ("::", "default"),
        ("", "default"),
    ],
)
def test_the_first_language_that_we_have_is_taken(value: str, language: str) -> None:
    environ = Environ({"LANGUAGE": value})
    assert environ.language("default", ("en", "pt_BR")) == language


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("", "sqlite:///app.sqlite"),
        ("sqlite:////data/app.sqlite", "sqlite:////data/app.sqlite"),
        ("postgres://u:p%40ss@db/app", "postgresql+psycopg://u:p%40ss@db/app"),
        ("postgresql://db/app", "postgresql+psycopg://db/app"),
        ("postgresql+psycopg://db/app", "postgresql+psycopg://db/app"),
    ],
)
def test_the_usual_spellings_of_a_database_are_understood(value: str, url: str) -> None:
    assert read(DATABASE_URL=value).database_url == url


@pytest.mark.parametrize(
    ("value", "server"),
    [
        ("", MailServer("console")),
        ("console:", MailServer("console")),
        ("none:", MailServer("none")),
        ("smtp://mail.example", MailServer("smtp", "mail.example", 587)),
        ("smtps://mail.example", MailServer("smtps", "mail.example", 465)),
        ("smtps://MAIL.example:465/", MailServer("smtps", "mail.example", 465)),
        ("smtp://[::1]:1025", MailServer("smtp", "::1", 1025)),
        ("smtp://mail_1", MailServer("smtp", "mail_1", 587)),
        ("smtp://me:a@b:c@mail.example", MailServer("smtp", "mail.example", 587, "me", "a@b:c")),
        (
            "smtps://me%40x:p%3A%2Fss@mail.example:4465",
            MailServer("smtps", "mail.example", 4465, "me@x", "p:/ss"),
        ),
    ],
)
def test_a_mail_server_is_one_url(value: str, server: MailServer) -> None:
    settings = read(MAIL_URL=value)
    assert settings.mail_server == server
    assert settings.can_mail == (server.scheme != "none")


@pytest.mark.parametrize(
    ("variables", "sender"),
    [
        ({}, "no-reply@localhost"),
        ({"PUBLIC_URL": "https://app.example"}, "no-reply@app.example"),
        ({"MAIL_FROM": "My App <app@example.com>"}, "My App <app@example.com>"),
        ({"MAIL_FROM": '"Eve, Ltd." <Hello@Example.com>'}, '"Eve, Ltd." <Hello@example.com>'),
        ({"MAIL_FROM": "S\u00e3o Jo\u00e3o <a@b.example>"}, "S\u00e3o Jo\u00e3o <a@b.example>"),
        ({"MAIL_FROM": "Eve, Ltd. <a@b.example>"}, '"Eve, Ltd." <a@b.example>'),
        ({"MAIL_FROM": "no-reply@b\u00fccher.example"}, "no-reply@xn--bcher-kva.example"),
        ({"MAIL_FROM": "app@localhost"}, "app@localhost"),
        ({"MAIL_FROM": "app@mail.intranet"}, "app@mail.intranet"),
    ],
)
def test_mails_come_from_the_host_unless_told_otherwise(
    variables: dict[str, str], sender: str
) -> None:
    assert read(**variables).mail_from == sender
