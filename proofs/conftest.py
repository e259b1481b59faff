"""Run one mail server for all proofs."""

from collections.abc import Iterator

import pytest

from .support.mail import SMTPServer, smtp_server


@pytest.fixture(scope="session")
def running() -> Iterator[SMTPServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def server(running: SMTPServer) -> SMTPServer:
    """Return the server, without the messages and instructions of other tests."""
    running.forget()
    return running
