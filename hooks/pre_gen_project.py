"""Refuse, in one sentence, an answer that cannot be written verbatim.

The sentence goes to stderr, since cookiecutter itself only says that a hook failed.
It is plain ASCII: a Windows console may show nothing else.
"""

import sys

# Python looks for modules in the folder of this file first. That is the folder for
# temporary files, where any user may put a json.py.
if not getattr(sys.flags, "safe_path", False):
    del sys.path[0]

import json
import keyword
import re
import unicodedata

if sys.version_info < (3, 11):
    sys.exit("This template needs Python 3.11 or newer; run cookiecutter with that.")

# tojson escapes the single quote, so no answer can end this literal.
ANSWERS = json.loads(r'''{{ cookiecutter | tojson }}''')  # fmt: skip

# Cookiecutter checks these at its prompts, but not in a replay file.
CHOICES = {
    "auth": ["session", "cookie"],
    "language": ["en", "pt_BR"],
    "license": ["MIT", "BSD-3-Clause", "Apache-2.0", "GPL-3.0-or-later", "Proprietary"],
}

# Names of folders in variants/parts; the other hook knows which of them are standard.
PARTS = [
    "sessions",
    "email",
    "second_factor",
    "passkeys",
    "activity",
    "data",
    "guide",
    "tokens",
    "admin",
    "social",
]
ALONE = ["all", "none"]

# Never spelt out in one piece: this file is itself rendered.
TEMPLATE_MARKS = ["{" + mark for mark in "%#{"]
CONTROL = ("Cc", "Zl", "Zp")  # with Unicode's line breaks
EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`|~-]+@(\w[\w-]*\.)+\w[\w-]*")

# The subject of every mail contains the name.
NAME_LENGTH = 350
SLUG = re.compile(r"[a-z]([a-z0-9_]*[a-z0-9])?")
SLUG_LENGTH = 40
# The app may run on another Python than this hook: 3.11 to 3.15 differ in these.
OTHER_STANDARD_LIBRARIES = """
    aifc annotationlib asynchat asyncore audioop cgi cgitb chunk compression crypt
    distutils imghdr imp lib2to3 mailcap msilib nis nntplib ossaudiodev pipes profiling
    smtpd sndhdr spwd sre_compile sre_constants sre_parse sunau telnetlib test uu xdrlib
"""
DEPENDENCIES = """
    alembic argon2 asgiref ast_serialize attr authlib babel blinker certifi cffi
    charset_normalizer click colorama coverage cryptography dns dotenv
    email_validator execnet fido2 flask flask_alembic flask_sqlalchemy_lite greenlet
    gunicorn hypothesis idna iniconfig itsdangerous jinja2 joserfc librt mako
    markdown_it markupsafe mdurl mypy mypy_extensions mypyc packaging pathspec pip
    pkg_resources pluggy psycopg psycopg2 psycopg_binary py pycparser pygments pyotp
    pytest pytest_cov pytest_randomly pythonjsonlogger qrcode requests ruff segno
    setuptools sortedcontainers sqlalchemy time_machine typing_extensions tzdata
    ua_parser ua_parser_builtins urllib3 uv waitress werkzeug wheel wtforms xdist
    zxcvbn
"""
# The project's own names, and what its tools make and git ignores.
FOLDERS = """
    build caddyfile conftest dist dockerfile docs env htmlcov instance license makefile
    migrations node_modules tests variants venv wsgi
"""
TAKEN = {
    "a word of the Python language": [
        *keyword.kwlist,
        *keyword.softkwlist,
        "lazy",
        "type",
    ],
    "a module of Python's standard library": sys.stdlib_module_names,
    "a module of another Python's standard library": OTHER_STANDARD_LIBRARIES.split(),
    "a module that the app depends on": DEPENDENCIES.split(),
    "a name that the project or its tools use": FOLDERS.split(),
    "a device name of Windows": ["aux", "con", "nul", "prn"]
    + [name + digit for name in ("com", "lpt") for digit in "0123456789"],
}


def text_problem(text: str) -> str | None:
    """Say why an answer cannot stand verbatim between double quotes."""
    if text != text.strip() or not text:
        return "must not be empty, nor begin or end with a space"
    if '"' in text or "\\" in text:
        return "must not contain a double quote or a backslash"
    if any(mark in text for mark in TEMPLATE_MARKS):
        return "must not contain " + " or ".join(TEMPLATE_MARKS)
    kinds = {unicodedata.category(letter) for letter in text}
    if "Cs" in kinds:  # Python puts lone surrogates where it cannot decode
        return "cannot be read in this terminal's encoding (set LC_ALL=C.UTF-8)"
    if not kinds.isdisjoint(CONTROL):
        return "must not contain a line break or another control character"
    return None


def slug_problem(slug: str) -> str | None:
    """Say why a folder and a Python package cannot have this name."""
    if len(slug) > SLUG_LENGTH:
        return f"must have at most {SLUG_LENGTH} characters"
    if not SLUG.fullmatch(slug):
        return "must be of a-z, 0-9 and _, with a letter first and no _ last"
    for kind, names in TAKEN.items():
        if slug in names:
            return "must not be " + kind
    return None


def passes_as_parts(names: list[str]) -> bool:
    if len(names) == 1 and names[0] in ALONE:
        return True
    return bool(names) and {"standard", *PARTS}.issuperset(names)


def plain(text: str) -> str:
    """Drop accents and whatever else a console may not be able to show."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def passing_text(text: str) -> str:
    text = plain(text).replace('"', "'").replace("\\", "/").replace("{", "(")
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if re.search(r"\w", text) else "My Flask App"


def passing_slug(slug: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", plain(slug).lower()).strip("_")
    if not words[:1].isalpha():
        words = ("app_" + words).strip("_")
    words = words[:SLUG_LENGTH].strip("_")
    if slug_problem(words):
        words = words[: SLUG_LENGTH - 4].strip("_") + "_app"
    return words


def passing_parts(names: list[str]) -> str:
    """Keep the known names; all or none only if nothing else was named."""
    names = [name.lower() for name in names]
    known = [name for name in names if name in ("standard", *PARTS)]
    alone = [name for name in names if name in ALONE]
    return ", ".join(dict.fromkeys(known)) or (alone or ["standard"])[0]


def answer(key: str) -> str:
    """Return an answer as it is written; null is empty."""
    value = ANSWERS.get(key)
    return str(value) if isinstance(value, (str, int, float)) else ""


def refuse(key: str, rule: str, passing: str) -> None:
    sys.exit(f"{key} {rule}; this would pass: {passing}")


for key, choices in CHOICES.items():
    if answer(key) not in choices:
        refuse(key, "must be one of " + ", ".join(choices), choices[0])

names = answer("parts").replace(",", " ").split()
if not passes_as_parts(names):
    rule = "must be all, none, or names from standard, " + ", ".join(PARTS)
    refuse("parts", rule, passing_parts(names))

for key in ("project_name", "description", "author_name"):
    problem = text_problem(answer(key))
    if problem:
        refuse(key, problem, passing_text(answer(key)))

name = answer("project_name")
if len(name) > NAME_LENGTH:
    rule = f"must have at most {NAME_LENGTH} characters"
    refuse("project_name", rule, passing_text(name[:NAME_LENGTH]))

slug = answer("project_slug")
problem = slug_problem(slug)
if problem:
    refuse("project_slug", problem, passing_slug(slug))

if not EMAIL.fullmatch(answer("author_email")):
    refuse("author_email", "must be one e-mail address", "you@example.com")
