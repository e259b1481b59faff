"""Receive mail on this machine: just enough SMTP for what the app sends."""

from __future__ import annotations

import queue
import re
import socketserver
import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

TIMEOUT_SECONDS = 20


class MailSink(socketserver.ThreadingTCPServer):
    """Take every mail; `with` opens and closes it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Conversation)
        self.mails: queue.Queue[EmailMessage] = queue.Queue()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def take(self) -> EmailMessage:
        """Return the next mail, once it is there."""
        return self.mails.get(timeout=TIMEOUT_SECONDS)


class _Conversation(socketserver.StreamRequestHandler):
    timeout = TIMEOUT_SECONDS

    def handle(self) -> None:
        self._say("220 sink")
        while line := self.rfile.readline():
            match line[:4].upper():
                case b"QUIT":
                    self._say("221 bye")
                    return
                case b"DATA":
                    self._say("354 go on")
                    self._receive()
                    self._say("250 taken")
                case _:
                    self._say("250 fine")

    def _say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode("ascii"))

    def _receive(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b"."))
        mail = message_from_bytes(b"".join(lines), policy=default)
        cast(MailSink, self.server).mails.put(mail)


def text_of(mail: EmailMessage) -> str:
    """Return the text part of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None, mail
    return str(body.get_content())


def link_in(mail: EmailMessage, origin: str) -> str:
    """Return the path of the one link that a mail's text carries."""
    paths = re.findall(re.escape(origin) + r"(/\S+)", text_of(mail))
    assert len(paths) == 1, text_of(mail)
    return str(paths[0])
