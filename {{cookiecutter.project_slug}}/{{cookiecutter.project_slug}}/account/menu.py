"""Let each part of the account name its page, for the account's first page to list."""

from flask import Flask


def add_page(app: Flask, endpoint: str, label: str) -> None:
    """List a page; `label` is a lazy text, so that each reader sees it in a language of theirs."""
    app.extensions["account_pages"].append((endpoint, label))
