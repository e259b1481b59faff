"""Forms that do not arrive keep their own network waiting, and nobody else."""

from __future__ import annotations

import http.client

import pytest

from ..support.server import wait_until
from ..support.site import EMAIL
from ..support.site import PASSWORD
from ..support.slow import refused
from ..support.slow import unfinished_forms
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

# More than a worker waits for, and less than it has threads.
FORMS = 70
OF_ONE_NETWORK = 8


class Neighbour(Visitor):
    """Ask from another address of this machine."""

    def _connection(self) -> http.client.HTTPConnection:
        here = ("127.0.0.7", 0)
        return http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=self._patience, source_address=here
        )


def test_others_log_in_while_one_client_finishes_no_form(open_site: OpenSite) -> None:
    site = open_site("session")
    port = site.serve().port
    with unfinished_forms(port, FORMS) as forms:
        wait_until(lambda: refused(forms) == FORMS - OF_ONE_NETWORK)
        assert Neighbour(port).login(EMAIL, PASSWORD).status == 303
        # Of its own network, forms are turned away, and pages go on.
        assert Visitor(port).login(EMAIL, PASSWORD).status == 503
        assert Visitor(port).get("/auth/login").status == 200
    # Closed, they count no more.
    wait_until(lambda: Visitor(port).login(EMAIL, PASSWORD).status == 303)
