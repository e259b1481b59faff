"""An invalid value in the environment is named, with the cure."""

from pathlib import Path

import pytest

from my_flask_app.config import Settings
from my_flask_app.core.environ import ConfigError

from ...support.settings import KEY, read

FLASK_DOCS = "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf"
NUMBERS = [
    "SESSION_IDLE_SECONDS",
    "SESSION_ABSOLUTE_SECONDS",
    "REMEMBER_IDLE_SECONDS",
    "REMEMBER_ABSOLUTE_SECONDS",
    "REAUTHENTICATION_SECONDS",
    "SESSIONS_PER_USER",
]
RATES = [
    "LOGIN_ATTEMPTS_PER_ACCOUNT",
    "LOGIN_ATTEMPTS_PER_ADDRESS",
    "MAILS_PER_ADDRESS",
]
BAD = {
    "SECRET_KEY": [
        "",
        "   ",
        "short",
        KEY[:31],
        "a" * 64,
        "abcdefgh" * 8,
        f"change-me {KEY}",
        "your-key-your-key-0123456789-abcdef",
        f"SECRET {KEY}",
        FLASK_DOCS,
    ],
    "SECRET_KEY_FALLBACKS": ["short", f"{KEY},short", "a" * 64, FLASK_DOCS],
    "DATABASE_URL": [
        "app.sqlite",
        "mysql://localhost/app",
        "postgresql://user:what-is-no-port",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?uri=true",
        "sqlite:///file:x?mode=memory&cache=shared&uri=true",
        "sqlite+aiosqlite:///app.sqlite",
        "postgresql+psycopg2://localhost/app",
    ],
    "PUBLIC_URL": [
        "app.example",
        "//app.example",
        "ftp://app.example",
        "https://",
        "https://app.example/path",
        "https://app.example?a=1",
        "https://app.example#top",
        "https://me@app.example",
        "https://app.example:99999",
        "https://app.example:x",
        "https://[::1",
        "https://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example",
        "https://my app.example",
        "https://app.example,www.app.example",
        "https://app..example",
        "https://app.example.",
        "https://*.app.example",
        "https://app.example:0",
        "http://app.example",
        "http://192.168.1.20:5000",
        "http://localhost.evil.example",
        "http://evillocalhost",
        "http://127.0.0.1.evil.example",
        "javascript:alert(1)",
    ],
    "MAIL_URL": [
        "mail.example.com",
        "imap://mail.example.com",
        "smtp://",
        "smtp:mail.example.com",
        "smtp://mail.example.com:99999",
        "smtps://[::1",
        "smtps://user:12345/67@mail.example.com:465",
        "smtps://user:12345#67@mail.example.com:465",
        "smtps://user:12345?67@mail.example.com:465",
        "smtps://user:pa#ss@mail.example.com",
        "smtps://user:pa[ss@mail.example.com",
        "smtps://mail.example.com/path",
        "smtps://mail.example.com?timeout=5",
        "smtps://mail.example.com#top",
        "smtps://mail.example.com:0",
        "smtps://mail example.com",
        "smtps://mail.example.com,other.example.com",
        "smtps://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example",
        "smtps://user@mail.example.com",
        "smtps://:password@mail.example.com",
        "smtps://user:p\N{LATIN SMALL LETTER A WITH DIAERESIS}ssword@mail.example.com",
        "console:/dev/stderr",
    ],
    "MAIL_FROM": [
        "app.example",
        "App",
        "App <app>",
        "app@example.com\nBcc: e@e.e",
        "App\u2028Bcc: <app@example.com>",
        "App\x00 <app@example.com>",
        "no-reply@exa mple.com",
        "no reply@example.com",
        "a@example.com, b@example.com",
        "a@example.com; b@example.com",
        "App <a@example.com>, Other <b@example.com>",
        "j\N{LATIN SMALL LETTER O WITH DIAERESIS}rg@example.com",
        "App <>",
    ],
    "REGISTRATION": ["yes", "Open", "true"],
    "BREACHED_PASSWORDS": ["true", "Refuse", "ignored"],
    "REQUIRE_SECOND_FACTOR": ["yes", "True", "1", "on", "false,true"],
    "PASSWORD_MIN_LENGTH": ["7", "65", "0", "-15", "15.5", "fifteen", "\u0661\u0665"],
    "TRUSTED_PROXIES": ["-1", "true", "1.0", "127.0.0.1"],
}
BAD |= {name: ["0", "-1", "1h", "1e3", "9" * 10] for name in NUMBERS}
BAD |= {name: ["10", "10/", "/900", "0/900", "10/0", "1/9/1", "a/b"] for name in RATES}
TABLE = [(name, value) for name, values in BAD.items() for value in values]


@pytest.mark.parametrize(("name", "value"), TABLE)
def test_a_bad_value_is_refused_by_one_line_that_names_it(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read(**{name: value})
    line = str(refusal.value)
    assert line.startswith(f"{name} ")
    assert line.endswith(".")
    assert len(line.splitlines()) == 1
    # The line goes to logs, which must contain no keys or passwords.
    assert len(value.strip()) < 10 or value not in line


def test_a_missing_key_is_refused_with_the_cure() -> None:
    with pytest.raises(ConfigError, match=r"^SECRET_KEY is missing.*flask secret new"):
        Settings.from_environ({})


@pytest.mark.parametrize("content", [None, b"", b"short", b"\xff" * 40])
def test_a_key_file_must_hold_a_good_key(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"^SECRET_KEY_FILE "):
        Settings.from_environ({"SECRET_KEY_FILE": str(file)})


def test_two_sources_of_the_key_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^SECRET_KEY and SECRET_KEY_FILE"):
        read(SECRET_KEY_FILE=str(tmp_path))


def test_empty_variables_count_as_not_set() -> None:
    names = set(BAD) - {"SECRET_KEY"}
    assert read(**dict.fromkeys(names, " ")) == read()


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("MAIL_URL", "smtps://me:a/b@mail.example", "write / as %2F, # as %23, ? as %3F"),
        ("MAIL_URL", "smtps://me:pa#ss@mail.example", "write / as %2F, # as %23, ? as %3F"),
        ("MAIL_FROM", "a@example.com, b@example.com", "must be one address in ASCII, such as "),
        ("PUBLIC_URL", "https://b\u00fccher.example", "write the xn-- form that a browser copies"),
    ],
)
def test_a_refusal_says_what_to_write(name: str, value: str, cure: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read(**{name: value})
    assert cure in str(refusal.value)
