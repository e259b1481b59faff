"""A mail server on the loopback address, in a separate thread."""

import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer

from ...support.mail import read

SMTP_HOST = "127.0.0.1"


class SMTPServer(ThreadingTCPServer):
    """Store every message; the attributes say what to do with the next one."""

    def __init__(self) -> None:
        super().__init__((SMTP_HOST, 0), _Dialogue)
        self.forget()

    def forget(self) -> None:
        """Forget all messages and instructions."""
        self.messages: list[EmailMessage] = []
        # The raw messages.
        self.raw: list[bytes] = []
        self.logins: list[str] = []
        # The envelope recipients of each message.
        self.recipients: list[str] = []
        # A reply to a recipient instead of 250.
        self.refusal = ""
        # Accept 8-bit text (RFC 6152).
        self.eight_bits = True
        # Close the connection in the middle of the next message.
        self.drop = False
        # With a certificate: use TLS from the first byte, or after STARTTLS.
        self.context: ssl.SSLContext | None = None
        self.tls_first = False

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: the tests let clients close the connection on purpose."""


class _Dialogue(StreamRequestHandler):
    server: SMTPServer
    timeout = 10

    def handle(self) -> None:
        self._offers_tls = self.server.context is not None
        if self.server.tls_first:
            self._encrypt()
        self._say("220 ready")
        while line := self.rfile.readline():
            words = line.decode("ascii").split()
            match words[0].upper():
                case "EHLO":
                    tls = "250-STARTTLS\r\n" if self._offers_tls else ""
                    body = "250-8BITMIME\r\n" if self.server.eight_bits else ""
                    self._say(f"250-test\r\n{tls}{body}250 AUTH PLAIN")
                case "STARTTLS":
                    self._say("220 go ahead")
                    self._encrypt()
                case "AUTH":
                    self.server.logins.append(base64.b64decode(words[2]).decode())
                    self._say("235 welcome")
                case "RCPT" if self.server.refusal:
                    self._say(self.server.refusal)
                case "RCPT":
                    self.server.recipients.append(words[1].partition("<")[2].removesuffix(">"))
                    self._say("250 fine")
                case "DATA":
                    self._say("354 go on")
                    if self.server.drop:
                        return
                    self._take()
                    self._say("250 taken")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 fine")

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def _take(self) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        text = b"".join(line.removeprefix(b".") for line in lines)
        self.server.raw.append(text)
        self.server.messages.append(read(text))

    def _encrypt(self) -> None:
        assert self.server.context is not None
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self._offers_tls = False
        self.setup()

    def _say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())


@contextmanager
def smtp_server() -> Iterator[SMTPServer]:
    with SMTPServer() as server:
        serve = threading.Thread(target=server.serve_forever, args=(0.01,))
        serve.start()
        yield server
        server.shutdown()
        serve.join()
