"""Make the HTML part of a mail from its text: no mail needs a second template."""

import re

from flask import render_template

from ...config import settings


def from_text(subject: str, text: str) -> str:
    """Lay a mail's text out: a blank line ends a paragraph; a line with only our URL is a link."""
    paragraphs = [part.splitlines() for part in re.split(r"\n\s*\n", text.strip())]
    # Other addresses stay text: a name that a user chose must not become a link to a site of
    # the user's choice.
    our_url = re.compile(re.escape(f"{settings().public_url}/") + r"\S*")
    return render_template(
        "mail/layout.html", subject=subject, paragraphs=paragraphs, is_link=our_url.fullmatch
    )
