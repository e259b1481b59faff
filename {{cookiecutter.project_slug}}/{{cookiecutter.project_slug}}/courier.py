"""Run one thread in each process that empties the outbox whenever it is woken."""

import logging
import os
import threading
from collections.abc import Callable

from flask import Flask

LOOK_AGAIN_SECONDS = 30
# For what a command has left, or another process that has stopped.
LOOK_AROUND_SECONDS = 5 * 60
logger = logging.getLogger(__name__)


class Courier:
    """Deliver when woken, and again while something waits for its next try."""

    def __init__(
        self, app: Flask, deliver: Callable[[], object], some_wait: Callable[[], bool]
    ) -> None:
        self._app = app
        self._deliver = deliver
        self._some_wait = some_wait
        self._lock = threading.Lock()
        self._awake = threading.Event()
        self._process = 0

    @property
    def running(self) -> bool:
        # A thread does not survive the fork of a worker from its master.
        return self._app.testing or self._process == os.getpid()

    def wake(self) -> None:
        """Start the thread if this process has none; tell it that a mail waits."""
        if self._app.testing:
            return
        with self._lock:
            if not self.running:
                threading.Thread(target=self._run, name="courier", daemon=True).start()
                self._process = os.getpid()
        self._awake.set()

    def _run(self) -> None:
        waiting = False
        while True:
            self._awake.wait(LOOK_AGAIN_SECONDS if waiting else LOOK_AROUND_SECONDS)
            self._awake.clear()
            waiting = self._round()

    def _round(self) -> bool:
        try:
            with self._app.app_context():
                self._deliver()
                return self._some_wait()
        except Exception:
            # The database may be away: the mails are safe there, look again later.
            logger.exception("the outbox could not be read")
            return True
