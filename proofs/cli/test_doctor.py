"""`flask doctor` names every unsafe setting, and prints no secret."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from my_flask_app.config import Settings

from ...support.cli import a_project, diagnose
from ...support.settings import run_flask

MARK = "Fz7Qk0pV"
SECRETS = {
    "SECRET_KEY": f"{MARK}0123456789abcdefghijABCDEFGHIJ",
    "SECRET_KEY_FALLBACKS": f"{MARK}9876543210jihgfedcbaJIHGFEDCBA",
    "DATABASE_URL": f"postgresql://me:{MARK}@127.0.0.1:1/app",
    "MAIL_URL": f"smtps://me:{MARK}@mail.example",
}
SPOILT: list[dict[str, str]] = [
    {},
    {"SECRET_KEY": MARK},
    {"SECRET_KEY_FALLBACKS": MARK},
    {"SECRET_KEY_FALLBACKS": SECRETS["SECRET_KEY"]},
    {"DATABASE_URL": f"postgresql://me:a@{MARK}@127.0.0.1:1/app"},
    {"DATABASE_URL": f"postgresql://me:{MARK}"},
    {"DATABASE_URL": f"postgresql://127.0.0.1:1/app?password={MARK}&nonsense={MARK}"},
    {"DATABASE_URL": MARK},
    {"MAIL_URL": f"smtps://me:{MARK}"},
    {"MAIL_URL": f"imap://me:{MARK}@mail.example"},
    {"PUBLIC_URL": f"https://me:{MARK}@app.example"},
    {"MAIL_FROM": MARK},
    {"SECRET_KEY": "", "SECRET_KEY_FILE": f"/{MARK}"},
]


@pytest.fixture
def folder(served: Flask, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    with a_project(settings, tmp_path):
        yield tmp_path


def test_doctor_reports_every_problem_at_once(folder: Path) -> None:
    wrong = {"FLASK_DEBUG": "1", "SECRET_KEY": "short", "PUBLIC_URL": "", "MAIL_URL": ""}
    wrong |= {"REGISTRATION": "x", "SESSION_IDLE_SECONDS": "999999999", "TRUSTED_PROXIES": "x"}
    _, lines = diagnose(folder, **wrong)
    assert {line.split()[1] for line in lines} == wrong.keys()


@pytest.mark.parametrize(
    ("file", "arguments", "status"),
    [
        ("", "", 1),
        ("# certfile is not set\n", "", 1),
        ('preload_app = True\ncertfile = "app.pem"\n', "", 0),
        ("", "--workers 2 --certfile=app.pem", 0),
    ],
)
def test_without_a_proxy_gunicorn_needs_a_certificate(
    folder: Path, file: str, arguments: str, status: int
) -> None:
    (folder / "gunicorn.conf.py").write_text(file)
    found = diagnose(folder, TRUSTED_PROXIES="0", GUNICORN_CMD_ARGS=arguments)
    assert found[0] == status
    assert all(line.startswith("unsafe: TRUSTED_PROXIES is 0") for line in found[1])


@pytest.mark.parametrize("spoilt", SPOILT)
def test_doctor_prints_no_secret(folder: Path, spoilt: dict[str, str]) -> None:
    (folder / ".env.example").write_text("\n".join(SECRETS.values()))
    done, _ = run_flask(folder, "doctor", **{**SECRETS, **spoilt})
    assert done.exit_code == 1
    assert "unsafe: DATABASE_URL" in done.output
    assert MARK not in done.output
