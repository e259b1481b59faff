"""Serve the same page by Django, as `startproject` sets it up, with sessions in tables.

`python -m bench.sites.django_site EMAIL NAME` makes its tables and an account.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest
from django.http import HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render
from django.urls import path

CONTRIB = "django.contrib"
settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        f"{CONTRIB}.{name}"
        for name in (
            *("admin", "auth", "contenttypes"),
            *("sessions", "messages", "staticfiles"),
        )
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        f"{CONTRIB}.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        f"{CONTRIB}.auth.middleware.AuthenticationMiddleware",
        f"{CONTRIB}.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "django_templates"],
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    f"{CONTRIB}.auth.context_processors.auth",
                    f"{CONTRIB}.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["DATABASE_URL"].removeprefix("sqlite:///"),
            # Kinder than its default, which opens the file anew for each request.
            "CONN_MAX_AGE": None,
        }
    },
    LANGUAGES=[("en", "English"), ("pt-br", "Português (Brasil)")],
    STATIC_URL="static/",
    USE_TZ=True,
)
django.setup()

from django.contrib.auth import authenticate  # noqa: E402
from django.contrib.auth import login  # noqa: E402
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402


@login_required
def home(request: HttpRequest) -> HttpResponse:
    values = {"app_name": "My Flask App", "languages": settings.LANGUAGES}
    return render(request, "home.html", values)


@csrf_exempt
def log_in(request: HttpRequest) -> HttpResponse:
    email, password = request.POST["email"], request.POST["password"]
    user = authenticate(request, username=email, password=password)
    assert user is not None
    login(request, user)
    answer = redirect("/")
    answer.status_code = 303
    return answer


# Those that the page only links to lead home.
urlpatterns = [
    path("", home, name="home"),
    path("auth/login", log_in, name="login"),
    path("auth/logout", home, name="logout"),
    path("account/", home, name="profile"),
    path("language", home, name="language"),
]


def listening(note: Callable[[str], None]) -> AbstractContextManager[None]:
    """Tell of each statement that this thread makes."""

    def wrapper(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        note(sql)
        return execute(sql, *rest)

    return connection.execute_wrapper(wrapper)


def move_in(email: str, name: str, password: str) -> None:
    call_command("migrate", verbosity=0)
    User.objects.create_user(email, email, password, first_name=name)


app = get_wsgi_application()

if __name__ == "__main__":
    move_in(*sys.argv[1:], sys.stdin.read())
