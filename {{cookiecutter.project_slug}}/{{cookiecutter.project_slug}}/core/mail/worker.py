"""Run one thread per process that sends the mails in the outbox when it is woken."""

import logging
import os
import threading
from collections.abc import Callable
from datetime import datetime

from flask import Flask

from ..db import now

# After the database could not be read.
LOOK_AGAIN_SECONDS = 30
# For mails that a command has left, or another process that has stopped.
LOOK_AROUND_SECONDS = 5 * 60
# The shortest wait, if another process takes the mail first.
LEAST_SECONDS = 1
logger = logging.getLogger(__name__)


class MailWorker:
    """Deliver when woken, and again when the next mail is due."""

    def __init__(
        self, app: Flask, deliver: Callable[[], object], next_due: Callable[[], datetime | None]
    ) -> None:
        self._app = app
        self._deliver = deliver
        self._next_due = next_due
        self._lock = threading.Lock()
        self._awake = threading.Event()
        self._process = 0

    @property
    def running(self) -> bool:
        # A thread does not survive the fork of a worker from its master.
        return self._process == os.getpid()

    def wake(self) -> None:
        """Start the thread if this process has none; signal that a mail waits."""
        if self._app.testing:
            return
        with self._lock:
            if not self.running:
                threading.Thread(target=self._run, name="mail_worker", daemon=True).start()
                self._process = os.getpid()
        self._awake.set()

    def _run(self) -> None:
        seconds: float = LOOK_AROUND_SECONDS
        while True:
            self._awake.wait(seconds)
            self._awake.clear()
            seconds = self._round()

    def _round(self) -> float:
        """Send the mails that are due; return after how many seconds to look again."""
        try:
            with self._app.app_context():
                self._deliver()
                due_at = self._next_due()
        except Exception:
            # The database may be unreachable: the mails are safe there, so try again later.
            logger.exception("the outbox could not be read")
            return LOOK_AGAIN_SECONDS
        if due_at is None:
            return LOOK_AROUND_SECONDS
        # To the second: the last mail's link expires when a visitor's next mail is due.
        left = (due_at - now()).total_seconds()
        return min(max(left, LEAST_SECONDS), LOOK_AROUND_SECONDS)
