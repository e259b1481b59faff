"""The settings that the environment can set, and their defaults."""

from {{ cookiecutter.project_slug }}.config import LANGUAGE, LINK_MINUTES, Settings
from {{ cookiecutter.project_slug }}.core.environ import Rate

from ..support.http import SESSION
from ..support.settings import KEY, read

CHANGED = "a default in config.py has changed: if you mean it, write the new value here too."


def test_the_default_settings_are_safe() -> None:
    settings = read()
    assert settings.cookie_name("session") == SESSION
    assert settings.cookie_attributes["secure"]
    assert not settings.development
    assert settings.trusted_proxies == 0
    assert LINK_MINUTES == 30, CHANGED
    assert settings.password_min_length == 15, CHANGED
    assert not settings.refuse_breached_passwords, CHANGED
    assert settings.session_idle_seconds == 30 * 60, CHANGED
    assert settings.session_absolute_seconds == 12 * 60 * 60, CHANGED
    assert settings.remember_idle_seconds == 7 * 24 * 60 * 60, CHANGED
    assert settings.remember_absolute_seconds == 30 * 24 * 60 * 60, CHANGED
    assert settings.reauthentication_seconds == 600, CHANGED
    assert settings.sessions_per_user == 20, CHANGED
    assert not settings.require_second_factor, CHANGED
    assert settings.login_attempts_per_account == Rate(10, 900), CHANGED
    assert settings.login_attempts_per_address == Rate(100, 900), CHANGED
    assert settings.mails_per_address == Rate(30, 3600), CHANGED
    assert settings.public_url is None
    assert settings.language == LANGUAGE


def test_only_a_development_server_turns_development_on() -> None:
    settings = Settings.from_environ({"SECRET_KEY": KEY}, development_url="http://localhost:5001")
    assert settings.development
    assert settings.public_url == "http://localhost:5001"
    assert settings.cookie_name("session") == SESSION.removeprefix("__Host-")
    assert not settings.cookie_attributes["secure"]
